// SPDX-License-Identifier: Apache-2.0
/* test_file.c - reading with a limit, writing without halves. */
#include "base/file.h"

#include "scratch.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>

static void put(const struct scratch *s, const char *name, const char *text)
{
    auto_fd fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    EXPECT(fd >= 0 && write_all(fd, text, strlen(text)) == 0);
}

static unsigned entries(const struct scratch *s)
{
    auto_dir dir = opendir(s->path);
    struct dirent *d;
    unsigned n = 0;

    while ((d = readdir(dir)))
        n += strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
    return n;
}

static void expect_content(const struct scratch *s, const char *name, const char *want)
{
    auto_free char *text = NULL;
    struct err e = { 0 };
    size_t len = 0;

    EXPECT(file_read(s->fd, name, 1 << 20, &text, &len, &e) == 0);
    EXPECT_STR(text, want);
    EXPECT(len == strlen(want));
}

TEST(a_file_is_read_up_to_its_limit)
{
    auto_scratch s = scratch_make();
    auto_free char *text = NULL;
    struct err e = { 0 };

    put(&s, "f", "12345");
    EXPECT(file_read(s.fd, "f", 5, &text, NULL, &e) == 0);
    EXPECT_STR(text, "12345");
    cleanup_free(&text);
    EXPECT(file_read(s.fd, "f", 4, &text, NULL, &e) == -EINVAL);
    EXPECT(text == NULL);
    EXPECT_STR(e.text, "'f' is larger than 4 bytes");
}

TEST(what_has_no_size_is_read_up_to_its_limit_too)
{
    auto_free char *text = NULL;
    struct err e = { 0 };

    EXPECT(file_read(AT_FDCWD, "/proc/self/mountinfo", 10, &text, NULL, &e) == -EINVAL);
    EXPECT_STR(e.text, "'/proc/self/mountinfo': larger than 10 bytes");
    EXPECT(file_read(AT_FDCWD, "/proc/self/stat", 4096, &text, NULL, &e) == 0);
    EXPECT(text != NULL && text[0] != '\0');
}

TEST(a_large_file_is_read_whole)
{
    auto_scratch s = scratch_make();
    auto_free char *text = NULL, *big = malloc(100001);
    struct err e = { 0 };
    size_t len = 0;

    if (!big)
        return;
    memset(big, 'a', 100000);
    big[100000] = '\0';
    put(&s, "big", big);
    EXPECT(file_read(s.fd, "big", 100000, &text, &len, &e) == 0);
    EXPECT(len == 100000);
    EXPECT_STR(text, big);
}

TEST(only_regular_files_are_read_and_nothing_blocks)
{
    auto_scratch s = scratch_make();
    auto_free char *text = NULL;
    struct err e = { 0 };

    EXPECT(mkfifoat(s.fd, "fifo", 0600) == 0 && mkdirat(s.fd, "dir", 0700) == 0);
    EXPECT(file_read(s.fd, "fifo", 10, &text, NULL, &e) == -EINVAL);
    EXPECT_STR(e.text, "'fifo' is not a regular file");
    EXPECT(file_read(s.fd, "dir", 10, &text, NULL, &e) == -EINVAL);
    EXPECT_STR(e.text, "'dir' is not a regular file");
    EXPECT(file_read(AT_FDCWD, "/dev/zero", 10, &text, NULL, &e) == -EINVAL);
    EXPECT(file_read(s.fd, "absent", 10, &text, NULL, &e) == -ENOENT);
    EXPECT_STR(e.text, "open 'absent'");
    EXPECT(text == NULL);
}

TEST(replacing_leaves_the_new_text_and_nothing_beside_it)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    struct stat st;

    EXPECT(file_replace(s.fd, "f", 0640, "one", 3, &e) == 0);
    expect_content(&s, "f", "one");
    EXPECT(file_replace(s.fd, "f", 0640, "two, longer", 11, &e) == 0);
    expect_content(&s, "f", "two, longer");
    EXPECT(file_replace(s.fd, "f", 0640, "", 0, &e) == 0);
    expect_content(&s, "f", "");
    EXPECT(fstatat(s.fd, "f", &st, 0) == 0 && (st.st_mode & 0137) == 0);
    EXPECT(entries(&s) == 1);
}

TEST(a_leftover_of_a_killed_writer_is_no_obstacle)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };

    put(&s, ".f.tmp", "half");
    EXPECT(file_replace(s.fd, "f", 0600, "whole", 5, &e) == 0);
    expect_content(&s, "f", "whole");
    EXPECT(entries(&s) == 1);
}

TEST(a_symlink_is_replaced_not_followed)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    struct stat st;

    put(&s, "victim", "precious");
    EXPECT(symlinkat("victim", s.fd, "f") == 0 && symlinkat("victim", s.fd, ".f.tmp") == 0);
    EXPECT(file_replace(s.fd, "f", 0600, "new", 3, &e) == 0);
    EXPECT(fstatat(s.fd, "f", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode));
    expect_content(&s, "f", "new");
    expect_content(&s, "victim", "precious");
}

TEST(a_failed_replacement_leaves_the_old_file_alone)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };

    EXPECT(mkdirat(s.fd, "d", 0700) == 0);
    EXPECT(file_replace(s.fd, "d", 0600, "x", 1, &e) == -EISDIR);
    EXPECT_STR(e.text, "replace 'd'");
    EXPECT(entries(&s) == 1);
    EXPECT(file_replace(s.fd, "none/f", 0600, "x", 1, &e) == -ENOENT);
    EXPECT(strncmp(e.text, "create 'none/", 13) == 0);
}

TEST(an_existing_file_is_written_in_place)
{
    auto_scratch s = scratch_make();
    struct err e = { 0 };

    put(&s, "f", "12345");
    EXPECT(symlinkat("f", s.fd, "link") == 0);
    EXPECT(file_write_existing(s.fd, "f", "ab", &e) == 0);
    expect_content(&s, "f", "ab345");
    EXPECT(file_write_existing(s.fd, "link", "x", &e) == -ELOOP);
    EXPECT(file_write_existing(s.fd, "absent", "x", &e) == -ENOENT);
    EXPECT_STR(e.text, "open 'absent'");
    EXPECT(entries(&s) == 2);
}

TEST(write_all_reports_what_stopped_it)
{
    auto_fd fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    EXPECT(write_all(fd, "x", 1) == -ENOSPC);
    EXPECT(write_all(fd, "", 0) == 0);
    EXPECT(write_all(-1, "x", 1) == -EBADF);
}

TEST_MAIN()
