// SPDX-License-Identifier: Apache-2.0
/* upload.c - putting blobs, distribution-spec "Pushing blobs": mount, all at once, in chunks. */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/registry/refusal.h"
#include "lade/registry/repository.h"

#include <stdlib.h>
#include <string.h>

enum {
    BROKEN_MAX = 5, /* interruptions of one upload */
    PAUSE_MS = 1000,
    RESUME_CHUNK = 64 << 20 /* for what is left of a broken upload */
};

/* One upload session. */
struct upload {
    struct remote *remote;
    const struct digest *digest;
    uint64_t size, at; /* at: what the registry has of it */
    const struct blob_source *from;
    uint64_t chunk;
    struct url location; /* where to go on, as of the last answer */
    /* Of the request under way. */
    uint64_t begin, sent, end;
};

static ssize_t read_part(void *user, void *buf, size_t size, struct err *e)
{
    struct upload *u = user;
    const struct byte_source *source = &u->from->source;
    uint64_t left = u->end - u->sent;
    ssize_t n = source->read(source->user, buf, left < size ? (size_t)left : size, e);

    if (n == 0 && left > 0)
        return err_set(e, ERR_INVALID, "%s is shorter than %llu bytes", u->digest->text,
                       (unsigned long long)u->size);
    if (n > 0)
        u->sent += (uint64_t)n;
    return n;
}

static int seek_to(struct upload *u, uint64_t offset, struct err *e)
{
    if (!u->from->seek)
        return err_set(e, ERR_PROTOCOL, "%s wants a part of %s again", u->remote->endpoint->host,
                       u->digest->text);
    u->sent = offset;
    return u->from->seek(u->from->source.user, offset, e);
}

static int rewind_part(void *user, struct err *e)
{
    struct upload *u = user;

    return seek_to(u, u->begin, e);
}

/* The session's next URL. A registry that names none keeps the last. */
static int take_location(struct upload *u, const struct http_response *answer,
                         const struct url *from, struct err *e)
{
    const char *text = headers_get(&answer->headers, "Location");
    struct url next;

    if (!text)
        return 0;
    TRY(remote_follow(u->remote, from, text, &next, e));
    u->location = next;
    return 0;
}

/* POST uploads/. 1 when the registry had the blob already and has mounted it. */
static int begin(struct upload *u, const char *query, struct err *e)
{
    char path[REFERENCE_NAME_MAX + DIGEST_TEXT_SIZE + 64];
    const struct remote_request request = { .method = "POST",
                                            .path = path,
                                            .keep_max = ERROR_BODY_MAX };
    auto_response answer = { 0 };
    struct url from;

    fmt(path, sizeof path, "blobs/uploads/%s", query);
    TRY(remote_get(u->remote, &request, 0, &answer, &from, e));
    if (answer.status == 201)
        return 1;
    if (!headers_get(&answer.headers, "Location"))
        return err_set(e, ERR_PROTOCOL, "%s does not say where to upload to",
                       u->remote->endpoint->host);
    if (headers_get(&answer.headers, "OCI-Chunk-Min-Length") && u->chunk) {
        uint64_t least = strtoull(headers_get(&answer.headers, "OCI-Chunk-Min-Length"), NULL, 10);

        u->chunk = u->chunk < least ? least : u->chunk;
    }
    return take_location(u, &answer, &from, e);
}

/* The location with the digest: what else its query holds must stay as it is. */
static int final_url(const struct upload *u, struct url *ret, struct err *e)
{
    char text[URL_MAX + DIGEST_TEXT_SIZE];

    fmt(text, sizeof text, "%s%sdigest=%s", u->location.text,
        strchr(u->location.text, '?') ? "&" : "?", u->digest->text);
    return url_parse(http_curl(endpoints_http(u->remote->endpoint->all)), NULL, text, ret, e);
}

/* One request with bytes [u->at, end) of the blob. */
static int send_part(struct upload *u, const char *method, const struct url *to, uint64_t end,
                     struct http_response *answer, struct url *ret_url, struct err *e)
{
    char range[80];
    struct remote_request request = {
        .method = method,
        .at = to,
        .headers = { "Content-Type: application/octet-stream" },
        .body = { .read = read_part, .user = u },
        .body_size = end - u->at,
        .rewind = u->from->seek ? rewind_part : NULL,
        .keep_max = ERROR_BODY_MAX,
    };

    u->begin = u->at;
    u->end = end;
    if (u->sent != u->at)
        TRY(seek_to(u, u->at, e));
    if (strcmp(method, "PATCH") == 0) {
        fmt(range, sizeof range, "Content-Range: %llu-%llu", (unsigned long long)u->at,
            (unsigned long long)end - 1);
        request.headers[1] = range;
    }
    return remote_get(u->remote, &request, 416, answer, ret_url, e);
}

/* Where the registry stands: GET of the session. ERR_NOT_FOUND when it has forgotten it. */
static int ask_status(struct upload *u, struct err *e)
{
    const struct remote_request request = { .method = "GET",
                                            .at = &u->location,
                                            .keep_max = ERROR_BODY_MAX };
    auto_response answer = { 0 };
    const char *range;
    struct url from;

    TRY(remote_get(u->remote, &request, 0, &answer, &from, e));
    range = headers_get(&answer.headers, "Range");
    u->at = 0;
    if (range && (!upload_range_parse(range, &u->at) || u->at > u->size))
        return err_set(e, ERR_PROTOCOL, "%s tells an impossible range of an upload",
                       u->remote->endpoint->host);
    return take_location(u, &answer, &from, e);
}

static int send_chunk(struct upload *u, struct err *e)
{
    uint64_t end = u->size - u->at > u->chunk ? u->at + u->chunk : u->size, received = end;
    auto_response answer = { 0 };
    struct url to = u->location, from;
    const char *range;

    TRY(send_part(u, "PATCH", &to, end, &answer, &from, e));
    if (answer.status == 416)
        return ask_status(u, e);
    range = headers_get(&answer.headers, "Range");
    if (range && (!upload_range_parse(range, &received) || received > end))
        return err_set(e, ERR_PROTOCOL, "%s tells an impossible range of an upload",
                       u->remote->endpoint->host);
    u->at = received;
    return take_location(u, &answer, &from, e);
}

/* What is left with the closing PUT, or nothing when chunks have brought it all. */
static int finish(struct upload *u, struct err *e)
{
    auto_response answer = { 0 };
    struct url to;
    const char *claim;

    TRY(final_url(u, &to, e));
    TRY(send_part(u, "PUT", &to, u->size, &answer, NULL, e));
    if (answer.status == 416)
        return err_set(e, ERR_PROTOCOL, "%s does not take the end of an upload",
                       u->remote->endpoint->host);
    claim = headers_get(&answer.headers, "Docker-Content-Digest");
    if (claim && strcmp(claim, u->digest->text) != 0)
        return err_set(e, ERR_INVALID, "%s has stored another blob than %s",
                       u->remote->endpoint->host, u->digest->text);
    return 0;
}

static int send_all(struct upload *u, struct err *e)
{
    unsigned stuck = 0;

    while (u->chunk && u->at < u->size) {
        uint64_t before = u->at;

        TRY(send_chunk(u, e));
        stuck = u->at > before ? 0 : stuck + 1;
        if (stuck > BROKEN_MAX)
            return err_set(e, ERR_PROTOCOL, "%s does not take the chunks of %s",
                           u->remote->endpoint->host, u->digest->text);
    }
    return finish(u, e);
}

/* Go on where the registry says it stands, in chunks: a PUT has to bring all at once. */
static int resume(struct upload *u, struct err *e)
{
    if (!pause_ms(PAUSE_MS, endpoints_cancelled(u->remote->endpoint->all)))
        return err_os(e, ECANCELED, "%s", u->remote->endpoint->host);
    if (ask_status(u, e) < 0) {
        u->at = 0;
        return begin(u, "", e);
    }
    if (u->at > 0 && !u->chunk)
        u->chunk = RESUME_CHUNK;
    return 0;
}

/* Registries keep what was begun for days; that a cancel fails changes nothing. */
static void cancel(struct upload *u)
{
    const struct remote_request request = { .method = "DELETE",
                                            .at = &u->location,
                                            .keep_max = ERROR_BODY_MAX };
    auto_response answer = { 0 };
    struct err ignored;

    remote_ask(u->remote, &request, &answer, NULL, &ignored);
}

static bool may_resume(const struct upload *u, const struct err *e)
{
    return u->from->seek && e->kind != ERR_INVALID && e->kind != ERR_NOT_FOUND &&
           !(e->kind == ERR_OS && (e->code == ECANCELED || e->code == EACCES));
}

static int run(struct upload *u, struct err *e)
{
    for (unsigned broken = 0; send_all(u, e) < 0; broken++) {
        if (broken == BROKEN_MAX || !may_resume(u, e)) {
            cancel(u);
            return -e->code;
        }
        report_debug(endpoints_report(u->remote->endpoint->all), "%s, taking the upload up again",
                     e->text);
        TRY(resume(u, e));
    }
    return 0;
}

/* 1 when it was mounted; 0 with a session open, or none where the attempt was refused. */
static int try_mount(struct upload *u, const char *other, bool *ret_open, struct err *e)
{
    char query[REFERENCE_NAME_MAX + DIGEST_TEXT_SIZE + 32], scope[SCOPE_SIZE];
    int rc;

    fmt(scope, sizeof scope, "repository:%s:pull", other);
    remote_add_scope(u->remote, scope);
    fmt(query, sizeof query, "?mount=%s&from=%s", u->digest->text, other);
    rc = begin(u, query, e);
    *ret_open = rc == 0;
    /* Not allowed to read the other one, say: then the bytes have to travel. */
    return rc < 0 && e->kind != ERR_OS ? 0 : rc;
}

int repository_put_blob(struct repository *r, const struct digest *digest, uint64_t size,
                        const struct blob_source *from, const struct upload_options *o,
                        struct err *e)
{
    struct upload u = {
        .remote = repository_own(r),
        .digest = digest,
        .size = size,
        .from = from,
        .chunk = o->chunk,
    };
    uint64_t ignored;
    bool open = false;
    int rc = repository_has_blob(r, digest, &ignored, e);

    TRY(rc);
    if (rc == 1)
        return UPLOAD_THERE;
    if (o->mount_from) {
        rc = try_mount(&u, o->mount_from, &open, e);
        TRY(rc);
        if (rc == 1)
            return UPLOAD_MOUNTED;
    }
    if (!open)
        TRY(begin(&u, "", e));
    TRY(run(&u, e));
    return UPLOAD_SENT;
}
