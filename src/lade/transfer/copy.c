// SPDX-License-Identifier: Apache-2.0
/* copy.c - an image from one registry to another. Documents pass as they are; blobs pass through a
 * pipe, so that no more of them is here than fits into it. */
#include "lade/transfer/copy.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "lade/store/attached.h"
#include "lade/transfer/tree.h"
#include "lade/transfer/work.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { REFERRER_DEPTH_MAX = 4 };

struct session {
    const struct copy *c;
    struct repository *from, *to;
    struct tree tree;
};

static void session_done(struct session *s)
{
    tree_done(&s->tree);
    repository_freep(&s->from);
    repository_freep(&s->to);
}

static int read_document(void *user, const struct descriptor *d, char **ret, size_t *ret_len,
                         struct err *e)
{
    struct session *s = user;
    auto_fetched f = { 0 };

    if (d->size > DOCUMENT_MAX)
        return err_set(e, ERR_INVALID, "%s is larger than %d bytes", d->digest.text, DOCUMENT_MAX);
    TRY(repository_get_manifest(s->from, d->digest.text, &f, e));
    TRY(descriptor_verify(d, f.data, f.size, "manifest", e));
    *ret = take_ptr(f.data);
    *ret_len = f.size;
    return 0;
}

/* One image of an index goes by itself; an index goes whole or not at all. */
static int grow(struct session *s, const char *target, struct err *e)
{
    const struct tree_source source = { .read = read_document, .user = s };
    const struct tree_choice choice = { .platforms = s->c->platform,
                                        .count = 1,
                                        .all = !s->c->platform };
    auto_fetched root = { 0 };
    struct tree_document *last;

    TRY(repository_get_manifest(s->from, target, &root, e));
    TRY(tree_grow(&source, &choice, root.media_type, &root.digest, take_ptr(root.data), root.size,
                  &s->tree, e));
    while (s->c->platform && (last = &s->tree.documents[s->tree.document_count - 1])->index) {
        index_freep(&last->index);
        free(last->data);
        s->tree.document_count--;
    }
    return 0;
}

/* --- blobs --- */

struct passage {
    struct session *session;
    const struct descriptor *blob;
    int in, out; /* ends of the pipe */
    struct hasher *hasher;
    struct progress *progress;
    struct err e;
    bool started;
    pthread_t thread;
};

static int fill(void *user, const void *data, size_t len, struct err *e)
{
    struct passage *p = user;
    int rc = write_all(p->in, data, len);

    if (rc < 0)
        return err_os(e, rc, "pass on %s", p->blob->digest.text);
    hasher_add(p->hasher, data, len);
    progress_add(p->progress, len);
    return 0;
}

static int download(struct passage *p, struct err *e)
{
    const struct byte_sink to = { .write = fill, .user = p };
    struct digest found;

    TRY(repository_get_blob(p->session->from, &p->blob->digest, p->blob->size, 0, &to, e));
    hasher_end(p->hasher, &found);
    if (!digest_equal(&found, &p->blob->digest))
        return err_set(e, ERR_INVALID, "blob %s came as %s", p->blob->digest.text, found.text);
    return 0;
}

/* The end of the pipe is the end of the upload: a failed download must not look complete, and does
 * not, as the upload knows how much there has to be. */
static void *run_download(void *user)
{
    struct passage *p = user;

    download(p, &p->e);
    close(take_fd(&p->in));
    return NULL;
}

/* Started by the first read: a blob that is there already is not even asked for. */
static int start(struct passage *p, struct err *e)
{
    int ends[2];

    TRY(hasher_new(p->blob->digest.algorithm, &p->hasher, e));
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_os(e, errno, "pass on %s", p->blob->digest.text);
    p->out = ends[0];
    p->in = ends[1];
    if (pthread_create(&p->thread, NULL, run_download, p) != 0)
        return err_os(e, EAGAIN, "pass on %s", p->blob->digest.text);
    p->started = true;
    return 0;
}

static ssize_t drain(void *user, void *buf, size_t size, struct err *e)
{
    struct passage *p = user;
    ssize_t n;

    if (!p->started)
        TRY(start(p, e));
    do {
        n = read(p->out, buf, size);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? err_os(e, errno, "pass on %s", p->blob->digest.text) : n;
}

/* Its own failure explains the upload's. */
static int finish(struct passage *p, int rc, struct err *e)
{
    cleanup_fd(&p->out); /* a download that goes on gets EPIPE */
    if (p->started)
        pthread_join(p->thread, NULL);
    cleanup_fd(&p->in);
    hasher_free(p->hasher);
    if (p->e.code && (rc >= 0 || p->e.code != EPIPE)) {
        *e = p->e;
        rc = -e->code;
    }
    return rc;
}

static int pass_each(void *user, size_t n, struct err *e)
{
    static const char *const words[] = { "already there", "mounted", "done" };
    struct session *s = user;
    const struct copy *c = s->c;
    struct passage p = { .session = s, .blob = s->tree.blobs[n], .in = -EBADF, .out = -EBADF };
    const struct blob_source from = { .source = { .read = drain, .user = &p } };
    bool same_host = strcmp(c->from->host, c->to->host) == 0;
    const struct upload_options options = { .mount_from = same_host ? c->from->repository : NULL,
                                            .chunk = c->chunk };
    char what[64];
    int rc;

    if (media_type_find(p.blob->media_type)->foreign)
        return 0;
    snprintf(what, sizeof what, "%.12s", digest_encoded(&p.blob->digest));
    p.progress = progress_begin(c->report, what, p.blob->size, 0);
    rc = repository_put_blob(s->to, &p.blob->digest, p.blob->size, &from, &options, e);
    rc = finish(&p, rc, e);
    progress_end(p.progress, rc < 0 ? "failed" : words[rc]);
    return rc < 0 ? rc : 0;
}

/* --- all of it --- */

/* tag: NULL for what nothing names, a referrer. */
static int pass_tree(struct session *s, const char *tag, struct err *e)
{
    struct work work = { .each = pass_each,
                         .user = s,
                         .count = s->tree.blob_count,
                         .jobs = s->c->jobs,
                         .stopped = s->c->cancelled };

    TRY(work_do(&work, e));
    for (size_t i = 0; i < s->tree.document_count; i++) {
        const struct tree_document *d = &s->tree.documents[i];
        bool last = i + 1 == s->tree.document_count;

        TRY(repository_put_manifest(s->to, last && tag ? tag : d->digest.text, d->media_type,
                                    d->data, d->size, e));
    }
    return 0;
}

static int pass_referrers(struct session *s, unsigned depth, struct err *e);

/* tag: NULL, or under which it goes on. */
static int pass_attached(struct session *s, const char *target, const char *tag, unsigned depth,
                         struct err *e)
{
    struct copy whole = *s->c;
    struct session one = { .c = &whole, .from = s->from, .to = s->to };
    int rc;

    whole.platform = NULL;
    rc = grow(&one, target, e);
    if (rc == 0)
        rc = pass_tree(&one, tag, e);
    if (rc == 0 && !tag)
        rc = pass_referrers(&one, depth + 1, e);
    tree_done(&one.tree);
    return rc;
}

/* Cosign's tags. */
static int pass_tags(struct session *s, const struct digest *subject, struct err *e)
{
    char tag[TAG_MAX + 1];

    for (size_t i = 0; i < ARRAY_SIZE(attached_endings); i++)
        if (attached_tag(subject, attached_endings[i], tag) &&
            pass_attached(s, tag, tag, 0, e) < 0 && e->kind != ERR_NOT_FOUND)
            return -e->code;
    return 0;
}

/* What refers to any document of the tree, and to that in turn. */
static int pass_referrers(struct session *s, unsigned depth, struct err *e)
{
    if (depth == REFERRER_DEPTH_MAX)
        return 0;
    for (size_t i = 0; i < s->tree.document_count; i++) {
        cleanup(referrers_done) struct referrers found = { 0 };

        TRY(pass_tags(s, &s->tree.documents[i].digest, e));
        TRY(repository_referrers(s->from, &s->tree.documents[i].digest, NULL, &found, e));
        for (size_t n = 0; n < found.count; n++)
            TRY(pass_attached(s, found.items[n]->digest.text, NULL, depth, e));
    }
    return 0;
}

int copy(const struct copy *c, struct digest *ret, struct err *e)
{
    cleanup(session_done) struct session s = { .c = c };
    const struct digest *digest;

    TRY(repository_open(c->registry, c->from, REPOSITORY_PULL, &s.from, e));
    TRY(repository_open(c->registry, c->to, REPOSITORY_PUSH, &s.to, e));
    TRY(grow(&s, reference_target(c->from), e));
    digest = &s.tree.documents[s.tree.document_count - 1].digest;
    if (c->to->has_digest && !digest_equal(digest, &c->to->digest))
        return err_set(e, ERR_INVALID, "the image is %s, not %s", digest->text, c->to->digest.text);
    TRY(pass_tree(&s, reference_target(c->to), e));
    if (c->referrers)
        TRY(pass_referrers(&s, 0, e));
    *ret = *digest;
    return 0;
}
