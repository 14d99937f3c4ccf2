// SPDX-License-Identifier: Apache-2.0
/* names.c - the entries of index.json, and which of them a person means. */
#include "lade/store/inside.h"

#include "base/file.h"
#include "lade/document/index.h"
#include "lade/document/media_type.h"
#include "lade/name/reference.h"

#include <fcntl.h>
#include <string.h>

enum { PREFIX_MIN = 6 };

int read_index(const struct store *s, char **ret, size_t *ret_len, struct err *e)
{
    static const char empty[] = "{\"schemaVersion\":2,\"manifests\":[]}";
    auto_fd fd = s->dir < 0 ? -EBADF
                            : openat(s->dir, "index.json",
                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 && (s->dir < 0 || errno == ENOENT)) {
        *ret = strdup(empty);
        *ret_len = strlen(empty);
        return *ret ? 0 : err_os(e, ENOMEM, "read '%s/index.json'", s->path);
    }
    if (fd < 0 && errno != ELOOP)
        return err_os(e, errno, "open '%s/index.json'", s->path);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(e, ERR_INVALID, "'%s/index.json' is not a regular file", s->path);
    if (file_read_fd(fd, DOCUMENT_MAX, ret, ret_len, e) < 0)
        return err_wrap(e, "'%s/index.json'", s->path);
    return 0;
}

/* 0 when it is not known. */
static int64_t blob_time(const struct store *s, const struct digest *digest)
{
    struct blob_place p = blob_place("blobs", digest);
    auto_fd folder = open_folder(s->dir, p.folder, 0);
    struct stat st;

    if (folder < 0 || fstatat(folder, p.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return st.st_mtime;
}

static bool is_hidden(const struct store_names *names, const char *name)
{
    for (size_t i = 0; name && i < names->count; i++)
        if (names->items[i].name && strcmp(names->items[i].name, name) == 0)
            return true;
    return false;
}

static bool is_manifest(const struct descriptor *d)
{
    enum media_kind kind = media_type_find(d->media_type)->kind;

    return kind == MEDIA_INDEX || kind == MEDIA_MANIFEST;
}

static int add_entries(const struct store *s, bool factory, struct index *index,
                       struct store_names *names, struct err *e)
{
    struct store_entry *bigger =
        arena_new(&names->arena, names->count + index->count, struct store_entry);

    if (!bigger)
        return err_os(e, ENOMEM, "read '%s/index.json'", s->path);
    if (names->count)
        memcpy(bigger, names->items, names->count * sizeof *bigger);
    names->items = bigger;
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *d = &index->manifests[i];

        if (!is_manifest(d) || (factory && is_hidden(names, descriptor_name(d))))
            continue;
        names->items[names->count++] = (struct store_entry){
            .descriptor = d,
            .name = descriptor_name(d),
            .factory = factory,
            .used = blob_time(s, &d->digest),
        };
    }
    return 0;
}

static int list_one(const struct store *s, bool factory, struct store_names *names, size_t number,
                    struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(read_index(s, &text, &len, e));
    if (index_parse(text, len, NULL, &names->indexes[number], e) < 0)
        return err_wrap(e, "'%s/index.json'", s->path);
    return add_entries(s, factory, names->indexes[number], names, e);
}

int store_list(struct store *s, struct store_names **ret, struct err *e)
{
    __attribute__((__cleanup__(store_names_freep))) struct store_names *names =
        calloc(1, sizeof *names);

    if (names)
        names->indexes = calloc(s->factory_count + 2, sizeof(struct index *));
    if (!names || !names->indexes)
        return err_os(e, ENOMEM, "list images");
    TRY(list_one(s, false, names, 0, e));
    for (size_t i = 0; i < s->factory_count; i++)
        TRY(list_one(s->factories[i], true, names, i + 1, e));
    *ret = take_ptr(names);
    return 0;
}

void store_names_freep(struct store_names **n)
{
    if (!*n)
        return;
    for (struct index **i = (*n)->indexes; i && *i; i++)
        index_freep(i);
    free((*n)->indexes);
    arena_done(&(*n)->arena);
    free(*n);
    *n = NULL;
}

/* A name in index.json may be a full reference or a short one; texts that mean the same are equal
 * in their full form. */
static bool is_same_reference(const char *full, const char *name)
{
    char other[REFERENCE_TEXT_SIZE];
    struct reference r;
    struct err unused;

    if (!name || reference_parse(name, &r, &unused) < 0 || r.has_digest)
        return false;
    reference_format(&r, other);
    return strcmp(full, other) == 0;
}

static const struct store_entry *find_name(const struct store_names *names, const char *text)
{
    char full[REFERENCE_TEXT_SIZE];
    struct reference r;
    struct err unused;

    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].name && strcmp(names->items[i].name, text) == 0)
            return &names->items[i];
    if (reference_parse(text, &r, &unused) < 0)
        return NULL;
    reference_format(&r, full);
    for (size_t i = 0; i < names->count; i++) {
        const struct store_entry *entry = &names->items[i];

        if (r.has_digest ? digest_equal(&r.digest, &entry->descriptor->digest)
                         : is_same_reference(full, entry->name))
            return entry;
    }
    return NULL;
}

static bool begins_digest(const struct descriptor *d, const char *text)
{
    const char *encoded = digest_encoded(&d->digest);
    size_t algorithm = (size_t)(encoded - d->digest.text);

    if (strncmp(text, d->digest.text, algorithm) == 0)
        text += algorithm;
    return strlen(text) >= PREFIX_MIN && strncmp(encoded, text, strlen(text)) == 0;
}

/* By its digest or the beginning of it; NULL when there is none. */
static int find_digest(const struct store_names *names, const char *text,
                       const struct store_entry **ret, struct err *e)
{
    *ret = NULL;
    for (size_t i = 0; i < names->count; i++) {
        const struct store_entry *entry = &names->items[i];

        if (!begins_digest(entry->descriptor, text))
            continue;
        if (*ret && !digest_equal(&(*ret)->descriptor->digest, &entry->descriptor->digest))
            return err_set(e, ERR_INVALID, "'%.*s' is the beginning of several digests", 200, text);
        *ret = *ret ? *ret : entry;
    }
    return 0;
}

int store_find(const struct store_names *names, const char *text, const struct store_entry **ret,
               struct err *e)
{
    const struct store_entry *found = find_name(names, text);

    if (!found)
        TRY(find_digest(names, text, &found, e));
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "there is no image '%.*s'", 200, text);
    *ret = found;
    return 0;
}
