// SPDX-License-Identifier: Apache-2.0
/* load.c - the ways into an archive and a layout. */
#include "lade/archive/load.h"

#include "base/cleanup.h"
#include "lade/archive/loading.h"
#include "lade/document/index.h"
#include "lade/document/media_type.h"

static int load_entries(struct loading *x, const struct index *index, struct err *e)
{
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *d = &index->manifests[i];
        enum media_kind kind = media_type_find(d->media_type)->kind;

        if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST)
            continue;
        TRY(loading_take_all(x, d, e));
        TRY(loading_name(x, d, descriptor_name(d), e));
    }
    if (!x->images)
        return err_set(e, ERR_NOT_FOUND, "there is no image in it");
    return 0;
}

static int load_layout(struct loading *x, const struct spool_file *f, struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;
    auto_free char *text = NULL;
    size_t len;

    TRY(spool_text(f, "index.json", &text, &len, e));
    TRY(index_parse(text, len, NULL, &index, e));
    return load_entries(x, index, e);
}

int archive_load(struct store *s, const struct byte_source *from, const struct load_options *o,
                 struct err *e)
{
    struct loading x = { .store = s, .options = o };
    const struct spool_file *manifests, *index;
    auto_spool *spool = NULL;

    TRY(spool_read(s, from, &spool, e));
    x.spool = spool;
    /* Docker writes both since version 25; the layout says more. */
    index = spool_find(spool, "oci-layout") ? spool_find(spool, "index.json") : NULL;
    manifests = spool_find(spool, "manifest.json");
    if (index)
        return load_layout(&x, index, e);
    if (manifests)
        return loading_docker(&x, manifests, e);
    return err_set(e, ERR_INVALID,
                   "it holds no image: neither oci-layout nor manifest.json (see import)");
}

int layout_load(struct store *s, struct store *layout, const struct load_options *o, struct err *e)
{
    struct loading x = { .store = s, .options = o, .layout = layout };
    cleanup(store_names_freep) struct store_names *names = NULL;

    TRY(store_list(layout, &names, e));
    return load_entries(&x, names->indexes[0], e);
}
