// SPDX-License-Identifier: Apache-2.0
/* open.c - opening a store, making one, and the lease of who writes to it. */
#include "lade/store/inside.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "lade/document/media_type.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char layout_file[] = "oci-layout";
static const char layout_text[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
static const char index_text[] =
    "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}";

static int check_layout(const struct store *s, const char *path, struct err *e)
{
    struct arena arena = { 0 };
    struct json_doc doc = { .name = layout_file, .arena = &arena };
    struct json_at top = { .doc = &doc }, version;
    auto_json *o = NULL;
    auto_free char *text = NULL;
    const char *value;
    size_t len;

    if (file_read(s->dir, layout_file, 4096, &text, &len, e) < 0 ||
        json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "store '%s'", path);
    top.value = o;
    value = json_member(&top, "imageLayoutVersion", &version)
                ? json_object_get_string(version.value)
                : "";
    if (strcmp(value, "1.0.0") != 0)
        return err_set(e, ERR_UNSUPPORTED, "store '%s': image layout of version '%.*s', not 1.0.0",
                       path, 40, value);
    return 0;
}

/* A directory that somebody uses for something else is not taken over. What a killed lade or
 * another one that is making the same store has left is fine. */
static int check_unused(int dir, const char *path, struct err *e)
{
    static const char *const fine[] = { ".", "..", ".oci-layout.tmp", "lock", "lost+found" };
    auto_dir list = NULL;
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent *entry;

    list = copy < 0 ? NULL : fdopendir(copy);
    if (!list)
        return err_os(e, errno, "read store '%s'", path);
    while ((entry = readdir(list))) {
        bool known = false;

        for (size_t i = 0; i < ARRAY_SIZE(fine); i++)
            known |= strcmp(entry->d_name, fine[i]) == 0;
        if (!known)
            return err_set(e, ERR_INVALID, "'%s' is no image layout and not empty: it holds '%.*s'",
                           path, 80, entry->d_name);
    }
    return 0;
}

static bool exists(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Also completes one that another tool has made: a layout need not have our folders. */
static int make_layout(struct store *s, const char *path, struct err *e)
{
    static const char *const folders[] = { "blobs/sha256", "blobs/sha512", "layers",
                                           "partial",      "leases",       "volumes" };
    auto_fd lock = -EBADF;

    if (!exists(s->dir, layout_file))
        TRY(check_unused(s->dir, path, e));
    lock = store_lock(s, LOCK_EX, e);
    TRY(lock);
    if (!exists(s->dir, layout_file))
        TRY(write_durably(s->dir, layout_file, layout_text, strlen(layout_text), e));
    if (!exists(s->dir, "index.json"))
        TRY(write_durably(s->dir, "index.json", index_text, strlen(index_text), e));
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        auto_fd fd = open_folder(s->dir, folders[i], i < 2 ? 0755 : 0700);

        if (fd < 0)
            return err_os(e, fd, "make '%s/%s'", path, folders[i]);
    }
    s->partial = open_folder(s->dir, "partial", 0);
    return s->partial < 0 ? err_os(e, s->partial, "open '%s/partial'", path) : 0;
}

/* The parents as mkdir -p makes them; the store itself is nobody else's business. */
static int make_directory(const char *path, struct err *e)
{
    auto_buf parent = { 0 };

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        parent.len = 0;
        buf_add(&parent, path, (size_t)(slash - path));
        if (buf_failed(&parent))
            return err_os(e, ENOMEM, "make store '%s'", path);
        if (mkdir(parent.data, 0755) < 0 && errno != EEXIST)
            return err_os(e, errno, "make '%s'", parent.data);
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return err_os(e, errno, "make store '%s'", path);
    return 0;
}

/* The name tells nothing that anybody relies on; the flock does. */
static int take_lease(struct store *s, struct err *e)
{
    auto_fd lock = store_lock(s, LOCK_SH, e), folder = open_folder(s->dir, "leases", 0700);
    struct timespec now;

    TRY(lock);
    if (folder < 0)
        return err_os(e, folder, "open '%s/leases'", s->path);
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(s->lease_name, sizeof s->lease_name, "run-%d-%llx%05lx", (int)getpid(),
             (unsigned long long)now.tv_sec, now.tv_nsec >> 10);
    s->lease =
        openat(folder, s->lease_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (s->lease < 0 || flock(s->lease, LOCK_EX | LOCK_NB) < 0)
        return err_os(e, errno, "make lease '%s/leases/%s'", s->path, s->lease_name);
    return 0;
}

static int open_directory(struct store *s, const char *path, struct err *e)
{
    if (s->access == STORE_WRITE)
        TRY(make_directory(path, e));
    s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->dir < 0 && errno == ENOENT && s->access == STORE_READ)
        s->path = strdup(path);
    else if (s->dir < 0)
        return err_os(e, errno, "open store '%s'", path);
    else
        s->path = realpath(path, NULL);
    return s->path ? 0 : err_os(e, errno, "open store '%s'", path);
}

static int open_one(const char *path, enum store_access access, struct store **ret, struct err *e)
{
    auto_store *s = calloc(1, sizeof *s);

    if (!s)
        return err_os(e, ENOMEM, "open store '%s'", path);
    s->dir = s->partial = s->lease = -EBADF;
    s->access = access;
    TRY(open_directory(s, path, e));
    if (access == STORE_WRITE)
        TRY(make_layout(s, path, e));
    if (s->dir >= 0)
        TRY(check_layout(s, path, e));
    if (access == STORE_WRITE)
        TRY(take_lease(s, e));
    *ret = take_ptr(s);
    return 0;
}

static int open_factories(struct store *s, const char *const *paths, struct err *e)
{
    size_t n = 0;

    while (paths && paths[n])
        n++;
    s->factories = calloc(n + 1, sizeof(struct store *));
    if (!s->factories)
        return err_os(e, ENOMEM, "open store '%s'", s->path);
    for (; s->factory_count < n; s->factory_count++) {
        struct store *factory = NULL;

        TRY(open_one(paths[s->factory_count], STORE_READ, &factory, e));
        s->factories[s->factory_count] = factory;
        if (factory->dir < 0) {
            s->factory_count++;
            return err_set(e, ERR_NOT_FOUND, "there is no factory store '%s'", factory->path);
        }
    }
    return 0;
}

int store_open(const char *path, const char *const *factories, enum store_access access,
               struct store **ret, struct err *e)
{
    auto_store *s = NULL;

    TRY(open_one(path, access, &s, e));
    TRY(open_factories(s, factories, e));
    *ret = take_ptr(s);
    return 0;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->factory_count; i++)
        store_close(s->factories[i]);
    if (s->lease >= 0) {
        auto_fd folder = open_folder(s->dir, "leases", 0);

        if (folder >= 0)
            unlinkat(folder, s->lease_name, 0);
    }
    cleanup_fd(&s->lease);
    cleanup_fd(&s->partial);
    cleanup_fd(&s->dir);
    free(s->factories);
    free(s->path);
    free(s);
}

void store_closep(struct store **s)
{
    store_close(*s);
    *s = NULL;
}

const char *store_path(const struct store *s)
{
    return s->path;
}

int store_directory(const struct store *s)
{
    return s->dir;
}
