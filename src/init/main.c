// SPDX-License-Identifier: Apache-2.0
/* main.c - walk the table: run our own rows, wait where the parent has its turn. */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

typedef int handler(struct init *in, struct err *e);

/* Handlers by row, NULL where the row is the parent's. */
#define HANDLER_ROW_PARENT(id)         NULL
#define HANDLER_ROW_ASIDE(id)          NULL
#define HANDLER_ROW_AHEAD(id)          NULL
#define HANDLER_ROW_OUTER(id)          row_##id
#define HANDLER_ROW_INIT(id)           row_##id
#define HANDLER(id, name, actor, when) HANDLER_##actor(id),

static handler *const boot_handlers[] = { BOOT_ROWS(HANDLER) };
static handler *const join_handlers[] = { JOIN_ROWS(HANDLER) };

/* The test build acts at a named row; without fault points the parent never asks for it. */
static int meet_fault(struct init *in, struct err *e)
{
    if (in->hello.fault == BOOT_FAULT_NONE || in->hello.fault_row != in->row)
        return 0;
    switch ((enum boot_fault)in->hello.fault) {
    case BOOT_FAULT_FAIL:
        return err_os(e, EIO, "fault point");
    case BOOT_FAULT_KILL:
        SYS_2(__NR_kill, SYS_0(__NR_getpid), SIGKILL);
        /* A pid namespace's first process is immune to its own signals. */
        SYS_1(__NR_exit_group, 137);
        break;
    case BOOT_FAULT_STOP:
        for (;;)
            SYS_5(__NR_ppoll, NULL, 0, NULL, NULL, 0);
        break;
    case BOOT_FAULT_NONE:
        break;
    }
    return 0;
}

void init_trace(struct init *in, uint64_t begin)
{
    uint32_t slot;

    if (!in->trace)
        return;
    slot = __atomic_fetch_add(&in->trace->count, 1, __ATOMIC_RELAXED);
    if (slot < BOOT_TRACE_SLOTS)
        in->trace->events[slot] = (struct boot_trace_event){
            .begin_ns = begin, .end_ns = bare_now_ns(), .row = in->row, .actor = (uint16_t)in->actor
        };
}

static int run_row(struct init *in, const struct row_info *row, handler *run, struct err *e)
{
    uint64_t begin = in->trace ? bare_now_ns() : 0;
    int rc = meet_fault(in, e);

    if (rc == 0)
        rc = run(in, e);
    if (rc < 0)
        return err_wrap(e, "%s", row->name);
    init_trace(in, begin);
    return 0;
}

int init_walk(struct init *in)
{
    unsigned count;
    const struct row_info *rows = plan_rows(in->plan->kind, &count);
    handler *const *handlers = in->plan->kind == PLAN_EXEC ? join_handlers : boot_handlers;
    bool asked = false;
    struct err e = { 0 };

    for (; in->row < count; in->row++) {
        const struct row_info *row = &rows[in->row];
        int rc = 0;

        if (!row->when(in->plan))
            continue;
        if (row->actor == in->actor) {
            rc = run_row(in, row, handlers[in->row], &e);
            asked = false;
        } else if (row->actor == ROW_PARENT && in->actor == ROW_INIT && !asked) {
            /* One question serves all of the parent's rows that stand together here. */
            rc = init_ask_parent(in, &e);
            asked = true;
        } else if (row->actor == ROW_AHEAD && (in->actor == ROW_INIT) == in->cloned) {
            rc = init_await_done(in, &e);
        }
        if (rc < 0) {
            init_report(in, &e);
            return rc;
        }
    }
    return 0;
}

/* The payload starts with default signal actions and none blocked, whatever the caller had. */
static void reset_signals(void)
{
    /* struct sigaction as the kernel has it is at most 4 words here; zero is SIG_DFL. */
    static const unsigned long defaults[5], none[2];

    for (int sig = 1; sig <= 64; sig++)
        SYS_4(__NR_rt_sigaction, sig, defaults, NULL, 8);
    SYS_4(__NR_rt_sigprocmask, SIG_SETMASK, none, NULL, 8);
}

static int map_shared(struct init *in, struct err *e)
{
    struct plan header;
    long p;

    if (sys_pread_start(in->hello.plan_fd, &header, sizeof header) != sizeof header ||
        header.magic != PLAN_MAGIC || header.version != PLAN_VERSION)
        return err_set(e, ERR_PROTOCOL, "the plan is not of this build");
    p = sys_mmap(header.size, PROT_READ, MAP_PRIVATE, in->hello.plan_fd);
    if (p < 0 && p > -4096)
        return err_os(e, p, "map plan");
    in->plan = (const struct plan *)p;
    bare_close(in->hello.plan_fd);
    if (in->hello.trace_fd < 0)
        return 0;
    p = sys_mmap(sizeof *in->trace, PROT_READ | PROT_WRITE, MAP_SHARED, in->hello.trace_fd);
    if (p < 0 && p > -4096)
        return err_os(e, p, "map trace");
    in->trace = (struct boot_trace *)p;
    bare_close(in->hello.trace_fd);
    return 0;
}

static int number(const char *s)
{
    int n = 0;

    while (*s >= '0' && *s <= '9')
        n = n * 10 + (*s++ - '0');
    return n;
}

/* stack: argc, argv[], NULL, envp[] as the kernel laid them out; argv[1] is the conversation's fd.
 */
void init_main(long *stack) __attribute__((noreturn));

void init_main(long *stack)
{
    static struct init in; /* zeroed, and too large for comfort on a stack */
    char **argv = (char **)(stack + 1);
    struct err e = { 0 };

    /* Before anything else: nobody may look inside a process that holds host descriptors (P11). */
    SYS_5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (stack[0] < 2)
        SYS_1(__NR_exit_group, 2);
    in.sync = number(argv[1]);
    in.start = in.rootfs = in.nodes = in.terminal = in.procfs = in.network = in.cgroup_ns =
        in.apparmor_fd = in.selinux_fd = -1;
    in.grants = BOOT_GRANTS_NONE;
    in.actor = ROW_OUTER;
    in.umask = (unsigned)SYS_1(__NR_umask, 0);
    reset_signals();
    if (init_receive_hello(&in, &e) < 0 || map_shared(&in, &e) < 0)
        init_report(&in, &e);
    else if (init_walk(&in) == 0) /* outer at the table's end; init never comes back from execve */
        SYS_1(__NR_exit_group, 0);
    SYS_1(__NR_exit_group, 1);
    __builtin_unreachable();
}
