// SPDX-License-Identifier: Apache-2.0
/* descriptor.c - reading descriptors, and holding content against them. */
#include "lade/document/descriptor.h"

#include "base/cleanup.h"
#include "lade/document/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json_object.h>
#include <openssl/evp.h>
#include <string.h>

/* What base64 makes of the largest document. */
enum { DATA_MAX = DOCUMENT_MAX / 3 * 4 + 8 };

static int read_platform(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct platform, os, "os", 0),
        FIELD_STRING(struct platform, architecture, "architecture", 0),
        FIELD_STRING(struct platform, variant, "variant", 0),
        FIELD_STRING(struct platform, os_version, "os.version", 0),
    };
    struct descriptor *d = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), &d->platform, e));
    d->has_platform = true;
    return 0;
}

int descriptor_read(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct descriptor, media_type, "mediaType", JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_OTHER(struct descriptor, digest, "digest", digest_read, JSON_REQUIRED),
        FIELD_INT(struct descriptor, size, "size", 0, INT64_MAX, JSON_REQUIRED),
        FIELD_STRING(struct descriptor, artifact_type, "artifactType", JSON_EMPTY_NULL),
        FIELD_WHOLE("platform", read_platform, 0),
        FIELD_OTHER(struct descriptor, urls, "urls", text_list_read, 0),
        FIELD_OTHER(struct descriptor, annotations, "annotations", annotations_read, 0),
        FIELD_STRING(struct descriptor, data, "data", JSON_EMPTY_NULL),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int descriptor_pointer_read(const struct json_at *at, void *ret, struct err *e)
{
    struct descriptor *d = arena_new(at->doc->arena, 1, struct descriptor);

    if (!d)
        return json_no_memory(e);
    TRY(descriptor_read(at, d, e));
    *(struct descriptor **)ret = d;
    return 0;
}

const char *annotation_find(const struct annotations *a, const char *key)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].key, key) == 0)
            return a->items[i].value;
    return NULL;
}

const char *descriptor_name(const struct descriptor *d)
{
    /* containerd and Docker write the full name here, and only the tag into ref.name. */
    const char *name = annotation_find(&d->annotations, ANNOTATION_CONTAINERD_NAME);

    if (!name || !*name)
        name = annotation_find(&d->annotations, ANNOTATION_REF_NAME);
    return name && *name ? name : NULL;
}

int descriptor_verify(const struct descriptor *d, const void *data, size_t len, const char *what,
                      struct err *e)
{
    struct digest got;

    if (len != d->size)
        return err_set(e, ERR_INVALID, "%s %s has %zu bytes instead of %" PRIu64, what,
                       d->digest.text, len, d->size);
    TRY(digest_of(d->digest.algorithm, data, len, &got, e));
    if (!digest_equal(&got, &d->digest))
        return err_set(e, ERR_INVALID, "content of %s %s has the digest %.*s", what, d->digest.text,
                       80, got.text);
    return 0;
}

/* How many bytes the padding at the end stands for; libcrypto counts it as content. */
static size_t padding(const char *text, size_t len)
{
    return len < 2 ? 0 : (size_t)(text[len - 1] == '=') + (text[len - 2] == '=');
}

int descriptor_data(const struct descriptor *d, char **ret, struct err *e)
{
    size_t len = d->data ? strlen(d->data) : 0, n;
    auto_free char *bytes = NULL;
    int decoded;

    if (!len) {
        *ret = NULL;
        return 0;
    }
    if (len % 4 || len > DATA_MAX)
        return err_set(e, ERR_INVALID, "data of %s is not base64", d->digest.text);
    bytes = malloc(len / 4 * 3 + 1);
    if (!bytes)
        return err_os(e, ENOMEM, "decode data of %s", d->digest.text);
    decoded = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)d->data, (int)len);
    if (decoded < 0)
        return err_set(e, ERR_INVALID, "data of %s is not base64", d->digest.text);
    n = (size_t)decoded - padding(d->data, len);
    bytes[n] = '\0';
    TRY(descriptor_verify(d, bytes, n, "data", e));
    *ret = take_ptr(bytes);
    return 0;
}
