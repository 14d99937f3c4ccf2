// SPDX-License-Identifier: Apache-2.0
/* scheduling.c - rows for how the kernel treats the process: CPUs, I/O, memory, personality. */
#include "init/init.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <sys/resource.h>

int row_io_priority(struct init *in, struct err *e)
{
    long rc = SYS_3(__NR_ioprio_set, IOPRIO_WHO_PROCESS, 0, in->plan->io_priority);

    return rc < 0 ? err_os(e, rc, "process.ioPriority: ioprio_set 0x%x", in->plan->io_priority) : 0;
}

static int set_cpus(struct init *in, struct plan_list cpus, const char *field, struct err *e)
{
    long rc =
        SYS_3(__NR_sched_setaffinity, 0, cpus.count * sizeof(uint64_t), plan_items(in->plan, cpus));

    return rc < 0 ? err_os(e, rc, "process.execCPUAffinity.%s: sched_setaffinity", field) : 0;
}

int row_cpus_initial(struct init *in, struct err *e)
{
    return set_cpus(in, in->plan->cpus_initial, "initial", e);
}

int row_cpus_final(struct init *in, struct err *e)
{
    return set_cpus(in, in->plan->cpus_final, "final", e);
}

int row_personality(struct init *in, struct err *e)
{
    long rc = SYS_1(__NR_personality, in->plan->personality);

    return rc < 0
               ? err_os(e, rc, "linux.personality.domain: personality 0x%x", in->plan->personality)
               : 0;
}

int row_memory_policy(struct init *in, struct err *e)
{
    struct plan_list nodes = in->plan->memory_nodes;
    /* The kernel looks at one bit less than it is told. */
    unsigned long bits = nodes.count ? nodes.count * 64UL + 1 : 0;
    long rc = SYS_3(__NR_set_mempolicy, in->plan->memory_mode,
                    nodes.count ? plan_items(in->plan, nodes) : NULL, bits);

    return rc < 0 ? err_os(e, rc, "linux.memoryPolicy: set_mempolicy %s",
                           init_text(in, in->plan->memory_mode_name))
                  : 0;
}

int row_scheduler(struct init *in, struct err *e)
{
    const struct plan_scheduler *s = plan_items(in->plan, in->plan->scheduler);
    long rc = SYS_3(__NR_sched_setattr, 0, s, 0);

    if (rc < 0)
        return err_os(e, rc, "process.scheduler: sched_setattr %s", init_text(in, s->name));
    /* Other policies keep a nice value for the day when the process leaves them. */
    if (s->nice && s->policy != SCHED_NORMAL && s->policy != SCHED_BATCH)
        rc = SYS_3(__NR_setpriority, PRIO_PROCESS, 0, s->nice);
    return rc < 0 ? err_os(e, rc, "process.scheduler.nice: setpriority %d", s->nice) : 0;
}
