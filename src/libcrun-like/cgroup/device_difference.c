// SPDX-License-Identifier: Apache-2.0
/* device_difference.c - from the v1 device rules in force to others, by as few writes as it takes.
 */
#include "cgroup/device_change.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { LIST_MAX = 4 << 20, READ = 1, WRITE = 2, MKNOD = 4 };

/* "c 1:3 rwm", in lists and in writes alike. */
struct exception {
    const char *device; /* "c 1:3" */
    size_t len;
    unsigned access;
    const struct cgroup_write *write; /* NULL for what is in force */
};

struct exceptions {
    struct exception *items;
    size_t count;
};

static void add(struct exceptions *x, const char *text, size_t len, const struct cgroup_write *w)
{
    struct exception new = { .device = text, .write = w };

    for (size_t i = len; i-- > 0 && text[i] != ' ';) {
        new.access |= text[i] == 'r' ? READ : text[i] == 'w' ? WRITE : MKNOD;
        new.len = i > 0 ? i - 1 : 0;
    }
    x->items[x->count++] = new;
}

/* The access to the same device among x. */
static unsigned access_in(const struct exceptions *x, const struct exception *of)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->items[i].len == of->len && !memcmp(x->items[i].device, of->device, of->len))
            return x->items[i].access;
    return 0;
}

/* What a has and b lacks. */
static int add_difference(const struct exceptions *a, const struct exceptions *b, const char *file,
                          const struct cgroup_write *model, struct cgroup_writes *out,
                          struct arena *arena, struct err *e)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct exception *x = &a->items[i];
        unsigned access = x->access & ~access_in(b, x);
        struct cgroup_write *w = &out->items[out->count];

        if (access == 0)
            continue;
        *w = x->write ? *x->write : *model;
        w->file = file;
        w->value =
            arena_printf(arena, "%.*s %s%s%s", (int)x->len, x->device, access & READ ? "r" : "",
                         access & WRITE ? "w" : "", access & MKNOD ? "m" : "");
        if (!w->value)
            return err_os(e, ENOMEM, "linux.resources.devices");
        out->count++;
    }
    return 0;
}

static size_t count_lines(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

int cgroup_devices_difference(const char *now, struct cgroup_writes *writes, size_t first,
                              struct arena *arena, struct err *e)
{
    const struct cgroup_write *denial = &writes->items[first];
    size_t wanted_count = writes->count - first, lines = count_lines(now);
    struct exceptions in_force = { .items = arena_new(arena, lines, struct exception) };
    struct exceptions wanted = { .items = arena_new(arena, wanted_count, struct exception) };
    struct cgroup_writes out = *writes;

    /* Exceptions from allowing everything are not listed: there the rules are made from nothing. */
    if (*now == 'a' || strcmp(denial->file, "devices.deny") != 0 || strcmp(denial->value, "a") != 0)
        return 0;
    out.items = arena_new(arena, first + wanted_count + lines, struct cgroup_write);
    if (!in_force.items || !wanted.items || !out.items)
        return err_os(e, ENOMEM, "linux.resources.devices");
    memcpy(out.items, writes->items, first * sizeof *out.items);
    out.count = first;
    for (size_t i = 1; i < wanted_count; i++)
        add(&wanted, denial[i].value, strlen(denial[i].value), &denial[i]);
    for (size_t len; *now; now += len + (now[len] == '\n')) {
        len = strcspn(now, "\n");
        add(&in_force, now, len, NULL);
    }
    TRY(add_difference(&wanted, &in_force, "devices.allow", denial, &out, arena, e));
    TRY(add_difference(&in_force, &wanted, "devices.deny", denial, &out, arena, e));
    *writes = out;
    return 0;
}

int cgroup_devices_narrow(const struct cgroup *cg, struct cgroup_writes *writes,
                          struct arena *arena, struct err *e)
{
    auto_fd dir = -EBADF, fd = -EBADF;
    auto_free char *now = NULL;
    size_t first = 0;

    while (first < writes->count && strncmp(writes->items[first].file, "devices.", 8) != 0)
        first++;
    if (first == writes->count)
        return 0;
    dir = cgroup_dir_open(cg->dirs[writes->items[first].hierarchy]);
    fd = dir < 0 ? dir : cgroup_dir_openat(dir, "devices.list", O_RDONLY);
    if (fd < 0)
        return err_os(e, fd, "linux.resources.devices: open 'devices.list'");
    if (file_read_fd(fd, LIST_MAX, &now, NULL, e) < 0)
        return err_wrap(e, "linux.resources.devices");
    return cgroup_devices_difference(now, writes, first, arena, e);
}
