// SPDX-License-Identifier: Apache-2.0
/* test_bus.c - the conversation with a systemd of our own making, which notes what it is asked and
 * answers as the test wants, or not at all. */
#include "base/cleanup.h"
#include "systemd/words.h"
#include "systemd/systemd.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define JOB "/org/freedesktop/systemd1/job/7"

enum { DEADLINE_MS = 300, LONG_MS = 20000 };

/* How the fake behaves. */
struct manners {
    const char *job_result; /* NULL: a job that never ends */
    const char *refusal;    /* name of the error that jobs are answered with */
    bool silent;            /* takes connections, answers nobody */
};

struct fake {
    char dir[32], path[64];
    pid_t pid;
    int log; /* what it was asked, a line each */
};

/* "StartTransientUnit x.scope fail Slice=s MemoryMax=t PIDs=au" */
static void note_properties(sd_bus_message *m, int log)
{
    const char *name, *content;

    if (sd_bus_message_enter_container(m, 'a', "(sv)") < 0)
        return;
    while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
        sd_bus_message_read(m, "s", &name);
        sd_bus_message_peek_type(m, NULL, &content);
        dprintf(log, " %s=%s", name, content);
        if (!strcmp(content, "s") && sd_bus_message_read(m, "v", "s", &content) >= 0)
            dprintf(log, ":%s", content);
        else
            sd_bus_message_skip(m, "v");
        sd_bus_message_exit_container(m);
    }
}

static void note(sd_bus_message *m, int log)
{
    const char *unit = "?", *mode = "";
    int runtime;

    uint32_t pid;

    dprintf(log, "%s", sd_bus_message_get_member(m));
    if (sd_bus_message_is_method_call(m, NULL, "AttachProcessesToUnit")) {
        sd_bus_message_read(m, "ssau", &unit, &mode, 1, &pid);
        dprintf(log, " %s %u\n", unit, pid);
        return;
    }
    if (sd_bus_message_is_method_call(m, NULL, "SetUnitProperties"))
        sd_bus_message_read(m, "sb", &unit, &runtime);
    else
        sd_bus_message_read(m, "ss", &unit, &mode);
    dprintf(log, " %s %s", unit, mode);
    if (!sd_bus_message_is_method_call(m, NULL, "StopUnit"))
        note_properties(m, log);
    dprintf(log, "\n");
}

static struct manners manners;
static int log_fd;

static int answer_job(sd_bus_message *m)
{
    note(m, log_fd);
    if (manners.refusal)
        return sd_bus_reply_method_errorf(m, manners.refusal, "as the test wants");
    sd_bus_reply_method_return(m, "o", JOB);
    if (manners.job_result)
        sd_bus_emit_signal(sd_bus_message_get_bus(m), "/org/freedesktop/systemd1",
                           "org.freedesktop.systemd1.Manager", "JobRemoved", "uoss", 7, JOB, "x",
                           manners.job_result);
    return 1;
}

static int answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
    const char *member = sd_bus_message_get_member(m);

    (void)data;
    (void)error;
    if (!member)
        return 0;
    if (!strcmp(member, "Hello"))
        return sd_bus_reply_method_return(m, "s", ":1.7");
    if (!strcmp(member, "Get"))
        return sd_bus_reply_method_return(m, "v", "s", "/user.slice/mine");
    if (!strcmp(member, "StartTransientUnit") || !strcmp(member, "StopUnit"))
        return answer_job(m);
    if (!strcmp(member, "SetUnitProperties") || !strcmp(member, "AttachProcessesToUnit"))
        note(m, log_fd);
    return sd_bus_reply_method_return(m, NULL);
}

static void serve(int fd)
{
    sd_id128_t id = { 0 };
    sd_bus *bus = NULL;

    if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
        sd_bus_set_server(bus, 1, id) < 0 || sd_bus_set_trusted(bus, 1) < 0 ||
        sd_bus_set_sender(bus, "org.freedesktop.systemd1") < 0 ||
        sd_bus_add_filter(bus, NULL, answer, NULL) < 0 || sd_bus_start(bus) < 0)
        _exit(1);
    for (;;) {
        int rc = sd_bus_process(bus, NULL);

        if (rc < 0 || (rc == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
            _exit(0);
    }
}

static struct fake fake_start(struct manners m)
{
    struct fake f = { .dir = "/tmp/davit-bus-XXXXXX" };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), pipes[2];
    char variable[96];

    EXPECT(mkdtemp(f.dir) && pipe(pipes) == 0);
    snprintf(f.path, sizeof f.path, "%s/bus", f.dir);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", f.path);
    EXPECT(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    EXPECT(listen(listener, 8) == 0);
    snprintf(variable, sizeof variable, "unix:path=%s", f.path);
    setenv("DBUS_SYSTEM_BUS_ADDRESS", variable, 1);
    manners = m;
    log_fd = pipes[1];
    f.pid = fork();
    if (f.pid == 0) {
        close(pipes[0]);
        while (m.silent)
            pause();
        serve(accept(listener, NULL, NULL));
    }
    close(pipes[1]);
    close(listener);
    f.log = pipes[0];
    return f;
}

/* What it was asked, all in one. */
static const char *fake_end(struct fake *f)
{
    static char text[2048];
    ssize_t n, len = 0;

    kill(f->pid, SIGKILL);
    waitpid(f->pid, NULL, 0);
    while ((n = read(f->log, text + len, sizeof text - 1 - (size_t)len)) > 0)
        len += n;
    text[len] = '\0';
    close(f->log);
    unlink(f->path);
    rmdir(f->dir);
    return text;
}

static const struct systemd_unit unit = { .slice = (char *)(uintptr_t) "a.slice",
                                          .name = (char *)(uintptr_t) "x.scope" };

TEST(starts_changes_and_stops_a_scope)
{
    struct fake f = fake_start((struct manners){ .job_result = "done" });
    auto_buf properties = { 0 };
    struct systemd_bus b;
    struct err e = { 0 };

    words_add_property(&properties, "MemoryMax", "t", "5");
    EXPECT(systemd_open(&b, false, LONG_MS, &e) == 0);
    EXPECT_STR(e.text, "");
    EXPECT_STR(b.root, "/user.slice/mine");
    EXPECT(systemd_start(&b, &unit, "c1", 0, &properties, &e) == 0);
    EXPECT_STR(e.text, "");
    EXPECT(systemd_set(&b, "x.scope", &properties, &e) == 0);
    EXPECT(systemd_attach(&b, "x.scope", 77, &e) == 0);
    EXPECT(systemd_stop(&b, "x.scope", &e) == 0);
    EXPECT_STR(e.text, "");
    systemd_close(&b);
    EXPECT_STR(fake_end(&f),
               "StartTransientUnit x.scope fail Description=s:davit container c1 Slice=s:a.slice "
               "PIDs=au DelegateControllers=as DefaultDependencies=b "
               "CollectMode=s:inactive-or-failed MemoryMax=t\n"
               "SetUnitProperties x.scope  MemoryMax=t\n"
               "AttachProcessesToUnit x.scope 77\n"
               "StopUnit x.scope replace\n");
}

TEST(says_what_systemd_said)
{
    static const struct {
        struct manners manners;
        const char *start, *stop;
    } rows[] = {
        { { .refusal = "org.freedesktop.systemd1.UnitExists" },
          "start 'x.scope': as the test wants",
          "stop 'x.scope': as the test wants" },
        { { .refusal = "org.freedesktop.systemd1.NoSuchUnit" }, NULL, "" },
        { { .job_result = "failed" },
          "start 'x.scope': systemd's job ended as 'failed'",
          "stop 'x.scope': systemd's job ended as 'failed'" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct fake f = fake_start(rows[i].manners);
        auto_buf none = { 0 };
        struct systemd_bus b;
        struct err e = { 0 };

        EXPECT(systemd_open(&b, false, LONG_MS, &e) == 0);
        if (rows[i].start) {
            EXPECT(systemd_start(&b, &unit, "c1", 0, &none, &e) < 0);
            EXPECT_STR(e.text, rows[i].start);
        }
        e = (struct err){ 0 };
        EXPECT((systemd_stop(&b, "x.scope", &e) < 0) == (*rows[i].stop != '\0'));
        EXPECT_STR(e.text, rows[i].stop);
        systemd_close(&b);
        fake_end(&f);
    }
}

TEST(does_not_wait_for_ever)
{
    struct fake f = fake_start((struct manners){ .silent = true });
    struct systemd_bus b;
    struct err e = { 0 };
    pid_t asker;

    EXPECT(systemd_open(&b, false, DEADLINE_MS, &e) == -ETIMEDOUT);
    EXPECT(strstr(e.text, "systemd has not answered for"));
    fake_end(&f);

    f = fake_start((struct manners){ .job_result = NULL });
    EXPECT(systemd_open(&b, false, LONG_MS, &e) == 0);
    b.deadline_ms = DEADLINE_MS;
    EXPECT(systemd_stop(&b, "x.scope", &e) == -ETIMEDOUT);
    EXPECT(b.stuck);
    asker = b.pid;
    systemd_close(&b);
    EXPECT(waitpid(asker, NULL, WNOHANG) < 0);
    fake_end(&f);
}

TEST(says_so_where_there_is_no_systemd)
{
    struct systemd_bus b;
    struct err e = { 0 };

    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1);
    EXPECT(systemd_open(&b, false, LONG_MS, &e) < 0);
    EXPECT_STR(e.text, "connect to systemd: No such file or directory");
    EXPECT(waitpid(-1, NULL, WNOHANG) < 0);
}

TEST_MAIN()
