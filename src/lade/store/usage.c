// SPDX-License-Identifier: Apache-2.0
/* usage.c - what takes how much room in a store. */
#include "lade/store/usage.h"

#include "lade/store/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the regular files below a directory. What vanishes meanwhile does not count. */
static uint64_t tree_bytes(int dirfd_, const char *name)
{
    int fd = openat(dirfd_, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    auto_dir dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    uint64_t sum = 0;

    while (dir && (entry = readdir(dir))) {
        struct stat st;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(st.st_mode))
            sum += tree_bytes(dirfd(dir), entry->d_name);
        else if (S_ISREG(st.st_mode))
            sum += (uint64_t)st.st_size;
    }
    return sum;
}

struct part_rule {
    const char *folder, *algorithm;  /* algorithm NULL: the folder itself */
    const struct digest_set *needed; /* NULL: all is */
    struct usage_part *part;
};

static bool is_needed(const struct part_rule *rule, const char *name)
{
    char digest[DIGEST_TEXT_SIZE + 16];

    if (!rule->needed)
        return true;
    snprintf(digest, sizeof digest, "%s:%.*s", rule->algorithm, (int)strcspn(name, "-"), name);
    return digest_set_has(rule->needed, digest);
}

static int add_part(struct store *s, const struct part_rule *rule, struct err *e)
{
    char path[64];
    struct dirent *entry;
    auto_dir dir = NULL;
    int fd;

    snprintf(path, sizeof path, "%s%s%s", rule->folder, rule->algorithm ? "/" : "",
             rule->algorithm ? rule->algorithm : "");
    fd = s->dir < 0 ? -ENOENT : open_folder(s->dir, path, 0);
    if (fd == -ENOENT)
        return 0;
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return err_os(e, fd < 0 ? fd : -errno, "read '%s/%s'", s->path, path);
    while ((entry = readdir(dir))) {
        struct stat st;
        uint64_t bytes;

        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        bytes = S_ISDIR(st.st_mode) ? tree_bytes(dirfd(dir), entry->d_name) : (uint64_t)st.st_size;
        rule->part->count++;
        rule->part->bytes += bytes;
        if (!is_needed(rule, entry->d_name))
            rule->part->unneeded += bytes;
    }
    return 0;
}

static int count_entries(struct store *s, struct reach *needed, struct usage *ret, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_free char *text = NULL;
    size_t len;

    TRY(store_list(s, &names, e));
    for (size_t i = 0; i < names->count; i++)
        ret->images += !names->items[i].factory;
    TRY(read_index(s, &text, &len, e));
    TRY(reach_from_index(needed, text, len, e));
    return reach_from_leases(needed, e);
}

int store_usage(struct store *s, struct usage *ret, struct err *e)
{
    auto_reach needed = { .store = s };
    struct usage u = { 0 };
    const struct part_rule rules[] = {
        { "blobs", "sha256", &needed.blobs, &u.blobs },
        { "blobs", "sha512", &needed.blobs, &u.blobs },
        { "layers", "sha256", &needed.layers, &u.layers },
        { "layers", "sha512", &needed.layers, &u.layers },
        { "partial", NULL, NULL, &u.partial },
        { "volumes", NULL, NULL, &u.volumes },
    };

    TRY(count_entries(s, &needed, &u, e));
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        TRY(add_part(s, &rules[i], e));
    *ret = u;
    return 0;
}
