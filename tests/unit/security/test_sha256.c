// SPDX-License-Identifier: Apache-2.0
/* test_sha256.c - the vectors of FIPS 180-4 and NIST's examples, whole and in pieces. */
#include "security/sha256.h"

#include "base/cleanup.h"

#include "test.h"

static const struct {
    const char *text;
    const char *hex;
} vectors[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
      "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

static void digest_hex(struct sha256 *h, char ret[2 * SHA256_SIZE + 1])
{
    uint8_t digest[SHA256_SIZE];

    sha256_end(h, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

TEST(gives_the_published_digests)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        char hex[2 * SHA256_SIZE + 1];
        struct sha256 h;

        sha256_init(&h);
        sha256_add(&h, vectors[i].text, strlen(vectors[i].text));
        digest_hex(&h, hex);
        EXPECT_STR(hex, vectors[i].hex);
    }
}

TEST(does_not_care_how_the_input_is_cut)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        char hex[2 * SHA256_SIZE + 1];
        struct sha256 h;

        sha256_init(&h);
        for (const char *p = vectors[i].text; *p; p++)
            sha256_add(&h, p, 1);
        digest_hex(&h, hex);
        EXPECT_STR(hex, vectors[i].hex);
    }
}

TEST(digests_a_million_letters)
{
    char block[1000], hex[2 * SHA256_SIZE + 1];
    struct sha256 h;

    memset(block, 'a', sizeof block);
    sha256_init(&h);
    for (int i = 0; i < 1000; i++)
        sha256_add(&h, block, sizeof block);
    digest_hex(&h, hex);
    EXPECT_STR(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_MAIN()
