// SPDX-License-Identifier: Apache-2.0
/* start.c - runtime.md "start": open the barrier, hear how the execve went, run poststart hooks. */
#include "container/open.h"

#include "base/cleanup.h"
#include "boot/boot.h"
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

/* init closes its end by execve, or says what went wrong. */
static int hear(int barrier, struct err *e)
{
    struct barrier_packet packet = { 0 };
    ssize_t n;

    do {
        n = recv(barrier, &packet, sizeof packet, 0);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return 0;
    if (n < 0)
        return err_os(e, errno, "wait for the container to start");
    if (n != sizeof packet || packet.magic != BARRIER_MAGIC || packet.message != BARRIER_FAILED ||
        packet.code <= 0)
        return err_set(e, ERR_PROTOCOL, "odd answer of %zd bytes from init", n);
    packet.text[sizeof packet.text - 1] = '\0';
    if (packet.kind == ERR_OS)
        return err_os(e, packet.code, "%s", packet.text);
    return err_set(e, packet.kind <= ERR_BUSY ? (enum err_kind)packet.kind : ERR_PROTOCOL, "%s",
                   packet.text);
}

static int open_barrier(struct found *f, struct err *e)
{
    auto_fd process = found_process(f, e), barrier = -EBADF;

    if (process < 0 && e->kind != ERR_BAD_STATE)
        return process;
    barrier = state_barrier_connect(f->dirfd, e);
    if (barrier < 0)
        return barrier;
    TRY(boot_fault_step("wake init", e));
    TRY(say_start(barrier, e));
    TRY(boot_fault_step("hear init", e));
    TRY(hear(barrier, e));
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

static int start(struct found *f, struct err *e)
{
    const char *status = state_status(f->dirfd, &f->record);
    struct err ignored;

    if (strcmp(status, "created"))
        return err_set(e, ERR_BAD_STATE, "cannot start container '%s': it is %s", f->id, status);
    /* runtime.md: without a process this MUST fail, and the container stays as it is. */
    if (!f->record.has_process)
        return err_set(e, ERR_INVALID, "process is not set in the configuration");
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

    TRY(found_open(c, id, true, false, &f, e));
    return start(&f, e);
}
