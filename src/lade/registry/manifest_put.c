// SPDX-License-Identifier: Apache-2.0
/* manifest_put.c - putting manifests, and entering them into their subject's list of referrers. */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/document/manifest.h"
#include "lade/registry/memory.h"
#include "lade/registry/repository.h"

#include <string.h>

/* *ret_handled: the registry itself keeps the list of the subject's referrers. */
static int put(struct remote *remote, const char *target, const char *media_type, const char *data,
               size_t len, bool *ret_handled, struct err *e)
{
    struct memory_source memory = { .data = data, .size = len };
    char path[DIGEST_TEXT_SIZE + 16], type[300];
    const struct remote_request request = {
        .method = "PUT",
        .path = path,
        .headers = { type },
        .body = memory_source(&memory),
        .body_size = len,
        .rewind = memory_rewind,
        .keep_max = ERROR_BODY_MAX,
    };
    auto_response answer = { 0 };
    struct digest claim, found;
    const char *text;
    struct err none;

    fmt(path, sizeof path, "manifests/%s", target);
    fmt(type, sizeof type, "Content-Type: %s", media_type);
    TRY(remote_get(remote, &request, 0, &answer, NULL, e));
    *ret_handled = headers_get(&answer.headers, "OCI-Subject");
    text = headers_get(&answer.headers, "Docker-Content-Digest");
    if (!text || digest_parse(text, &claim, &none) < 0 || claim.algorithm == DIGEST_OTHER)
        return 0;
    TRY(digest_of(claim.algorithm, data, len, &found, e));
    if (!digest_equal(&claim, &found))
        return err_set(e, ERR_INVALID, "%s has stored another manifest (%s) than was sent (%s)",
                       remote->endpoint->host, claim.text, found.text);
    return 0;
}

static void add_annotations(struct buf *b, const struct annotations *a)
{
    if (a->count == 0)
        return;
    buf_puts(b, ",\"annotations\":{");
    for (size_t i = 0; i < a->count; i++) {
        buf_puts(b, i ? "," : "");
        buf_json_string(b, a->items[i].key);
        buf_puts(b, ":");
        buf_json_string(b, a->items[i].value);
    }
    buf_puts(b, "}");
}

/* What an entry in a list of referrers says about the manifest, distribution-spec "Listing
 * Referrers". */
static void describe(struct buf *b, const char *media_type, const struct digest *digest, size_t len,
                     const char *artifact_type, const struct annotations *annotations)
{
    buf_puts(b, "{\"mediaType\":");
    buf_json_string(b, media_type);
    buf_printf(b, ",\"digest\":\"%s\",\"size\":%zu", digest->text, len);
    if (artifact_type) {
        buf_puts(b, ",\"artifactType\":");
        buf_json_string(b, artifact_type);
    }
    add_annotations(b, annotations);
    buf_puts(b, "}");
}

static int enter_manifest(struct repository *r, const char *media_type, const char *data,
                          size_t len, struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    auto_buf entry = { 0 };
    struct digest digest;

    TRY(manifest_parse(data, len, media_type, &m, e));
    if (!m->subject)
        return 0;
    TRY(digest_of(DIGEST_SHA256, data, len, &digest, e));
    describe(&entry, media_type, &digest, len,
             m->artifact_type ? m->artifact_type : m->config.media_type, &m->annotations);
    if (buf_failed(&entry))
        return err_os(e, ENOMEM, "list a referrer");
    return referrers_tag_add(r, &m->subject->digest, &digest, entry.data, e);
}

static int enter_index(struct repository *r, const char *media_type, const char *data, size_t len,
                       struct err *e)
{
    cleanup(index_freep) struct index *i = NULL;
    auto_buf entry = { 0 };
    struct digest digest;

    TRY(index_parse(data, len, media_type, &i, e));
    if (!i->subject)
        return 0;
    TRY(digest_of(DIGEST_SHA256, data, len, &digest, e));
    describe(&entry, media_type, &digest, len, i->artifact_type, &i->annotations);
    if (buf_failed(&entry))
        return err_os(e, ENOMEM, "list a referrer");
    return referrers_tag_add(r, &i->subject->digest, &digest, entry.data, e);
}

int repository_put_manifest(struct repository *r, const char *target, const char *media_type,
                            const char *data, size_t len, struct err *e)
{
    enum media_kind kind = media_type_find(media_type)->kind;
    bool handled = false;

    TRY(put(repository_own(r), target, media_type, data, len, &handled, e));
    if (handled)
        return 0;
    if (kind == MEDIA_MANIFEST)
        return enter_manifest(r, media_type, data, len, e);
    return kind == MEDIA_INDEX ? enter_index(r, media_type, data, len, e) : 0;
}
