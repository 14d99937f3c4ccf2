// SPDX-License-Identifier: Apache-2.0
/* start.c - runtime.md "start": open the barrier, hear how the execve went, run poststart hooks. */
#include "container/open.h"

#include "base/cleanup.h"
#include "boot/boot.h"
#include "container/agent.h"
#include "container/notify.h"
#include "container/remove.h"
#include "plan/message.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

static int say_start(int barrier, struct err *e)
{
    struct barrier_packet packet = { .magic = BARRIER_MAGIC,
                                     .version = BARRIER_VERSION,
                                     .message = BARRIER_START };

    if (send(barrier, &packet, sizeof packet, MSG_NOSIGNAL) < 0)
        return err_os(e, errno, "wake the container");
    return 0;
}

/* One packet of init's; its end of the conversation without one is 0 in *ret_size. */
static int receive(int barrier, struct barrier_packet *ret, ssize_t *ret_size, int *ret_fd,
                   struct err *e)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = { ret, sizeof *ret };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = sizeof control.room };
    struct cmsghdr *c;

    do {
        *ret_size = recvmsg(barrier, &msg, MSG_CMSG_CLOEXEC);
    } while (*ret_size < 0 && errno == EINTR);
    if (*ret_size < 0)
        return err_os(e, errno, "wait for the container to start");
    c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        cleanup_fd(ret_fd);
        memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
    }
    if (*ret_size && (*ret_size != sizeof *ret || ret->magic != BARRIER_MAGIC))
        return err_set(e, ERR_PROTOCOL, "odd answer of %zd bytes from init", *ret_size);
    return 0;
}

static int failure(struct barrier_packet *packet, struct err *e)
{
    if (packet->message != BARRIER_FAILED || packet->code <= 0)
        return err_set(e, ERR_PROTOCOL, "odd answer %u from init", packet->message);
    packet->text[sizeof packet->text - 1] = '\0';
    if (packet->kind == ERR_OS)
        return err_os(e, packet->code, "%s", packet->text);
    return err_set(e, packet->kind <= ERR_BUSY ? (enum err_kind)packet->kind : ERR_PROTOCOL, "%s",
                   packet->text);
}

/* The seccomp agent, where the container has one. */
struct agency {
    struct bundle copy;
    int connection, listener;
};

static void agency_done(struct agency *a)
{
    cleanup_fd(&a->connection);
    cleanup_fd(&a->listener);
    bundle_done(&a->copy);
}

/* Before the container is woken: without its agent it stays as it is, and can be started later. */
static int agency_open(struct agency *a, struct found *f, struct err *e)
{
    if (!f->record.notifies)
        return 0;
    TRY(bundle_load_copy(f->dirfd, &a->copy, e));
    a->connection = agent_connect(a->copy.spec->linux_.seccomp, e);
    return a->connection < 0 ? a->connection : 0;
}

static int agency_serve(struct agency *a, struct found *f, struct err *e)
{
    const struct agent_process p = { .id = f->id,
                                     .bundle = f->record.bundle,
                                     .status = "created",
                                     .spec = a->copy.spec,
                                     .init = f->record.process.pid,
                                     .pid = f->record.process.pid };

    if (a->connection < 0 || a->listener < 0)
        return err_set(e, ERR_PROTOCOL, "init sent a listener that nobody waits for");
    return agent_send(&a->connection, &a->listener, &p, e);
}

/* init closes its end by execve, or says what went wrong. */
static int hear(int barrier, struct agency *a, struct found *f, struct err *e)
{
    for (;;) {
        struct barrier_packet packet = { 0 };
        ssize_t size;

        TRY(receive(barrier, &packet, &size, &a->listener, e));
        if (size == 0)
            return 0;
        if (packet.message != BARRIER_LISTENER)
            return failure(&packet, e);
        TRY(agency_serve(a, f, e));
    }
}

/* Before the container is woken, so that nothing it says is lost. */
static int offer_notify(struct found *f, struct notify *ret, struct err *e)
{
    if (!f->context->notify_socket || notify_open(f->context, f->dirfd, ret, e) == 0)
        return 0;
    if (e->code != ENOENT)
        return -e->code;
    context_warn(f->context, "NOTIFY_SOCKET: the container was created without one of ours");
    return 0;
}

/* For as long as it takes, so while others may change the container. */
static void await_ready(struct found *f, struct notify *n)
{
    struct err gone;
    auto_fd process = found_process(f, &gone);

    state_unlock(f->rootfd, f->id, f->lock);
    f->lock = -1;
    n->main_pid = f->record.process.pid;
    notify_attend(n, process);
}

static int open_barrier(struct found *f, struct err *e)
{
    cleanup(agency_done) struct agency agency = { .connection = -1, .listener = -1 };
    auto_fd process = found_process(f, e), barrier = -EBADF;
    struct err ignored;

    if (process < 0 && e->kind != ERR_BAD_STATE)
        return process;
    TRY(agency_open(&agency, f, e));
    barrier = state_barrier_connect(f->dirfd, e);
    if (barrier < 0)
        return barrier;
    TRY(boot_fault_step("wake init", e));
    TRY(say_start(barrier, e));
    TRY(boot_fault_step("hear init", e));
    if (hear(barrier, &agency, f, e) < 0) {
        /* It may still be about to end, or wait for an answer that nobody gives; who hears of the
         * failure finds the container stopped (runtime.md "Lifecycle"). */
        found_kill(f, &ignored);
        return -e->code;
    }
    /* Silence is success only from an init that lived to execve; one killed before it is silent,
     * too. */
    if (process < 0)
        return err_set(e, ERR_BAD_STATE, "container '%s' is not running: it ended before its start",
                       f->id);
    unlinkat(f->dirfd, "start", 0);
    return 0;
}

static int run_poststart(struct found *f, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { 0 };

    TRY(boot_fault_step("poststart hooks", e));
    if (!f->record.hooks_after)
        return 0;
    TRY(bundle_load_copy(f->dirfd, &b, e));
    return found_run_hooks(f, b.spec, HOOK_POSTSTART, "running", e);
}

static int start(struct found *f, struct notify *notify, struct err *e)
{
    const char *status = state_status(f->dirfd, &f->record);
    struct err ignored;

    if (strcmp(status, "created"))
        return err_set(e, ERR_BAD_STATE, "cannot start container '%s': it is %s", f->id, status);
    /* runtime.md: without a process this MUST fail, and the container stays as it is. */
    if (!f->record.has_process)
        return err_set(e, ERR_INVALID, "process is not set in the configuration");
    TRY(offer_notify(f, notify, e));
    if (open_barrier(f, e) < 0)
        return -e->code; /* it has stopped; delete is the user's, as with peers */
    if (run_poststart(f, e) == 0)
        return 0;
    /* config.md "Poststart": stop and destroy. */
    remove_found(f, true, &ignored);
    return -e->code;
}

int container_start(davit_context *c, const char *id, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    cleanup(notify_done) struct notify notify = NOTIFY_NONE;

    TRY(found_open(c, id, true, false, &f, e));
    TRY(start(&f, &notify, e));
    if (notify.inside >= 0)
        await_ready(&f, &notify);
    return 0;
}
