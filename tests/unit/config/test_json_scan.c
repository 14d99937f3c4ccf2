// SPDX-License-Identifier: Apache-2.0
/* test_json_scan.c - what is JSON, and what two readers could read differently. */
#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "base/json_scan.h"

#include <json-c/json_object.h>
#include <stdlib.h>

struct row {
    const char *json, *text;
    size_t len; /* 0: strlen */
};

static const char *scan(const char *json, size_t len, struct err *e)
{
    auto_free char *exact = malloc(len ? len : 1);

    memcpy(exact, json, len);
    *e = (struct err){ 0 };
    if ((json_scan(exact, len, e) == 0) != (e->text[0] == '\0'))
        return "(return value and text do not fit together)";
    return e->text;
}

static void expect_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err e;

        EXPECT_STR(scan(rows[i].json, rows[i].len ? rows[i].len : strlen(rows[i].json), &e),
                   rows[i].text);
    }
}

TEST(accepts_all_of_the_grammar)
{
    static const struct row rows[] = {
        { "{}", "" },
        { " \t\r\n[ ] \n", "" },
        { "null", "" },
        { "\"x\"", "" },
        { "-0", "" },
        { "[0,-1,1.5,1e3,1E+3,0.1e-3,true,false,null]", "" },
        { "[9223372036854775807,-9223372036854775808,18446744073709551615]", "" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u00E9\"", "" },
        { "\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\"", "" },
        { "{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":{\"a\":1}}", "" },
        { "{\"\":1}", "" },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
}

TEST(says_where_the_text_stops_being_json)
{
#define AT "invalid JSON at line 1, column "
    static const struct row rows[] = {
        { " ", "invalid JSON: the text is empty" },
        { "{", AT "2: the text ends where a name in quotes should be" },
        { "{\"a\"", AT "5: the text ends where ':' should be" },
        { "{\"a\":", AT "6: the text ends where a value should be" },
        { "{\"a\":1", AT "7: the text ends where ',' or '}' should be" },
        { "{\"a\":1,", AT "8: the text ends where a name in quotes should be" },
        { "[1", AT "3: the text ends where ',' or ']' should be" },
        { "[1,]", AT "4: ']' where a value should be" },
        { "{\"a\":1,}", AT "8: '}' where a name in quotes should be" },
        { "{a:1}", AT "2: 'a' where a name in quotes should be" },
        { "{} x", AT "4: 'x' where the end of the text should be" },
        { "{}{}", AT "3: '{' where the end of the text should be" },
        { "{\n\n  \"a\": nul }", "invalid JSON at line 3, column 8: 'n' where a value should be" },
        { "NaN", AT "1: 'N' where a value should be" },
        { "[Infinity]", AT "2: 'I' where a value should be" },
        { "[+1]", AT "2: '+' where a value should be" },
        { "[01]", AT "3: '1' where ',' or ']' should be" },
        { "[-]", AT "3: ']' where a digit should be" },
        { "[1.]", AT "4: ']' where a digit should be" },
        { "[.5]", AT "2: '.' where a value should be" },
        { "[1e]", AT "4: ']' where a digit should be" },
        { "[1e+", AT "5: the text ends where a digit should be" },
        { "[0x10]", AT "3: 'x' where ',' or ']' should be" },
        { "// no\n{}", AT "1: '/' where a value should be" },
        { "['a']", AT "2: ''' where a value should be" },
        { "\"a", AT "3: the text ends inside a string" },
        { "\"\\", AT "3: the text ends where an escape should be" },
        { "\"\\x41\"", AT "3: 'x' where an escape should be" },
        { "\"\\u12g4\"", AT "4: \\u without four hexadecimal digits" },
        { "\"\\u12", AT "4: \\u without four hexadecimal digits" },
        { "\"a\nb\"", AT "3: a control character inside a string" },
        { "\xef\xbb\xbf{}", "invalid JSON: the text begins with a byte order mark, which must go" },
        { "\xff\xfe{", AT "1: byte 0xff where a value should be" },
        { "\0{}", AT "1: byte 0x00 where a value should be", 3 },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
    expect_rows((struct row[]){ { "", "invalid JSON: the text is empty" } }, 1);
}

TEST(refuses_text_that_is_not_utf8)
{
    static const char *const bad[] = {
        "\"\x80\"",             /* continuation alone */
        "\"\xc3\"",             /* cut short */
        "\"\xc0\xaf\"",         /* overlong '/' */
        "\"\xe0\x80\xaf\"",     /* overlong '/' */
        "\"\xf0\x80\x80\xaf\"", /* overlong '/' */
        "\"\xed\xa0\x80\"",     /* surrogate */
        "\"\xf4\x90\x80\x80\"", /* beyond U+10FFFF */
        "\"\xff\"",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct err e;

        EXPECT_STR(scan(bad[i], strlen(bad[i]), &e), AT "2: a string is not UTF-8");
    }
}

TEST(refuses_half_surrogates)
{
    static const struct row rows[] = {
        { "\"\\ud800\"", AT "8: half of a surrogate pair" },
        { "\"\\ud800\\u0041\"", AT "8: half of a surrogate pair" },
        { "\"\\udc00\\ud800\"", AT "8: half of a surrogate pair" },
        { "\"\\udc00\\udc00\"", AT "8: half of a surrogate pair" },
        { "\"\\ud800x\"", AT "8: half of a surrogate pair" },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
}

TEST(refuses_nul_in_any_string)
{
    static const struct row rows[] = {
        { "{\"a\":{\"b\":[1,\"x\\u0000y\"]}}", "a.b[1] must not contain a NUL character" },
        { "{\"a\":\"x\0y\"}", "a must not contain a NUL character", 11 },
        { "{\"a\":{\"x\\u0000\":1}}", "a must not contain a NUL character" },
        { "\"\\u0000\"", "the top-level value must not contain a NUL character" },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
}

TEST(refuses_a_name_that_is_given_twice)
{
    static const struct row rows[] = {
        { "{\"a\":1,\"a\":1}", "a is given twice" },
        { "{\"a\":1,\"b\":{\"c\":[0,{\"d\":1,\"e\":2,\"d\":3}]}}", "b.c[1].d is given twice" },
        { "{\"a\":{},\"b\":{},\"a\":{}}", "a is given twice" },
        { "{\"a\":1,\"\\u0061\":1}", "['\\u0061'] is given twice" },
        { "{\"\xc3\xa9\":1,\"\\u00e9\":1}", "['\\u00e9'] is given twice" },
        { "{\"\\u20ac\":1,\"\xe2\x82\xac\":1}", "['\xe2\x82\xac'] is given twice" },
        { "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":1}", "['\\ud83d\\ude00'] is given twice" },
        { "{\"\\n\\t\\\"\\/\":1,\"\\u000a\\u0009\\u0022\\u002f\":1}",
          "['\\u000a\\u0009\\u0022\\u002f'] is given twice" },
        { "{\"\":1,\"\":1}", "[''] is given twice" },
        { "{\"a.b\":1,\"a.b\":1}", "['a.b'] is given twice" },
        { "{\"a\":1,\"A\":1}", "" },
        { "{\"a\":1,\"a \":1,\"\\\\u0061\":1}", "" },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
}

TEST(cuts_long_names_in_the_path)
{
    static const char name[] =
        "x123456789x123456789x123456789x123456789x123456789x123456789x123456789";
    auto_buf json = { 0 };
    struct err e;

    buf_printf(&json, "{\"%s\":1,\"%s\":2}", name, name);
    EXPECT_STR(scan(json.data, json.len, &e), "['x123456789x123456789x123456789x123456789x12345678"
                                              "9x123456789x123...'] is given twice");
}

static void many_members(struct buf *b, unsigned n, unsigned last)
{
    buf_puts(b, "{");
    for (unsigned i = 0; i < n; i++)
        buf_printf(b, "\"key%u\":%u,", i, i);
    buf_printf(b, "\"key%u\":0}", last);
}

TEST(finds_one_duplicate_among_many_names)
{
    auto_buf good = { 0 }, bad = { 0 };
    struct err e;

    many_members(&good, 100000, 100000);
    many_members(&bad, 100000, 77777);
    EXPECT_STR(scan(good.data, good.len, &e), "");
    EXPECT_STR(scan(bad.data, bad.len, &e), "key77777 is given twice");
}

/* Names of an outer object must survive the growth caused by an inner one. */
TEST(keeps_outer_names_while_inner_ones_come_and_go)
{
    auto_buf json = { 0 };
    struct err e;

    buf_puts(&json, "{\"first\":");
    many_members(&json, 500, 500);
    buf_puts(&json, ",\"second\":");
    many_members(&json, 30, 30);
    buf_puts(&json, ",\"first\":1}");
    EXPECT_STR(scan(json.data, json.len, &e), "first is given twice");
}

static void nested(struct buf *b, unsigned levels, const char *open, const char *inner,
                   const char *close)
{
    for (unsigned i = 0; i < levels; i++)
        buf_puts(b, open);
    buf_puts(b, inner);
    for (unsigned i = 0; i < levels; i++)
        buf_puts(b, close);
}

TEST(limits_nesting_to_64_levels)
{
    auto_buf fits = { 0 }, deep = { 0 }, objects = { 0 }, endless = { 0 };
    cleanup(json_putp) struct json_object *o = NULL;
    struct err e;

    nested(&fits, 64, "[", "", "]");
    nested(&deep, 65, "[", "", "]");
    nested(&objects, 65, "{\"a\":", "1", "}");
    nested(&endless, 200000, "[", "", "");
    EXPECT_STR(scan(fits.data, fits.len, &e), "");
    EXPECT(json_parse(fits.data, fits.len, &o, &e) == 0);
    EXPECT_STR(scan(deep.data, deep.len, &e), AT "65: nested deeper than 64 levels");
    EXPECT_STR(scan(objects.data, objects.len, &e), AT "321: nested deeper than 64 levels");
    EXPECT_STR(scan(endless.data, endless.len, &e), AT "65: nested deeper than 64 levels");
}

TEST(limits_the_number_of_values)
{
    auto_buf fits = { 0 }, more = { 0 };
    struct err e;

    buf_puts(&fits, "[0");
    for (int i = 2; i < 262144; i++)
        buf_puts(&fits, ",0");
    buf_puts(&more, fits.data);
    buf_puts(&fits, "]");
    buf_puts(&more, ",0]");
    EXPECT_STR(scan(fits.data, fits.len, &e), "");
    EXPECT_STR(scan(more.data, more.len, &e), AT "524288: more than 262144 values");
}

TEST(refuses_integers_beyond_64_bits)
{
#define TOO_BIG " must be a number of at most 64 bits"
    static const struct row rows[] = {
        { "{\"a\":18446744073709551616}", "a" TOO_BIG },
        { "{\"a\":-9223372036854775809}", "a" TOO_BIG },
        { "[99999999999999999999999999999999]", "[0]" TOO_BIG },
        { "[1, -18446744073709551616]", "[1]" TOO_BIG },
        { "184467440737095516150", "the top-level value" TOO_BIG },
    };

    expect_rows(rows, ARRAY_SIZE(rows));
}

TEST(parses_what_the_scan_accepts)
{
    static const char *const good[] = {
        "{}", "1", "-0", "1.5", "\"x\"", "null", " [1, 2] ", "true", "1e400", "-1E-5 ",
    };

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        cleanup(json_putp) struct json_object *o = NULL;
        struct err e = { 0 };

        EXPECT(json_parse(good[i], strlen(good[i]), &o, &e) == 0);
        EXPECT_STR(e.text, "");
    }
}

TEST(keeps_large_numbers_exact)
{
    static const char json[] = "[18446744073709551615,-9223372036854775808]";
    cleanup(json_putp) struct json_object *o = NULL;
    struct err e = { 0 };

    EXPECT(json_parse(json, strlen(json), &o, &e) == 0);
    EXPECT(json_object_get_uint64(json_object_array_get_idx(o, 0)) == UINT64_MAX);
    EXPECT(json_object_get_int64(json_object_array_get_idx(o, 1)) == INT64_MIN);
}

TEST_MAIN()
