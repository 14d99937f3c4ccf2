// SPDX-License-Identifier: Apache-2.0
/* platform_check.c - holding image configs against the platforms that they were chosen for. */
#include "lade/transfer/platform_check.h"

#include "base/cleanup.h"
#include "lade/document/image_config.h"

/* What an index of the tree says of a manifest, or NULL. */
static const struct platform *announced(const struct tree *t, const struct digest *manifest)
{
    for (size_t i = 0; i < t->document_count; i++) {
        const struct index *index = t->documents[i].index;

        for (size_t n = 0; index && n < index->count; n++)
            if (index->manifests[n].has_platform &&
                digest_equal(&index->manifests[n].digest, manifest))
                return &index->manifests[n].platform;
    }
    return NULL;
}

/* An image alone must be for one of the platforms that were asked for. */
static int check_choice(const struct image_config *config, const struct tree_choice *choice,
                        struct err *e)
{
    int rc = 0;

    for (size_t i = 0; !choice->all && i < choice->count; i++) {
        rc = image_config_check(config, &choice->platforms[i], e);
        if (rc == 0)
            return 0;
    }
    return rc;
}

static int check_image(struct store *s, const struct tree *t, const struct tree_document *d,
                       const struct tree_choice *choice, struct err *e)
{
    cleanup(image_config_freep) struct image_config *config = NULL;
    const struct platform *said = announced(t, &d->digest);
    auto_free char *text = NULL;
    struct err unused;
    size_t len;

    /* What is no image config has no platform; a broken one is found when it is used. */
    if (manifest_artifact_type(d->manifest) ||
        store_read(s, &d->manifest->config, "image config", &text, &len, &unused) < 0 ||
        image_config_parse(text, len, &config, &unused) < 0)
        return 0;
    return said ? image_config_check(config, said, e) : check_choice(config, choice, e);
}

int platform_check(struct store *s, const struct tree *t, const struct tree_choice *choice,
                   struct err *e)
{
    for (size_t i = 0; i < t->document_count; i++)
        if (t->documents[i].manifest)
            TRY(check_image(s, t, &t->documents[i], choice, e));
    return 0;
}
