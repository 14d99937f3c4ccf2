// SPDX-License-Identifier: Apache-2.0
/* create.c - runtime.md "create": the parent's rows, and undoing them. */
#include "container/create.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"
#include "config/foresee.h"
#include "container/agent.h"
#include "container/hand_over.h"
#include "container/open.h"
#include "container/terminal.h"
#include "hooks/hooks.h"
#include "state/hook_state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static struct creation *creation_of(struct boot *b)
{
    return b->data;
}

/* `start` listens itself. Without the right to clone mounts init binds the directory by its path.
 */
static int offer_notify(struct creation *k, struct err *e)
{
    TRY(state_notify_make(k->dirfd, e));
    k->boot.grants.own_fd =
        (int)sys_open_tree(k->dirfd, STATE_NOTIFY_DIR, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (k->boot.grants.own_fd < 0 && k->boot.grants.own_fd != -EPERM)
        return err_os(e, k->boot.grants.own_fd, "open_tree of NOTIFY_SOCKET's directory");
    if (k->boot.plan->flags & PLAN_START_BARRIER)
        return 0;
    return notify_open(k->context, k->dirfd, &k->notify, e);
}

/* init's copy of a descriptor that we go on to use. */
static int grant_copy(int fd, int *ret, struct err *e)
{
    if (fd < 0)
        return 0;
    *ret = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return *ret < 0 ? err_os(e, errno, "copy the descriptor of a hook's file") : 0;
}

/* Before anything is there, as a file that can't be opened fails the create. */
static int open_hook_output(struct creation *k, struct err *e)
{
    TRY(hook_output_open(k->bundle.spec, &k->output, e));
    TRY(grant_copy(k->output.out, &k->boot.grants.hook_out_fd, e));
    return grant_copy(k->output.err, &k->boot.grants.hook_err_fd, e);
}

static int row_claim(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);

    k->lock = state_lock(k->rootfd, k->id, e);
    if (k->lock < 0)
        return k->lock;
    k->dirfd = state_make(k->rootfd, k->id, e);
    if (k->dirfd < 0)
        return k->dirfd;
    k->claimed = true;
    TRY(creation_fill_record(k, e));
    if (b->plan->flags & PLAN_START_BARRIER) {
        b->grants.barrier_fd = state_barrier_listen(k->dirfd, e);
        if (b->grants.barrier_fd < 0)
            return b->grants.barrier_fd;
    }
    if (b->plan->flags & PLAN_NOTIFY)
        TRY(offer_notify(k, e));
    TRY(state_prepare(k->dirfd, &k->record, e));
    return state_commit(k->dirfd, e);
}

static int row_make_resctrl(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);
    struct resctrl_group g = record_resctrl(&k->record);

    TRY(resctrl_make(&g, &k->prepared.resctrl_wish, &k->resctrl_made, e));
    k->resctrl_there = true;
    return 0;
}

static int row_join_resctrl(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);
    struct resctrl_group g = record_resctrl(&k->record);

    TRY(boot_await_init(b, e));
    return resctrl_join(&g, b->init, e);
}

/* All that there is to say, while init works. Where somebody is told before the payload runs, the
 * rename is left for "record container". */
static int row_write_record(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);

    TRY(file_make(k->dirfd, "config.json", 0600, k->bundle.text, k->bundle.len, e));
    TRY(boot_await_init(b, e));
    TRY(state_process_read(b->init, &k->record.process, e));
    creation_leave_scope(k);
    k->record.phase = STATE_CREATED;
    TRY(state_prepare(k->dirfd, &k->record, e));
    if (plan_watched(b->plan))
        return 0;
    /* Nobody holds init up after this, so here is its record's place; the status tells by the
     * process whether the payload runs. */
    return state_commit(k->dirfd, e);
}

static int state_for_hooks(const struct creation *k, const char *status, pid_t pid, struct buf *ret,
                           struct err *e)
{
    const struct spec *s = k->bundle.spec;

    hook_state_head(ret, k->id, status);
    buf_printf(ret, "%d", pid);
    hook_state_tail(ret, k->bundle.path, s->annotations, s->annotation_count);
    return buf_failed(ret) ? err_os(e, ENOMEM, "state for hooks") : 0;
}

static int row_runtime_hooks(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);
    const struct spec_hooks *hooks = &k->bundle.spec->hooks;
    auto_buf state = { 0 };

    k->hooks_run = true;
    TRY(state_for_hooks(k, "creating", b->init, &state, e));
    const struct hook_stage stage = { .state_json = state.data,
                                      .dir = k->bundle.path,
                                      .output = &k->output };

    TRY(hooks_run(hooks, HOOK_PRESTART, &stage, e));
    return hooks_run(hooks, HOOK_CREATE_RUNTIME, &stage, e);
}

static int row_commit(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);
    const char *pidfd_socket = hand_over_pidfd_socket(k->options->pidfd_socket, k->bundle.spec);

    systemd_close(&k->prepared.scope.bus);
    if ((b->plan->flags & PLAN_TERMINAL) && k->detached)
        TRY(terminal_send(k->options->console_socket, &b->terminal, e));
    else if (b->plan->flags & PLAN_TERMINAL)
        TRY(terminal_settle(b->terminal, e));
    TRY(state_commit(k->dirfd, e));
    if (pidfd_socket)
        TRY(hand_over_pidfd(pidfd_socket, b->init_pidfd, e));
    /* Last: an engine that sees the file finds everything else in place. */
    return k->options->pid_file ? hand_over_pid(k->options->pid_file, b->init, e) : 0;
}

static int row_agent(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);

    k->agent = agent_connect(k->bundle.spec->linux_.seccomp, e);
    return k->agent < 0 ? k->agent : 0;
}

static int row_listener(struct boot *b, struct err *e)
{
    struct creation *k = creation_of(b);
    const struct agent_process p = { .id = k->id,
                                     .bundle = k->bundle.path,
                                     .status = "created",
                                     .spec = k->bundle.spec,
                                     .init = b->init,
                                     .pid = b->init };

    TRY(boot_await_listener(b, e));
    return agent_send(&k->agent, &b->listener, &p, e);
}

#define ROW_HANDLERS(X)                                                                            \
    X(claim, row_claim)                                                                            \
    X(make_cgroup, creation_row_make_cgroup)                                                       \
    X(limit_cgroup, creation_row_limit_cgroup)                                                     \
    X(make_resctrl, row_make_resctrl)                                                              \
    X(join_resctrl, row_join_resctrl)                                                              \
    X(delegate_cgroup, creation_row_delegate_cgroup)                                               \
    X(brief, boot_row_brief)                                                                       \
    X(hand_over, boot_row_hand_over)                                                               \
    X(filter_devices, creation_row_filter_devices)                                                 \
    X(write_record, row_write_record)                                                              \
    X(id_maps, boot_row_id_maps)                                                                   \
    X(scheduler_outside, boot_row_scheduler)                                                       \
    X(runtime_hooks, row_runtime_hooks)                                                            \
    X(agent, row_agent)                                                                            \
    X(listener, row_listener)                                                                      \
    X(commit, row_commit)                                                                          \
    X(release, boot_row_nothing)
#define ROW_HANDLER(id, fn) [BOOT_##id] = fn,

static boot_handler *const handlers[BOOT_ROW_COUNT] = { ROW_HANDLERS(ROW_HANDLER) };

static int check_options(const struct creation *k, struct err *e)
{
    const struct spec *s = k->bundle.spec;
    bool terminal = s->has_process && s->process.terminal;

    if (terminal && k->detached && !k->options->console_socket)
        return err_set(e, ERR_INVALID,
                       "process.terminal: a detached container needs --console-socket");
    if (k->options->console_socket && !(terminal && k->detached))
        return err_set(e, ERR_INVALID,
                       "--console-socket is only for a detached container with process.terminal");
    return 0;
}

void creation_init(struct creation *k, davit_context *c, const char *id,
                   const struct davit_create_options *o)
{
    *k = (struct creation){ .context = c,
                            .id = id,
                            .options = o,
                            .rootfd = -1,
                            .dirfd = -1,
                            .lock = -1,
                            .agent = -1,
                            .notify = NOTIFY_NONE,
                            .output = { -1, -1 } };
    boot_init(&k->boot, NULL);
}

int creation_begin(struct creation *k, bool barrier, struct err *e)
{
    struct prepare_options o = { .id = k->id,
                                 .bundle = &k->bundle,
                                 .barrier = barrier,
                                 .no_keyring = k->options->no_new_keyring,
                                 .no_pivot = k->options->no_pivot,
                                 .listen_fds = k->options->listen_fds,
                                 .listen_names = k->options->listen_names };
    int fds;

    TRY(state_check_id(k->id, e));
    /* Before anything is opened: one of our own descriptors must not pass for the caller's. */
    TRY(fds = hand_over_check_fds(k->options->listen_fds, k->options->preserve_fds, e));
    TRY(boot_start(&k->boot, (unsigned)fds, e));
    TRY(bundle_read(k->options->bundle, k->options->config, &k->bundle, e));
    if (spec_foresees_network(k->bundle.text, k->bundle.len))
        boot_hint_network(&k->boot);
    TRY(bundle_parse(&k->bundle, e));
    TRY(check_options(k, e));
    o.announced =
        k->options->pid_file || hand_over_pidfd_socket(k->options->pidfd_socket, k->bundle.spec);
    k->rootfd = state_open_root(k->context->root, true, e);
    if (k->rootfd < 0)
        return k->rootfd;
    o.rootfd = k->rootfd;
    TRY(prepare_create(k->context, &o, &k->prepared, e));
    k->boot.plan = k->prepared.plan;
    k->boot.handlers = handlers;
    k->boot.data = k;
    TRY(open_hook_output(k, e));
    TRY(boot_fault_read(k->prepared.plan, &k->boot.hello.fault_row, &k->boot.hello.fault, e));
    if (k->options->trace)
        TRY(boot_trace_open(&k->boot, e));
    TRY(boot_run(&k->boot, e));
    return k->options->trace ? boot_trace_write(&k->boot, k->options->trace, e) : 0;
}

void creation_keep(struct creation *k)
{
    k->kept = true;
    boot_keep(&k->boot);
}

/* Hooks that ran before must hear that it is over, the one that failed among them (runtime.md
 * "Lifecycle", 3 to 5 and 12). */
static void run_poststop(struct creation *k)
{
    bool in_container = k->boot.peer_failed && k->boot.failed_row >= BOOT_container_hooks &&
                        k->bundle.spec->hooks.kind[HOOK_CREATE_CONTAINER].count;
    auto_buf state = { 0 };
    struct err e;

    if (!(k->hooks_run || in_container) || state_for_hooks(k, "stopped", 0, &state, &e) < 0)
        return;
    hooks_run(&k->bundle.spec->hooks, HOOK_POSTSTOP,
              &(struct hook_stage){ .state_json = state.data,
                                    .dir = k->bundle.path,
                                    .warn = k->context->warn,
                                    .data = k->context->data,
                                    .output = &k->output },
              &e);
}

static int undo_resctrl(struct creation *k, struct err *e)
{
    struct resctrl_group g = record_resctrl(&k->record);

    /* One that was there before us stays, one that we made goes, whoever it would belong to later.
     */
    g.own = k->resctrl_made;
    return k->resctrl_there ? resctrl_remove(&g, e) : 0;
}

/* In the order of delete; what fails is told, and the record stays so that delete can be repeated.
 */
static void undo(struct creation *k)
{
    struct err e = { 0 };
    char line[ERR_TEXT_MAX + 64];
    bool done = creation_undo_cgroup(k, &e) == 0;

    if (done)
        done = undo_resctrl(k, &e) == 0;
    run_poststop(k);
    if (done)
        done = state_remove(k->rootfd, k->id, &e) == 0;
    if (done)
        return;
    err_format(&e, line, sizeof line);
    context_warn(k->context, "cleaning up '%s': %s", k->id, line);
}

void creation_done(struct creation *k)
{
    boot_done(&k->boot);
    if (k->claimed && !k->kept)
        undo(k);
    state_unlock(k->rootfd, k->id, k->lock);
    notify_done(&k->notify);
    hook_output_done(&k->output);
    cleanup_fd(&k->agent);
    cleanup_fd(&k->dirfd);
    cleanup_fd(&k->rootfd);
    state_record_done(&k->record);
    prepared_done(&k->prepared);
    bundle_done(&k->bundle);
}

int container_create(davit_context *c, const char *id, const struct davit_create_options *o,
                     struct err *e)
{
    auto_creation k;

    creation_init(&k, c, id, o);
    k.detached = true;
    TRY(creation_begin(&k, true, e));
    creation_keep(&k);
    return 0;
}
