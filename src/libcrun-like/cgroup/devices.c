// SPDX-License-Identifier: Apache-2.0
/*
 * devices.c - linux.resources.devices as one list of rules that means the same on v1 and v2.
 *
 * The list is an allowed list (config-linux.md, "Allowed Device list"): what no rule allows is
 * denied, and of the rules that speak of an access the last one counts, for each of r, w and m by
 * itself.
 */
#include "cgroup/layout.h"

#include "base/cleanup.h"

#include <errno.h>

/* Jumps of a device program reach 32767 instructions, and a rule can take eight. Real lists have a
 * few dozen rules. */
enum { RULES_MAX = 4000 };

/* What runc and crun add behind the configured rules, so that the default devices, terminals and
 * mknod (which only makes a name) work however the list begins. 10:200 is /dev/net/tun: both peers
 * allow it and VPN containers count on it. */
#define ANY (-1)
#define RWM (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)
/* clang-format off */
static const struct spec_device_rule DEFAULTS[] = {
    { true, 'c', ANY, ANY, DEVICE_MKNOD },
    { true, 'b', ANY, ANY, DEVICE_MKNOD },
    { true, 'c',   1,   3, RWM }, /* null */
    { true, 'c',   1,   5, RWM }, /* zero */
    { true, 'c',   1,   7, RWM }, /* full */
    { true, 'c',   1,   8, RWM }, /* random */
    { true, 'c',   1,   9, RWM }, /* urandom */
    { true, 'c',   5,   0, RWM }, /* tty */
    { true, 'c',   5,   1, RWM }, /* console */
    { true, 'c',   5,   2, RWM }, /* ptmx */
    { true, 'c', 136, ANY, RWM }, /* pts */
    { true, 'c',  10, 200, RWM }, /* net/tun */
};
/* clang-format on */

static bool number_covers(int64_t a, int64_t b)
{
    return a == ANY || a == b;
}

bool cgroup_device_covers(const struct spec_device_rule *a, const struct spec_device_rule *b)
{
    return (a->type == 'a' || a->type == b->type) && number_covers(a->major, b->major) &&
           number_covers(a->minor, b->minor);
}

bool cgroup_device_is_all(const struct spec_device_rule *r)
{
    return r->type == 'a' && r->major == ANY && r->minor == ANY && r->access == RWM;
}

static int check_rule(const struct spec_device_rule *r, size_t i, struct err *e)
{
    if (r->major < ANY || r->major > UINT32_MAX)
        return err_set(e, ERR_INVALID, "linux.resources.devices[%zu].major %lld is out of range", i,
                       (long long)r->major);
    if (r->minor < ANY || r->minor > UINT32_MAX)
        return err_set(e, ERR_INVALID, "linux.resources.devices[%zu].minor %lld is out of range", i,
                       (long long)r->minor);
    return 0;
}

/* The rules that can still matter: nothing before the last one about everything does. */
static size_t collect(const struct spec_resources *r, struct device_rule *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < r->device_count; i++) {
        if (r->devices[i].access == 0)
            continue;
        if (cgroup_device_is_all(&r->devices[i]))
            n = 0;
        ret[n++] = (struct device_rule){ r->devices[i], (int)i };
    }
    for (size_t i = 0; i < ARRAY_SIZE(DEFAULTS); i++)
        ret[n++] = (struct device_rule){ DEFAULTS[i], -1 };
    return n;
}

static bool allows_everything(const struct device_rule *rules, size_t count)
{
    if (!cgroup_device_is_all(&rules[0].rule))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!rules[i].rule.allow)
            return false;
    return true;
}

/* What an update changes may have denied something. */
static int lift(struct compilation *c, struct err *e)
{
    if (!c->resources->changes)
        return 0;
    c->out->no_device_program = c->host->h[c->hierarchy].v2;
    return c->out->no_device_program
               ? 0
               : cgroup_compile_add(c, "devices.allow", "a", "linux.resources.devices", e);
}

int cgroup_compile_devices(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;
    struct device_rule *rules;
    size_t count;

    if (r->device_count > RULES_MAX)
        return err_set(e, ERR_UNSUPPORTED, "linux.resources.devices has more than %d rules",
                       RULES_MAX);
    for (size_t i = 0; i < r->device_count; i++)
        TRY(check_rule(&r->devices[i], i, e));
    rules = arena_new(c->arena, r->device_count + ARRAY_SIZE(DEFAULTS), struct device_rule);
    if (!rules)
        return err_os(e, ENOMEM, "linux.resources.devices");
    count = collect(r, rules);
    /* A new cgroup denies nothing that its parent allows: there is nothing to do, and nested in a
     * restricted container trying would be EPERM. */
    if (allows_everything(rules, count))
        return lift(c, e);
    if (!c->host->h[c->hierarchy].v2)
        return cgroup_devices_v1(c, rules, count, e);
    c->out->device_insns = cgroup_devices_bpf(rules, count, c->arena, &c->out->device_insn_count);
    return c->out->device_insns ? 0 : err_os(e, ENOMEM, "linux.resources.devices");
}
