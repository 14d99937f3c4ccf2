// SPDX-License-Identifier: Apache-2.0
/* test_tar.c - reading archives of every dialect, and refusing those that are damaged. */
#include "archive.h"
#include "test.h"

#include "lade/layer/tar.h"

#include <stddef.h>
#include <stdlib.h>

static void show_content(struct buf *out, struct tar *t, struct err *e, int *rc)
{
    char text[64];
    ssize_t n;

    while ((n = tar_read(t, text, sizeof text, e)) > 0)
        for (ssize_t i = 0; i < n; i++)
            if (text[i]) /* what lies behind a NUL could not be seen */
                buf_add(out, &text[i], 1);
    if (n < 0)
        *rc = (int)n;
}

static void show(struct buf *out, const struct tar_entry *entry)
{
    static const char kinds[] = "fhlcbdp";

    buf_printf(out, "%c %s", kinds[entry->type], entry->path);
    if (*entry->link)
        buf_printf(out, " -> %s", entry->link);
    buf_printf(out, " %o %llu:%llu %llu", entry->mode, (unsigned long long)entry->uid,
               (unsigned long long)entry->gid, (unsigned long long)entry->size);
    if (entry->mtime.tv_sec || entry->mtime.tv_nsec)
        buf_printf(out, " @%lld.%09ld", (long long)entry->mtime.tv_sec, entry->mtime.tv_nsec);
    if (entry->major || entry->minor)
        buf_printf(out, " %llu,%llu", (unsigned long long)entry->major,
                   (unsigned long long)entry->minor);
    for (size_t i = 0; i < entry->xattr_count; i++)
        buf_printf(out, " {%s=%.*s}", entry->xattrs[i].name, (int)entry->xattrs[i].len,
                   (const char *)entry->xattrs[i].value);
    for (size_t i = 0; i < entry->piece_count; i++)
        buf_printf(out, " [%llu+%llu]", (unsigned long long)entry->pieces[i].offset,
                   (unsigned long long)entry->pieces[i].size);
    buf_puts(out, " ");
}

/* The entries as text, a line each; ends with "! ERROR" when there is one. step: see archive.h. */
static const char *list_in_steps(const struct buf *a, size_t step)
{
    static struct buf out;
    struct archive_source source = { a->data, a->len, 0, step };
    struct byte_source from = { read_archive, &source };
    const struct tar_entry *entry;
    auto_tar *t = NULL;
    struct err e;
    int rc = tar_new(&from, &t, &e);

    buf_done(&out);
    out = (struct buf){ 0 };
    while (rc >= 0 && (rc = tar_next(t, &entry, &e)) > 0) {
        show(&out, entry);
        show_content(&out, t, &e, &rc);
        buf_puts(&out, "\n");
    }
    if (rc < 0)
        buf_printf(&out, "! %s", e.text);
    return out.data ? out.data : "";
}

static const char *list(const struct buf *a)
{
    return list_in_steps(a, 0);
}

TEST(R76_ustar_with_every_type)
{
    auto_buf a = { 0 };

    add(&a, .name = "d/", .type = '5', .mode = 01777, .uid = 1, .gid = 2, .mtime = 3);
    add(&a, .name = "d/f", .text = "text");
    add(&a, .name = "d/h", .type = '1', .link = "d/f");
    add(&a, .name = "d/l", .type = '2', .link = "../x");
    add(&a, .name = "d/c", .type = '3', .major = 1, .minor = 3);
    add(&a, .name = "d/b", .type = '4', .major = 8);
    add(&a, .name = "d/p", .type = '6');
    add(&a, .name = "d/7", .type = '7', .text = "contiguous");
    add(&a, .name = "name", .prefix = "a/prefix", .text = "");
    add_end(&a);
    EXPECT_STR(list(&a), "d d/ 1777 1:2 0 @3.000000000 \n"
                         "f d/f 644 0:0 4 text\n"
                         "h d/h -> d/f 644 0:0 0 \n"
                         "l d/l -> ../x 644 0:0 0 \n"
                         "c d/c 644 0:0 0 1,3 \n"
                         "b d/b 644 0:0 0 8,0 \n"
                         "p d/p 644 0:0 0 \n"
                         "f d/7 644 0:0 10 contiguous\n"
                         "f a/prefix/name 644 0:0 0 \n");
}

TEST(R76_archives_of_seventh_edition)
{
    auto_buf a = { 0 };

    add(&a, .format = FORMAT_V7, .name = "d/");
    add(&a, .format = FORMAT_V7, .name = "d/f", .text = "x");
    EXPECT_STR(list(&a), "d d/ 644 0:0 0 \nf d/f 644 0:0 1 x\n");
}

TEST(R76_gnu_long_names)
{
    char name[301], link[251], line[700];
    auto_buf a = { 0 };

    memset(name, 'n', 300);
    memset(link, 'l', 250);
    name[300] = link[250] = '\0';
    put_extension(&a, 'K', link, sizeof link);
    put_extension(&a, 'L', name, sizeof name);
    add(&a, .format = FORMAT_GNU, .name = "short", .type = '2', .link = "short");
    add(&a, .format = FORMAT_GNU, .name = "next", .text = "y");
    snprintf(line, sizeof line, "l %s -> %s 644 0:0 0 \nf next 644 0:0 1 y\n", name, link);
    EXPECT_STR(list(&a), line);
}

TEST(R76_pax_records)
{
    auto_buf a = { 0 };

    add(&a, .name = "x", .text = "c",
        .pax = { "path=long/name with = and \303\244", "uid=3000000000", "gid=4000000000",
                 "mtime=1700000000.123456789", "SCHILY.xattr.user.k=v=w",
                 "LIBARCHIVE.xattr.user.%6Ci=dmFsdWU", "unknown=1" });
    add(&a, .name = "x", .type = '2', .link = "y",
        .pax = { "linkpath=long/target", "mtime=-1.25" });
    add(&a, .name = "x", .text = "", .pax = { "mtime=5", "path=", "SCHILY.xattr.user.empty=" });
    EXPECT_STR(list(&a), "f long/name with = and \303\244 644 3000000000:4000000000 1 "
                         "@1700000000.123456789 {user.k=v=w} {user.li=value} c\n"
                         "l x -> long/target 644 0:0 0 @-2.750000000 \n"
                         "f x 644 0:0 0 @5.000000000 {user.empty=} \n");
}

TEST(R76_global_headers_say_nothing)
{
    auto_buf a = { 0 }, record = { 0 };

    put_record(&record, "path=evil");
    put_extension(&a, 'g', record.data, record.len);
    add(&a, .name = "f", .text = "x");
    EXPECT_STR(list(&a), "f f 644 0:0 1 x\n");
}

TEST(R76_numbers_in_base_256)
{
    auto_buf a = { 0 };

    add(&a, .format = FORMAT_GNU, .name = "f", .text = "abc",
        .raw_size = "\x80\0\0\0\0\0\0\0\0\0\0\3", .raw_uid = "\x80\0\0\0\xb2\xd0\x5e\0");
    EXPECT_STR(list(&a), "f f 644 3000000000:0 3 abc\n");
    a.len = 0;
    add(&a, .format = FORMAT_GNU, .name = "f",
        .raw_size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    EXPECT_STR(list(&a), "! the archive is damaged: its size is negative");
    a.len = 0;
    add(&a, .format = FORMAT_GNU, .name = "f", .raw_size = "\x80\1\0\0\0\0\0\0\0\0\0\0");
    EXPECT_STR(list(&a), "! the archive is damaged: its size is no number");
}

TEST(R76_old_gnu_sparse_files)
{
    static const char map[] = "00000000000\0"
                              "00000000003\0"
                              "00000001000\0"
                              "00000000002\0"
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\0"
                              "00000002000";
    auto_buf a = { 0 };

    add(&a, .format = FORMAT_GNU, .name = "s", .type = 'S', .text = "abcde", .at_386 = map,
        .at_386_len = sizeof map);
    add(&a, .name = "next", .text = "z");
    EXPECT_STR(list(&a), "f s 644 0:0 1024 [0+3] [512+2] abcde\nf next 644 0:0 1 z\n");
}

TEST(R76_pax_sparse_files)
{
    char content[512 + 5] = "2\n0\n3\n512\n2\n";
    auto_buf a = { 0 };

    memcpy(content + 512, "abcde", 5);
    add(&a, .name = "GNUSparseFile.1/s", .data = content, .size = sizeof content,
        .pax = { "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=s",
                 "GNU.sparse.realsize=1024" });
    add(&a, .name = "t", .text = "abcde",
        .pax = { "GNU.sparse.size=1024", "GNU.sparse.numblocks=2", "GNU.sparse.map=0,3,512,2" });
    add(&a, .name = "u", .text = "abcde",
        .pax = { "GNU.sparse.size=1024", "GNU.sparse.offset=0", "GNU.sparse.numbytes=3",
                 "GNU.sparse.offset=512", "GNU.sparse.numbytes=2" });
    add(&a, .name = "next", .text = "z");
    EXPECT_STR(list(&a), "f s 644 0:0 1024 [0+3] [512+2] abcde\n"
                         "f t 644 0:0 1024 [0+3] [512+2] abcde\n"
                         "f u 644 0:0 1024 [0+3] [512+2] abcde\n"
                         "f next 644 0:0 1 z\n");
}

TEST(V8_sparse_maps_are_bounded)
{
    static const struct {
        const char *map, *text;
    } rows[] = {
        { "100000000\n", "! a sparse file of an archive has too many pieces" },
        { "18446744073709551615\n", "! the archive is damaged: its sparse map is no number" },
        { "1\n0\n9\n", "! the archive is damaged: a sparse map does not fit its content" },
        { "2\n9\n1\n0\n1\n", "! the archive is damaged: a sparse map is out of order" },
        { "1\n9223372036854775807\n9\n", "! the archive is damaged: a sparse map is out of order" },
        { "1\n0\n", "! the archive is damaged: its sparse map is no number" },
        { "x\n", "! the archive is damaged: its sparse map is no number" },
        { "1111111111111111111111111", "! the archive is damaged: its sparse map is no number" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char content[512 + 5] = { 0 };
        auto_buf a = { 0 };

        memcpy(content, rows[i].map, strlen(rows[i].map));
        add(&a, .name = "s", .data = content, .size = sizeof content,
            .pax = { "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1024" });
        EXPECT_STR(list(&a), rows[i].text);
    }
}

TEST(V8_old_sparse_maps_are_bounded)
{
    char block[512] = { 0 }, map[24 * 4 + 1] = { 0 };
    auto_buf a = { 0 };

    map[24 * 4] = 1; /* more follows */
    add(&a, .format = FORMAT_GNU, .name = "s", .type = 'S', .at_386 = map,
        .at_386_len = sizeof map);
    for (int i = 0; i < 21; i++)
        memset(block + (ptrdiff_t)24 * i, '0', 23); /* a piece of nothing at 0 */
    block[504] = 1;
    for (int i = 0; i < 5000; i++)
        buf_add(&a, block, sizeof block);
    EXPECT_STR(list(&a), "! a sparse file of an archive has too many pieces");
}

TEST(V11_the_size_of_a_pax_header_counts)
{
    auto_buf inner = { 0 }, a = { 0 };

    add(&inner, .name = "smuggled", .text = "");
    add(&a, .name = "f", .data = inner.data, .size = inner.len, .raw_size = "00000000000",
        .pax = { "size=512" });
    add(&a, .name = "next", .text = "x");
    EXPECT(!strstr(list(&a), "f smuggled"));
    EXPECT(strstr(list(&a), "f next 644 0:0 1 x\n"));
}

/* A header's own size is not that of the entry it speaks of. */
TEST(V11_the_size_of_a_pax_header_counts_once)
{
    auto_buf a = { 0 };

    add(&a, .name = "f", .text = "abc", .pax = { "size=3" });
    add(&a, .name = "g", .text = "defg");
    EXPECT_STR(list(&a), "f f 644 0:0 3 abc\nf g 644 0:0 4 defg\n");
}

TEST(V11_damaged_pax_records_are_errors)
{
    static const struct {
        const char *records, *text;
    } rows[] = {
        { "9999 path=x\n", "! the archive is damaged: a pax record's length is wrong" },
        { "9 path=xy\n", "! the archive is damaged: a pax record's length is wrong" },
        { "path=x\n", "! the archive is damaged: a pax record's length is wrong" },
        { "99999999999999999999 path=x\n",
          "! the archive is damaged: a pax record's length is wrong" },
        { "0 path=x\n", "! the archive is damaged: a pax record's length is wrong" },
        { "7 path\n", "" }, /* its length is 7, and there is no '=' */
        { "9 size=x\n", "! the archive is damaged: pax record 'size' is wrong" },
        { "10 size=-1\n", "" },
        { "27 size=99999999999999999999\n", "" },
        { "13 mtime=1.x\n", "! the archive is damaged: pax record 'mtime' is wrong" },
        { "30 LIBARCHIVE.xattr.user.a=*\n", "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auto_buf a = { 0 };

        put_extension(&a, 'x', rows[i].records, strlen(rows[i].records));
        add(&a, .name = "f", .text = "x");
        if (*rows[i].text)
            EXPECT_STR(list(&a), rows[i].text);
        else if (strncmp(list(&a), "! ", 2) != 0)
            EXPECT_STR(list(&a), rows[i].records);
    }
}

TEST(V11_nul_bytes_in_paths_are_errors)
{
    auto_buf a = { 0 };

    put_extension(&a, 'x', "12 path=a\0b\n", 12);
    add(&a, .name = "f", .text = "x");
    EXPECT_STR(list(&a), "! the archive is damaged: pax record 'path' is wrong");
}

TEST(R81_headers_have_limits)
{
    static char long_text[(1 << 20) + 600];
    auto_buf a = { 0 };

    memset(long_text, 'a', sizeof long_text);
    put_extension(&a, 'x', long_text, sizeof long_text);
    EXPECT_STR(list(&a), "! an extended header of an archive is longer than 1048576 bytes");
    a.len = 0;
    put_extension(&a, 'L', long_text, 5000);
    EXPECT_STR(list(&a), "! a path of an archive is longer than 4097 bytes");
    a.len = 0;
    put_extension(&a, 'g', long_text, sizeof long_text);
    EXPECT_STR(list(&a), "! a global header of an archive is longer than 1048576 bytes");
}

/* V9: the header may say a gibibyte and hold nothing. */
TEST(V9_a_gibibyte_of_pax_header_is_refused_at_once)
{
    auto_buf a = { 0 };

    add(&a, .name = "x", .type = 'x', .raw_size = "10000000000");
    EXPECT_STR(list(&a), "! an extended header of an archive is longer than 1048576 bytes");
}

TEST(R81_attributes_have_limits)
{
    static char record[(66 << 10)];
    char name[400] = "SCHILY.xattr.user.";
    auto_buf a = { 0 };

    memset(record, 'v', sizeof record - 1);
    memcpy(record, "SCHILY.xattr.user.a=", 20);
    add(&a, .name = "f", .text = "", .pax = { record });
    EXPECT_STR(list(&a), "! attribute 'user.a' of an archive is too much");
    a.len = 0;
    memset(name + 18, 'n', 300);
    strcat(name, "=v");
    add(&a, .name = "f", .text = "", .pax = { name });
    EXPECT(strncmp(list(&a), "! attribute", 11) == 0);
}

TEST(R76_unknown_types_are_errors)
{
    auto_buf a = { 0 };

    add(&a, .name = "f", .type = 'Q');
    EXPECT_STR(list(&a), "! an archive has an entry of unknown type 'Q': 'f'");
}

TEST(checksums_are_checked)
{
    auto_buf a = { 0 };

    add(&a, .name = "f", .bad_checksum = true);
    EXPECT_STR(list(&a), "! the archive is damaged: a header's checksum is wrong");
}

TEST(a_header_without_an_entry_is_an_error)
{
    auto_buf a = { 0 };

    put_extension(&a, 'x', "10 path=xy\n", 11);
    EXPECT(strncmp(list(&a), "! ", 2) == 0);
    a.len = 0;
    put_extension(&a, 'L', "x", 2);
    add_end(&a);
    EXPECT_STR(list(&a), "! the archive is damaged: an extended header has no entry");
}

TEST(the_end_may_be_missing_and_nothing_else)
{
    auto_buf a = { 0 };
    size_t whole;

    EXPECT_STR(list(&a), "");
    add(&a, .name = "f", .text = "0123456789");
    whole = a.len;
    EXPECT_STR(list(&a), "f f 644 0:0 10 0123456789\n");
    for (a.len = 1; a.len < whole; a.len++)
        if (a.len != whole - 502 && !strstr(list(&a), "! the archive is damaged: it ends early"))
            EXPECT_STR(list(&a), "an error");
    a.len = whole - 502; /* all of the content, nothing behind it, as umoci 0.4 writes it */
    EXPECT_STR(list(&a), "f f 644 0:0 10 0123456789\n");
}

TEST(any_piece_of_a_stream_will_do)
{
    char name[200];
    auto_buf a = { 0 };
    const char *whole;
    char expected[2048];

    memset(name, 'n', sizeof name);
    name[199] = '\0';
    put_extension(&a, 'L', name, sizeof name);
    add(&a, .format = FORMAT_GNU, .name = "x", .text = "some text");
    add(&a, .name = "g", .text = "more", .pax = { "mtime=1.5" });
    add_end(&a);
    whole = list(&a);
    EXPECT(strstr(whole, "more"));
    snprintf(expected, sizeof expected, "%s", whole);
    for (size_t step = 1; step < 1200; step = step * 3 + 1)
        EXPECT_STR(list_in_steps(&a, step), expected);
}

/* Content that is not read is left out, whether or not there is a buffer's worth. */
TEST(content_may_be_left_unread)
{
    static char large[200000];
    auto_buf a = { 0 };
    struct archive_source source;
    struct byte_source from = { read_archive, &source };
    const struct tar_entry *entry;
    auto_tar *t = NULL;
    struct err e;
    char some[10];

    add(&a, .name = "a", .data = large, .size = sizeof large);
    add(&a, .name = "b", .text = "small");
    add(&a, .name = "c", .text = "last");
    source = (struct archive_source){ a.data, a.len, 0, 0 };
    EXPECT(tar_new(&from, &t, &e) == 0);
    EXPECT(tar_next(t, &entry, &e) == 1 && entry->size == sizeof large);
    EXPECT(tar_read(t, some, sizeof some, &e) == sizeof some);
    EXPECT(tar_next(t, &entry, &e) == 1 && strcmp(entry->path, "b") == 0);
    EXPECT(tar_next(t, &entry, &e) == 1 && strcmp(entry->path, "c") == 0);
    EXPECT(tar_read(t, some, sizeof some, &e) == 4 && memcmp(some, "last", 4) == 0);
    EXPECT(tar_read(t, some, sizeof some, &e) == 0);
    EXPECT(tar_next(t, &entry, &e) == 0);
}

TEST_MAIN()
