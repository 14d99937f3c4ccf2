// SPDX-License-Identifier: Apache-2.0
/* seccomp_rules.c - linux.seccomp.syscalls[] taken apart into decisions, and given to libseccomp.
 */
#include "security/seccomp_build.h"

#include "base/cleanup.h"

#include <linux/seccomp.h>
#include <stdbool.h>

enum { ERRNO_LIMIT = 4094 }; /* libseccomp takes no more; the kernel cuts at 4095 */

/* config-linux.md, "Seccomp": errnoRet defaults to EPERM; an action that has no use for one fails.
 */
int seccomp_resolve_action(enum spec_seccomp_action action, const struct spec_opt_u64 *errno_ret,
                           uint32_t *ret, struct err *e)
{
    uint64_t number = errno_ret->has ? errno_ret->value : EPERM;
    uint64_t limit = action == ACT_ERRNO ? ERRNO_LIMIT : UINT16_MAX;

    if (errno_ret->has && action != ACT_ERRNO && action != ACT_TRACE)
        return err_set(e, ERR_INVALID, "the action takes no errno");
    if (number > limit)
        return err_set(e, ERR_INVALID, "%llu is above %llu", (unsigned long long)number,
                       (unsigned long long)limit);
    switch (action) {
    case ACT_KILL:
        *ret = SCMP_ACT_KILL_THREAD;
        break;
    case ACT_KILL_PROCESS:
        *ret = SCMP_ACT_KILL_PROCESS;
        break;
    case ACT_TRAP:
        *ret = SCMP_ACT_TRAP;
        break;
    case ACT_ERRNO:
        *ret = SCMP_ACT_ERRNO((uint32_t)number);
        break;
    case ACT_TRACE:
        *ret = SCMP_ACT_TRACE((uint32_t)number);
        break;
    case ACT_ALLOW:
        *ret = SCMP_ACT_ALLOW;
        break;
    case ACT_LOG:
        *ret = SCMP_ACT_LOG;
        break;
    case ACT_NOTIFY:
        *ret = SCMP_ACT_NOTIFY;
        break;
    }
    return 0;
}

static int check_args(const struct spec_seccomp_rule *r, struct err *e)
{
    for (size_t i = 0; i < r->arg_count; i++) {
        if (r->args[i].index >= SECCOMP_ARGS_MAX)
            return err_set(e, ERR_INVALID, "args[%zu].index: %u is above 5", i, r->args[i].index);
        if (r->args[i].op < SCMP_CMP_NE || r->args[i].op > SCMP_CMP_MASKED_EQ)
            return err_set(e, ERR_INVALID, "args[%zu].op: unknown operator %d", i, r->args[i].op);
    }
    return 0;
}

/* Conditions about one argument are alternatives (runc and crun read them so); if there are such,
 * each condition of the rule stands alone. Otherwise all must hold. */
static bool is_alternatives(const struct spec_seccomp_rule *r)
{
    unsigned used = 0;

    for (size_t i = 0; i < r->arg_count; i++) {
        if (used & 1U << r->args[i].index)
            return true;
        used |= 1U << r->args[i].index;
    }
    return false;
}

/* How many decisions each name of the rule makes. */
static size_t decisions_per_name(const struct spec_seccomp_rule *r)
{
    return is_alternatives(r) ? r->arg_count : 1;
}

static void add_decisions(struct seccomp_build *b, size_t rule, uint32_t action)
{
    const struct spec_seccomp_rule *r = &b->s->rules[rule];
    size_t per_name = decisions_per_name(r);

    for (size_t n = 0; n < r->names.count; n++) {
        struct seccomp_decision d = { .action = action, .rule = rule, .args = r->args };

        d.name = r->names.items[n];
        d.arg_count = per_name == 1 ? r->arg_count : 1;
        d.call = b->lib->syscall_resolve_name(d.name);
        /* Profiles name calls of kernels to come; what no kernel here has needs no rule. */
        if (d.call == __NR_SCMP_ERROR)
            continue;
        for (size_t i = 0; i < per_name; i++) {
            if (per_name > 1)
                d.args = &r->args[i];
            b->decisions[b->decision_count++] = d;
        }
    }
}

/* The kernel's own order between filters: as a signed number, the smaller action is stricter. */
static int strictness(uint32_t action)
{
    return (int)(action & SECCOMP_RET_ACTION_FULL);
}

static int compare_decisions(const void *left, const void *right)
{
    const struct seccomp_decision *a = left, *b = right;

    if (a->call != b->call)
        return a->call < b->call ? -1 : 1;
    if (strictness(a->action) != strictness(b->action))
        return strictness(a->action) < strictness(b->action) ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    return a->args < b->args ? -1 : a->args > b->args;
}

int seccomp_decide(struct seccomp_build *b, struct err *e)
{
    size_t room = 1;

    for (size_t i = 0; i < b->s->rule_count; i++)
        room += b->s->rules[i].names.count * (b->s->rules[i].arg_count + 1);
    b->decisions = calloc(room, sizeof *b->decisions);
    if (!b->decisions)
        return err_os(e, ENOMEM, "linux.seccomp");
    for (size_t i = 0; i < b->s->rule_count; i++) {
        const struct spec_seccomp_rule *r = &b->s->rules[i];
        uint32_t action;

        if (check_args(r, e) < 0)
            return err_wrap(e, "linux.seccomp.syscalls[%zu]", i);
        if (seccomp_resolve_action(r->action, &r->errno_ret, &action, e) < 0)
            return err_wrap(e, "linux.seccomp.syscalls[%zu].errnoRet", i);
        /* libseccomp refuses a rule that says what the default says; peers leave it out. */
        if (action != b->default_action)
            add_decisions(b, i, action);
    }
    qsort(b->decisions, b->decision_count, sizeof *b->decisions, compare_decisions);
    return 0;
}

size_t seccomp_next_call(const struct seccomp_build *b, size_t start, size_t *ret_count)
{
    size_t end = start, reachable = 0;
    bool decided = false;

    for (; end < b->decision_count && b->decisions[end].call == b->decisions[start].call; end++) {
        reachable += !decided;
        decided |= b->decisions[end].arg_count == 0;
    }
    *ret_count = reachable;
    return end;
}

/* Where the number has no meaning in front (socketcall and ipc on old architectures), conditions
 * could not be checked anyway: the strictest answer that the call can get. */
static int add_strictest(struct seccomp_build *b, const struct seccomp_decision *d, size_t count)
{
    bool ends = d[count - 1].arg_count == 0;

    if (!ends && strictness(b->default_action) <= strictness(d->action))
        return 0;
    return b->lib->rule_add_array(b->ctx, d->action, d->call, 0, NULL);
}

static int add_one(struct seccomp_build *b, const struct seccomp_decision *d)
{
    struct scmp_arg_cmp cmp[SECCOMP_ARGS_MAX];

    for (size_t i = 0; i < d->arg_count; i++)
        cmp[i] = (struct scmp_arg_cmp){ d->args[i].index, (enum scmp_compare)d->args[i].op,
                                        d->args[i].value, d->args[i].value_two };
    return b->lib->rule_add_array(b->ctx, d->action, d->call, (unsigned)d->arg_count, cmp);
}

int seccomp_add_rules(struct seccomp_build *b, struct err *e)
{
    size_t next, count;

    for (size_t i = 0; i < b->decision_count; i = next) {
        const struct seccomp_decision *d = &b->decisions[i];
        int rc;

        next = seccomp_next_call(b, i, &count);
        rc = count == 1 ? add_one(b, d) : add_strictest(b, d, count);
        if (rc < 0)
            return err_os(e, rc, "linux.seccomp.syscalls[%zu]: add a rule for '%s'", d->rule,
                          d->name);
    }
    return 0;
}
