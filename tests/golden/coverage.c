// SPDX-License-Identifier: Apache-2.0
/* coverage.c - which rows and fields the cases have used. */
#include "coverage.h"

#include "plan/dump.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Every list of the plan, its items, and where their masks of 64 bits begin whose upper half the
 * kernel does not use yet (0: nowhere). A word of padding stands in front of those. */
#define LISTS(X)                                                                                   \
    X(joins, struct plan_join, 0)                                                                  \
    X(net_devices, struct plan_net_device, 0)                                                      \
    X(mounts, struct plan_mount, offsetof(struct plan_mount, set))                                 \
    X(devices, struct plan_device, 0)                                                              \
    X(links, struct plan_link, 0)                                                                  \
    X(masked, struct plan_path, 0)                                                                 \
    X(readonly, struct plan_path, 0)                                                               \
    X(sysctls, struct plan_sysctl, 0)                                                              \
    X(create_container, struct plan_hook, 0)                                                       \
    X(start_container, struct plan_hook, 0)                                                        \
    X(rlimits, struct plan_rlimit, 0)                                                              \
    X(hierarchies, struct plan_hierarchy, 0)                                                       \
    X(resctrl_lines, struct plan_resctrl_line, 0)                                                  \
    X(cgroup_writes, struct plan_cgroup_write, 0)

/* Fields are made of words of 32 bits; the two of 16 share one, and it is enough that one is used.
 */
enum { WORD = sizeof(uint32_t) };

static void merge(unsigned char *to, const void *from, size_t size)
{
    const unsigned char *bytes = from;

    for (size_t i = 0; i < size; i++)
        to[i] |= bytes[i];
}

void coverage_add(struct coverage *c, const struct plan *p)
{
    unsigned count, list = 0;
    const struct row_info *rows = plan_rows(p->kind, &count);

    for (unsigned i = 0; i < count && i < COVERAGE_ROWS_MAX; i++) {
        bool runs = rows[i].when(p);

        c->ran[p->kind][i] |= runs;
        c->skipped[p->kind][i] |= !runs;
    }
    c->flags_unset |= ~p->flags;
    merge((unsigned char *)&c->header, p, sizeof *p);
#define MERGE_LIST(member, type, masks)                                                            \
    for (uint32_t i = 0; i < p->member.count; i++)                                                 \
        merge(c->items[list], (const type *)plan_items(p, p->member) + i, sizeof(type));           \
    list++;
    LISTS(MERGE_LIST)
#undef MERGE_LIST
}

/* A plan for exec has a process by its nature, and one to create has a mount namespace, because
 * sharing the host's is refused. */
static bool can_be_skipped(const struct row_info *rows, enum plan_kind kind, unsigned i)
{
    if (kind == PLAN_EXEC)
        return rows[i].when != rows[JOIN_brief].when && rows[i].when != rows[JOIN_bounding].when;
    return rows[i].when != rows[BOOT_brief].when && rows[i].when != rows[BOOT_pivot].when;
}

bool coverage_of_rows(const struct coverage *c, enum plan_kind kind)
{
    unsigned count;
    const struct row_info *rows = plan_rows(kind, &count);
    bool all = count <= COVERAGE_ROWS_MAX;

    for (unsigned i = 0; i < count && i < COVERAGE_ROWS_MAX; i++) {
        bool can = can_be_skipped(rows, kind, i), skipped = c->skipped[kind][i];

        if (!c->ran[kind][i])
            printf("# row '%s' runs in no case\n", rows[i].name);
        if (can != skipped)
            printf("# row '%s' is skipped in %s case\n", rows[i].name, can ? "no" : "a");
        all &= c->ran[kind][i] && can == skipped;
    }
    return all;
}

static bool is_zero(const unsigned char *b)
{
    return !(b[0] | b[1] | b[2] | b[3]);
}

static bool is_used(const char *what, const unsigned char *bytes, size_t size, size_t masks)
{
    bool all = true;

    for (size_t at = 0; at < size; at += WORD) {
        if (masks && at >= masks - WORD && (at - masks) % 8)
            continue;
        if (is_zero(bytes + at)) {
            printf("# %s: the field at %zu is 0 in every case\n", what, at);
            all = false;
        }
    }
    return all;
}

/* The header in two parts, without the padding that may stand before the masks of 64 bits. */
static bool is_header_used(const struct plan *header)
{
    enum {
        FIRST_END = offsetof(struct plan, rlimits) + sizeof(struct plan_list),
        SECOND = offsetof(struct plan, caps),
        SECOND_END = offsetof(struct plan, device_program) + sizeof(struct plan_list),
    };
    const unsigned char *bytes = (const unsigned char *)header;
    bool all;

    _Static_assert(SECOND - FIRST_END < 8 && sizeof *header - SECOND_END < 8,
                   "a field between rlimits and caps or behind device_program is not looked at");
    all = is_used("struct plan", bytes, FIRST_END, 0);
    all &= is_used("struct plan behind caps", bytes + SECOND, SECOND_END - SECOND, 0);
    return all;
}

/* Each flag is set somewhere and unset elsewhere, and the dump has a name for it. */
static bool is_flag_used(const struct coverage *c, unsigned bit)
{
    uint32_t flag = UINT32_C(1) << bit;
    struct dump_names names;
    bool named, set = c->header.flags & flag, unset = c->flags_unset & flag;

    dump_flags(flag, &names);
    named = strncmp(names.items[0], "0x", 2) != 0;
    if (named == set && unset)
        return true;
    printf("# flag %s is %s\n", names.items[0],
           !named ? "set but has no name"
           : set  ? "set in every case"
                  : "set in no case");
    return false;
}

bool coverage_of_fields(const struct coverage *c)
{
    bool all = is_header_used(&c->header);
    unsigned list = 0;

    for (unsigned bit = 0; bit < 32; bit++)
        all &= is_flag_used(c, bit);
#define CHECK_LIST(member, type, masks)                                                            \
    all &= is_used(#member, c->items[list++], sizeof(type), masks);
    LISTS(CHECK_LIST)
#undef CHECK_LIST
    return all;
}
