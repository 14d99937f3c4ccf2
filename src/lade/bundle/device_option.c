// SPDX-License-Identifier: Apache-2.0
/* device_option.c - --device: devices of the host for the container. */
#include "lade/bundle/device_option.h"

#include "base/cleanup.h"
#include "lade/bundle/cdi.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { DEPTH_MAX = 8 };

struct device_option {
    const char *text; /* as given, for errors */
    const char *source, *target, *access;
};

static bool is_access(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 3 && strspn(text, "rwm") == len;
}

static int take_apart(struct arena *a, const char *text, struct device_option *ret, struct err *e)
{
    char *rest = arena_strdup(a, text), *second, *third;
    struct device_option o = { .text = text, .access = "rwm" };

    if (!rest)
        return err_os(e, ENOMEM, "--device");
    o.source = o.target = strsep(&rest, ":");
    second = strsep(&rest, ":");
    third = strsep(&rest, ":");
    if (second && !third && is_access(second))
        o.access = second;
    else if (second)
        o.target = second;
    if (third)
        o.access = third;
    if (rest || !is_access(o.access))
        return err_set(e, ERR_INVALID, "--device '%s' is not PATH[:TARGET][:ACCESS]", text);
    if (o.source[0] != '/' || o.target[0] != '/')
        return err_set(e, ERR_INVALID, "--device '%s': paths must be absolute", text);
    *ret = o;
    return 0;
}

static int add_device(struct spec *s, const struct device_option *o, const char *target,
                      const struct stat *st, struct err *e)
{
    struct spec_device d = {
        .path = target,
        .type = S_ISBLK(st->st_mode) ? 'b' : 'c',
        .major = major(st->st_rdev),
        .minor = minor(st->st_rdev),
        .mode = st->st_mode & 07777,
        .uid = st->st_uid,
        .gid = st->st_gid,
        .access = o->access,
    };

    return spec_add_device(s, &d, e);
}

static bool is_device(const struct stat *st)
{
    return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

/* dir is taken over. */
static int add_directory(struct spec *s, const struct device_option *o, int dir, const char *target,
                         int depth, struct err *e)
{
    auto_dir d = fdopendir(dir);
    struct dirent *entry;

    if (!d) {
        close(dir);
        return err_os(e, errno, "--device '%s'", o->text);
    }
    if (depth == DEPTH_MAX)
        return err_set(e, ERR_INVALID, "--device '%s': nested too deeply", o->text);
    while ((entry = readdir(d))) {
        const char *below = arena_printf(s->arena, "%s/%s", target, entry->d_name);
        struct stat st;
        int child;

        if (!below)
            return err_os(e, ENOMEM, "--device '%s'", o->text);
        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (is_device(&st))
            TRY(add_device(s, o, below, &st, e));
        if (!S_ISDIR(st.st_mode))
            continue;
        child = openat(dirfd(d), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child >= 0)
            TRY(add_directory(s, o, child, below, depth + 1, e));
    }
    return 0;
}

int device_option_apply(struct spec *s, const char *text, struct err *e)
{
    struct device_option o;
    struct stat st;
    int dir;

    if (cdi_is_name(text))
        return cdi_apply(s, text, e);
    TRY(take_apart(s->arena, text, &o, e));
    if (stat(o.source, &st) < 0)
        return err_os(e, errno, "--device '%s'", o.source);
    if (is_device(&st))
        return add_device(s, &o, o.target, &st, e);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_INVALID, "--device '%s' is no device", o.source);
    dir = open(o.source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_os(e, errno, "--device '%s'", o.source);
    return add_directory(s, &o, dir, o.target, 0, e);
}
