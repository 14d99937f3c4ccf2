// SPDX-License-Identifier: Apache-2.0
/*
 * devices_v1.c - device rules for the v1 controller, which knows less than the rules can say.
 *
 * The kernel holds one verdict for everything and a list of exceptions from it, all of the other
 * verdict. An exception can be taken back only as a whole ("c 1:3" can't be cut out of "c 1:*"),
 * and the kernel silently ignores the attempt: it has to be refused here. So the rules are played
 * through first and only what is left is written, which also saves writes for rules that cancel
 * out.
 */
#include "cgroup/layout.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>

struct exceptions {
    bool allow_rest; /* the verdict for what is not listed */
    struct device_rule *items;
    size_t count;
};

static bool overlaps(int64_t a, int64_t b)
{
    return a == -1 || b == -1 || a == b;
}

static void add(struct exceptions *x, const struct device_rule *r)
{
    for (size_t i = 0; i < x->count; i++) {
        struct device_rule *old = &x->items[i];

        if (old->rule.type == r->rule.type && old->rule.major == r->rule.major &&
            old->rule.minor == r->rule.minor) {
            old->rule.access |= r->rule.access;
            return;
        }
    }
    x->items[x->count++] = *r;
}

static int refuse(const struct device_rule *r, const struct device_rule *old, struct err *e)
{
    char there[64] = "a default rule", here[64] = "a default rule";

    if (r->index >= 0)
        snprintf(here, sizeof here, "linux.resources.devices[%d]", r->index);
    if (old->index >= 0)
        snprintf(there, sizeof there, "devices[%d]", old->index);
    return err_set(e, ERR_UNSUPPORTED, "%s: cgroup v1 cannot make an exception from %s", here,
                   there);
}

static int take_back(struct exceptions *x, const struct device_rule *r, struct err *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->count; i++) {
        struct device_rule *old = &x->items[i];

        if (old->rule.type == r->rule.type && (old->rule.access & r->rule.access) &&
            overlaps(old->rule.major, r->rule.major) && overlaps(old->rule.minor, r->rule.minor)) {
            if (!cgroup_device_covers(&r->rule, &old->rule))
                return refuse(r, old, e);
            old->rule.access &= ~r->rule.access;
        }
        if (old->rule.access)
            x->items[kept++] = *old;
    }
    x->count = kept;
    return 0;
}

static int play(struct exceptions *x, const struct device_rule *r, struct err *e)
{
    struct device_rule one = *r;

    if (cgroup_device_is_all(&r->rule)) {
        x->allow_rest = r->rule.allow;
        x->count = 0;
        return 0;
    }
    /* The kernel reads "a" as everything, whatever numbers follow. */
    if (r->rule.type == 'a') {
        one.rule.type = 'b';
        TRY(play(x, &one, e));
        one.rule.type = 'c';
    }
    if (r->rule.allow == x->allow_rest)
        return take_back(x, &one, e);
    add(x, &one);
    return 0;
}

static const char *number(char buf[24], int64_t n)
{
    if (n == -1)
        return "*";
    snprintf(buf, 24, "%lld", (long long)n);
    return buf;
}

static int write_exception(struct compilation *c, const struct device_rule *r, struct err *e)
{
    char major[24], minor[24];
    const char *where = r->index < 0
                            ? "linux.resources.devices (default devices)"
                            : arena_printf(c->arena, "linux.resources.devices[%d]", r->index);
    const char *value = arena_printf(
        c->arena, "%c %s:%s %s%s%s", r->rule.type, number(major, r->rule.major),
        number(minor, r->rule.minor), r->rule.access & DEVICE_READ ? "r" : "",
        r->rule.access & DEVICE_WRITE ? "w" : "", r->rule.access & DEVICE_MKNOD ? "m" : "");

    if (!where)
        return err_os(e, ENOMEM, "linux.resources.devices");
    TRY(cgroup_compile_add(c, r->rule.allow ? "devices.allow" : "devices.deny", value, where, e));
    /* Nested, the parent may not have them to give; the container was not promised any of them. */
    c->out->items[c->out->count - 1].optional = r->index < 0;
    return 0;
}

int cgroup_devices_v1(struct compilation *c, const struct device_rule *rules, size_t count,
                      struct err *e)
{
    struct exceptions x = { .items = arena_new(c->arena, 2 * count, struct device_rule) };

    if (!x.items)
        return err_os(e, ENOMEM, "linux.resources.devices");
    for (size_t i = 0; i < count; i++)
        TRY(play(&x, &rules[i], e));
    if (!x.allow_rest)
        TRY(cgroup_compile_add(c, "devices.deny", "a", "linux.resources.devices", e));
    for (size_t i = 0; i < x.count; i++)
        TRY(write_exception(c, &x.items[i], e));
    return 0;
}
