// SPDX-License-Identifier: Apache-2.0
/* state.c - runtime.md "State" as JSON, for one container and for all. */
#include "container/open.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "state/hook_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static void put(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, ",\n  \"%s\": ", name);
    buf_json_string(b, value);
}

static void put_state(struct buf *b, const struct found *f)
{
    const struct state_record *r = &f->record;
    const char *status = state_status(f->dirfd, r);
    bool alive = strcmp(status, "stopped") && strcmp(status, "creating");
    char owner[16];

    buf_puts(b, "{\n  \"ociVersion\": \"" STATE_OCI_VERSION "\"");
    put(b, "id", r->id);
    put(b, "status", status);
    buf_printf(b, ",\n  \"pid\": %d", alive ? r->process.pid : 0);
    put(b, "bundle", r->bundle);
    put(b, "rootfs", r->rootfs);
    put(b, "created", r->created);
    buf_printf(b, ",\n  \"annotations\": %s", r->annotations);
    snprintf(owner, sizeof owner, "%u", r->owner);
    put(b, "owner", r->owner == 0 ? "root" : owner);
    buf_puts(b, "\n}");
}

int container_state(davit_context *c, const char *id, char **ret_json, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    auto_buf b = { 0 };

    TRY(found_open(c, id, false, false, &f, e));
    put_state(&b, &f);
    buf_puts(&b, "\n");
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "state");
    *ret_json = take_ptr(b.data);
    return 0;
}

/* Containers come and go meanwhile: what can't be read now is not listed. */
static void put_one(davit_context *c, const char *id, struct buf *b, bool *first)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    char line[ERR_TEXT_MAX + 64];
    struct err e;

    if (found_open(c, id, false, false, &f, &e) < 0) {
        if (e.kind != ERR_NOT_FOUND && e.code != ENOENT) {
            err_format(&e, line, sizeof line);
            context_warn(c, "%s", line);
        }
        return;
    }
    buf_puts(b, *first ? "" : ",\n");
    *first = false;
    put_state(b, &f);
}

struct ids {
    char **items;
    size_t count;
};

static void ids_done(struct ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->items[i]);
    free(ids->items);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted: a directory has no order that a reader could rely on. Takes rootfd. */
static int read_ids(davit_context *c, int rootfd, struct ids *ret, struct err *e)
{
    auto_dir dir = fdopendir(rootfd);

    if (!dir) {
        cleanup_fd(&rootfd);
        return err_os(e, errno, "read state root '%s'", c->root);
    }
    for (struct dirent *d; (d = readdir(dir));) {
        char **more;

        if (d->d_name[0] == '.' || d->d_type == DT_REG)
            continue;
        more = reallocarray(ret->items, ret->count + 1, sizeof *more);
        if (!more)
            return err_os(e, ENOMEM, "list");
        ret->items = more;
        more[ret->count] = strdup(d->d_name);
        if (!more[ret->count])
            return err_os(e, ENOMEM, "list");
        ret->count++;
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_name);
    return 0;
}

int container_list(davit_context *c, char **ret_json, struct err *e)
{
    int rootfd = state_open_root(c->root, false, e);
    cleanup(ids_done) struct ids ids = { 0 };
    auto_buf b = { 0 };
    bool first = true;

    if (rootfd < 0 && e->code != ENOENT)
        return rootfd;
    if (rootfd >= 0)
        TRY(read_ids(c, rootfd, &ids, e));
    buf_puts(&b, "[");
    for (size_t i = 0; i < ids.count; i++)
        put_one(c, ids.items[i], &b, &first);
    buf_puts(&b, "]\n");
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "list");
    *ret_json = take_ptr(b.data);
    return 0;
}
