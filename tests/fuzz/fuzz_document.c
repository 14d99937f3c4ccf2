// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_document.c - any bytes as an index, a manifest and an image config.
 *
 * Beyond not crashing: a refusal has one line that says why; an accepted document keeps the
 * promises of its header; no text is both an index and a manifest; and written anew by json-c it is
 * accepted again.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/chain.h"
#include "lade/document/image_config.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"

#include <json-c/json_object.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

static void check_refusal(int rc, const struct err *e)
{
    size_t len = strnlen(e->text, sizeof e->text);

    MUST(rc < 0 && rc == -e->code);
    MUST(len > 0 && len < sizeof e->text);
}

static void check_digest(const struct digest *d)
{
    struct digest again;
    struct err e;

    MUST(digest_parse(d->text, &again, &e) == 0);
    MUST(!strchr(d->text, '/') && d->text[0] != '.');
}

static void check_descriptor(const struct descriptor *d)
{
    auto_free char *data = NULL;
    struct err e = { 0 };
    int rc;

    MUST(d->media_type && d->media_type[0]);
    MUST(d->size <= INT64_MAX);
    check_digest(&d->digest);
    for (size_t i = 0; i < d->annotations.count; i++)
        MUST(d->annotations.items[i].key && d->annotations.items[i].value);
    rc = descriptor_data(d, &data, &e);
    if (rc < 0)
        check_refusal(rc, &e);
}

static bool try_index(const char *text, size_t len)
{
    static const struct platform wanted = { "linux", "amd64", NULL, NULL };
    cleanup(index_freep) struct index *i = NULL;
    const struct descriptor *chosen;
    struct err e = { 0 };
    int rc = index_parse(text, len, NULL, &i, &e);

    if (rc < 0) {
        check_refusal(rc, &e);
        return false;
    }
    for (size_t n = 0; n < i->count; n++)
        check_descriptor(&i->manifests[n]);
    if (index_choose(i, &wanted, &chosen, &e) == 0)
        MUST(chosen >= i->manifests && chosen < i->manifests + i->count);
    return true;
}

static bool try_manifest(const char *text, size_t len)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    struct err e = { 0 };
    int rc = manifest_parse(text, len, NULL, &m, &e);

    if (rc < 0) {
        check_refusal(rc, &e);
        return false;
    }
    MUST(m->layer_count <= MANIFEST_LAYERS_MAX);
    check_descriptor(&m->config);
    for (size_t n = 0; n < m->layer_count; n++)
        check_descriptor(&m->layers[n]);
    MUST((manifest_require_image(m, &e) == 0) == !manifest_artifact_type(m));
    return true;
}

static bool try_config(const char *text, size_t len)
{
    cleanup(image_config_freep) struct image_config *c = NULL;
    struct digest chain = { 0 };
    struct err e = { 0 };
    int rc = image_config_parse(text, len, &c, &e);

    if (rc < 0) {
        check_refusal(rc, &e);
        return false;
    }
    for (size_t n = 0; n < c->diff_id_count; n++) {
        check_digest(&c->diff_ids[n]);
        MUST(chain_next(&chain, &c->diff_ids[n], &e) == 0);
    }
    for (size_t n = 0; n < c->env.count; n++)
        MUST(c->env.items[n]);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup(json_putp) struct json_object *o = NULL;
    const char *text = (const char *)data, *again, *type;
    bool index = try_index(text, size), manifest = try_manifest(text, size);
    bool config = try_config(text, size);
    struct err e = { 0 };

    MUST(!(index && manifest));
    if (!index && !manifest && !config)
        return 0;
    MUST(json_parse(text, size, &o, &e) == 0);
    again = json_object_to_json_string(o);
    MUST(!index || try_index(again, strlen(again)));
    MUST(!manifest || try_manifest(again, strlen(again)));
    MUST(!config || try_config(again, strlen(again)));
    if (index)
        MUST(document_kind(text, size, &type, &e) == MEDIA_INDEX);
    if (manifest)
        MUST(document_kind(text, size, &type, &e) == MEDIA_MANIFEST);
    return 0;
}
