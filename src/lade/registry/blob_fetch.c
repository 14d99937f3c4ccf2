// SPDX-License-Identifier: Apache-2.0
/* blob_fetch.c - getting blobs, and going on with them where a connection broke. */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/registry/refusal.h"
#include "lade/registry/repository.h"

#include <stdlib.h>
#include <string.h>

enum {
    PROGRESS_BYTES = 1 << 20, /* so much since the last break makes a new start worth it */
    FRUITLESS_MAX = 3,        /* new starts without progress */
    STARTS_MAX = 100,         /* in all */
    PAUSE_MS = 1000,
    PAUSE_SPREAD_MS = 500 /* so that a hundred clients don't come back in the same instant */
};

/* One blob on its way. */
struct download {
    const struct digest *digest;
    uint64_t size, at; /* at: the next byte that the sink wants */
    uint64_t skip;     /* bytes that come again, as the server ignores ranges */
    const struct byte_sink *to;
    struct remote *remote;
    bool begun; /* this remote has sent something */
};

static int bad_range(const struct download *d, struct err *e)
{
    return err_set(e, ERR_PROTOCOL, "%s sent another part of %s than it was asked for",
                   d->remote->endpoint->host, d->digest->text);
}

/* Only what is certain to be the bytes that are missing may go to the sink. */
static int check_head(void *user, const struct http_response *r, struct err *e)
{
    struct download *d = user;
    const char *range = headers_get(&r->headers, "Content-Range");
    const char *encoding = headers_get(&r->headers, "Content-Encoding");
    const char *length = headers_get(&r->headers, "Content-Length");
    uint64_t first, last, total;

    if (encoding && strcasecmp(encoding, "identity") != 0)
        return err_set(e, ERR_PROTOCOL, "%s sent %s with an encoding of its own",
                       d->remote->endpoint->host, d->digest->text);
    d->skip = 0;
    if (r->status == 206) {
        if (!range || headers_next(&r->headers, "Content-Range", range + 1) ||
            !content_range_parse(range, &first, &last, &total) || first != d->at ||
            last + 1 != total || total != d->size)
            return bad_range(d, e);
        return 0;
    }
    if (length && strtoull(length, NULL, 10) != d->size)
        return err_set(e, ERR_INVALID, "%s has %s bytes of %s, not %llu", d->remote->endpoint->host,
                       length, d->digest->text, (unsigned long long)d->size);
    d->skip = d->at;
    return 0;
}

static int take(void *user, const void *data, size_t len, struct err *e)
{
    struct download *d = user;
    size_t again = len < d->skip ? len : (size_t)d->skip;

    d->skip -= again;
    data = (const char *)data + again;
    len -= again;
    if (len > d->size - d->at)
        return err_set(e, ERR_INVALID, "%s sent more than the %llu bytes of %s",
                       d->remote->endpoint->host, (unsigned long long)d->size, d->digest->text);
    if (len == 0)
        return 0;
    TRY(d->to->write(d->to->user, data, len, e));
    d->at += len;
    d->begun = true;
    return 0;
}

/* One request. 1: it broke and may be taken up again. */
static int ask(struct download *d, struct err *e)
{
    char path[DIGEST_TEXT_SIZE + 16], range[64];
    const struct remote_request request = {
        .method = "GET",
        .path = path,
        .headers = { "Accept-Encoding: identity", d->at ? range : NULL },
        .head = check_head,
        .user = d,
        .to = { .write = take, .user = d },
    };
    auto_response answer = { 0 };
    int rc;

    fmt(path, sizeof path, "blobs/%s", d->digest->text);
    fmt(range, sizeof range, "Range: bytes=%llu-", (unsigned long long)d->at);
    rc = remote_get(d->remote, &request, 0, &answer, NULL, e);
    if (rc == 0 && d->at == d->size)
        return 0;
    if (rc == 0)
        err_set(e, ERR_INVALID, "%s sent only %llu of %llu bytes of %s", d->remote->endpoint->host,
                (unsigned long long)d->at, (unsigned long long)d->size, d->digest->text);
    /* Who has answered before and can't be reached now may be restarting. */
    if (rc == 0 || answer.failure == HTTP_BROKEN || answer.status / 100 == 5 ||
        (answer.failure == HTTP_UNREACHABLE && d->begun))
        return 1;
    return rc;
}

static bool pause_before(struct download *d, unsigned fruitless)
{
    uint64_t spread = (uint64_t)monotonic_ms() % PAUSE_SPREAD_MS;

    return pause_ms(((uint64_t)PAUSE_MS << fruitless) + spread,
                    endpoints_cancelled(d->remote->endpoint->all));
}

static int attempt(struct remote *remote, void *user, struct err *e)
{
    struct download *d = user;
    unsigned fruitless = 0;

    d->remote = remote;
    d->begun = false;
    for (unsigned starts = 0; d->at < d->size || starts == 0; starts++) {
        uint64_t before = d->at;
        int rc = ask(d, e);

        if (rc <= 0)
            return rc;
        fruitless = d->at - before >= PROGRESS_BYTES ? 0 : fruitless + 1;
        if (fruitless > FRUITLESS_MAX || starts == STARTS_MAX)
            return -e->code;
        report_debug(endpoints_report(remote->endpoint->all), "%s, going on at byte %llu", e->text,
                     (unsigned long long)d->at);
        if (!pause_before(d, fruitless))
            return err_os(e, ECANCELED, "%s", remote->endpoint->host);
    }
    return 0;
}

int repository_get_blob(struct repository *r, const struct digest *digest, uint64_t size,
                        uint64_t have, const struct byte_sink *to, struct err *e)
{
    struct download d = { .digest = digest, .size = size, .at = have, .to = to };

    if (have == size && size > 0)
        return 0;
    return repository_try(r, attempt, &d, e);
}

/* --- is it there --- */

struct question {
    const struct digest *digest;
    bool found;
    uint64_t size;
};

static int ask_head(struct remote *remote, void *user, struct err *e)
{
    struct question *q = user;
    char path[DIGEST_TEXT_SIZE + 16];
    const struct remote_request request = { .method = "HEAD", .path = path };
    auto_response answer = { 0 };
    const char *length;

    fmt(path, sizeof path, "blobs/%s", q->digest->text);
    TRY(remote_get(remote, &request, 404, &answer, NULL, e));
    length = headers_get(&answer.headers, "Content-Length");
    q->found = answer.status != 404;
    q->size = q->found && length ? strtoull(length, NULL, 10) : 0;
    return 0;
}

int repository_has_blob(struct repository *r, const struct digest *digest, uint64_t *ret_size,
                        struct err *e)
{
    struct question q = { .digest = digest };

    TRY(repository_try(r, ask_head, &q, e));
    *ret_size = q.size;
    return q.found;
}
