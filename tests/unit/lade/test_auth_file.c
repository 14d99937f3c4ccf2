// SPDX-License-Identifier: Apache-2.0
/* test_auth_file.c - files of credentials: which entry is whose. */
#include "test.h"

#include "lade/registry/auth_file.h"

static const char file[] = "{\"auths\":{"
                           "\"h.example\":{\"auth\":\"aG9zdDpwdw==\"},"
                           "\"h.example/ns\":{\"auth\":\"bnM6cHc=\"},"
                           "\"h.example/ns/app\":{\"auth\":\"YXBwOnB3\"},"
                           "\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnB3\"},"
                           "\"http://old.example/v2/\":{\"username\":\"old\",\"password\":\"pw\"},"
                           "\"id.example\":{\"auth\":\"aWQ6\",\"identitytoken\":\"token\"},"
                           "\"bad.example\":{\"auth\":\"***\"},"
                           "\"colon.example\":{\"auth\":\"YTpiOmM=\"},"
                           "\"not a host\":{\"auth\":\"aG9zdDpwdw==\"}}}";

/* "name secret", "" for nothing, or the error. */
static const char *find(const char *text, const char *host, const char *repository)
{
    static char line[ERR_TEXT_MAX];
    auto_auth_file *f = NULL;
    auto_credential c = { 0 };
    struct err e;

    line[0] = '\0';
    if (auth_file_parse("auth.json", text, strlen(text), &f, &e) < 0 ||
        auth_file_find(f, host, repository, &c, &e) < 0)
        snprintf(line, sizeof line, "%s", e.text);
    else if (credential_found(&c))
        snprintf(line, sizeof line, "%s %s%s", c.username, c.secret, c.identity ? " identity" : "");
    return line;
}

TEST(R53_takes_the_most_specific_key)
{
    EXPECT_STR(find(file, "h.example", "other"), "host pw");
    EXPECT_STR(find(file, "h.example", ""), "host pw");
    EXPECT_STR(find(file, "h.example", "ns/other"), "ns pw");
    EXPECT_STR(find(file, "h.example", "ns/app"), "app pw");
    EXPECT_STR(find(file, "h.example", "ns/application"), "ns pw");
    EXPECT_STR(find(file, "h.example", "nsx"), "host pw");
    EXPECT_STR(find(file, "h.example:5000", "ns"), "");
    EXPECT_STR(find(file, "x.h.example", "ns"), "");
}

TEST(R53_knows_old_spellings)
{
    EXPECT_STR(find(file, "docker.io", "library/busybox"), "hub pw");
    EXPECT_STR(find(file, "old.example", "v2/x"), "old pw");
    EXPECT_STR(find("{\"h.example\":{\"auth\":\"aG9zdDpwdw==\"}}", "h.example", ""), "");
}

TEST(reads_what_an_entry_may_hold)
{
    EXPECT_STR(find(file, "id.example", ""), "id token identity");
    EXPECT_STR(find(file, "colon.example", ""), "a b:c");
    EXPECT_STR(find(file, "bad.example", ""),
               "auth.json: an 'auth' is not base64 of NAME:PASSWORD");
    EXPECT_STR(find("", "h.example", ""), "");
    EXPECT_STR(find("[]", "h.example", ""), "auth.json: not an object");
    EXPECT_STR(find("{\"auths\":null}", "h.example", ""), "");
}

TEST(R54_finds_the_helper_of_a_host)
{
    static const char text[] =
        "{\"credsStore\":\"all\",\"credHelpers\":{\"h.example\":\"one\",\"h.example/ns\":\"two\"}}";
    auto_auth_file *f = NULL;
    struct err e;

    EXPECT(auth_file_parse("x", text, strlen(text), &f, &e) == 0);
    EXPECT_STR(auth_file_helper(f, "h.example", "a"), "one");
    EXPECT_STR(auth_file_helper(f, "h.example", "ns/a"), "two");
    EXPECT_STR(auth_file_helper(f, "other.example", "a"), "all");
}

TEST(V37_refuses_helpers_by_bad_names)
{
    EXPECT_STR(find("{\"credsStore\":\"../../bin/sh\"}", "h.example", ""),
               "auth.json: invalid credential helper '../../bin/sh'");
    EXPECT_STR(find("{\"credsStore\":\"a b\"}", "h.example", ""),
               "auth.json: invalid credential helper 'a b'");
}

TEST(base64_goes_both_ways)
{
    size_t len;
    auto_secret *text = base64_encode("a:b", 3), *back = base64_decode(text, &len);

    EXPECT_STR(text, "YTpi");
    EXPECT_STR(back, "a:b");
    EXPECT(len == 3);
    EXPECT(!base64_decode("abc", &len));
    EXPECT(!base64_decode("====", &len));
}

TEST_MAIN()
