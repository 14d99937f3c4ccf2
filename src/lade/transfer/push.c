// SPDX-License-Identifier: Apache-2.0
/* push.c - an image from the store to a registry: blobs, then manifests bottom-up, the name last.
 */
#include "lade/transfer/push.h"

#include "base/cleanup.h"
#include "lade/store/image.h"
#include "lade/transfer/tree.h"
#include "lade/transfer/work.h"

#include <stdlib.h>
#include <string.h>

struct session {
    const struct push *p;
    struct repository *repository;
    struct arena arena;
    struct tree tree;
    char mount_from[REFERENCE_NAME_MAX + 1]; /* "" for none */
    bool incomplete;                         /* an entry of the index is not in the store */
};

static void session_done(struct session *s)
{
    tree_done(&s->tree);
    repository_freep(&s->repository);
    arena_done(&s->arena);
}

static int read_document(void *user, const struct descriptor *d, char **ret, size_t *ret_len,
                         struct err *e)
{
    struct session *s = user;

    return store_read(s->p->store, d, "manifest", ret, ret_len, e);
}

/* After a pull for one platform the other images of the index are not here. */
static bool skip(void *user, const struct descriptor *d)
{
    struct session *s = user;
    bool missing = !store_has(s->p->store, &d->digest);

    s->incomplete |= missing;
    return missing;
}

static int grow_from(struct session *s, const struct descriptor *root,
                     const struct tree_choice *choice, struct err *e)
{
    const struct tree_source source = { .read = read_document, .user = s };
    char *data;
    size_t len;

    TRY(store_read(s->p->store, root, "manifest", &data, &len, e));
    tree_done(&s->tree);
    return tree_grow(&source, choice, root->media_type, &root->digest, data, len, &s->tree, e);
}

/* One image out of the index: by itself, so under another digest than the index had. */
static int grow_image(struct session *s, const struct descriptor *root,
                      const struct platform *platform, struct err *e)
{
    const struct tree_choice choice = { .platforms = platform, .count = 1 };
    auto_image *image = NULL;

    TRY(image_open(s->p->store, root, platform, &image, e));
    return grow_from(s, image->descriptor, &choice, e);
}

static int grow(struct session *s, const struct descriptor *root, struct err *e)
{
    const struct tree_choice all = { .all = true, .skip = skip };
    struct platform host;

    if (s->p->platform)
        return grow_image(s, root, s->p->platform, e);
    TRY(grow_from(s, root, &all, e));
    if (!s->incomplete)
        return 0;
    TRY(platform_host(&s->arena, &host, e));
    TRY(grow_image(s, root, &host, e));
    report_note(s->p->report,
                "only a part of the index is in the store: the image for this machine is pushed, "
                "%s",
                s->tree.documents[s->tree.document_count - 1].digest.text);
    return 0;
}

/* Another name of the same image on the same registry: the bytes are there already. */
static void find_mount(struct session *s, const struct store_names *names,
                       const struct store_entry *entry)
{
    const struct reference *to = s->p->to;
    struct reference other;
    struct err none;

    for (size_t i = 0; i < names->count && !*s->mount_from; i++)
        if (names->items[i].name &&
            digest_equal(&names->items[i].descriptor->digest, &entry->descriptor->digest) &&
            reference_parse(names->items[i].name, &other, &none) == 0 &&
            strcmp(other.host, to->host) == 0 && strcmp(other.repository, to->repository) != 0)
            memcpy(s->mount_from, other.repository, sizeof other.repository);
}

/* --- blobs --- */

struct departure {
    int fd;
    const struct descriptor *blob;
    struct progress *progress;
};

static ssize_t read_blob(void *user, void *buf, size_t size, struct err *e)
{
    struct departure *d = user;
    ssize_t n;

    do {
        n = read(d->fd, buf, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_os(e, errno, "read %s", d->blob->digest.text);
    progress_add(d->progress, (uint64_t)n);
    return n;
}

static int seek_blob(void *user, uint64_t offset, struct err *e)
{
    struct departure *d = user;

    if (lseek(d->fd, (off_t)offset, SEEK_SET) < 0)
        return err_os(e, errno, "read %s", d->blob->digest.text);
    progress_restart(d->progress);
    progress_add(d->progress, offset);
    return 0;
}

static int send_each(void *user, size_t n, struct err *e)
{
    static const char *const words[] = { "already there", "mounted", "done" };
    struct session *s = user;
    const struct descriptor *blob = s->tree.blobs[n];
    struct departure d = { .blob = blob };
    const struct blob_source from = { .source = { .read = read_blob, .user = &d },
                                      .seek = seek_blob };
    const struct upload_options options = { .mount_from = *s->mount_from ? s->mount_from : NULL,
                                            .chunk = s->p->chunk };
    auto_fd fd = -EBADF;
    uint64_t size;
    char what[64];
    int rc;

    if (media_type_find(blob->media_type)->foreign)
        return 0;
    fd = store_open_blob(s->p->store, &blob->digest, &size, e);
    TRY(fd);
    if (size != blob->size)
        return err_set(e, ERR_INVALID, "%s has %llu bytes in the store, not %llu",
                       blob->digest.text, (unsigned long long)size, (unsigned long long)blob->size);
    d.fd = fd;
    snprintf(what, sizeof what, "%.12s", digest_encoded(&blob->digest));
    d.progress = progress_begin(s->p->report, what, size, 0);
    rc = repository_put_blob(s->repository, &blob->digest, size, &from, &options, e);
    progress_end(d.progress, rc < 0 ? "failed" : words[rc]);
    return rc < 0 ? rc : 0;
}

static int put_documents(struct session *s, struct err *e)
{
    size_t last = s->tree.document_count - 1;

    for (size_t i = 0; i <= last; i++) {
        const struct tree_document *d = &s->tree.documents[i];
        bool by_tag = i == last && !s->p->to->has_digest;

        if (i == last && s->p->to->has_digest && !digest_equal(&s->p->to->digest, &d->digest))
            return err_set(e, ERR_INVALID, "the image is %s, not %s", d->digest.text,
                           s->p->to->digest.text);
        TRY(repository_put_manifest(s->repository,
                                    by_tag ? reference_target(s->p->to) : d->digest.text,
                                    d->media_type, d->data, d->size, e));
    }
    return 0;
}

int push(const struct push *p, struct digest *ret, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    cleanup(session_done) struct session s = { .p = p };
    struct work work = { .each = send_each, .user = &s, .jobs = p->jobs, .stopped = p->cancelled };
    const struct store_entry *entry;

    TRY(store_list(p->store, &names, e));
    TRY(store_find(names, p->name, &entry, e));
    TRY(grow(&s, entry->descriptor, e));
    find_mount(&s, names, entry);
    TRY(repository_open(p->registry, p->to, REPOSITORY_PUSH, &s.repository, e));
    work.count = s.tree.blob_count;
    TRY(work_do(&work, e));
    TRY(put_documents(&s, e));
    *ret = s.tree.documents[s.tree.document_count - 1].digest;
    return 0;
}
