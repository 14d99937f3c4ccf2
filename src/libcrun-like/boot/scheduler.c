// SPDX-License-Identifier: Apache-2.0
/* scheduler.c - init's scheduling policy, set from outside where it lives in a user namespace. */
#include "boot/boot.h"

#include "base/sys.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

int boot_row_scheduler(struct boot *b, struct err *e)
{
    const struct plan_scheduler *s = plan_items(b->plan, b->plan->scheduler);
    const char *name = plan_text(b->plan, s->name);
    long rc;

    /* init waits for us unreaped, so the number is its own. */
    rc = SYS_3(__NR_sched_setattr, b->init, s, 0);
    if (rc < 0)
        return err_os(e, rc, "process.scheduler: sched_setattr %s", name);
    /* Other policies keep a nice value for the day when the process leaves them. */
    if (s->nice && s->policy != SCHED_OTHER && s->policy != SCHED_BATCH &&
        setpriority(PRIO_PROCESS, (id_t)b->init, s->nice) < 0)
        return err_os(e, errno, "process.scheduler.nice: setpriority %d", s->nice);
    return 0;
}
