// SPDX-License-Identifier: Apache-2.0
/* test_reference.c - names of images: what is taken, what is refused, what is filled in. */
#include "test.h"

#include "lade/name/reference.h"

#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define A250                                                                                       \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                           \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaa"                                                                                     \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaa"

static const char *full(const char *text)
{
    static char line[REFERENCE_TEXT_SIZE];
    struct reference r;
    struct err e;

    if (reference_parse(text, &r, &e) < 0)
        return "refused";
    reference_format(&r, line);
    return line;
}

TEST(R2_fills_in_what_was_left_out)
{
    EXPECT_STR(full("busybox"), "docker.io/library/busybox:latest");
    EXPECT_STR(full("busybox:1.36"), "docker.io/library/busybox:1.36");
    EXPECT_STR(full("me/tool"), "docker.io/me/tool:latest");
    EXPECT_STR(full("docker.io/busybox"), "docker.io/library/busybox:latest");
    EXPECT_STR(full("index.docker.io/busybox"), "docker.io/library/busybox:latest");
    EXPECT_STR(full("localhost/x"), "localhost/x:latest");
    EXPECT_STR(full("localhostess/x"), "docker.io/localhostess/x:latest");
    EXPECT_STR(full("host:5000/x"), "host:5000/x:latest");
    EXPECT_STR(full("host:5000/x:t"), "host:5000/x:t");
    EXPECT_STR(full("Example.COM/a/b/c"), "example.com/a/b/c:latest");
    EXPECT_STR(full("127.0.0.1:5000/x"), "127.0.0.1:5000/x:latest");
    EXPECT_STR(full("[::1]:5000/x"), "[::1]:5000/x:latest");
    EXPECT_STR(full("[fe80::1]/x"), "[fe80::1]/x:latest");
    /* Without a slash it is a repository and a tag. */
    EXPECT_STR(full("host:5000"), "docker.io/library/host:5000");
}

TEST(R2_one_registry_answers_elsewhere)
{
    EXPECT_STR(reference_api_host("docker.io"), "registry-1.docker.io");
    EXPECT_STR(reference_api_host("example.com"), "example.com");
    EXPECT_STR(reference_usual_host("index.docker.io"), "docker.io");
    EXPECT_STR(reference_usual_host("example.com"), "example.com");
}

TEST(R4_takes_a_tag_beside_a_digest)
{
    struct reference r;
    struct err e;

    EXPECT_STR(full("h.io/x@sha256:" HEX64), "h.io/x@sha256:" HEX64);
    EXPECT_STR(full("h.io/x:t@sha256:" HEX64), "h.io/x:t@sha256:" HEX64);
    EXPECT(reference_parse("h.io/x:t@sha256:" HEX64, &r, &e) == 0);
    EXPECT_STR(reference_target(&r), "sha256:" HEX64);
    EXPECT_STR(r.tag, "t");
    EXPECT(reference_parse("h.io/x:t", &r, &e) == 0);
    EXPECT_STR(reference_target(&r), "t");
    EXPECT(reference_parse("h.io/x", &r, &e) == 0);
    EXPECT_STR(reference_target(&r), "latest");
    EXPECT_STR(r.tag, "");
}

TEST(R1_takes_the_grammar_of_repositories)
{
    static const char *const good[] = { "a",     "a.b",   "a_b", "a__b",
                                        "a---b", "a/b/c", "0",   "a-b/c_d.e" };
    static const char *const bad[] = { "",    "/",      "a/",   "/a",    "a//b",  "A",    "-a",
                                       "a-",  ".a",     "a.",   "a..b",  "a___b", "a._b", "a b",
                                       "a/B", "a/../b", "../a", "a%2fb", "a\nb",  "a/.",  "a_-b" };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!reference_is_repository(good[i]))
            EXPECT_STR(good[i], "taken");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (reference_is_repository(bad[i]))
            EXPECT_STR(bad[i], "refused");
}

TEST(R1_takes_the_grammar_of_tags)
{
    char longest[TAG_MAX + 2];

    EXPECT(reference_is_tag("latest"));
    EXPECT(reference_is_tag("_1"));
    EXPECT(reference_is_tag("V1.2-x_y"));
    EXPECT(!reference_is_tag(""));
    EXPECT(!reference_is_tag(".a"));
    EXPECT(!reference_is_tag("-a"));
    EXPECT(!reference_is_tag("a/b"));
    EXPECT(!reference_is_tag("a b"));
    memset(longest, 'a', sizeof longest);
    longest[TAG_MAX] = '\0';
    EXPECT(reference_is_tag(longest));
    longest[TAG_MAX] = 'a';
    longest[TAG_MAX + 1] = '\0';
    EXPECT(!reference_is_tag(longest));
}

TEST(R1_limits_the_name_to_255_characters)
{
    EXPECT(strcmp(full("h.i/" A250), "refused") != 0);
    EXPECT_STR(full("h.io/" A250 "a"), "refused");
    /* What is filled in counts, too. */
    EXPECT_STR(full(A250), "refused");
}

TEST(refuses_what_is_no_name)
{
    static const char *const bad[] = {
        "",
        ":",
        "@",
        "a:",
        "a@",
        "a@sha256:x",
        "a@sha256:" HEX64 "@sha256:" HEX64,
        "a:b:c",
        "h.io/",
        "h.io/A",
        "h.io:/x",
        "h.io:0/x",
        "h.io:65536/x",
        "h.io:5000:5000/x",
        "-h.io/x",
        "h-.io/x",
        "h..io/x",
        ".h.io/x",
        "h.io./x",
        "[::1/x",
        "[]/x",
        "[x:]/x",
        "user:password@h.io/x",
        "https://h.io/x",
        "h.io/x\n",
        "h.io/x?y",
        "h.io/x#y",
        "h.io\r\n/x",
        HEX64,
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strcmp(full(bad[i]), "refused") != 0)
            EXPECT_STR(bad[i], "refused");
}

TEST(V37_a_host_has_no_control_characters)
{
    EXPECT(!reference_is_host("h.io\n"));
    EXPECT(!reference_is_host("h.io\nhost=evil.io"));
    EXPECT(!reference_is_host("h.io /x"));
    EXPECT(reference_is_host("h.io"));
    EXPECT(reference_is_host("[::1]:5000"));
}

TEST(reads_what_a_login_names)
{
    struct reference r;
    struct err e;

    EXPECT(reference_parse_scope("h.io:5000/a/b", &r, &e) == 0);
    EXPECT_STR(r.host, "h.io:5000");
    EXPECT_STR(r.repository, "a/b");
    EXPECT(reference_parse_scope("index.docker.io", &r, &e) == 0);
    EXPECT_STR(r.host, "docker.io");
    EXPECT_STR(r.repository, "");
    EXPECT(reference_parse_scope("registry", &r, &e) == 0);
    EXPECT(reference_parse_scope("h.io/A", &r, &e) < 0);
    EXPECT(reference_parse_scope("", &r, &e) < 0);
}

TEST(says_what_is_wrong)
{
    struct reference r;
    struct err e;

    EXPECT(reference_parse("h.io/x:.", &r, &e) < 0);
    EXPECT(e.kind == ERR_INVALID);
    EXPECT_STR(e.text, "invalid image name 'h.io/x:.': a tag is up to 128 letters, digits, '_', "
                       "'.' and '-'");
}

TEST_MAIN()
