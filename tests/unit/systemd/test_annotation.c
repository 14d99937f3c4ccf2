// SPDX-License-Identifier: Apache-2.0
/* test_annotation.c - properties of the unit from annotations. */
#include "base/cleanup.h"
#include "systemd/words_check.h"
#include "test.h"

static const char *property(const char *key, const char *value, struct buf *request, struct err *e)
{
    struct spec_key_value item = { .key = (char *)(uintptr_t)key,
                                   .value = (char *)(uintptr_t)value };
    struct spec s = { .annotations = &item, .annotation_count = 1 };

    *e = (struct err){ 0 };
    return systemd_add_annotations(request, &s, e) < 0 ? e->text : spaced(request);
}

TEST(reads_values_as_others_do)
{
    static const struct {
        const char *key, *value, *want;
    } rows[] = {
        { "org.systemd.property.A", "'text'", "A s 1 text" },
        { "org.systemd.property.A", "\"text\"", "A s 1 text" },
        { "org.systemd.property.A", "'it\\'s'", "A s 1 it's" },
        { "org.systemd.property.A", "''", "A s 1 " },
        { "org.systemd.property.A", " true", "A b 1 true" },
        { "org.systemd.property.A", "false", "A b 1 false" },
        { "org.systemd.property.A", "uint64 5", "A t 1 5" },
        { "org.systemd.property.A", "uint32 5", "A u 1 5" },
        { "org.systemd.property.A", "int64 -5", "A x 1 -5" },
        { "org.systemd.property.A", "-5", "A i 1 -5" },
        { "org.systemd.property.A", "['x', \"y\"]", "A as 2 x y" },
        { "org.systemd.property.A", "[]", "A as 0" },
        { "org.systemd.property.WaitSec", "1.5", "WaitUSec t 1 1500000" },
        { "org.systemd.property.WaitSec", "uint64 2", "WaitUSec t 1 2000000" },
        { "org.systemd.property.WaitUSec", "uint64 2", "WaitUSec t 1 2" },
        { "org.systemd.properties.A", "{}", "" },
        { "other", "'x'", "" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_buf request = { 0 };
        struct err e;

        EXPECT_STR(property(rows[i].key, rows[i].value, &request, &e), rows[i].want);
    }
}

TEST(refuses_what_it_cannot_read)
{
    static const char *const values[] = { "",          "x",   "'x",       "'x' y",  "['x'",
                                          "['x' 'y']", "[5]", "uint64 x", "5 5",    "{}",
                                          "uint64",    "tru", "'x\\",     "['x',]x" };
    static const char *const seconds[] = { "", "x", "-1", "1s", "nan", "inf", "1e99" };

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        auto_buf request = { 0 };
        struct err e;

        EXPECT(strstr(property("org.systemd.property.A", values[i], &request, &e),
                      "annotations['org.systemd.property.A']: '"));
    }
    for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
        auto_buf request = { 0 };
        struct err e;

        EXPECT(strstr(property("org.systemd.property.ASec", seconds[i], &request, &e),
                      "annotations['org.systemd.property.ASec']: '"));
    }
}

TEST(refuses_names_that_are_none_or_not_the_callers)
{
    static const struct {
        const char *key, *want;
    } rows[] = {
        { "org.systemd.property.", "no name of a property" },
        { "org.systemd.property.A-B", "no name of a property" },
        { "org.systemd.property.PIDs", "the runtime sets it itself" },
        { "org.systemd.property.Slice", "the runtime sets it itself" },
        { "org.systemd.property.Delegate", "the runtime sets it itself" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_buf request = { 0 };
        struct err e;

        EXPECT(strstr(property(rows[i].key, "true", &request, &e), rows[i].want));
    }
}

TEST_MAIN()
