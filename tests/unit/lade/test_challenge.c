// SPDX-License-Identifier: Apache-2.0
/* test_challenge.c - WWW-Authenticate as servers write it. */
#include "test.h"

#include "lade/registry/challenge.h"

static struct challenge parse(const char *text)
{
    struct challenge c = { 0 };

    challenge_parse(text, &c);
    return c;
}

TEST(R46_reads_a_bearer_challenge)
{
    struct challenge c = parse("Bearer realm=\"https://auth.example/token\",service=\"registry\","
                               "scope=\"repository:a/b:pull,push\",error=\"invalid_token\"");

    EXPECT(c.scheme == CHALLENGE_BEARER);
    EXPECT_STR(c.realm, "https://auth.example/token");
    EXPECT_STR(c.service, "registry");
    EXPECT_STR(c.scope, "repository:a/b:pull,push");
    EXPECT_STR(c.error, "invalid_token");
}

TEST(R46_takes_any_case_and_spacing)
{
    struct challenge c = parse("bEARER  Realm = \"r\" , SERVICE=plain ,other=\"x\\\"y\"");

    EXPECT(c.scheme == CHALLENGE_BEARER);
    EXPECT_STR(c.realm, "r");
    EXPECT_STR(c.service, "plain");
    c = parse("BASIC");
    EXPECT(c.scheme == CHALLENGE_BASIC);
}

TEST(R46_finds_the_best_of_several)
{
    EXPECT(parse("Basic realm=\"a, b\", Bearer realm=\"r\"").scheme == CHALLENGE_BEARER);
    EXPECT(parse("Bearer realm=\"r\", Basic realm=\"x\"").scheme == CHALLENGE_BEARER);
    EXPECT_STR(parse("Bearer realm=\"r\", Basic realm=\"x\"").realm, "r");
    EXPECT(parse("Negotiate YWJjZA==, Basic realm=\"x\"").scheme == CHALLENGE_BASIC);
    EXPECT(parse("Digest realm=\"x\", nonce=\"y\"").scheme == CHALLENGE_NONE);
    /* Without a place to get a token from it is no use. */
    EXPECT(parse("Bearer service=\"x\", Basic realm=\"y\"").scheme == CHALLENGE_BASIC);
}

TEST(R46_adds_up_headers)
{
    struct challenge c = { 0 };

    challenge_parse("Basic realm=\"x\"", &c);
    challenge_parse("Bearer realm=\"r\"", &c);
    challenge_parse("Basic realm=\"y\"", &c);
    EXPECT(c.scheme == CHALLENGE_BEARER);
    EXPECT_STR(c.realm, "r");
}

TEST(passes_over_what_it_cannot_keep)
{
    char text[CHALLENGE_TEXT_SIZE + 64] = "Bearer realm=\"";

    memset(text + strlen(text), 'a', CHALLENGE_TEXT_SIZE);
    EXPECT(parse(text).scheme == CHALLENGE_NONE);
    EXPECT(parse("Bearer realm=\"a\rb\"").scheme == CHALLENGE_NONE);
    EXPECT(parse("Bearer realm=\"open").scheme == CHALLENGE_NONE);
    EXPECT(parse("").scheme == CHALLENGE_NONE);
    EXPECT(parse(", ,,=,\"").scheme == CHALLENGE_NONE);
    EXPECT(parse("Bearer realm=\\").scheme == CHALLENGE_BEARER);
}

TEST_MAIN()
