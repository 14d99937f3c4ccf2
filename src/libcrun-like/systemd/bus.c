// SPDX-License-Identifier: Apache-2.0
/* bus.c - the conversation with davit-bus, and how long it may take. */
#include "systemd/systemd.h"

#include "base/cleanup.h"
#include "base/executable.h"
#include "base/privilege.h"
#include "base/spawn.h"
#include "bus/message.h"
#include "systemd/words.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern const unsigned char davit_bus_bytes[];
extern const size_t davit_bus_size;

/* Root of a user namespace is mostly an unprivileged user outside, whose engine says where its
 * systemd is; without a word of that, a container with a systemd of its own. */
bool systemd_is_user(void)
{
    if (geteuid() != 0)
        return true;
    return !privilege_is_hosts_root() &&
           (getenv("DBUS_SESSION_BUS_ADDRESS") || getenv("XDG_RUNTIME_DIR"));
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One packet, text behind its first byte. */
static int await_answer(struct systemd_bus *b, char *packet, size_t size, struct err *e)
{
    struct pollfd p = { .fd = b->sock, .events = POLLIN };
    int64_t deadline = now_ms() + b->deadline_ms, left;
    ssize_t n;
    int rc;

    do {
        left = deadline - now_ms();
        rc = poll(&p, 1, left > 0 ? (int)left : 0);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return err_os(e, errno, "poll");
    b->stuck = rc == 0;
    if (rc == 0)
        return err_os(e, ETIMEDOUT, "systemd has not answered for %d s", b->deadline_ms / 1000);
    n = recv(b->sock, packet, size - 1, 0);
    if (n < 0)
        return err_os(e, errno, "hear of davit-bus");
    if (n == 0)
        return err_set(e, ERR_PROTOCOL, "davit-bus ended without a word");
    packet[n] = '\0';
    if (packet[0] != BUS_DONE)
        return err_set(e, ERR_UNSUPPORTED, "%s", packet + 1);
    return 0;
}

static int ask(struct systemd_bus *b, const struct buf *request, struct err *e)
{
    char packet[BUS_REPLY_MAX];

    if (buf_failed(request))
        return err_os(e, ENOMEM, "ask systemd");
    if (request->len >= BUS_REQUEST_MAX)
        return err_os(e, E2BIG, "ask systemd");
    if (send(b->sock, request->data, request->len, MSG_NOSIGNAL) < 0)
        return err_os(e, errno, "ask davit-bus");
    return await_answer(b, packet, sizeof packet, e);
}

static int spawn_bus(struct systemd_bus *b, bool user, struct err *e)
{
    char *const argv[] = { (char *)(uintptr_t) "davit-bus",
                           (char *)(uintptr_t)(user ? "user" : "system"), NULL };
    auto_fd exe = executable_seal("davit-bus", davit_bus_bytes, davit_bus_size, e);
    struct spawned process;
    int pair[2];

    if (exe < 0)
        return exe;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_os(e, errno, "socketpair");
    auto_fd ours = pair[0], theirs = pair[1];
    TRY(spawn(
        &(struct spawn){
            .path = "davit-bus", .exe = exe, .argv = argv, .envp = environ, .input = theirs },
        &process, e));
    b->sock = take_fd(&ours);
    b->pid = process.pid;
    b->pidfd = process.pidfd;
    return 0;
}

int systemd_open(struct systemd_bus *b, bool user, int deadline_ms, struct err *e)
{
    char packet[BUS_REPLY_MAX];

    *b = (struct systemd_bus){ .pidfd = -1, .sock = -1, .deadline_ms = deadline_ms };
    if (spawn_bus(b, user, e) < 0 || await_answer(b, packet, sizeof packet, e) < 0) {
        systemd_close(b);
        return -e->code;
    }
    b->root = strdup(packet + 1);
    return b->root ? 0 : err_os(e, ENOMEM, "ask systemd");
}

void systemd_close(struct systemd_bus *b)
{
    if (b->pid > 0) {
        siginfo_t end;

        cleanup_fd(&b->sock);
        /* It may wait for an answer that never comes, and nothing is lost with it. */
        kill(b->pid, SIGKILL);
        while (waitid(P_PIDFD, (id_t)b->pidfd, &end, WEXITED | __WALL) < 0 && errno == EINTR) {
        }
        cleanup_fd(&b->pidfd);
    }
    free(b->root);
    *b = (struct systemd_bus){ .pidfd = -1, .sock = -1 };
}

static void add_companions(struct buf *request, const struct systemd_bus *b, pid_t companion)
{
    words_begin_property(request, "PIDs", "au", companion ? 2 : 1);
    words_add_number(request, (uint64_t)b->pid);
    if (companion)
        words_add_number(request, (uint64_t)companion);
}

/* On v1 not the devices: systemd would write its own rules over ours (daemon-reload). */
static void add_delegation(struct buf *request)
{
    static const char *const controllers[] = { "cpu",   "cpuacct", "cpuset", "io",
                                               "blkio", "memory",  "pids" };

    words_begin_property(request, "DelegateControllers", "as", ARRAY_SIZE(controllers));
    for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
        words_add(request, controllers[i]);
}

int systemd_start(struct systemd_bus *b, const struct systemd_unit *u, const char *id,
                  pid_t companion, const struct buf *properties, struct err *e)
{
    auto_buf request = { 0 }, description = { 0 };

    buf_printf(&description, "davit container %s", id);
    if (buf_failed(&description))
        return err_os(e, ENOMEM, "start '%s'", u->name);
    words_add(&request, "start");
    words_add(&request, u->name);
    words_add_property(&request, "Description", "s", description.data);
    words_add_property(&request, "Slice", "s", u->slice);
    add_companions(&request, b, companion);
    add_delegation(&request);
    words_add_property(&request, "DefaultDependencies", "b", "false");
    /* A scope that failed (OOM, say) must not stay and occupy the name. */
    words_add_property(&request, "CollectMode", "s", "inactive-or-failed");
    buf_add(&request, properties->data, properties->len);
    return ask(b, &request, e);
}

int systemd_set(struct systemd_bus *b, const char *unit, const struct buf *properties,
                struct err *e)
{
    auto_buf request = { 0 };

    words_add(&request, "set");
    words_add(&request, unit);
    buf_add(&request, properties->data, properties->len);
    return ask(b, &request, e);
}

int systemd_attach(struct systemd_bus *b, const char *unit, pid_t pid, struct err *e)
{
    auto_buf request = { 0 };

    words_add(&request, "attach");
    words_add(&request, unit);
    words_add_number(&request, (uint64_t)pid);
    return ask(b, &request, e);
}

int systemd_stop(struct systemd_bus *b, const char *unit, struct err *e)
{
    auto_buf request = { 0 };

    words_add(&request, "stop");
    words_add(&request, unit);
    return ask(b, &request, e);
}
