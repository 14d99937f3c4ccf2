// SPDX-License-Identifier: Apache-2.0
/* run.c - create and start in one go; in the foreground also wait and delete. */
#include "base/cleanup.h"
#include "container/create.h"
#include "container/open.h"
#include "container/remove.h"
#include "container/terminal.h"

/* The creation as delete sees it. Borrows the creation's descriptors and takes its record. */
static int remove_created(struct creation *k, struct err *e)
{
    struct found f = { .context = k->context,
                       .id = k->id,
                       .rootfd = k->rootfd,
                       .dirfd = k->dirfd,
                       .lock = k->lock,
                       .record_read = true,
                       .record = k->record };

    return remove_found(&f, true, e);
}

static int run_poststart(struct creation *k, struct err *e)
{
    struct found f = { .context = k->context, .id = k->id, .record = k->record };

    return found_run_hooks(&f, k->bundle.spec, HOOK_POSTSTART, "running", e);
}

/* While the container runs others may change it, so the lock is given up and taken again. */
static int attend(struct creation *k, int *ret_status, struct err *e)
{
    state_unlock(k->rootfd, k->id, k->lock);
    k->lock = -1;
    return terminal_attend(k->boot.init, k->boot.init_pidfd, k->boot.terminal, &k->notify,
                           ret_status, e);
}

/* Nobody else would wait for the container's READY=1. */
static void await_ready(struct creation *k)
{
    state_unlock(k->rootfd, k->id, k->lock);
    k->lock = -1;
    k->notify.main_pid = k->boot.init;
    notify_attend(&k->notify, k->boot.init_pidfd);
}

static int delete_after(struct creation *k, struct err *e)
{
    k->lock = state_lock(k->rootfd, k->id, e);
    if (k->lock < 0)
        return k->lock;
    /* Somebody may have deleted it meanwhile; every step of remove is fine with that. */
    return remove_created(k, e);
}

int container_run(davit_context *c, const char *id, const struct davit_run_options *o,
                  int *ret_status, struct err *e)
{
    auto_creation k;
    int status = 0;

    creation_init(&k, c, id, &o->create);
    k.detached = o->detach;
    if (!o->detach)
        terminal_block_signals();
    if (creation_begin(&k, false, e) < 0) {
        /* A hook, or the process' own program, may have said there what is wrong. */
        if (!o->detach)
            terminal_empty(k.boot.terminal);
        return -e->code;
    }
    if (k.record.hooks_after && run_poststart(&k, e) < 0)
        return -e->code; /* creation_done() stops and destroys it */
    creation_keep(&k);
    if (!o->detach) {
        TRY(attend(&k, &status, e));
        k.boot.init = 0; /* reaped, so its number may be another's by now */
        k.record.process.pid = 0;
        if (!o->keep)
            TRY(delete_after(&k, e));
    } else if (k.notify.inside >= 0) {
        await_ready(&k);
    }
    *ret_status = status;
    return 0;
}
