// SPDX-License-Identifier: Apache-2.0
/*
 * tree.h - what a directory holds, as text: a line for each name, sorted.
 *
 *     PATH KIND MODE UID:GID MTIME [what there is to it] [{XATTR=VALUE}...]
 *     a/b f 644 0:0 0 content
 *     link l 777 0:0 0 -> target
 *     null c 666 0:0 0 1,3
 *
 * A file that has other names shows them by "#" and the first of them.
 */
#pragma once

#include "workspace.h"

#include <dirent.h>

struct tree_inode {
    ino_t ino;
    char path[1024];
};

struct tree {
    struct buf text;
    struct tree_inode seen[256];
    size_t count;
};

static inline const char *tree_first_name(struct tree *t, ino_t ino, const char *path)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->seen[i].ino == ino)
            return t->seen[i].path;
    if (t->count < 256) {
        t->seen[t->count].ino = ino;
        snprintf(t->seen[t->count].path, sizeof t->seen[0].path, "%s", path);
        t->count++;
    }
    return NULL;
}

/* Bytes that are no text are shown in hexadecimal. */
static inline void tree_add_bytes(struct buf *to, const char *data, size_t len)
{
    bool text = true;

    for (size_t i = 0; i < len; i++)
        text &= data[i] >= ' ' && data[i] < 127;
    if (text)
        buf_add(to, data, len);
    for (size_t i = 0; i < len && !text; i++)
        buf_printf(to, "%02x", (unsigned char)data[i]);
}

static inline void tree_add_xattrs(struct tree *t, const char *proc)
{
    char names[4096], value[4096];
    ssize_t n = llistxattr(proc, names, sizeof names);

    for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
        ssize_t len = lgetxattr(proc, name, value, sizeof value);

        if (strcmp(name, "security.selinux") == 0)
            continue;
        buf_printf(&t->text, " {%s=", name);
        tree_add_bytes(&t->text, value, len > 0 ? (size_t)len : 0);
        buf_puts(&t->text, "}");
    }
}

static inline void tree_add_content(struct tree *t, int dir, const char *name,
                                    const struct stat *st)
{
    char text[4096];
    ssize_t n;

    if (S_ISLNK(st->st_mode)) {
        n = readlinkat(dir, name, text, sizeof text);
        buf_puts(&t->text, " -> ");
        buf_add(&t->text, text, n > 0 ? (size_t)n : 0);
    } else if (S_ISREG(st->st_mode) && st->st_size > 100) {
        buf_printf(&t->text, " %lld bytes", (long long)st->st_size);
    } else if (S_ISREG(st->st_mode) && st->st_size) {
        auto_fd fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

        n = read(fd, text, sizeof text);
        buf_puts(&t->text, " ");
        tree_add_bytes(&t->text, text, n > 0 ? (size_t)n : 0);
    } else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
        buf_printf(&t->text, " %u,%u", major(st->st_rdev), minor(st->st_rdev));
    }
}

static inline char tree_kind(mode_t mode)
{
    return S_ISREG(mode)    ? 'f'
           : S_ISDIR(mode)  ? 'd'
           : S_ISLNK(mode)  ? 'l'
           : S_ISCHR(mode)  ? 'c'
           : S_ISBLK(mode)  ? 'b'
           : S_ISFIFO(mode) ? 'p'
                            : '?';
}

static inline void tree_add_line(struct tree *t, int dir, const char *name, const char *path)
{
    const char *first = NULL;
    char proc[600];
    struct stat st;

    EXPECT(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
    buf_printf(&t->text, "%s %c %o %u:%u %lld", path, tree_kind(st.st_mode), st.st_mode & 07777,
               st.st_uid, st.st_gid, (long long)st.st_mtim.tv_sec);
    if (st.st_mtim.tv_nsec)
        buf_printf(&t->text, ".%09ld", st.st_mtim.tv_nsec);
    if (!S_ISDIR(st.st_mode) && st.st_nlink > 1)
        first = tree_first_name(t, st.st_ino, path);
    if (first)
        buf_printf(&t->text, " #%s", first);
    else
        tree_add_content(t, dir, name, &st);
    snprintf(proc, sizeof proc, "/proc/self/fd/%d/%s", dir, name);
    tree_add_xattrs(t, proc);
    buf_puts(&t->text, "\n");
}

static inline int tree_select(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static inline void tree_walk(struct tree *t, int dir, const char *prefix)
{
    struct dirent **names = NULL;
    int n = scandirat(dir, ".", &names, tree_select, alphasort);

    for (int i = 0; i < n; i++) {
        char path[1024];
        auto_fd child = -1;

        snprintf(path, sizeof path, "%s%s", prefix, names[i]->d_name);
        tree_add_line(t, dir, names[i]->d_name, path);
        child = openat(dir, names[i]->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child >= 0) {
            strcat(path, "/");
            tree_walk(t, child, path);
        }
        free(names[i]);
    }
    free(names);
}

/* Without the root itself. The text is valid until the next but one call. */
static inline const char *tree(int dir)
{
    static struct tree both[2], *t = both;

    t = t == both ? both + 1 : both;
    buf_done(&t->text);
    *t = (struct tree){ 0 };
    tree_walk(t, dir, "");
    return t->text.data ? t->text.data : "";
}
