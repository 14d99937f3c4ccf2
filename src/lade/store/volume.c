// SPDX-License-Identifier: Apache-2.0
/*
 * volume.c - named volumes: volumes/NAME/data, and volumes/NAME/volume.json about it.
 *
 * A volume is there when its volume.json is; one that was half made or half removed is nothing.
 */
#include "lade/store/volume.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "base/json_write.h"
#include "lade/document/fields.h"
#include "lade/report/quantity.h"
#include "lade/store/inside.h"
#include "lade/store/leases.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAME_LENGTH_MAX = 128, ABOUT_MAX = 1 << 20 };

static const char about_file[] = "volume.json";

bool volume_name_valid(const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t len = strlen(name);

    return len > 0 && len <= NAME_LENGTH_MAX && strspn(name, good) == len &&
           !strchr("_.-", name[0]);
}

static int check_name(const char *name, struct err *e)
{
    if (!volume_name_valid(name))
        return err_set(e, ERR_INVALID, "'%.*s' can't be the name of a volume", 200, name);
    return 0;
}

static int open_volumes(struct store *s, struct err *e)
{
    int fd =
        s->dir < 0 ? -ENOENT : open_folder(s->dir, "volumes", s->access == STORE_WRITE ? 0700 : 0);

    if (fd < 0 && fd != -ENOENT)
        return err_os(e, fd, "open '%s/volumes'", s->path);
    return fd;
}

/* "KEY=VALUE"s as the members of an object; a KEY alone has an empty value. */
static void write_labels(struct json_writer *w, const char *const *labels)
{
    json_begin(w, "labels", '{');
    for (; labels && *labels; labels++) {
        size_t n = strcspn(*labels, "=");
        auto_buf key = { 0 };

        buf_add(&key, *labels, n);
        if (buf_failed(&key))
            w->to->failed = true;
        else
            json_put_string(w, key.data, (*labels)[n] ? *labels + n + 1 : "");
    }
    json_end(w);
}

static int write_about(int volume, const char *const *labels, struct err *e)
{
    char created[QUANTITY_TEXT_SIZE];
    auto_buf b = { 0 };
    struct json_writer w = { .to = &b };

    quantity_timestamp(time(NULL), created);
    json_begin(&w, NULL, '{');
    json_put_string(&w, "created", created);
    write_labels(&w, labels);
    json_end(&w);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "write '%s'", about_file);
    return write_durably(volume, about_file, b.data, b.len, e);
}

static bool is_there(int volumes, const char *name)
{
    auto_fd volume = open_folder(volumes, name, 0);

    return volume >= 0 && faccessat(volume, about_file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int volume_create(struct store *s, const char *name, const char *const *labels, bool may_exist,
                  struct err *e)
{
    auto_fd lock = -EBADF, volumes = -EBADF, volume = -EBADF, data = -EBADF;

    TRY(check_name(name, e));
    lock = store_lock(s, LOCK_EX, e);
    TRY(lock);
    volumes = open_volumes(s, e);
    TRY(volumes);
    if (is_there(volumes, name))
        return may_exist ? 0 : err_set(e, ERR_EXISTS, "there is a volume '%s' already", name);
    volume = open_folder(volumes, name, 0700);
    data = volume < 0 ? volume : open_folder(volume, "data", 0755);
    if (data < 0 || fchmod(data, 0755) < 0)
        return err_os(e, data < 0 ? data : -errno, "make volume '%s'", name);
    return write_about(volume, labels, e);
}

int volume_path(struct store *s, const char *name, char **ret, struct err *e)
{
    auto_fd volumes = -EBADF;

    TRY(check_name(name, e));
    volumes = open_volumes(s, e);
    if (volumes == -ENOENT || (volumes >= 0 && !is_there(volumes, name)))
        return err_set(e, ERR_NOT_FOUND, "there is no volume '%s'", name);
    TRY(volumes);
    if (asprintf(ret, "%s/volumes/%s/data", s->path, name) < 0)
        return err_os(e, ENOMEM, "find volume '%s'", name);
    return 0;
}

/* The bundle that has the volume, or NULL; lives as long as the leases. */
static const char *find_user(const struct leases *leases, const char *name)
{
    for (size_t i = 0; i < leases->count; i++)
        for (size_t n = 0; n < leases->items[i].volumes.count; n++)
            if (strcmp(leases->items[i].volumes.items[n], name) == 0)
                return leases->items[i].bundle;
    return NULL;
}

int volume_remove(struct store *s, const char *name, struct err *e)
{
    auto_fd lock = -EBADF, volumes = -EBADF, volume = -EBADF;
    cleanup(leases_freep) struct leases *leases = NULL;
    const char *user;
    int rc;

    TRY(check_name(name, e));
    lock = store_lock(s, LOCK_EX, e);
    TRY(lock);
    TRY(leases_read(s, &leases, e));
    volumes = open_volumes(s, e);
    TRY(volumes);
    volume = open_folder(volumes, name, 0);
    if (!is_there(volumes, name))
        return err_set(e, ERR_NOT_FOUND, "there is no volume '%s'", name);
    user = find_user(leases, name);
    if (user)
        return err_set(e, ERR_BUSY, "volume '%s' is used by bundle '%.*s'", name, 300, user);
    /* With this file gone the volume is, whatever happens to the rest. */
    rc = unlinkat(volume, about_file, 0) < 0 ? -errno : remove_tree(volumes, name);
    return rc < 0 ? err_os(e, rc, "remove volume '%s'", name) : 0;
}

static int read_about(const struct json_at *at, struct volume *ret, struct err *e)
{
    struct json_at member;
    char *created = NULL;

    if (json_member(at, "created", &member))
        TRY(json_read_string(&member, 0, &created, e));
    ret->created = quantity_time(created);
    if (json_member(at, "labels", &member))
        TRY(annotations_read(&member, &ret->labels, e));
    return 0;
}

static int read_volume(struct store *s, int volumes, const char *name, struct arena *arena,
                       struct volume *ret, struct err *e)
{
    struct json_doc doc = { .name = name, .arena = arena };
    struct json_at at = { .doc = &doc };
    auto_fd volume = open_folder(volumes, name, 0);
    auto_free char *text = NULL;
    auto_json *o = NULL;
    size_t len;

    TRY(file_read(volume, about_file, ABOUT_MAX, &text, &len, e));
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "volume '%s'", name);
    at.value = o;
    TRY(read_about(&at, ret, e));
    ret->name = arena_strdup(arena, name);
    ret->path = arena_printf(arena, "%s/volumes/%s/data", s->path, name);
    return ret->name && ret->path ? 0 : json_no_memory(e);
}

static int add_volume(struct volumes *v, const struct volume *one, struct err *e)
{
    /* Room doubles whenever the count is a power of two. */
    if ((v->count & (v->count - 1)) == 0) {
        struct volume *bigger = arena_new(&v->arena, v->count ? v->count * 2 : 1, struct volume);

        if (!bigger)
            return json_no_memory(e);
        if (v->count)
            memcpy(bigger, v->items, v->count * sizeof *bigger);
        v->items = bigger;
    }
    v->items[v->count++] = *one;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct volume *)a)->name, ((const struct volume *)b)->name);
}

static int set_users(struct store *s, struct volumes *v, struct err *e)
{
    cleanup(leases_freep) struct leases *leases = NULL;

    TRY(leases_read(s, &leases, e));
    for (size_t i = 0; i < v->count; i++) {
        const char *user = find_user(leases, v->items[i].name);

        v->items[i].user = user ? arena_strdup(&v->arena, user) : NULL;
    }
    return 0;
}

int volume_list(struct store *s, struct volumes **ret, struct err *e)
{
    cleanup(volumes_freep) struct volumes *v = calloc(1, sizeof *v);
    int fd = open_volumes(s, e);
    auto_dir dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!v)
        return json_no_memory(e);
    if (fd < 0 && fd != -ENOENT)
        return fd;
    while (dir && (entry = readdir(dir))) {
        struct volume one = { 0 };

        if (!volume_name_valid(entry->d_name) || !is_there(dirfd(dir), entry->d_name))
            continue;
        TRY(read_volume(s, dirfd(dir), entry->d_name, &v->arena, &one, e));
        TRY(add_volume(v, &one, e));
    }
    if (v->count)
        qsort(v->items, v->count, sizeof *v->items, by_name);
    TRY(set_users(s, v, e));
    *ret = take_ptr(v);
    return 0;
}

void volumes_freep(struct volumes **v)
{
    if (*v)
        arena_done(&(*v)->arena);
    free(*v);
    *v = NULL;
}
