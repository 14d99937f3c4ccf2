// SPDX-License-Identifier: Apache-2.0
/* store_place.h - a store in a directory of its own for each test, and small images in it. */
#pragma once

#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "lade/document/media_type.h"
#include "lade/store/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err e;

/* --- a directory for each test --- */

struct place {
    char path[32];
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static inline struct place new_place(void)
{
    struct place p = { "/tmp/lade-store-XXXXXX" };

    EXPECT(mkdtemp(p.path) != NULL);
    return p;
}

static inline void leave(struct place *p)
{
    nftw(p->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define auto_place __attribute__((__cleanup__(leave))) struct place

static inline const char *in(const struct place *p, const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", p->path, name);
    return path;
}

static inline bool is_there(const struct place *p, const char *name)
{
    return access(in(p, name), F_OK) == 0;
}

static inline struct store *opened(const char *path, enum store_access access)
{
    struct store *s = NULL;

    e.text[0] = '\0';
    EXPECT(store_open(path, NULL, access, &s, &e) == 0);
    if (!s)
        printf("# %s\n", e.text);
    return s;
}

static inline void write_file(const char *path, const char *text)
{
    EXPECT(file_replace(AT_FDCWD, path, 0644, text, strlen(text), &e) == 0);
}

/* --- images --- */

static inline struct descriptor put(struct store *s, const char *type, const char *text)
{
    struct descriptor d = { .media_type = (char *)type, .size = strlen(text) };

    EXPECT(store_put(s, text, strlen(text), &d.digest, &e) == 0);
    return d;
}

static inline void add_descriptor(struct buf *b, const struct descriptor *d)
{
    buf_printf(b, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%llu}", d->media_type,
               d->digest.text, (unsigned long long)d->size);
}

/* An image of one layer, which is the text. */
static inline struct descriptor put_image(struct store *s, const char *layer_text)
{
    struct descriptor layer = put(s, MEDIA_OCI_LAYER, layer_text), config, manifest;
    auto_buf c = { 0 }, m = { 0 };

    buf_printf(&c,
               "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\","
               "\"diff_ids\":[\"%s\"]}}",
               layer.digest.text);
    config = put(s, MEDIA_OCI_CONFIG, c.data);
    buf_puts(&m, "{\"schemaVersion\":2,\"config\":");
    add_descriptor(&m, &config);
    buf_puts(&m, ",\"layers\":[");
    add_descriptor(&m, &layer);
    buf_puts(&m, "]}");
    manifest = put(s, MEDIA_OCI_MANIFEST, m.data);
    return manifest;
}

/* The digest that a name stands for, or NULL with the reason in e. */
static inline const char *found(struct store *s, const char *text)
{
    static char digest[DIGEST_TEXT_SIZE];
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;

    EXPECT(store_list(s, &names, &e) == 0);
    if (!names || store_find(names, text, &entry, &e) < 0)
        return NULL;
    snprintf(digest, sizeof digest, "%s", entry->descriptor->digest.text);
    return digest;
}
