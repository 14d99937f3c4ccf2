// SPDX-License-Identifier: Apache-2.0
/* open.c - an existing container, found by id. */
#include "container/open.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/sys.h"
#include "hooks/hooks.h"
#include "state/hook_state.h"

#include <fcntl.h>
#include <stdio.h>

void found_done(struct found *f)
{
    if (f->rootfd >= 0)
        state_unlock(f->rootfd, f->id, f->lock);
    cleanup_fd(&f->dirfd);
    cleanup_fd(&f->rootfd);
    state_record_done(&f->record);
}

int found_open(davit_context *c, const char *id, bool lock, bool tolerate_damage, struct found *ret,
               struct err *e)
{
    auto_found f = { .context = c, .id = id, .rootfd = -1, .dirfd = -1, .lock = -1 };

    TRY(state_check_id(id, e));
    f.rootfd = state_open_root(c->root, false, e);
    if (f.rootfd < 0)
        return e->code == ENOENT ? err_set(e, ERR_NOT_FOUND, "container '%s' does not exist", id)
                                 : f.rootfd;
    /* Look before locking, so that an unknown id leaves no lock file behind for a moment. */
    f.dirfd = state_open(f.rootfd, id, e);
    if (f.dirfd < 0)
        return f.dirfd;
    if (lock) {
        f.lock = state_lock(f.rootfd, id, e);
        if (f.lock < 0)
            return f.lock;
        /* Deleted, maybe made anew, while we waited. */
        cleanup_fd(&f.dirfd);
        f.dirfd = state_open(f.rootfd, id, e);
        if (f.dirfd < 0)
            return f.dirfd;
    }
    f.record_read = state_read(f.dirfd, id, &f.record, e) == 0;
    if (!f.record_read && !tolerate_damage)
        return -e->code;
    *ret = f;
    f = (struct found){ .rootfd = -1, .dirfd = -1, .lock = -1 };
    return 0;
}

int found_check_cgroups(const struct found *f, struct err *e)
{
    if (f->record.cgroup.count)
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "container '%s' has no cgroups", f->id);
}

int found_process(struct found *f, struct err *e)
{
    int fd = state_process_open(&f->record.process);

    if (fd == -ESRCH)
        return err_set(e, ERR_BAD_STATE, "container not running");
    return fd < 0 ? err_os(e, fd, "pidfd_open %d", f->record.process.pid) : fd;
}

int found_open_root(struct found *f, struct err *e)
{
    auto_fd process = found_process(f, e), root = -EBADF;
    char path[40];

    if (process < 0)
        return process;
    snprintf(path, sizeof path, "/proc/%d/root", f->record.process.pid);
    root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return err_os(e, errno, "open '%s'", path);
    /* Had it ended before the open, the number might be another's by then. */
    if (sys_pidfd_send_signal(process, 0) < 0)
        return err_set(e, ERR_BAD_STATE, "container not running");
    return take_fd(&root);
}

static void warn_of(const struct found *f, const struct err *e)
{
    char line[ERR_TEXT_MAX + 64];

    err_format(e, line, sizeof line);
    context_warn(f->context, "%s", line);
}

int found_run_hooks(struct found *f, const struct spec *s, enum spec_hook_kind kind,
                    const char *status, struct err *e)
{
    cleanup(hook_output_done) struct hook_output output = { -1, -1 };
    auto_buf state = { 0 };

    if (s->hooks.kind[kind].count && hook_output_open(s, &output, e) < 0) {
        if (kind != HOOK_POSTSTOP)
            return -e->code;
        warn_of(f, e); /* they run all the same */
    }
    hook_state_head(&state, f->id, status);
    buf_printf(&state, "%d", kind == HOOK_POSTSTOP ? 0 : f->record.process.pid);
    hook_state_tail(&state, f->record.bundle, s->annotations, s->annotation_count);
    if (buf_failed(&state))
        return err_os(e, ENOMEM, "state for hooks");
    return hooks_run(&s->hooks, kind,
                     &(struct hook_stage){ .state_json = state.data,
                                           .dir = f->record.bundle,
                                           .warn = f->context->warn,
                                           .data = f->context->data,
                                           .output = &output },
                     e);
}
