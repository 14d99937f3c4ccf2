// SPDX-License-Identifier: Apache-2.0
/*
 * pull.c - an image from a registry into the store.
 *
 * Blobs come first, then manifests, indexes and last the name: whoever looks at the store in
 * between or after a kill finds nothing that leads nowhere.
 */
#include "lade/transfer/pull.h"

#include "base/cleanup.h"
#include "lade/transfer/attached.h"
#include "lade/transfer/fetch.h"
#include "lade/transfer/platform_check.h"
#include "lade/transfer/tree.h"
#include "lade/transfer/work.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct session {
    const struct pull *p;
    struct repository *repository;
    struct arena arena;
    struct platform host;
    struct tree_choice choice;
    struct tree tree;
    char name[REFERENCE_TEXT_SIZE];
    struct fetch fetch;
};

static void session_done(struct session *s)
{
    tree_done(&s->tree);
    repository_freep(&s->repository);
    arena_done(&s->arena);
}

static int choose(struct session *s, struct err *e)
{
    const struct pull *p = s->p;

    s->choice = (struct tree_choice){ .platforms = p->platforms,
                                      .count = p->platform_count,
                                      .all = p->all_platforms };
    if (p->platforms || p->all_platforms)
        return 0;
    TRY(platform_host(&s->arena, &s->host, e));
    s->choice.platforms = &s->host;
    s->choice.count = 1;
    return 0;
}

/* --- documents --- */

static int read_kept(struct store *store, const struct digest *digest, char **ret, size_t *ret_len,
                     struct err *e)
{
    struct descriptor d = { .media_type = (char *)"", .digest = *digest };
    auto_fd fd = store_open_blob(store, digest, &d.size, e);

    TRY(fd);
    return store_read(store, &d, "manifest", ret, ret_len, e);
}

static int read_document(void *user, const struct descriptor *d, char **ret, size_t *ret_len,
                         struct err *e)
{
    struct session *s = user;
    auto_fetched f = { 0 };

    if (d->size > DOCUMENT_MAX)
        return err_set(e, ERR_INVALID, "%s is larger than %d bytes", d->digest.text, DOCUMENT_MAX);
    if (store_has(s->p->store, &d->digest))
        return store_read(s->p->store, d, "manifest", ret, ret_len, e);
    TRY(repository_get_manifest(s->repository, d->digest.text, &f, e));
    TRY(descriptor_verify(d, f.data, f.size, "manifest", e));
    if (*f.media_type && !media_type_equal(f.media_type, d->media_type))
        return err_set(e, ERR_INVALID, "%s came as %s and is named as %s", d->digest.text,
                       f.media_type, d->media_type);
    atomic_store(&s->fetch.fetched, true);
    *ret = take_ptr(f.data);
    *ret_len = f.size;
    return 0;
}

/* What the name means now: HEAD costs nothing where it is here already. */
static int read_root(struct session *s, struct fetched *ret, struct err *e)
{
    const char *target = reference_target(s->p->reference);

    if (s->p->reference->has_digest) {
        ret->digest = s->p->reference->digest;
        ret->has_digest = true;
    } else if (repository_head_manifest(s->repository, target, ret, e) < 0 &&
               (e->kind == ERR_BUSY || e->code == ECANCELED)) {
        /* Any other failure comes again with GET, and then with the registry's own words. */
        return -e->code;
    }
    if (ret->has_digest && store_has(s->p->store, &ret->digest))
        return read_kept(s->p->store, &ret->digest, &ret->data, &ret->size, e);
    fetched_done(ret);
    atomic_store(&s->fetch.fetched, true);
    return repository_get_manifest(s->repository, target, ret, e);
}

static int grow(struct session *s, struct err *e)
{
    struct tree_source source = { .read = read_document, .user = s };
    auto_fetched root = { 0 };

    TRY(read_root(s, &root, e));
    return tree_grow(&source, &s->choice, root.media_type, &root.digest, take_ptr(root.data),
                     root.size, &s->tree, e);
}

static const struct tree_document *root_of(const struct tree *t)
{
    return &t->documents[t->document_count - 1];
}

static const struct digest *root_digest(const struct session *s)
{
    return &root_of(&s->tree)->digest;
}

/* Before anything of the image is in the store. */
static int admit(struct session *s, struct err *e)
{
    const struct pull *p = s->p;

    for (size_t i = 0; p->blob_max && i < s->tree.blob_count; i++)
        if (s->tree.blobs[i]->size > p->blob_max)
            return err_set(e, ERR_INVALID, "%s is larger than %" PRIu64 " bytes",
                           s->tree.blobs[i]->digest.text, p->blob_max);
    if (!p->trust)
        return 0;
    TRY(pull_attached(p, root_digest(s), ATTACHED_SIGNATURES, e));
    return trust_check(p->store, p->trust, p->reference, root_digest(s), e);
}

/* --- putting it all in place --- */

static int keep_documents(struct session *s, struct err *e)
{
    for (size_t i = 0; i < s->tree.document_count; i++)
        TRY(fetch_keep(s->p->store, &s->tree.documents[i].digest, s->tree.documents[i].data,
                       s->tree.documents[i].size, e));
    return 0;
}

/* Whether the name means this already; what gets none must only be there. */
static int is_named(struct session *s, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;
    struct err none;

    TRY(store_list(s->p->store, &names, e));
    return store_find(names, s->p->unnamed ? root_digest(s)->text : s->name, &entry, &none) == 0 &&
           digest_equal(&entry->descriptor->digest, root_digest(s));
}

static int give_name(struct session *s, struct err *e)
{
    const struct tree_document *root = root_of(&s->tree);
    const struct descriptor d = { .media_type = (char *)root->media_type,
                                  .digest = root->digest,
                                  .size = root->size };

    return store_name(s->p->store, &d, s->p->unnamed ? NULL : s->name, STORE_NAME_REPLACE, e);
}

static int check_platforms(struct session *s, struct err *e)
{
    if (platform_check(s->p->store, &s->tree, &s->choice, e) == 0)
        return 0;
    if (s->p->strict_platform)
        return -e->code;
    report_warning(s->p->report, "%s: %s", s->name, e->text);
    return 0;
}

/* --- blobs --- */

static int fetch_each(void *user, size_t n, struct err *e)
{
    return fetch_blob(user, n, e);
}

static bool is_config(const struct tree *t, const struct descriptor *blob)
{
    for (size_t i = 0; i < t->document_count; i++)
        if (t->documents[i].manifest && &t->documents[i].manifest->config == blob)
            return true;
    return false;
}

/* What is for another platform is to cost no more than its config. */
static int check_first(struct session *s, struct err *e)
{
    for (size_t i = 0; i < s->tree.blob_count; i++)
        if (is_config(&s->tree, s->tree.blobs[i]))
            TRY(fetch_blob(&s->fetch, i, e));
    return check_platforms(s, e);
}

static int fetch_all(struct session *s, struct err *e)
{
    const struct work work = { .each = fetch_each,
                               .user = &s->fetch,
                               .count = s->tree.blob_count,
                               .jobs = s->p->jobs,
                               .stopped = s->p->cancelled };

    return work_do(&work, e);
}

/* The follower works while blobs come. Its own failure is its own affair; when the pull fails
 * there is nothing more for it to do. */
static int fetch_followed(struct session *s, const struct manifest *manifest, struct err *e)
{
    const struct pull_follower *follower = s->p->follower;
    auto_arrivals *arrivals = NULL;
    int rc;

    TRY(arrivals_new(s->p->store, s->tree.blobs, s->tree.blob_count, &arrivals, e));
    s->fetch.arrivals = arrivals;
    follower->begin(follower->user, manifest, arrivals);
    rc = fetch_all(s, e);
    if (rc < 0)
        arrivals_cancel(arrivals);
    follower->end(follower->user);
    s->fetch.arrivals = NULL;
    return rc;
}

/* The only image of the tree, or NULL. */
static const struct manifest *only_image(const struct tree *t)
{
    const struct manifest *found = NULL;

    for (size_t i = 0; i < t->document_count; i++) {
        if (t->documents[i].manifest && found)
            return NULL;
        if (t->documents[i].manifest)
            found = t->documents[i].manifest;
    }
    return found;
}

static int fetch_blobs(struct session *s, struct err *e)
{
    const struct manifest *image = s->p->follower ? only_image(&s->tree) : NULL;

    if (s->p->strict_platform)
        TRY(check_first(s, e));
    TRY(image ? fetch_followed(s, image, e) : fetch_all(s, e));
    return s->p->strict_platform ? 0 : check_platforms(s, e);
}

static int run(struct session *s, struct pulled *ret, struct err *e)
{
    int named;

    TRY(choose(s, e));
    TRY(repository_open(s->p->registry, s->p->reference, REPOSITORY_PULL, &s->repository, e));
    s->fetch.repository = s->repository;
    TRY(grow(s, e));
    TRY(admit(s, e));
    TRY(fetch_blobs(s, e));
    TRY(keep_documents(s, e));
    named = is_named(s, e);
    TRY(named);
    ret->digest = *root_digest(s);
    ret->changed = atomic_load(&s->fetch.fetched) || !named;
    if (!named)
        TRY(give_name(s, e));
    return s->p->referrers ? pull_attached(s->p, root_digest(s), ATTACHED_ALL, e) : 0;
}

/* 1 when the store has the name. */
static int look(const struct pull *p, const char *name, struct pulled *ret, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;

    TRY(store_list(p->store, &names, e));
    if (store_find(names, name, &entry, e) < 0)
        return e->kind == ERR_NOT_FOUND ? 0 : -e->code;
    ret->digest = entry->descriptor->digest;
    return 1;
}

int pull(const struct pull *p, struct pulled *ret, struct err *e)
{
    cleanup(session_done) struct session s = {
        .p = p, .fetch = { .store = p->store, .report = p->report, .tree = &s.tree }
    };
    struct pulled found = { 0 };
    int rc = 0;

    reference_format(p->reference, s.name);
    if (p->policy != PULL_ALWAYS)
        rc = look(p, s.name, &found, e);
    if (rc == 1 && p->trust)
        TRY(trust_check(p->store, p->trust, p->reference, &found.digest, e));
    if (rc == 0 && p->policy == PULL_NEVER)
        return err_set(e, ERR_NOT_FOUND, "image '%s' is not in the store", s.name);
    if (rc == 0)
        rc = run(&s, &found, e);
    if (rc < 0)
        return rc;
    *ret = found;
    return 0;
}
