// SPDX-License-Identifier: Apache-2.0
/* envelope.c - reading sigstore's bundles. */
#include "lade/trust/envelope.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/registry/credential.h"

#include <string.h>

struct base64 {
    char *bytes; /* NUL-terminated */
    size_t len;
};

struct bundle_document {
    char *media_type, *payload_type;
    struct base64 payload;
    struct base64 *signatures;
    size_t count;
    bool has_envelope, has_key;
};

static int read_base64(const struct json_at *at, void *ret, struct err *e)
{
    struct base64 *b = ret;
    auto_free char *bytes = NULL;
    char *text;

    TRY(json_read_string(at, JSON_NOT_EMPTY, &text, e));
    bytes = base64_decode(text, &b->len);
    if (!bytes)
        return json_error(at, e, "is not base64");
    b->bytes = arena_memdup(at->doc->arena, bytes, b->len);
    return b->bytes ? 0 : json_no_memory(e);
}

static int read_signature(const struct json_at *at, void *ret, struct err *e)
{
    struct json_at sig;

    if (!json_member(at, "sig", &sig))
        return json_error(at, e, "has no 'sig'");
    return read_base64(&sig, ret, e);
}

static int read_envelope(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct bundle_document, payload_type, "payloadType", JSON_REQUIRED),
        FIELD_OTHER(struct bundle_document, payload, "payload", read_base64, JSON_REQUIRED),
        FIELD_ARRAY(struct bundle_document, signatures, count, "signatures", read_signature,
                    JSON_REQUIRED),
    };
    struct bundle_document *d = ret;

    d->has_envelope = true;
    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int refuse_certificate(const struct json_at *at, void *ret, struct err *e)
{
    return json_error_kind(at, e, ERR_UNSUPPORTED,
                           "signatures by certificates (keyless) can't be checked");
}

static int refuse_message(const struct json_at *at, void *ret, struct err *e)
{
    return json_error_kind(at, e, ERR_UNSUPPORTED,
                           "signatures without a statement can't be checked");
}

/* The hint in it tells which key it may have been; we have ours. */
static int note_key(const struct json_at *at, void *ret, struct err *e)
{
    struct bundle_document *d = ret;

    d->has_key = true;
    return 0;
}

static int read_material(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WHOLE("publicKey", note_key, 0),
        FIELD_WHOLE("certificate", refuse_certificate, 0),
        FIELD_WHOLE("x509CertificateChain", refuse_certificate, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_bundle(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct bundle_document, media_type, "mediaType", JSON_REQUIRED),
        FIELD_WHOLE("verificationMaterial", read_material, JSON_REQUIRED),
        FIELD_WHOLE("messageSignature", refuse_message, 0),
        FIELD_WHOLE("dsseEnvelope", read_envelope, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int check_bundle(const struct bundle_document *d, struct err *e)
{
    if (strcmp(d->media_type, MEDIA_SIGSTORE_BUNDLE) != 0)
        return err_set(e, ERR_UNSUPPORTED, "bundle: unknown type '%.*s'", 100, d->media_type);
    if (!d->has_key)
        return err_set(e, ERR_UNSUPPORTED, "bundle: was made without a key");
    if (!d->has_envelope)
        return err_set(e, ERR_INVALID, "bundle: has no signature");
    if (d->count != 1)
        return err_set(e, ERR_INVALID, "bundle: has %zu signatures instead of one", d->count);
    return 0;
}

/* "DSSEv1", the type and the payload, each with its length in front, so that neither can pass for a
 * part of the other. */
static int join(const struct envelope *x, struct arena *arena, char **ret, size_t *ret_len,
                struct err *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "DSSEv1 %zu %s %zu ", strlen(x->payload_type), x->payload_type, x->payload_len);
    buf_add(&b, x->payload, x->payload_len);
    *ret = buf_failed(&b) ? NULL : arena_memdup(arena, b.data, b.len);
    *ret_len = b.len;
    return *ret ? 0 : json_no_memory(e);
}

int envelope_parse(const char *text, size_t len, struct arena *arena, struct envelope *ret,
                   struct err *e)
{
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_doc doc = { .name = "bundle", .arena = arena };
    struct json_at at = { .doc = &doc };
    struct bundle_document d = { 0 };
    struct envelope x;

    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "bundle");
    at.value = o;
    TRY(read_bundle(&at, &d, e));
    TRY(check_bundle(&d, e));
    x = (struct envelope){ .payload = d.payload.bytes,
                           .payload_len = d.payload.len,
                           .payload_type = d.payload_type,
                           .signature = d.signatures->bytes,
                           .signature_len = d.signatures->len };
    TRY(join(&x, arena, &x.signed_bytes, &x.signed_len, e));
    *ret = x;
    return 0;
}
