// SPDX-License-Identifier: Apache-2.0
/* test_digest.c - the grammar of digests, and digests of known content. */
#include "test.h"

#include "lade/name/digest.h"

#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static bool parses(const char *text)
{
    struct digest d;
    struct err e;

    return digest_parse(text, &d, &e) == 0;
}

TEST(R5_R7_takes_what_the_grammar_allows)
{
    struct digest d;
    struct err e;

    EXPECT(digest_parse("sha256:" HEX64, &d, &e) == 0);
    EXPECT(d.algorithm == DIGEST_SHA256);
    EXPECT_STR(d.text, "sha256:" HEX64);
    EXPECT_STR(digest_encoded(&d), HEX64);
    EXPECT(digest_parse("sha512:" HEX64 HEX64, &d, &e) == 0);
    EXPECT(d.algorithm == DIGEST_SHA512);
    EXPECT(digest_parse("multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8", &d,
                        &e) == 0);
    EXPECT(d.algorithm == DIGEST_OTHER);
    EXPECT(parses("sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"));
}

TEST(R5_refuses_the_rest)
{
    static const char *const bad[] = {
        "",
        ":",
        "sha256",
        "sha256:",
        "sha256:abc",
        "sha256:" HEX64 "0",
        "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "sha512:" HEX64,
        "SHA256:" HEX64,
        "sha256:../../../etc/passwd",
        "other:../x",
        "other:a/b",
        "+a:b",
        "a+:b",
        "a++b:c",
        " sha256:" HEX64,
    };
    char longest[DIGEST_TEXT_SIZE + 8];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (parses(bad[i]))
            EXPECT_STR(bad[i], "refused");
    memset(longest, 'a', sizeof longest);
    longest[5] = ':';
    longest[DIGEST_TEXT_SIZE - 1] = '\0';
    EXPECT(parses(longest));
    longest[DIGEST_TEXT_SIZE - 1] = 'a';
    longest[DIGEST_TEXT_SIZE] = '\0';
    EXPECT(!parses(longest));
}

TEST(says_which_text_is_bad)
{
    struct digest d;
    struct err e;

    EXPECT(digest_parse("md5:x/y", &d, &e) < 0);
    EXPECT(e.kind == ERR_INVALID);
    EXPECT_STR(e.text, "invalid digest 'md5:x/y'");
}

TEST(computes_known_digests)
{
    struct digest d, again;
    auto_hasher *h = NULL;
    struct err e;

    EXPECT(digest_of(DIGEST_SHA256, "", 0, &d, &e) == 0);
    EXPECT_STR(d.text, "sha256:" HEX64);
    EXPECT(digest_of(DIGEST_SHA256, "{}", 2, &d, &e) == 0);
    EXPECT_STR(d.text, "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    EXPECT(hasher_new(DIGEST_SHA256, &h, &e) == 0);
    hasher_add(h, "{", 1);
    hasher_add(h, "}", 1);
    hasher_end(h, &again);
    EXPECT(digest_equal(&d, &again));
    EXPECT(digest_of(DIGEST_SHA512, "abc", 3, &d, &e) == 0);
    EXPECT(strncmp(d.text, "sha512:ddaf35a193617aba", 23) == 0);
}

TEST(cannot_compute_another_algorithm)
{
    struct digest d;
    struct err e;

    EXPECT(digest_of(DIGEST_OTHER, "", 0, &d, &e) < 0);
    EXPECT(e.kind == ERR_UNSUPPORTED);
}

TEST_MAIN()
