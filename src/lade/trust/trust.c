// SPDX-License-Identifier: Apache-2.0
/* trust.c - finding an image's signatures in the store and judging them. */
#include "lade/trust/trust.h"

#include "base/cleanup.h"
#include "lade/document/manifest.h"
#include "lade/registry/credential.h"
#include "lade/store/attached.h"
#include "lade/trust/envelope.h"
#include "lade/trust/statement.h"

#include <string.h>

#define SIGNATURE_KEY          "dev.cosignproject.cosign/signature"
#define MEDIA_COSIGN_SIGNATURE "application/vnd.dev.cosign.artifact.sig.v1+json"

struct inquiry {
    struct store *store;
    const struct trust *trust;
    const struct reference *name;
    const struct digest *digest;
    unsigned count; /* signatures so far */
    bool by_key;    /* `why` is about one that a key of ours made: nothing tells more */
    struct err why; /* why the first one does not count */
};

bool trust_is_signature(const struct descriptor *d)
{
    return d->artifact_type && (media_type_equal(d->artifact_type, MEDIA_COSIGN_SIGNATURE) ||
                                media_type_equal(d->artifact_type, MEDIA_SIGSTORE_BUNDLE) ||
                                media_type_equal(d->artifact_type, MEDIA_SIMPLE_SIGNING));
}

/* --- one signature --- */

static bool by_a_key(const struct trust *t, const void *data, size_t len, const void *signature,
                     size_t signature_len)
{
    for (size_t i = 0; i < t->key_count; i++)
        if (public_key_signed(t->keys[i], data, len, signature, signature_len))
            return true;
    return false;
}

/* Tags are compared where both sides name one: cosign names none. */
static bool is_same_image(const struct inquiry *q, const struct reference *signed_as)
{
    const struct trust *t = q->trust;
    const struct reference *want = t->has_identity ? &t->identity : q->name;
    const char *tag = *want->tag || want->has_digest || t->has_identity ? want->tag : "latest";

    return strcmp(want->host, signed_as->host) == 0 &&
           strcmp(want->repository, signed_as->repository) == 0 &&
           (!*tag || !*signed_as->tag || strcmp(tag, signed_as->tag) == 0) &&
           (!signed_as->has_digest || digest_equal(&signed_as->digest, q->digest));
}

static int check_identity(const struct inquiry *q, const char *text, struct err *e)
{
    struct reference signed_as;
    struct err unused;

    if (q->trust->any_identity)
        return 0;
    if (!*text)
        return err_set(e, ERR_INVALID, "it names no repository (see --any-identity)");
    if (reference_parse(text, &signed_as, &unused) < 0 || !is_same_image(q, &signed_as))
        return err_set(e, ERR_INVALID, "it is for '%.*s' (see --signed-as)", 200, text);
    return 0;
}

static int check_statement(struct inquiry *q, const struct statement *s, struct err *e)
{
    if (!digest_equal(&s->digest, q->digest))
        return err_set(e, ERR_INVALID, "it is for %s", s->digest.text);
    return check_identity(q, s->reference, e);
}

static int wrong_key(struct err *e)
{
    return err_set(e, ERR_INVALID, "it was not made by this key, or it was changed since");
}

/* layer: the payload; the signature stands beside it. */
static int check_simple(struct inquiry *q, const struct descriptor *layer, struct arena *arena,
                        struct err *e)
{
    const char *text = annotation_find(&layer->annotations, SIGNATURE_KEY);
    auto_free char *payload = NULL, *signature = NULL;
    struct statement said;
    size_t len, n;

    if (!text)
        return err_set(e, ERR_INVALID, "it has no annotation " SIGNATURE_KEY);
    signature = base64_decode(text, &n);
    if (!signature)
        return err_set(e, ERR_INVALID, "it is not base64");
    TRY(store_read(q->store, layer, "payload", &payload, &len, e));
    if (!by_a_key(q->trust, payload, len, signature, n))
        return annotation_find(&layer->annotations, "dev.sigstore.cosign/certificate")
                   ? err_set(e, ERR_UNSUPPORTED,
                             "it was made by a certificate (keyless), which can't be checked")
                   : wrong_key(e);
    q->by_key = true;
    TRY(simple_signing_parse(payload, len, arena, &said, e));
    return check_statement(q, &said, e);
}

static int check_bundle(struct inquiry *q, const struct descriptor *layer, struct arena *arena,
                        struct err *e)
{
    auto_free char *text = NULL;
    struct statement said;
    struct envelope x;
    size_t len;

    TRY(store_read(q->store, layer, "bundle", &text, &len, e));
    TRY(envelope_parse(text, len, arena, &x, e));
    if (!by_a_key(q->trust, x.signed_bytes, x.signed_len, x.signature, x.signature_len))
        return wrong_key(e);
    q->by_key = true;
    if (strcmp(x.payload_type, MEDIA_IN_TOTO) != 0)
        return err_set(e, ERR_UNSUPPORTED, "it is about '%.*s'", 100, x.payload_type);
    TRY(in_toto_parse(x.payload, x.payload_len, arena, &said, e));
    return check_statement(q, &said, e);
}

/* 1: good. 0: not a signature, or one that does not count; *q remembers why. */
static int judge(struct inquiry *q, const struct descriptor *layer)
{
    bool simple = media_type_equal(layer->media_type, MEDIA_SIMPLE_SIGNING), had = q->by_key;
    auto_arena arena = { 0 };
    struct err e;
    int rc;

    if (!simple && !media_type_equal(layer->media_type, MEDIA_SIGSTORE_BUNDLE))
        return 0;
    q->count++;
    if (layer->size > SIGNATURE_MAX)
        rc = err_set(&e, ERR_INVALID, "it is larger than %d bytes", SIGNATURE_MAX);
    else
        rc = simple ? check_simple(q, layer, &arena, &e) : check_bundle(q, layer, &arena, &e);
    if (rc == 0)
        return 1;
    if (q->count == 1 || (q->by_key && !had))
        q->why = e;
    return 0;
}

/* --- all that are there --- */

/* 1: one of its signatures is good. */
static int look_into(struct inquiry *q, const struct descriptor *d)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    auto_free char *text = NULL;
    int good = 0;
    struct err unused;
    size_t len;

    if (media_type_find(d->media_type)->kind != MEDIA_MANIFEST ||
        store_read(q->store, d, "manifest", &text, &len, &unused) < 0 ||
        manifest_parse(text, len, d->media_type, &m, &unused) < 0)
        return 0;
    for (size_t i = 0; i < m->layer_count && !good && q->count < SIGNATURES_MAX; i++)
        good = judge(q, &m->layers[i]);
    return good;
}

static int look_through(struct inquiry *q, const struct store_names *names)
{
    int good = 0;

    for (size_t i = 0; i < names->count && !good; i++) {
        struct digest subject;

        if (attached_entry(q->store, &names->items[i], &subject) &&
            digest_equal(&subject, q->digest))
            good = look_into(q, names->items[i].descriptor);
    }
    return good;
}

int trust_check(struct store *s, const struct trust *t, const struct reference *name,
                const struct digest *digest, struct err *e)
{
    struct inquiry q = { .store = s, .trust = t, .name = name, .digest = digest };
    cleanup(store_names_freep) struct store_names *names = NULL;
    char text[REFERENCE_TEXT_SIZE];

    TRY(store_list(s, &names, e));
    if (look_through(&q, names))
        return 0;
    reference_format(name, text);
    if (q.count == 0)
        return err_set(e, ERR_NOT_FOUND, "image '%.*s' (%s) has no signature", 200, text,
                       digest->text);
    return err_set(e, ERR_INVALID, "image '%.*s': no good signature (%u looked at): %.*s", 160,
                   text, q.count, 240, q.why.text);
}
