// SPDX-License-Identifier: Apache-2.0
/* test_dump.c - what golden plans do not show: unknown bits, long and hostile text, the JSON's
 * form. */
#include "plan/dump.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "plan/json_writer.h"
#include "plan/writer.h"
#include "test.h"

#include <json-c/json.h>
#include <linux/mount.h>

TEST(json_has_one_thing_on_each_line)
{
    auto_buf out = { 0 };
    struct json_writer w = { .out = &out };

    json_write_open(&w, NULL, '{');
    json_write_open(&w, "empty", '[');
    json_write_close(&w, ']');
    json_write_open(&w, "list", '[');
    json_write_text(&w, NULL, "a\"");
    json_write_open_flat(&w, NULL, '{');
    json_write_number(&w, "n", -1);
    json_write_open(&w, "inside", '[');
    json_write_bool(&w, NULL, true);
    json_write_null(&w, NULL);
    json_write_close(&w, ']');
    json_write_open(&w, "none", '{');
    json_write_close(&w, '}');
    json_write_close(&w, '}');
    json_write_close(&w, ']');
    json_write_text(&w, "absent", NULL);
    json_write_close(&w, '}');
    EXPECT_STR(out.data, "{\n"
                         "  \"empty\": [],\n"
                         "  \"list\": [\n"
                         "    \"a\\\"\",\n"
                         "    {\"n\": -1, \"inside\": [true, null], \"none\": {}}\n"
                         "  ],\n"
                         "  \"absent\": null\n"
                         "}");
}

static void expect_names(const struct dump_names *n, const char *want)
{
    auto_buf got = { 0 };

    buf_puts(&got, "");
    for (size_t i = 0; i < n->count; i++)
        buf_printf(&got, "%s%s", i ? " " : "", n->items[i]);
    EXPECT_STR(got.data, want);
}

TEST(a_bit_without_a_name_is_shown_as_a_number)
{
    struct plan_mount m = {
        .set = UINT64_C(1) << 40 | MOUNT_ATTR_RDONLY,
        .rec_clear = MOUNT_ATTR__ATIME | 0x800,
        .sb_set = 1u << 30,
    };
    struct dump_names n;

    dump_flags(0, &n);
    expect_names(&n, "");
    dump_flags(UINT32_C(1) << 31 | PLAN_TERMINAL, &n);
    expect_names(&n, "terminal 0x80000000");
    dump_namespaces(CLONE_NEWNS | 0x3, &n);
    expect_names(&n, "mount 0x3");
    dump_mount_options(&m, &n);
    expect_names(&n, "ro 0x10000000000 r0x800 rrelatime 0x40000000");
}

TEST(every_capability_has_a_name_or_a_number)
{
    struct dump_names n;

    dump_caps(UINT64_MAX, &n);
    EXPECT(n.count == 64);
    EXPECT_STR(n.items[0], "CAP_CHOWN");
    EXPECT_STR(n.items[40], "CAP_CHECKPOINT_RESTORE");
    EXPECT_STR(n.items[63], "63");
    dump_caps(0, &n);
    EXPECT(n.count == 0);
}

/* A minimal plan with these names; free it. */
static struct plan *plan_named(const char *id, const char *hostname)
{
    cleanup(plan_writer_done) struct plan_writer w;
    struct plan *p = NULL;
    struct err e;
    plan_str text;

    plan_writer_init(&w);
    text = plan_add_text(&w, id);
    plan_header(&w)->id = text;
    text = plan_add_text(&w, "/bundle");
    plan_header(&w)->bundle = plan_header(&w)->rootfs = text;
    text = plan_add_text(&w, hostname);
    plan_header(&w)->hostname = text;
    EXPECT(plan_writer_finish(&w, 0, &p, &e) == 0);
    return p;
}

/* The line of the text that starts with label. */
static void expect_line(const char *hostname, const char *want)
{
    auto_free struct plan *p = plan_named("box", hostname);
    auto_buf text = { 0 };
    char *line;

    plan_dump_text(p, &text);
    line = strstr(text.data, "hostname");
    EXPECT(line != NULL);
    if (!line)
        return;
    line[strcspn(line, "\n")] = '\0';
    EXPECT_STR(line, want);
}

TEST(a_terminal_gets_no_control_characters)
{
    expect_line("a\x1b[2Jb\tc\x7f", "hostname     a?[2Jb?c?");
    expect_line("x\ny", "hostname     x?y");
    /* U+009B is a terminal's CSI. */
    expect_line("a\xc2\x9b"
                "b\xc2\xa0",
                "hostname     a?b\xc2\xa0");
}

TEST(lines_end_at_column_100_and_between_characters)
{
    char exact[88], long_one[200], wide[256] = "", want[512];

    memset(exact, 'x', sizeof exact - 1);
    exact[sizeof exact - 1] = '\0';
    snprintf(want, sizeof want, "hostname     %s", exact);
    expect_line(exact, want);
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    snprintf(want, sizeof want, "hostname     %.84s...", long_one);
    expect_line(long_one, want);
    for (int i = 0; i < 100; i++)
        strcat(wide, "\xc3\xa9");
    snprintf(want, sizeof want, "hostname     %.*s...", 84 * 2, wide);
    expect_line(wide, want);
}

TEST(a_plan_of_any_bytes_is_json)
{
    auto_free struct plan *p = plan_named("\xff\"\\\x01", "\xed\xa0\x80");
    auto_buf text = { 0 };
    struct json_object *o;

    plan_dump_json(p, &text);
    o = json_tokener_parse(text.data);
    EXPECT(o != NULL);
    EXPECT_STR(json_object_get_string(json_object_object_get(o, "id")), "\xef\xbf\xbd\"\\\x01");
    json_object_put(o);
}

TEST_MAIN()
