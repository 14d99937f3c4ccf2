// SPDX-License-Identifier: Apache-2.0
/*
 * leases.c - who uses what.
 *
 * leases/run-…: a lade that is running, as long as its flock is held.
 * leases/bundle-HASH: what a bundle needs, as JSON, as long as the bundle's directory is there.
 */
#include "lade/store/leases.h"

#include "base/file.h"
#include "base/json_fields.h"
#include "base/json_write.h"
#include "lade/document/fields.h"
#include "lade/store/inside.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { LEASE_MAX = 1 << 20 };

/* "bundle-" and the beginning of the path's digest: a path may be longer than a name. */
static int bundle_name(const char *path, char ret[LEASE_NAME_SIZE], struct err *e)
{
    struct digest digest;

    TRY(digest_of(DIGEST_SHA256, path, strlen(path), &digest, e));
    snprintf(ret, LEASE_NAME_SIZE, "bundle-%.32s", digest_encoded(&digest));
    return 0;
}

static void write_lease(struct buf *b, const struct lease *lease)
{
    struct json_writer w = { .to = b };

    json_begin(&w, NULL, '{');
    json_put_string(&w, "bundle", lease->bundle);
    json_put_string(&w, "manifest", lease->manifest.text);
    json_begin(&w, "layers", '[');
    for (size_t i = 0; i < lease->layer_count; i++)
        json_put_string(&w, NULL, lease->layers[i].text);
    json_end(&w);
    json_begin(&w, "volumes", '[');
    for (size_t i = 0; lease->volumes && lease->volumes[i]; i++)
        json_put_string(&w, NULL, lease->volumes[i]);
    json_end(&w);
    json_end(&w);
}

/* Under the shared lock: gc has either seen the lease, or is over. */
int lease_add(struct store *s, const struct lease *lease, struct err *e)
{
    auto_fd lock = store_lock(s, LOCK_SH, e), folder = -EBADF;
    char name[LEASE_NAME_SIZE];
    auto_buf b = { 0 };

    TRY(lock);
    TRY(bundle_name(lease->bundle, name, e));
    write_lease(&b, lease);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "lease '%s'", lease->bundle);
    folder = open_folder(s->dir, "leases", 0700);
    if (folder < 0)
        return err_os(e, folder, "open '%s/leases'", s->path);
    return write_durably(folder, name, b.data, b.len, e);
}

int lease_remove(struct store *s, const char *bundle, struct err *e)
{
    auto_fd folder = open_folder(s->dir, "leases", 0700);
    char name[LEASE_NAME_SIZE];

    if (folder < 0)
        return err_os(e, folder, "open '%s/leases'", s->path);
    TRY(bundle_name(bundle, name, e));
    if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
        return err_os(e, errno, "remove '%s/leases/%s'", s->path, name);
    return 0;
}

/* A bundle on a disk that is not mounted now is gone for us: what it needs can be fetched again. */
static bool bundle_is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static int read_fields(const struct json_at *at, struct held_lease *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct held_lease, bundle, "bundle", JSON_REQUIRED | JSON_ABSOLUTE),
        FIELD_OTHER(struct held_lease, manifest, "manifest", digest_read, JSON_REQUIRED),
        FIELD_ARRAY(struct held_lease, layers, layer_count, "layers", digest_read, 0),
        FIELD_OTHER(struct held_lease, volumes, "volumes", text_list_read, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_lease(int folder, const char *name, struct arena *arena, struct held_lease *ret,
                      struct err *e)
{
    struct json_doc doc = { .arena = arena };
    struct json_at at = { .doc = &doc };
    auto_free char *text = NULL;
    auto_json *o = NULL;
    size_t len;

    TRY(file_read(folder, name, LEASE_MAX, &text, &len, e));
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "lease '%s'", name);
    at.value = o;
    if (read_fields(&at, ret, e) < 0)
        return err_wrap(e, "lease '%s'", name);
    return 0;
}

static int add_lease(struct leases *l, const struct held_lease *lease, struct err *e)
{
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 16;
        struct held_lease *bigger = arena_new(&l->arena, room, struct held_lease);

        if (!bigger)
            return err_os(e, ENOMEM, "read leases");
        if (l->count)
            memcpy(bigger, l->items, l->count * sizeof *bigger);
        l->items = bigger;
        l->room = room;
    }
    l->items[l->count++] = *lease;
    return 0;
}

/* The folder's entries that begin with prefix; NULL ends. dir is NULL where there is no folder. */
static const char *next_name(DIR *dir, const char *prefix)
{
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            return entry->d_name;
    return NULL;
}

static DIR *open_leases(struct store *s)
{
    int fd = s->dir < 0 ? -EBADF : open_folder(s->dir, "leases", 0);

    return fd < 0 ? NULL : fdopendir(fd);
}

int leases_read(struct store *s, struct leases **ret, struct err *e)
{
    cleanup(leases_freep) struct leases *l = calloc(1, sizeof *l);
    auto_dir dir = open_leases(s);
    const char *name;

    if (!l)
        return err_os(e, ENOMEM, "read leases");
    while ((name = next_name(dir, "bundle-"))) {
        struct held_lease lease = { 0 };

        TRY(read_lease(dirfd(dir), name, &l->arena, &lease, e));
        if (bundle_is_there(lease.bundle))
            TRY(add_lease(l, &lease, e));
    }
    *ret = take_ptr(l);
    return 0;
}

void leases_freep(struct leases **l)
{
    if (*l)
        arena_done(&(*l)->arena);
    free(*l);
    *l = NULL;
}

/* Nobody holds its flock. A file that is just being made is not seen: that takes the store's lock.
 */
static bool run_is_dead(int folder, const char *name)
{
    auto_fd fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static bool bundle_lease_is_dead(int folder, const char *name)
{
    struct held_lease lease = { 0 };
    struct arena arena = { 0 };
    struct err unused;
    bool dead =
        read_lease(folder, name, &arena, &lease, &unused) == 0 && !bundle_is_there(lease.bundle);

    arena_done(&arena);
    return dead;
}

unsigned leases_sweep(struct store *s, bool dry)
{
    auto_dir dir = open_leases(s);
    unsigned count = 0;
    const char *name;

    while ((name = next_name(dir, ""))) {
        bool run = strncmp(name, "run-", 4) == 0, bundle = strncmp(name, "bundle-", 7) == 0;

        if (!(run && strcmp(name, s->lease_name) != 0 && run_is_dead(dirfd(dir), name)) &&
            !(bundle && bundle_lease_is_dead(dirfd(dir), name)))
            continue;
        if (!dry)
            unlinkat(dirfd(dir), name, 0);
        count++;
    }
    return count;
}

int64_t leases_oldest_run(struct store *s)
{
    auto_dir dir = open_leases(s);
    int64_t oldest = INT64_MAX;
    const char *name;

    while ((name = next_name(dir, "run-"))) {
        struct stat st;
        int64_t began;

        if (strcmp(name, s->lease_name) == 0 || run_is_dead(dirfd(dir), name) ||
            fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        began = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        oldest = began < oldest ? began : oldest;
    }
    return oldest;
}

bool leases_run_is_alive(struct store *s, const char *name)
{
    auto_fd folder = open_folder(s->dir, "leases", 0);
    char lease[LEASE_NAME_SIZE];

    snprintf(lease, sizeof lease, "%.*s", (int)strcspn(name, "."), name);
    if (strcmp(lease, s->lease_name) == 0)
        return true;
    return folder >= 0 && faccessat(folder, lease, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
           !run_is_dead(folder, lease);
}
