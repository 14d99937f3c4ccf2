// SPDX-License-Identifier: Apache-2.0
/*
 * main.c - davit-bus: speaks with systemd for the cgroup manager, by sd-bus.
 *
 * A program of its own, because the davit program is static, and libsystemd is there only where
 * systemd is. It is also the process around which systemd makes a scope: it lives in the
 * container's cgroup from "start" until the parent closes the conversation, when init is inside.
 *
 * Standard input is a SOCK_SEQPACKET socket; bus/message.h has the conversation. The parent keeps
 * the time: a bus that does not answer ends with this process being killed.
 */
#include "bus/message.h"

#include "bus/library.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
static const char object[] = "/org/freedesktop/systemd1";

/* The words of a request that have not been taken yet. */
struct words {
    const char *at, *end;
};

static const char *next_word(struct words *w)
{
    const char *word = w->at;

    if (word >= w->end)
        return NULL;
    w->at += strlen(word) + 1;
    return word;
}

static void reply(char kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void reply(char kind, const char *fmt, ...)
{
    char packet[BUS_REPLY_MAX] = { kind };
    va_list args;

    va_start(args, fmt);
    vsnprintf(packet + 1, sizeof packet - 1, fmt, args);
    va_end(args);
    send(STDIN_FILENO, packet, strlen(packet) + 1, MSG_NOSIGNAL);
}

/* An address that systemd itself listens at needs no broker, so it also answers when dbus-daemon is
 * overrun, or not there. */
static int connect_directly(sd_bus **ret, const char *runtime_dir)
{
    char address[256];
    sd_bus *bus = NULL;
    int rc;

    snprintf(address, sizeof address, "unix:path=%s/systemd/private", runtime_dir);
    rc = lib.sd_bus_new(&bus);
    if (rc >= 0)
        rc = lib.sd_bus_set_address(bus, address);
    if (rc >= 0)
        rc = lib.sd_bus_start(bus);
    if (rc >= 0)
        *ret = bus;
    return rc;
}

static int connect_bus(sd_bus **ret, bool user)
{
    const char *dir = user ? getenv("XDG_RUNTIME_DIR") : "/run";

    if (!user && getenv("DBUS_SYSTEM_BUS_ADDRESS"))
        dir = NULL; /* the caller wants another one */
    if (dir && connect_directly(ret, dir) >= 0)
        return 0;
    return user ? lib.sd_bus_open_user(ret) : lib.sd_bus_open_system(ret);
}

/* Where the manager's units are in the cgroup tree: "" for the system's on a host. */
static int greet(sd_bus *bus)
{
    sd_bus_error error = { 0 };
    char *root = NULL;
    int rc = lib.sd_bus_get_property_string(bus, SERVICE, object, MANAGER, "ControlGroup", &error,
                                            &root);

    if (rc < 0)
        reply(BUS_FAILED, "ask systemd for its cgroup: %s",
              error.message ? error.message : strerror(-rc));
    else
        reply(BUS_DONE, "%s", strcmp(root, "/") == 0 ? "" : root);
    return rc;
}

static int append_basic(sd_bus_message *m, char type, const char *text)
{
    unsigned long long number = strtoull(text, NULL, 10);

    switch (type) {
    case 's':
        return lib.sd_bus_message_append_basic(m, type, text);
    case 'b':
        return lib.sd_bus_message_append_basic(m, type, &(int){ *text == 't' });
    case 'y':
        return lib.sd_bus_message_append_basic(m, type, &(uint8_t){ (uint8_t)number });
    case 'u':
    case 'i':
        return lib.sd_bus_message_append_basic(m, type, &(uint32_t){ (uint32_t)number });
    case 't':
    case 'x':
        return lib.sd_bus_message_append_basic(m, type, &(uint64_t){ number });
    default:
        return -EINVAL;
    }
}

/* NAME SIGNATURE COUNT VALUE…, as one (sv). */
static int append_property(sd_bus_message *m, const char *name, struct words *w)
{
    const char *signature = next_word(w), *count = next_word(w);
    bool array = signature && signature[0] == 'a';
    int rc;

    if (!signature || !count)
        return -EBADMSG;
    rc = lib.sd_bus_message_open_container(m, 'r', "sv");
    if (rc >= 0)
        rc = lib.sd_bus_message_append_basic(m, 's', name);
    if (rc >= 0)
        rc = lib.sd_bus_message_open_container(m, 'v', signature);
    if (rc >= 0 && array)
        rc = lib.sd_bus_message_open_container(m, 'a', signature + 1);
    for (unsigned long n = strtoul(count, NULL, 10); rc >= 0 && n > 0; n--) {
        const char *value = next_word(w);

        rc = value ? append_basic(m, signature[array], value) : -EBADMSG;
    }
    for (int open = array ? 3 : 2; rc >= 0 && open > 0; open--)
        rc = lib.sd_bus_message_close_container(m);
    return rc;
}

static int append_properties(sd_bus_message *m, struct words *w)
{
    const char *name;
    int rc = lib.sd_bus_message_open_container(m, 'a', "(sv)");

    while (rc >= 0 && (name = next_word(w)))
        rc = append_property(m, name, w);
    return rc < 0 ? rc : lib.sd_bus_message_close_container(m);
}

/* A job that systemd has taken on, and what became of it. */
struct job {
    char *path;
    char result[64];
};

static int job_removed(sd_bus_message *m, void *data, sd_bus_error *error)
{
    struct job *job = data;
    const char *path, *unit, *result;
    uint32_t id;

    (void)error;
    if (lib.sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) >= 0 &&
        strcmp(path, job->path) == 0)
        snprintf(job->result, sizeof job->result, "%s", result);
    return 0;
}

static int await_job(sd_bus *bus, struct job *job)
{
    while (!job->result[0]) {
        int rc = lib.sd_bus_process(bus, NULL);

        if (rc == 0)
            rc = lib.sd_bus_wait(bus, UINT64_MAX);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void say_failed(const char *what, const char *unit, const sd_bus_error *error, int rc)
{
    reply(BUS_FAILED, "%s '%s': %s", what, unit, error->message ? error->message : strerror(-rc));
}

/* Send a call whose answer is a job, and wait for that. */
static void run_job(sd_bus *bus, sd_bus_message *call, const char *what, const char *unit)
{
    sd_bus_error error = { 0 };
    sd_bus_message *answer = NULL;
    struct job job = { 0 };
    const char *path;
    int rc;

    /* Before the call: a signal that comes first waits until it is processed. */
    rc = lib.sd_bus_match_signal(bus, NULL, SERVICE, object, MANAGER, "JobRemoved", job_removed,
                                 &job);
    if (rc >= 0)
        rc = lib.sd_bus_call(bus, call, 0, &error, &answer);
    if (rc < 0 && error.name && !strcmp(error.name, "org.freedesktop.systemd1.NoSuchUnit"))
        return reply(BUS_DONE, "%s", ""); /* there is nothing to stop */
    if (rc >= 0)
        rc = lib.sd_bus_message_read(answer, "o", &path);
    if (rc >= 0)
        rc = (job.path = strdup(path)) ? await_job(bus, &job) : -ENOMEM;
    if (rc < 0)
        return say_failed(what, unit, &error, rc);
    if (strcmp(job.result, "done") != 0)
        return reply(BUS_FAILED, "%s '%s': systemd's job ended as '%s'", what, unit, job.result);
    reply(BUS_DONE, "%s", "");
}

static int new_call(sd_bus *bus, sd_bus_message **ret, const char *method)
{
    return lib.sd_bus_message_new_method_call(bus, ret, SERVICE, object, MANAGER, method);
}

static void start_unit(sd_bus *bus, const char *unit, struct words *w)
{
    sd_bus_message *call = NULL;
    int rc = new_call(bus, &call, "StartTransientUnit");

    if (rc >= 0)
        rc = lib.sd_bus_message_append(call, "ss", unit, "fail");
    if (rc >= 0)
        rc = append_properties(call, w);
    if (rc >= 0)
        rc = lib.sd_bus_message_append(call, "a(sa(sv))", 0);
    if (rc < 0)
        return say_failed("start", unit, &(sd_bus_error){ 0 }, rc);
    run_job(bus, call, "start", unit);
}

static void stop_unit(sd_bus *bus, const char *unit)
{
    sd_bus_message *call = NULL;
    int rc = new_call(bus, &call, "StopUnit");

    if (rc >= 0)
        rc = lib.sd_bus_message_append(call, "ss", unit, "replace");
    if (rc < 0)
        return say_failed("stop", unit, &(sd_bus_error){ 0 }, rc);
    run_job(bus, call, "stop", unit);
}

static void set_properties(sd_bus *bus, const char *unit, struct words *w)
{
    sd_bus_error error = { 0 };
    sd_bus_message *call = NULL;
    int rc = new_call(bus, &call, "SetUnitProperties");

    if (rc >= 0)
        rc = lib.sd_bus_message_append(call, "sb", unit, 1);
    if (rc >= 0)
        rc = append_properties(call, w);
    if (rc >= 0)
        rc = lib.sd_bus_call(bus, call, 0, &error, NULL);
    if (rc < 0)
        return say_failed("change", unit, &error, rc);
    reply(BUS_DONE, "%s", "");
}

static void attach_process(sd_bus *bus, const char *unit, struct words *w)
{
    const char *pid = next_word(w);
    sd_bus_error error = { 0 };
    sd_bus_message *call = NULL;
    int rc = new_call(bus, &call, "AttachProcessesToUnit");

    if (rc >= 0)
        rc = pid ? lib.sd_bus_message_append(call, "ssau", unit, "", 1,
                                             (uint32_t)strtoul(pid, NULL, 10))
                 : -EBADMSG;
    if (rc >= 0)
        rc = lib.sd_bus_call(bus, call, 0, &error, NULL);
    if (rc < 0)
        return say_failed("attach to", unit, &error, rc);
    reply(BUS_DONE, "%s", "");
}

static void serve(sd_bus *bus, struct words *w)
{
    const char *verb = next_word(w), *unit = next_word(w);

    if (verb && unit && !strcmp(verb, "start"))
        start_unit(bus, unit, w);
    else if (verb && unit && !strcmp(verb, "stop"))
        stop_unit(bus, unit);
    else if (verb && unit && !strcmp(verb, "set"))
        set_properties(bus, unit, w);
    else if (verb && unit && !strcmp(verb, "attach"))
        attach_process(bus, unit, w);
    else
        reply(BUS_FAILED, "odd request");
}

/* argv[1]: "user" or "system", whose manager it is about. */
int main(int argc, char **argv)
{
    char request[BUS_REQUEST_MAX];
    bool user = argc > 1 && !strcmp(argv[1], "user");
    const char *missing = library_open();
    sd_bus *bus = NULL;
    ssize_t n;
    int rc;

    if (missing) {
        reply(BUS_FAILED, "the systemd cgroup manager needs libsystemd: %s", missing);
        return 1;
    }
    rc = connect_bus(&bus, user);
    if (rc < 0) {
        reply(BUS_FAILED, "connect to %s: %s", user ? "the user's systemd" : "systemd",
              strerror(-rc));
        return 1;
    }
    if (greet(bus) < 0)
        return 1;
    while ((n = recv(STDIN_FILENO, request, sizeof request - 1, 0)) > 0) {
        request[n] = '\0';
        serve(bus, &(struct words){ request, request + n });
    }
    return 0;
}
