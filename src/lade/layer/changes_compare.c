// SPDX-License-Identifier: Apache-2.0
/* changes_compare.c - the names in a directory, and whether a name is the same in two trees. */
#include "lade/layer/changes_compare.h"

#include "base/cleanup.h"
#include "lade/layer/beneath.h"
#include "lade/layer/xattr.h"

#include <fcntl.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct names *n, const char *name, struct err *e)
{
    if (n->count == n->room) {
        size_t room = n->room ? 2 * n->room : 64;
        char **bigger = reallocarray(n->items, room, sizeof *bigger);

        if (!bigger)
            return err_os(e, ENOMEM, "list a directory");
        n->items = bigger;
        n->room = room;
    }
    n->items[n->count] = arena_strdup(&n->arena, name);
    if (!n->items[n->count])
        return err_os(e, ENOMEM, "list a directory");
    n->count++;
    return 0;
}

int names_read(int dir, struct names *ret, struct err *e)
{
    auto_dir d = beneath_list(dir);
    struct dirent *entry;

    if (!d)
        return err_os(e, errno, "list a directory");
    while ((entry = readdir(d)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            TRY(add_name(ret, entry->d_name, e));
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_bytes);
    return 0;
}

bool names_have(const struct names *n, const char *name)
{
    return n->count && bsearch(&name, n->items, n->count, sizeof *n->items, by_bytes);
}

void names_done(struct names *n)
{
    free(n->items);
    arena_done(&n->arena);
    *n = (struct names){ 0 };
}

static bool same_stat(const struct stat *a, const struct stat *b)
{
    if (a->st_mode != b->st_mode || a->st_uid != b->st_uid || a->st_gid != b->st_gid)
        return false;
    if (S_ISDIR(a->st_mode))
        return true;
    return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_rdev == b->st_rdev && a->st_size == b->st_size;
}

static bool same_target(int a, int b, const char *name)
{
    char one[4097], two[4097];
    ssize_t n = readlinkat(a, name, one, sizeof one), m = readlinkat(b, name, two, sizeof two);

    return n >= 0 && n == m && memcmp(one, two, (size_t)n) == 0;
}

int compare_names(int dir, const struct stat *st, int lower, const struct stat *lower_st,
                  const char *name, struct err *e)
{
    cleanup(xattrs_done) struct xattrs one = { 0 }, two = { 0 };

    if (!same_stat(st, lower_st))
        return 0;
    if (S_ISLNK(st->st_mode) && !same_target(dir, lower, name))
        return 0;
    TRY(xattrs_read(dir, name, &one, e));
    TRY(xattrs_read(lower, name, &two, e));
    return xattrs_equal(&one, &two);
}
