// SPDX-License-Identifier: Apache-2.0
/* image.c - one image with its documents. */
#include "lade/store/image.h"

#include "base/cleanup.h"

static int follow_index(struct store *s, struct image *i, size_t depth,
                        const struct platform *wanted, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    if (depth == INDEX_DEPTH_MAX)
        return err_set(e, ERR_INVALID, "index %s: nested more than %d deep",
                       i->descriptor->digest.text, INDEX_DEPTH_MAX);
    TRY(store_read(s, i->descriptor, "index", &text, &len, e));
    if (index_parse(text, len, i->descriptor->media_type, &i->indexes[depth], e) < 0 ||
        index_choose(i->indexes[depth], wanted, &i->descriptor, e) < 0)
        return err_wrap(e, "%s", i->descriptor->digest.text);
    return 0;
}

static int read_documents(struct store *s, struct image *i, struct err *e)
{
    const struct descriptor *d = i->descriptor;

    TRY(store_read(s, d, "manifest", &i->manifest_text, &i->manifest_len, e));
    if (manifest_parse(i->manifest_text, i->manifest_len, d->media_type, &i->manifest, e) < 0)
        return err_wrap(e, "%s", d->digest.text);
    if (manifest_artifact_type(i->manifest))
        return 0;
    TRY(store_read(s, &i->manifest->config, "image config", &i->config_text, &i->config_len, e));
    if (image_config_parse(i->config_text, i->config_len, &i->config, e) < 0)
        return err_wrap(e, "%s", i->manifest->config.digest.text);
    if (i->config->diff_id_count != i->manifest->layer_count)
        return err_set(e, ERR_INVALID, "image %s has %zu layers and %zu diff_ids", d->digest.text,
                       i->manifest->layer_count, i->config->diff_id_count);
    return 0;
}

int image_open(struct store *s, const struct descriptor *d, const struct platform *wanted,
               struct image **ret, struct err *e)
{
    auto_image *i = calloc(1, sizeof *i);

    if (!i)
        return err_os(e, ENOMEM, "read image");
    i->descriptor = d;
    for (size_t depth = 0; media_type_find(i->descriptor->media_type)->kind == MEDIA_INDEX; depth++)
        TRY(follow_index(s, i, depth, wanted, e));
    TRY(read_documents(s, i, e));
    *ret = take_ptr(i);
    return 0;
}

void image_freep(struct image **at)
{
    struct image *i = *at;

    if (!i)
        return;
    for (size_t n = 0; n < INDEX_DEPTH_MAX; n++)
        index_freep(&i->indexes[n]);
    manifest_freep(&i->manifest);
    image_config_freep(&i->config);
    free(i->manifest_text);
    free(i->config_text);
    free(i);
    *at = NULL;
}

uint64_t image_size(const struct image *i)
{
    uint64_t sum = i->manifest->config.size;

    for (size_t n = 0; n < i->manifest->layer_count; n++)
        sum += i->manifest->layers[n].size;
    return sum;
}
