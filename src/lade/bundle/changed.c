// SPDX-License-Identifier: Apache-2.0
/* changed.c - a bundle that was made of an image, and what was changed in it since. */
#include "lade/bundle/changed.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "lade/bundle/view.h"
#include "lade/document/fields.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, FILE_MAX = 16 << 20 };

bool changed_is_bundle(const char *path)
{
    auto_fd dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat st;

    return dir >= 0 && fstatat(dir, "lade.json", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode);
}

static int read_json(struct changed *c, const char *name, struct json_object **ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(file_read(c->dir, name, FILE_MAX, &text, &len, e));
    return json_parse(text, len, ret, e) < 0 ? err_wrap(e, "%s", name) : 0;
}

/* What bundle_make() has written. */
static int read_mark(struct changed *c, struct err *e)
{
    static const struct json_word modes[] = {
        { "auto", ROOTFS_AUTO }, /* it was not finished */
        { "overlay", ROOTFS_OVERLAY },
        { "reflink", ROOTFS_REFLINK },
        { "copy", ROOTFS_COPY },
    };
    static const struct json_field fields[] = {
        FIELD_STRING(struct changed, image_name, "image", JSON_REQUIRED),
        FIELD_OTHER(struct changed, manifest, "manifest", digest_read, JSON_REQUIRED),
        FIELD_WORD(struct changed, mode, "mode", modes, JSON_REQUIRED),
    };
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "lade.json", .arena = &c->arena };
    struct json_at at = { .doc = &doc };

    TRY(read_json(c, "lade.json", &root, e));
    at.value = root;
    return json_read_fields(&at, fields, ARRAY_SIZE(fields), c, e);
}

struct mount_target {
    char *destination;
};

static int read_mount(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct mount_target, destination, "destination", JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "/a//b/" as "a/b", in place. Other ways to write a path find no place, so it stays. */
static const char *as_path(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (*from != '/' || (to > text && from[1] && from[1] != '/'))
            *to++ = *from;
    *to = '\0';
    return text;
}

/* The targets of the configuration's mounts. */
static int read_places(struct changed *c, struct err *e)
{
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "config.json", .arena = &c->arena };
    struct json_at at = { .doc = &doc }, mounts;
    struct mount_target *targets = NULL;
    size_t n = 0;
    const char **places;

    TRY(read_json(c, "config.json", &root, e));
    at.value = root;
    if (json_member(&at, "mounts", &mounts))
        TRY(json_read_array(&mounts, sizeof *targets, read_mount, (void **)&targets, &n, e));
    places = arena_new(&c->arena, n + 1, const char *);
    if (!places)
        return err_os(e, ENOMEM, "read config.json");
    for (size_t i = 0; i < n; i++)
        places[i] = as_path(targets[i].destination);
    qsort(places, n, sizeof *places, by_bytes);
    c->source.places = places;
    c->source.place_count = n;
    return 0;
}

/* The manifest that the bundle was made of, whatever its names mean today. */
static int open_image(struct changed *c, struct store *s, struct err *e)
{
    auto_fd fd = store_open_blob(s, &c->manifest, &c->descriptor.size, e);
    auto_free char *text = NULL;
    const char *type;
    size_t len;
    int kind;

    TRY(fd);
    TRY(file_read_fd(fd, DOCUMENT_MAX, &text, &len, e));
    kind = document_kind(text, len, &type, e);
    TRY(kind);
    c->descriptor.digest = c->manifest;
    c->descriptor.media_type = arena_strdup(&c->arena, type);
    if (!c->descriptor.media_type)
        return err_os(e, ENOMEM, "open an image");
    TRY(image_open(s, &c->descriptor, NULL, &c->image, e));
    return manifest_require_image(c->image->manifest, e);
}

int changed_root(const struct changed *c, struct err *e)
{
    auto_fd root = openat(c->dir, "rootfs", OPEN_DIR);
    struct stat bundle, st;

    if (root < 0 || fstat(root, &st) < 0 || fstat(c->dir, &bundle) < 0)
        return err_os(e, errno, "open 'rootfs'");
    if (c->mode == ROOTFS_OVERLAY && st.st_dev == bundle.st_dev)
        return err_set(e, ERR_BAD_STATE, "the bundle's root filesystem is not mounted");
    return take_fd(&root);
}

static int find_changes(struct changed *c, struct err *e)
{
    c->source.lower = c->lower;
    if (c->mode != ROOTFS_OVERLAY) {
        c->source.form = CHANGES_TREE;
        c->source.root = changed_root(c, e);
        return c->source.root < 0 ? c->source.root : 0;
    }
    c->source.form = CHANGES_OVERLAY;
    c->source.root = openat(c->dir, "upper", OPEN_DIR);
    return c->source.root < 0 ? err_os(e, errno, "open 'upper'") : 0;
}

int changed_open(struct store *s, const char *path, struct report *report, struct changed *ret,
                 struct err *e)
{
    if (!changed_is_bundle(path))
        return err_set(e, ERR_INVALID, "'%s' is no bundle that lade has made", path);
    ret->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->dir < 0)
        return err_os(e, errno, "open bundle '%s'", path);
    TRY(read_mark(ret, e));
    if (ret->mode == ROOTFS_AUTO)
        return err_set(e, ERR_BAD_STATE, "bundle '%s' was not finished", path);
    TRY(read_places(ret, e));
    TRY(open_image(ret, s, e));
    ret->lower = view_open(s, ret->image, report, e);
    TRY(ret->lower);
    return find_changes(ret, e);
}

int changed_look_at_all(struct changed *c, struct err *e)
{
    if (c->source.form == CHANGES_TREE)
        return -e->code;
    cleanup_fd(&c->source.root);
    c->source.root = changed_root(c, e);
    c->source.form = CHANGES_TREE;
    return c->source.root < 0 ? c->source.root : 0;
}

void changed_done(struct changed *c)
{
    image_freep(&c->image);
    cleanup_fd(&c->source.root);
    cleanup_fd(&c->lower);
    cleanup_fd(&c->dir);
    arena_done(&c->arena);
}
