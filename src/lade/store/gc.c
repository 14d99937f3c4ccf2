// SPDX-License-Identifier: Apache-2.0
/* gc.c - which images to give up, and then what nothing needs any more. */
#include "lade/store/gc.h"

#include "lade/name/reference.h"
#include "lade/store/attached.h"
#include "lade/store/leases.h"
#include "lade/store/naming.h"
#include "lade/store/sweep.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

/* How long a download that nobody goes on with is kept. */
static const int64_t PARTIAL_SECONDS = 7 * 86400;
static const int64_t SECOND = 1000000000;

struct gc {
    struct store *store;
    const struct gc_options *options;
    const struct gc_watcher *watcher;
    struct index_edit index;
    struct reach leased; /* what bundles use */
    int64_t now;         /* ns */
    bool changed;        /* the index was */
};

static void give_up(struct gc *g, size_t i)
{
    const char *name = index_edit_name(&g->index, i);

    g->watcher->removed(g->watcher->user, "image", name ? name : index_edit_digest(&g->index, i),
                        0);
    index_edit_drop(&g->index, i);
    g->changed = true;
}

/* When a manifest was put here or last used, ns since 1970; 0: it is not here. */
static int64_t last_used(const struct gc *g, const char *text)
{
    struct digest digest;
    struct blob_place p;
    struct err unused;
    struct stat st;
    auto_fd folder = -EBADF;

    if (digest_parse(text, &digest, &unused) < 0)
        return 0;
    p = blob_place("blobs", &digest);
    folder = open_folder(g->store->dir, p.folder, 0);
    if (folder < 0 || fstatat(folder, p.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return (int64_t)st.st_mtim.tv_sec * SECOND + st.st_mtim.tv_nsec;
}

/* What accompanies an image goes when the image goes, however long it was not used itself. */
static bool is_attached(struct gc *g, size_t i)
{
    const char *name = index_edit_name(&g->index, i);
    struct reach r = { .store = g->store };
    struct digest digest, subject;
    struct err unused;

    if (name)
        return attached_name(name, &subject);
    return digest_parse(index_edit_digest(&g->index, i), &digest, &unused) == 0 &&
           reach_subject(&r, &digest, &subject);
}

static bool may_go(struct gc *g, size_t i)
{
    return !digest_set_has(&g->leased.blobs, index_edit_digest(&g->index, i)) && !is_attached(g, i);
}

static void give_up_old(struct gc *g)
{
    const struct gc_options *o = g->options;

    for (size_t i = index_edit_count(&g->index); i-- > 0;) {
        int64_t unused = (g->now - last_used(g, index_edit_digest(&g->index, i))) / SECOND;

        if (may_go(g, i) && ((o->untagged && !index_edit_name(&g->index, i)) ||
                             (o->until && unused >= 0 && (uint64_t)unused > o->until)))
            give_up(g, i);
    }
}

/* "host/repository" of an entry; "" for what has no such name and is not counted. */
static void repository_of(struct gc *g, size_t i, char ret[REFERENCE_TEXT_SIZE])
{
    const char *name = index_edit_name(&g->index, i);
    struct digest subject;
    struct reference r;
    struct err unused;

    ret[0] = '\0';
    if (name && !attached_name(name, &subject) && reference_parse(name, &r, &unused) == 0)
        snprintf(ret, REFERENCE_TEXT_SIZE, "%s/%s", r.host, r.repository);
}

/* How many images of the same repository were used later, or as late and stand behind it. */
static unsigned later_ones(struct gc *g, size_t i)
{
    char mine[REFERENCE_TEXT_SIZE], other[REFERENCE_TEXT_SIZE];
    int64_t used = last_used(g, index_edit_digest(&g->index, i));
    unsigned n = 0;

    repository_of(g, i, mine);
    for (size_t k = 0; mine[0] && k < index_edit_count(&g->index); k++) {
        int64_t its = last_used(g, index_edit_digest(&g->index, k));

        repository_of(g, k, other);
        n += k != i && strcmp(mine, other) == 0 && (its > used || (its == used && k > i));
    }
    return n;
}

static void give_up_surplus(struct gc *g)
{
    for (size_t i = 0; g->options->keep && i < index_edit_count(&g->index);)
        if (may_go(g, i) && later_ones(g, i) >= g->options->keep)
            give_up(g, i);
        else
            i++;
}

static int reach_all(struct gc *g, struct reach *r, struct err *e)
{
    const char *text = json_object_to_json_string(g->index.root);

    r->store = g->store;
    if (!text)
        return err_os(e, ENOMEM, "find out what is needed");
    TRY(reach_from_index(r, text, strlen(text), e));
    return reach_from_leases(r, e);
}

static uint64_t size_of(const struct reach *r)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < r->blobs.size; i++) {
        struct digest digest;
        struct err unused;
        uint64_t size = 0;
        auto_fd fd = -EBADF;

        if (!r->blobs.slots[i] || digest_parse(r->blobs.slots[i], &digest, &unused) < 0)
            continue;
        fd = store_open_blob(r->store, &digest, &size, &unused);
        sum += size;
    }
    return sum;
}

/* The longest unused one first; false when none may go. */
static bool give_up_one(struct gc *g)
{
    size_t n = index_edit_count(&g->index), oldest = n;
    int64_t used = INT64_MAX;

    for (size_t i = 0; i < n; i++) {
        int64_t its = last_used(g, index_edit_digest(&g->index, i));

        if (may_go(g, i) && its < used) {
            oldest = i;
            used = its;
        }
    }
    if (oldest == n)
        return false;
    give_up(g, oldest);
    return true;
}

static int give_up_until_it_fits(struct gc *g, struct err *e)
{
    bool more = g->options->max_size != 0;

    while (more) {
        auto_reach r = { 0 };

        TRY(reach_all(g, &r, e));
        more = size_of(&r) > g->options->max_size && give_up_one(g);
    }
    return 0;
}

/* Referrers whose subject is gone would else come back as images without a name. The subject of one
 * that a running lade has brought may be on its way. */
static void drop_unreached(struct gc *g, const struct reach *needed)
{
    int64_t oldest = leases_oldest_run(g->store);

    for (size_t i = index_edit_count(&g->index); i-- > 0;) {
        const char *digest = index_edit_digest(&g->index, i);

        if (!digest_set_has(&needed->blobs, digest) && last_used(g, digest) < oldest)
            give_up(g, i);
    }
}

static int sweep_all(struct gc *g, const struct reach *needed, struct err *e)
{
    const struct gc_options *o = g->options;
    int64_t oldest = leases_oldest_run(g->store);
    int64_t grace =
        o->grace > INT64_MAX / (uint64_t)SECOND ? INT64_MAX : (int64_t)o->grace * SECOND;
    struct sweep w = {
        .store = g->store,
        .needed = needed,
        .since = g->now - grace < oldest ? g->now - grace : oldest,
        .dry = o->dry,
        .watcher = g->watcher,
    };

    TRY(sweep_blobs(&w, e));
    w.needed = o->layers ? &g->leased : needed;
    if (o->layers)
        w.since = oldest;
    TRY(sweep_layers(&w, e));
    w.since = o->partial ? INT64_MAX : g->now - PARTIAL_SECONDS * SECOND;
    return sweep_partial(&w, e);
}

static int collect(struct gc *g, struct err *e)
{
    auto_reach needed = { 0 };
    unsigned stale;

    g->leased.store = g->store;
    TRY(reach_from_leases(&g->leased, e));
    give_up_old(g);
    give_up_surplus(g);
    TRY(give_up_until_it_fits(g, e));
    TRY(reach_all(g, &needed, e));
    drop_unreached(g, &needed);
    if (g->changed && !g->options->dry)
        TRY(index_edit_end(&g->index, e));
    TRY(sweep_all(g, &needed, e));
    stale = leases_sweep(g->store, g->options->dry);
    for (unsigned i = 0; i < stale; i++)
        g->watcher->removed(g->watcher->user, "lease", "", 0);
    return 0;
}

int store_gc(struct store *s, const struct gc_options *options, const struct gc_watcher *watcher,
             struct err *e)
{
    struct gc g = { .store = s, .options = options, .watcher = watcher };
    auto_fd lock = store_lock(s, LOCK_EX, e);
    struct timespec now;
    int rc;

    TRY(lock);
    clock_gettime(CLOCK_REALTIME, &now);
    g.now = (int64_t)now.tv_sec * SECOND + now.tv_nsec;
    rc = index_edit_begin(s, &g.index, e);
    if (rc == 0)
        rc = collect(&g, e);
    index_edit_done(&g.index);
    reach_done(&g.leased);
    return rc;
}
