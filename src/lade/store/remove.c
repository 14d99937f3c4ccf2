// SPDX-License-Identifier: Apache-2.0
/* remove.c - removing an image, and at once what only it needed. */
#include "lade/store/leases.h"
#include "lade/store/naming.h"
#include "lade/store/sweep.h"

#include <string.h>

/* What is to go, as the store stood when the lock was taken. */
struct removal {
    struct store *store;
    const struct descriptor *image;
    const char *name; /* only this one; NULL: all entries */
    bool force;
};

static int check_bundles(const struct removal *m, struct err *e)
{
    cleanup(leases_freep) struct leases *leases = NULL;

    TRY(leases_read(m->store, &leases, e));
    for (size_t i = 0; i < leases->count && !m->force; i++) {
        auto_reach r = { .store = m->store };

        /* The lease may name one platform's manifest of a whole index. */
        TRY(reach_from(&r, m->image->digest.text, m->image->media_type, e));
        if (digest_set_has(&r.blobs, leases->items[i].manifest.text))
            return err_set(e, ERR_BUSY, "bundle '%.*s' uses this image (see --force)", 300,
                           leases->items[i].bundle);
    }
    return 0;
}

static size_t count_entries(struct index_edit *x, const char *digest)
{
    size_t n = 0;

    for (size_t i = 0; i < index_edit_count(x); i++)
        n += strcmp(index_edit_digest(x, i), digest) == 0;
    return n;
}

/* Returns whether the image has no entry any more. */
static int drop_entries(struct index_edit *x, const struct removal *m, struct err *e)
{
    const char *digest = m->image->digest.text;
    size_t left = count_entries(x, digest);

    if (!m->name && left > 1 && !m->force)
        return err_set(e, ERR_BUSY, "the image has %zu names: give one, or use --force", left);
    if (!m->name || left == 1)
        TRY(check_bundles(m, e));
    for (size_t i = index_edit_count(x); i-- > 0;) {
        const char *name = index_edit_name(x, i);

        if (strcmp(index_edit_digest(x, i), digest) != 0 ||
            (m->name && (!name || strcmp(name, m->name) != 0)))
            continue;
        index_edit_drop(x, i);
        left--;
    }
    return left == 0;
}

/* Both reaches are taken before the index is written: a document that only the image needs is
 * still there to be read. */
static int sweep_image(struct index_edit *x, const struct removal *m, struct err *e)
{
    const char *text = json_object_to_json_string(x->root);
    auto_reach mine = { .store = m->store }, needed = { .store = m->store };
    struct sweep w = {
        .store = m->store,
        .among = &mine,
        .needed = &needed,
        .since = leases_oldest_run(m->store),
    };

    if (!text)
        return err_os(e, ENOMEM, "remove image");
    TRY(reach_from(&mine, m->image->digest.text, m->image->media_type, e));
    TRY(reach_from_index(&needed, text, strlen(text), e));
    TRY(reach_from_leases(&needed, e));
    TRY(index_edit_end(x, e));
    TRY(sweep_blobs(&w, e));
    return sweep_layers(&w, e);
}

int store_remove(struct store *s, const struct store_entry *entry, bool by_name, bool force,
                 struct err *e)
{
    struct removal m = { s, entry->descriptor, by_name ? entry->name : NULL, force };
    auto_fd lock = store_lock(s, LOCK_EX, e);
    auto_index_edit x = { 0 };
    int last;

    TRY(lock);
    if (entry->factory)
        return err_set(e, ERR_UNSUPPORTED, "'%.*s' is in a factory store, which is never changed",
                       200, entry->name ? entry->name : entry->descriptor->digest.text);
    TRY(index_edit_begin(s, &x, e));
    last = drop_entries(&x, &m, e);
    TRY(last);
    return last ? sweep_image(&x, &m, e) : index_edit_end(&x, e);
}
