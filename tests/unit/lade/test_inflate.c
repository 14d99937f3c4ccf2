// SPDX-License-Identifier: Apache-2.0
/* test_inflate.c - streams of every compression, whole and damaged. */
#include "archive.h"
#include "packed.h"
#include "test.h"

#include "lade/layer/inflate.h"

#include <stdlib.h>
#include <zlib.h>

enum { WINDOW = 8 << 20 };

static char noise[300000]; /* does not compress well */

static void __attribute__((constructor)) make_noise(void)
{
    unsigned x = 1;

    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1103515245 + 12345;
        noise[i] = (char)("abcdefghijklmnop"[x >> 28]);
    }
}

/* What comes out, at most 64 KiB at a time; *ret_error "" when all went well. */
static void inflate_all(const struct buf *packed, size_t step, unsigned allowed, struct buf *ret,
                        char ret_error[ERR_TEXT_MAX])
{
    struct archive_source source = { packed->data, packed->len, 0, step };
    struct byte_source from = { read_archive, &source }, plain;
    static char piece[65536];
    auto_inflate *i = NULL;
    struct err e = { 0 };
    ssize_t n = inflate_new(&from, allowed, WINDOW, &i, &e);

    if (n == 0) {
        plain = inflate_source(i);
        while ((n = plain.read(plain.user, piece, sizeof piece, &e)) > 0)
            buf_add(ret, piece, (size_t)n);
    }
    snprintf(ret_error, ERR_TEXT_MAX, "%s", n < 0 ? e.text : "");
}

static void expect_content(const struct buf *packed, const void *content, size_t len)
{
    for (size_t step = 0; step < 50000; step = step * 30 + 1) {
        auto_buf plain = { 0 };
        char error[ERR_TEXT_MAX];

        inflate_all(packed, step, 0, &plain, error);
        EXPECT_STR(error, "");
        EXPECT(plain.len == len && (len == 0 || memcmp(plain.data, content, len) == 0));
    }
}

static void expect_error(const struct buf *packed, const char *text)
{
    auto_buf plain = { 0 };
    char error[ERR_TEXT_MAX];

    inflate_all(packed, 0, 0, &plain, error);
    if (!strstr(error, text) || !*error)
        EXPECT_STR(error, text);
}

TEST(R19_the_first_bytes_say_what_it_is)
{
    auto_buf gzip = { 0 }, zstd = { 0 }, plain = { 0 }, empty = { 0 };

    add_gzip(&gzip, noise, sizeof noise);
    expect_content(&gzip, noise, sizeof noise);
    add_zstd(&zstd, noise, sizeof noise, 0);
    expect_content(&zstd, noise, sizeof noise);
    buf_add(&plain, noise, sizeof noise);
    expect_content(&plain, noise, sizeof noise);
    expect_content(&empty, "", 0);
    plain.len = 2;
    expect_content(&plain, noise, 2);
}

TEST(R19_the_media_type_limits_what_it_may_be)
{
    auto_buf gzip = { 0 }, out = { 0 };
    char error[ERR_TEXT_MAX];

    add_gzip(&gzip, "x", 1);
    inflate_all(&gzip, 0, 1 << COMPRESSION_NONE | 1 << COMPRESSION_GZIP, &out, error);
    EXPECT_STR(error, "");
    inflate_all(&gzip, 0, 1 << COMPRESSION_NONE | 1 << COMPRESSION_ZSTD, &out, error);
    EXPECT_STR(error, "the layer is gzip, which its media type does not allow");
}

TEST(R19_what_media_types_allow)
{
    enum {
        NONE = 1 << COMPRESSION_NONE,
        GZIP = 1 << COMPRESSION_GZIP,
        ZSTD = 1 << COMPRESSION_ZSTD
    };

    EXPECT(compression_allowed("application/vnd.oci.image.layer.v1.tar") == (NONE | GZIP));
    EXPECT(compression_allowed("application/vnd.oci.image.layer.v1.tar+gzip") == (NONE | GZIP));
    EXPECT(compression_allowed("application/vnd.oci.image.layer.v1.tar+zstd") == (NONE | ZSTD));
    EXPECT(compression_allowed("application/vnd.docker.image.rootfs.diff.tar.gzip") ==
           (NONE | GZIP));
    EXPECT(compression_allowed("application/vnd.docker.image.rootfs.diff.tar.zstd") ==
           (NONE | ZSTD));
    EXPECT(compression_allowed("application/vnd.oci.image.layer.v1.TAR+gzip; a=b") ==
           (NONE | GZIP));
    EXPECT(compression_allowed("text/plain") == 0);
}

TEST(R19_several_members_are_one_content)
{
    auto_buf gzip = { 0 }, zstd = { 0 };

    add_gzip(&gzip, noise, 1000);
    add_gzip(&gzip, "", 0);
    add_gzip(&gzip, noise + 1000, sizeof noise - 1000);
    expect_content(&gzip, noise, sizeof noise);
    add_zstd(&zstd, noise, 1000, 0);
    buf_add(&zstd, "\x50\x2a\x4d\x18\4\0\0\0toc!", 12); /* a frame that holds no content */
    add_zstd(&zstd, noise + 1000, sizeof noise - 1000, 0);
    expect_content(&zstd, noise, sizeof noise);
}

TEST(R19_what_stands_behind_is_not_content)
{
    auto_buf gzip = { 0 };
    static const char zeros[10240];

    add_gzip(&gzip, noise, sizeof noise);
    buf_add(&gzip, zeros, sizeof zeros);
    buf_puts(&gzip, "and more");
    expect_content(&gzip, noise, sizeof noise);
}

TEST(V9_very_many_empty_members_are_nothing)
{
    auto_buf gzip = { 0 };

    for (int i = 0; i < 20000; i++)
        add_gzip(&gzip, "", 0);
    expect_content(&gzip, "", 0);
}

TEST(V10_a_window_needs_no_more_memory_than_allowed)
{
    auto_buf small = { 0 }, large = { 0 }, largest = { 0 };

    add_zstd(&small, noise, sizeof noise, 23);
    expect_content(&small, noise, sizeof noise);
    add_zstd(&large, noise, sizeof noise, 24);
    expect_error(&large, "the zstd stream is damaged: Frame requires too much memory");
    /* What a hostile writer says: magic, no flags, a window of 2 GiB. */
    buf_add(&largest, "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    expect_error(&largest, "the zstd stream is damaged: Frame requires too much memory");
}

TEST(V14_a_stream_that_is_cut_is_an_error)
{
    auto_buf gzip = { 0 }, zstd = { 0 };
    size_t whole;

    add_gzip(&gzip, noise, 20000);
    for (whole = gzip.len, gzip.len = 4; gzip.len < whole; gzip.len++)
        expect_error(&gzip, "ends early");
    add_zstd(&zstd, noise, 20000, 0);
    for (whole = zstd.len, zstd.len = 4; zstd.len < whole; zstd.len++)
        expect_error(&zstd, "ends early");
}

TEST(damage_is_an_error)
{
    auto_buf gzip = { 0 }, zstd = { 0 };

    add_gzip(&gzip, noise, 20000);
    gzip.data[gzip.len - 6] ^= 1; /* the checksum */
    expect_error(&gzip, "the gzip stream is damaged");
    gzip.data[gzip.len - 6] ^= 1;
    gzip.data[gzip.len - 2] ^= 1; /* the size */
    expect_error(&gzip, "the gzip stream is damaged");
    gzip.data[gzip.len - 2] ^= 1;
    gzip.data[5000] ^= 0x55;
    expect_error(&gzip, "the gzip stream is damaged");
    add_zstd(&zstd, noise, 20000, 0);
    zstd.data[5000] ^= 0x55;
    expect_error(&zstd, "the zstd stream is damaged");
}

/* Every single bit: an error or the same content, and never a crash. */
TEST(no_flipped_bit_goes_unnoticed)
{
    auto_buf gzip = { 0 };

    add_gzip(&gzip, noise, 300);
    for (size_t bit = 0; bit < 8 * gzip.len; bit++) {
        auto_buf plain = { 0 };
        char error[ERR_TEXT_MAX];

        gzip.data[bit / 8] ^= (char)(1 << bit % 8);
        inflate_all(&gzip, 0, 1 << COMPRESSION_GZIP, &plain, error);
        if (!*error)
            EXPECT(plain.len == 300 && memcmp(plain.data, noise, 300) == 0);
        gzip.data[bit / 8] ^= (char)(1 << bit % 8);
    }
}

/* RFC 1952: name, comment and a checksum of the header, whose two bytes follow them. */
TEST(a_header_is_checked_in_however_many_pieces_it_comes)
{
    static const char header[] = "\x1f\x8b\x08\x1a\0\0\0\0\0\xff"
                                 "a name\0"
                                 "a comment";
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)header, sizeof header);
    auto_buf member = { 0 }, good = { 0 }, bad = { 0 };

    add_gzip(&member, "content", 7);
    buf_add(&good, header, sizeof header);
    buf_add(&bad, header, sizeof header);
    for (int i = 0; i < 2; i++) {
        buf_add(&good, &(char){ (char)(crc >> 8 * i) }, 1);
        buf_add(&bad, &(char){ (char)(~crc >> 8 * i) }, 1);
    }
    buf_add(&good, member.data + 10, member.len - 10);
    buf_add(&bad, member.data + 10, member.len - 10);
    expect_content(&good, "content", 7);
    for (size_t step = 0; step < 50; step++) {
        auto_buf plain = { 0 };
        char error[ERR_TEXT_MAX];

        inflate_all(&bad, step, 0, &plain, error);
        EXPECT(*error && plain.len == 0);
    }
}

TEST_MAIN()
