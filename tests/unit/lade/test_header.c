// SPDX-License-Identifier: Apache-2.0
/* test_header.c - response headers and their grammars. */
#include "test.h"

#include "lade/registry/header.h"

static void add(struct headers *h, const char *line)
{
    headers_add(h, line, strlen(line));
}

TEST(finds_headers_in_any_case_and_all_of_them)
{
    struct headers h = { 0 };
    const char *first, *second;

    add(&h, "HTTP/1.1 100 Continue\r\n");
    add(&h, "Old: gone\r\n");
    add(&h, "HTTP/1.1 200 OK\r\n");
    add(&h, "Location:   /there  \r\n");
    add(&h, "X: 1\r\n");
    add(&h, "x: 2\r\n");
    add(&h, "\r\n");
    EXPECT_STR(headers_get(&h, "location"), "/there");
    EXPECT(!headers_get(&h, "Old"));
    EXPECT(!headers_get(&h, "Loc"));
    first = headers_next(&h, "X", NULL);
    second = headers_next(&h, "X", first);
    EXPECT_STR(first, "1");
    EXPECT_STR(second, "2");
    EXPECT(!headers_next(&h, "X", second));
    headers_done(&h);
    EXPECT(!headers_get(&h, "x"));
}

TEST(V19_keeps_no_more_headers_than_it_should)
{
    struct headers h = { 0 };

    for (int i = 0; i < 10000; i++)
        add(&h, "X-Filler: 0123456789012345678901234567890123456789\r\n");
    EXPECT(h.lines.len <= HEADERS_MAX);
    headers_add(&h, "A: b\0C: d", 9);
    EXPECT(!headers_get(&h, "C"));
    headers_done(&h);
}

TEST(R31_takes_only_a_whole_content_range)
{
    uint64_t first, last, total;

    EXPECT(content_range_parse("bytes 5-9/10", &first, &last, &total));
    EXPECT(first == 5 && last == 9 && total == 10);
    EXPECT(!content_range_parse("bytes 5-9/*", &first, &last, &total));
    EXPECT(!content_range_parse("bytes */10", &first, &last, &total));
    EXPECT(!content_range_parse("bytes 9-5/10", &first, &last, &total));
    EXPECT(!content_range_parse("bytes 5-10/10", &first, &last, &total));
    EXPECT(!content_range_parse("bytes 5-9/10, 1", &first, &last, &total));
    EXPECT(!content_range_parse("items 5-9/10", &first, &last, &total));
    EXPECT(!content_range_parse("bytes -5-9/10", &first, &last, &total));
    EXPECT(!content_range_parse("bytes 0-99999999999999999999/1", &first, &last, &total));
    EXPECT(!content_range_parse("", &first, &last, &total));
}

TEST(R42_reads_how_far_an_upload_came)
{
    uint64_t received = 7;

    EXPECT(upload_range_parse("0-9", &received) && received == 10);
    EXPECT(upload_range_parse("bytes=0-9", &received) && received == 10);
    EXPECT(upload_range_parse("0-0", &received) && received == 0);
    EXPECT(!upload_range_parse("5-9", &received));
    EXPECT(!upload_range_parse("0-", &received));
    EXPECT(!upload_range_parse("", &received));
}

TEST(R33_reads_retry_after)
{
    uint64_t ms;

    EXPECT(retry_after_parse("3", 0, &ms) && ms == 3000);
    EXPECT(retry_after_parse("0", 0, &ms) && ms == 0);
    EXPECT(retry_after_parse("Thu, 01 Jan 1970 00:01:40 GMT", 90, &ms) && ms == 10000);
    EXPECT(retry_after_parse("Thu, 01 Jan 1970 00:01:40 GMT", 200, &ms) && ms == 0);
    EXPECT(!retry_after_parse("", 0, &ms));
    EXPECT(!retry_after_parse("-1", 0, &ms));
    EXPECT(!retry_after_parse("1.5", 0, &ms));
    EXPECT(!retry_after_parse("99999999999999999999", 0, &ms));
    EXPECT(!retry_after_parse("tomorrow", 0, &ms));
}

TEST(R44_finds_the_next_page)
{
    char next[64];

    EXPECT(link_next_parse("</v2/a/tags/list?n=2&last=x>; rel=\"next\"", next, sizeof next));
    EXPECT_STR(next, "/v2/a/tags/list?n=2&last=x");
    EXPECT(link_next_parse("<a>; rel=prev; title=\"x,y\", <b>; title=\"z\"; REL=next", next,
                           sizeof next));
    EXPECT_STR(next, "b");
    EXPECT(!link_next_parse("<a>; rel=\"prev\"", next, sizeof next));
    EXPECT(!link_next_parse("<a>; rel=nextish", next, sizeof next));
    EXPECT(!link_next_parse("<a>; title=\"rel=next\"", next, sizeof next));
    EXPECT(!link_next_parse("<a", next, sizeof next));
    EXPECT(!link_next_parse("", next, sizeof next));
    EXPECT(!link_next_parse("<0123456789012345678901234567890123456789012345678901234567890123456>"
                            "; rel=next",
                            next, sizeof next));
}

TEST(R35_reads_warnings)
{
    char text[64];

    EXPECT(warning_parse("299 - \"it goes away\"", text, sizeof text));
    EXPECT_STR(text, "it goes away");
    EXPECT(!warning_parse("199 - \"x\"", text, sizeof text));
    EXPECT(!warning_parse("299 - x", text, sizeof text));
}

TEST_MAIN()
