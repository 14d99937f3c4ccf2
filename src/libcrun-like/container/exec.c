// SPDX-License-Identifier: Apache-2.0
/* exec.c - one more process in a running container (not in runtime-spec; as engines expect it). */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"
#include "boot/boot.h"
#include "container/agent.h"
#include "container/exec_process.h"
#include "container/hand_over.h"
#include "container/open.h"
#include "container/prepare.h"
#include "container/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct execution {
    const struct davit_exec_options *options;
    struct found found;
    struct bundle copy; /* the container's configuration */
    struct spec *given; /* the process file, NULL without */
    struct spec_process process;
    struct arena arena;
    struct prepared prepared;
    struct boot boot;
    int agent; /* connection to the seccomp agent, -1 without */
};

static void execution_done(struct execution *x)
{
    boot_done(&x->boot);
    cleanup_fd(&x->agent);
    prepared_done(&x->prepared);
    arena_done(&x->arena);
    spec_free(x->given);
    bundle_done(&x->copy);
    found_done(&x->found);
}

static int row_commit(struct boot *b, struct err *e)
{
    struct execution *x = b->data;

    if ((b->plan->flags & PLAN_TERMINAL) && x->options->detach)
        TRY(terminal_send(x->options->console_socket, &b->terminal, e));
    else if (b->plan->flags & PLAN_TERMINAL)
        TRY(terminal_settle(b->terminal, e));
    if (x->options->pidfd_socket)
        TRY(hand_over_pidfd(x->options->pidfd_socket, b->init_pidfd, e));
    return x->options->pid_file ? hand_over_pid(x->options->pid_file, b->init, e) : 0;
}

static int row_agent(struct boot *b, struct err *e)
{
    struct execution *x = b->data;

    x->agent = agent_connect(x->copy.spec->linux_.seccomp, e);
    return x->agent < 0 ? x->agent : 0;
}

static int row_join_resctrl(struct boot *b, struct err *e)
{
    struct execution *x = b->data;
    struct resctrl_group g = record_resctrl(&x->found.record);

    TRY(boot_await_init(b, e));
    return resctrl_join(&g, b->init, e);
}

static int row_listener(struct boot *b, struct err *e)
{
    struct execution *x = b->data;
    const struct agent_process p = { .id = x->found.id,
                                     .bundle = x->found.record.bundle,
                                     .status = state_status(x->found.dirfd, &x->found.record),
                                     .spec = x->copy.spec,
                                     .init = x->found.record.process.pid,
                                     .pid = b->init };

    TRY(boot_await_listener(b, e));
    return agent_send(&x->agent, &b->listener, &p, e);
}

static boot_handler *const handlers[JOIN_ROW_COUNT] = {
    [JOIN_brief] = boot_row_brief,
    [JOIN_hand_over] = boot_row_hand_over,
    [JOIN_scheduler_outside] = boot_row_scheduler,
    [JOIN_join_resctrl] = row_join_resctrl,
    [JOIN_agent] = row_agent,
    [JOIN_listener] = row_listener,
    [JOIN_commit] = row_commit,
};

/* "0::/davit-x/init.scope" in /proc/PID/cgroup: the v2 path, seen from our cgroup namespace. */
static char *v2_path_of(pid_t pid)
{
    auto_free char *text = NULL;
    auto_fd fd = -EBADF;
    char path[40], *line;
    struct err ignored;

    snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || file_read_fd(fd, 1 << 20, &text, NULL, &ignored) < 0)
        return NULL;
    line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text - 1;
    if (!line)
        return NULL;
    line += 4;
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

/* When the container's own manager (systemd) has moved its processes to sub-cgroups, the
 * container's cgroup takes no process any more; the one that its init is in does. */
static int open_fallback_cgroup(const struct state_record *r)
{
    auto_free char *now = v2_path_of(r->process.pid), *full = NULL;

    for (unsigned i = 0; now && i < r->cgroup.count; i++) {
        const char *dir = r->cgroup.dirs[i], *tail;

        if (!r->cgroup.v2[i] || !dir)
            continue;
        /* dir is MOUNT + path; what init has beyond path is the sub-cgroup. */
        for (tail = dir; *tail; tail++) {
            size_t n = strlen(tail);

            if (*tail == '/' && !strncmp(now, tail, n) && now[n] == '/')
                break;
        }
        if (!*tail || asprintf(&full, "%s%s", dir, now + strlen(tail)) < 0)
            return -1;
        return open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return -1;
}

static int find_sub_cgroups(const struct execution *x,
                            const char *ret_below[CGROUP_HIERARCHIES_MAX], struct err *e)
{
    cleanup(cgroup_host_done) struct cgroup_host host = { 0 };

    if (!x->options->cgroups)
        return 0;
    TRY(cgroup_host_read(&host, e));
    return cgroup_below(&x->found.record.cgroup, &host, x->options->cgroups, ret_below, e);
}

static int open_cgroups(struct execution *x, struct err *e)
{
    const char *below[CGROUP_HIERARCHIES_MAX] = { NULL };
    int procs[CGROUP_HIERARCHIES_MAX];
    unsigned count = 0;

    if (!x->found.record.cgroup.count)
        return x->options->cgroups ? err_set(e, ERR_INVALID, "--cgroup: the container has none")
                                   : 0;
    TRY(find_sub_cgroups(x, below, e));
    TRY(cgroup_open_join(&x->found.record.cgroup, below, &x->boot.grants.cgroup_fd, procs, &count,
                         e));
    for (unsigned i = 0; i < count; i++)
        x->boot.grants.procs_fd[i] = procs[i];
    x->boot.grants.procs_count = count;
    /* The root of a user namespace is an engine's, which is below the user's systemd already. */
    if (x->found.record.unit_of_user && geteuid() != 0)
        TRY(scope_attach(&x->found.record, x->boot.outer, e));
    /* Who asked for a cgroup gets that one or an error. */
    if (!x->options->cgroups)
        x->boot.grants.cgroup_fallback_fd = open_fallback_cgroup(&x->found.record);
    return 0;
}

static int check_running(struct found *f, bool ignore_paused, struct err *e)
{
    const char *status = state_status(f->dirfd, &f->record);

    if (!strcmp(status, "paused"))
        return ignore_paused ? 0
                             : err_set(e, ERR_BAD_STATE,
                                       "cannot exec in container '%s': it is paused", f->id);
    /* Peers allow a created container: its namespaces are there. */
    if (strcmp(status, "running") && strcmp(status, "created"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    return 0;
}

static int check_terminal(const struct execution *x, struct err *e)
{
    bool socket = x->options->console_socket;

    if (x->process.terminal && x->options->detach && !socket)
        return err_set(e, ERR_INVALID, "a detached process with a terminal needs --console-socket");
    if (socket && !(x->process.terminal && x->options->detach))
        return err_set(e, ERR_INVALID,
                       "--console-socket is only for a detached process with a terminal");
    return 0;
}

static int prepare(struct execution *x, davit_context *c, const char *id, struct err *e)
{
    struct prepare_options o = { .id = id,
                                 .bundle = &x->copy,
                                 .listen_fds = x->options->listen_fds,
                                 .listen_names = x->options->listen_names };
    int fds;

    TRY(fds = hand_over_check_fds(x->options->listen_fds, x->options->preserve_fds, e));
    TRY(boot_start(&x->boot, (unsigned)fds, e));
    TRY(found_open(c, id, false, false, &x->found, e));
    TRY(check_running(&x->found, x->options->ignore_paused, e));
    TRY(bundle_load_copy(x->found.dirfd, &x->copy, e));
    TRY(exec_process_make(x->options, &x->found, x->copy.spec, &x->arena, &x->given, &x->process,
                          e));
    TRY(check_terminal(x, e));
    o.rootfd = x->found.rootfd;
    o.no_keyring = x->found.record.no_keyring;
    return prepare_exec(c, &o, &x->found.record, &x->process, &x->prepared, e);
}

static int start(struct execution *x, struct err *e)
{
    x->boot.plan = x->prepared.plan;
    x->boot.handlers = handlers;
    x->boot.data = x;
    TRY(boot_fault_read(x->prepared.plan, &x->boot.hello.fault_row, &x->boot.hello.fault, e));
    x->boot.hello.target_fd = found_process(&x->found, e);
    if (x->boot.hello.target_fd < 0)
        return -e->code;
    TRY(open_cgroups(x, e));
    if (x->options->trace)
        TRY(boot_trace_open(&x->boot, e));
    TRY(boot_run(&x->boot, e));
    boot_keep(&x->boot);
    return x->options->trace ? boot_trace_write(&x->boot, x->options->trace, e) : 0;
}

int container_exec(davit_context *c, const char *id, const struct davit_exec_options *o,
                   int *ret_status, struct err *e)
{
    cleanup(execution_done) struct execution x = {
        .options = o, .found = { .rootfd = -1, .dirfd = -1, .lock = -1 }, .agent = -1
    };
    int status = 0;

    boot_init(&x.boot, NULL);
    if (!o->detach)
        terminal_block_signals();
    TRY(prepare(&x, c, id, e));
    TRY(start(&x, e));
    if (!o->detach)
        TRY(terminal_attend(x.boot.init, x.boot.init_pidfd, x.boot.terminal,
                            &(struct notify)NOTIFY_NONE, &status, e));
    *ret_status = status;
    return 0;
}
