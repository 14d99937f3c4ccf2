// SPDX-License-Identifier: Apache-2.0
/* test_compile.c - linux.intelRdt: the group, the order of the lines, and comparing them. */
#include "resctrl/resctrl.h"

#include "base/cleanup.h"
#include "test.h"

#include <string.h>

static char l2[] = "L2:0=f", l3[] = "L3:0=7f0;1=1f", mb[] = "MB:0=20;1=70", clos[] = "gold";

static struct resctrl_wish compiled(const struct spec_intel_rdt *r, struct arena *a)
{
    struct resctrl_wish w = { 0 };
    struct err e = { 0 };

    EXPECT(resctrl_compile(r, "box", a, &w, &e) == 0);
    return w;
}

TEST(the_group_and_who_may_make_it)
{
    char root[] = "/";
    const struct {
        char *clos_id, *line;
        const char *group;
        bool may, must;
    } rows[] = {
        { NULL, NULL, "box", true, true },    { NULL, l3, "box", true, true },
        { clos, NULL, "gold", false, false }, { clos, l3, "gold", true, false },
        { root, NULL, ".", false, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(arena_done) struct arena a = { 0 };
        const struct spec_intel_rdt r = { .has = true,
                                          .clos_id = rows[i].clos_id,
                                          .l3_cache_schema = rows[i].line };
        struct resctrl_wish w = compiled(&r, &a);

        EXPECT_STR(w.group, rows[i].group);
        EXPECT(w.may_make == rows[i].may && w.must_make == rows[i].must && !w.monitor);
    }
}

/* l3CacheSchema, memBwSchema, then schemata. */
TEST(lines_have_the_specifications_order)
{
    cleanup(arena_done) struct arena a = { 0 };
    char *items[] = { l2, mb };
    const struct spec_intel_rdt r = { .has = true,
                                      .l3_cache_schema = l3,
                                      .mem_bw_schema = mb,
                                      .schemata = { items, 2 },
                                      .monitoring = true };
    const struct resctrl_line want[] = {
        { "linux.intelRdt.l3CacheSchema", l3 },
        { "linux.intelRdt.memBwSchema", mb },
        { "linux.intelRdt.schemata[0]", l2 },
        { "linux.intelRdt.schemata[1]", mb },
    };
    struct resctrl_wish w = compiled(&r, &a);

    EXPECT(w.monitor && w.line_count == ARRAY_SIZE(want));
    for (size_t i = 0; i < w.line_count && i < ARRAY_SIZE(want); i++) {
        EXPECT_STR(w.lines[i].where, want[i].where);
        EXPECT_STR(w.lines[i].text, want[i].text);
    }
}

TEST(lines_are_compared_by_what_they_mean)
{
    static const char file[] = "    MB:0=100;1= 50\n    L3:0=7ff;1=01f;12=1\nL2CODE:0=ff\n";
    static const struct {
        const char *line;
        bool same;
    } rows[] = {
        { "L3:0=7ff;1=1f", true }, { "L3:1=1F", true },     { "L3:0=07ff", true },
        { "L3:0=7fe", false },     { "L3:2=1", false },     { "L3:12=1", true },
        { "L3:1=1f;0=7ff", true }, { "MB:0=100", true },    { "MB:0=10", false },
        { "L2CODE:0=ff", true },   { "L2:0=ff", false },    { "L3:0", false },
        { "L3", false },           { "L3:", true },         { "", false },
        { "L3:0=7ff;", true },     { "L3:0=7ff;1", false }, { "L3:0=", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (resctrl_matches(file, rows[i].line) != rows[i].same)
            printf("# '%s'\n", rows[i].line);
        EXPECT(resctrl_matches(file, rows[i].line) == rows[i].same);
    }
    EXPECT(!resctrl_matches("", "L3:0=1"));
    EXPECT(!resctrl_matches("L3", "L3:0=1"));
}

TEST_MAIN()
