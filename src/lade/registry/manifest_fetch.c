// SPDX-License-Identifier: Apache-2.0
/* manifest_fetch.c - getting manifests and indexes, distribution-spec "Pulling manifests". */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/document/media_type.h"
#include "lade/registry/repository.h"

#include <stdlib.h>
#include <string.h>

/* All that we can read; a registry that has something else says so instead of converting. */
static const char accept_all[] =
    "Accept: " MEDIA_OCI_INDEX ", " MEDIA_OCI_MANIFEST ", " MEDIA_DOCKER_LIST
    ", " MEDIA_DOCKER_MANIFEST ", application/vnd.docker.distribution.manifest.v1+prettyjws"
    ", application/vnd.docker.distribution.manifest.v1+json";

struct query {
    const char *target;
    bool body;
    struct fetched *ret;
};

void fetched_done(struct fetched *f)
{
    free(f->data);
    *f = (struct fetched){ 0 };
}

/* Content-Type without its parameters; "" when it is none of a manifest: some servers send
 * "application/json" or "text/plain" for everything, which says nothing. */
static void take_type(const struct http_response *answer, struct fetched *ret)
{
    const char *type = headers_get(&answer->headers, "Content-Type");
    enum media_kind kind = media_type_find(type)->kind;

    if (type && (kind == MEDIA_INDEX || kind == MEDIA_MANIFEST || kind == MEDIA_SCHEMA1))
        fmt(ret->media_type, sizeof ret->media_type, "%s", media_type_find(type)->name);
}

/* What the server claims; a claim that is no digest counts as none. */
static void take_claim(const struct http_response *answer, struct fetched *ret)
{
    const char *text = headers_get(&answer->headers, "Docker-Content-Digest");
    struct err ignored;

    ret->has_digest = text && digest_parse(text, &ret->digest, &ignored) == 0 &&
                      ret->digest.algorithm != DIGEST_OTHER;
}

/* By digest the bytes must be what was asked for; by tag, what the server says they are. */
static int verify(const struct remote *remote, const char *target, struct fetched *f, struct err *e)
{
    struct digest wanted, found;
    struct err none;
    bool by_digest = strchr(target, ':') && digest_parse(target, &wanted, &none) == 0;

    if (!by_digest && f->has_digest)
        wanted = f->digest;
    else if (!by_digest)
        wanted.algorithm = DIGEST_SHA256;
    TRY(digest_of(wanted.algorithm, f->data, f->size, &found, e));
    if ((by_digest || f->has_digest) && !digest_equal(&wanted, &found))
        return err_set(e, ERR_INVALID, "%s sent a manifest with digest %s, not %s",
                       remote->endpoint->host, found.text, wanted.text);
    f->digest = found;
    f->has_digest = true;
    return 0;
}

static int attempt(struct remote *remote, void *user, struct err *e)
{
    const struct query *q = user;
    char path[DIGEST_TEXT_SIZE + 32];
    const struct remote_request request = {
        .method = q->body ? "GET" : "HEAD",
        .path = path,
        .headers = { accept_all },
        .keep_max = DOCUMENT_MAX,
    };
    auto_response answer = { 0 };
    auto_fetched found = { 0 };

    fmt(path, sizeof path, "manifests/%s", q->target);
    TRY(remote_get(remote, &request, 0, &answer, NULL, e));
    take_type(&answer, &found);
    take_claim(&answer, &found);
    if (q->body) {
        found.size = answer.body.len;
        found.data = answer.body.data ? take_ptr(answer.body.data) : strdup("");
        answer.body = (struct buf){ 0 };
        if (!found.data)
            return err_os(e, ENOMEM, "keep a manifest");
        TRY(verify(remote, q->target, &found, e));
    }
    *q->ret = found;
    found = (struct fetched){ 0 };
    return 0;
}

int repository_head_manifest(struct repository *r, const char *target, struct fetched *ret,
                             struct err *e)
{
    struct query q = { .target = target, .ret = ret };

    return repository_try(r, attempt, &q, e);
}

int repository_get_manifest(struct repository *r, const char *target, struct fetched *ret,
                            struct err *e)
{
    struct query q = { .target = target, .body = true, .ret = ret };

    return repository_try(r, attempt, &q, e);
}
