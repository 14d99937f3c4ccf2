// SPDX-License-Identifier: Apache-2.0
/* test_buf.c - growing text, and strings that are JSON whatever bytes they come from. */
#include "base/buf.h"

#include "base/cleanup.h"
#include "test.h"

TEST(an_empty_buffer_can_be_done)
{
    struct buf b = { 0 };

    buf_done(&b);
    EXPECT(b.data == NULL && !buf_failed(&b));
}

TEST(it_grows_and_stays_terminated)
{
    auto_buf b = { 0 };

    for (int i = 0; i < 1000; i++) {
        buf_puts(&b, "ab");
        buf_printf(&b, "%03d", i);
        EXPECT(b.len == (size_t)(i + 1) * 5 && b.data[b.len] == '\0');
    }
    EXPECT(strncmp(b.data, "ab000ab001", 10) == 0);
    EXPECT_STR(b.data + b.len - 5, "ab999");
    EXPECT(!buf_failed(&b));
}

TEST(bytes_may_be_zero_or_none)
{
    auto_buf b = { 0 };

    buf_add(&b, NULL, 0);
    EXPECT(b.len == 0);
    EXPECT_STR(b.data, "");
    buf_add(&b, "a\0b", 3);
    EXPECT(b.len == 3 && memcmp(b.data, "a\0b", 4) == 0);
}

TEST(a_failed_buffer_takes_nothing_more)
{
    auto_buf b = { 0 };

    buf_puts(&b, "kept");
    b.failed = true;
    buf_puts(&b, "lost");
    buf_printf(&b, "%d", 1);
    buf_json_string(&b, "lost");
    EXPECT_STR(b.data, "kept");
}

#define BAD "\\ufffd"

TEST(json_strings)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "" },
        { "plain /text", "plain /text" },
        { "\"\\", "\\\"\\\\" },
        { "\x01\n\t\x1f\x7f", "\\u0001\\u000a\\u0009\\u001f\\u007f" },
        /* Well-formed: the ends of each range of RFC 3629. */
        { "\xc2\x80\xdf\xbf", "\xc2\x80\xdf\xbf" },
        { "\u0800\ud7ff\ue000\uffff", "\u0800\ud7ff\ue000\uffff" },
        { "\U00010000\U0010ffff", "\U00010000\U0010ffff" },
        /* Continuation bytes alone, and sequences that end too early. */
        { "\x80z\xbf", BAD "z" BAD },
        { "\xc3", BAD },
        { "\xc3z", BAD "z" },
        { "\xe2\x82", BAD BAD },
        { "\xe2\x82z", BAD BAD "z" },
        { "\xf0\x9f\x98", BAD BAD BAD },
        { "\xf0\x9f\x98\"", BAD BAD BAD "\\\"" },
        /* Overlong: these would smuggle '/', '\"' or NUL past a check. */
        { "\xc0\xaf", BAD BAD },
        { "\xc1\xbf", BAD BAD },
        { "\xe0\x80\xaf", BAD BAD BAD },
        { "\xe0\x9f\xbf", BAD BAD BAD },
        { "\xf0\x80\x80\xaf", BAD BAD BAD BAD },
        { "\xf0\x8f\xbf\xbf", BAD BAD BAD BAD },
        /* Surrogates, past the last code point, and bytes that begin nothing. */
        { "\xed\xa0\x80", BAD BAD BAD },
        { "\xed\xbf\xbf", BAD BAD BAD },
        { "\xf4\x90\x80\x80", BAD BAD BAD BAD },
        { "\xf5\x80\x80\x80", BAD BAD BAD BAD },
        { "\xfe\xff", BAD BAD },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_buf got = { 0 }, want = { 0 };

        buf_json_string(&got, rows[i].text);
        buf_printf(&want, "\"%s\"", rows[i].want);
        EXPECT_STR(got.data, want.data);
    }
}

TEST_MAIN()
