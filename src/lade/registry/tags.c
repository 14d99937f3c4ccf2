// SPDX-License-Identifier: Apache-2.0
/* tags.c - listing tags page by page, and deleting. */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_fields.h"
#include "lade/registry/refusal.h"
#include "lade/registry/repository.h"

#include <string.h>

enum { PAGE_MAX = 4 << 20, PAGES_MAX = 10000 };

struct page {
    char **tags;
    size_t count;
};

struct listing {
    int (*each)(void *user, const char *tag, struct err *e);
    void *user;
};

static int read_page(const struct remote *remote, const struct http_response *answer,
                     const struct listing *l, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_ARRAY(struct page, tags, count, "tags", json_item_string, 0),
    };
    cleanup(arena_done) struct arena arena = { 0 };
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "tags", .arena = &arena };
    struct json_at at = { .doc = &doc };
    struct page page = { 0 };

    if (json_parse(answer->body.data ? answer->body.data : "", answer->body.len, &root, e) < 0)
        return err_wrap(e, "list of tags from %s", remote->endpoint->host);
    at.value = root;
    TRY(json_read_fields(&at, fields, ARRAY_SIZE(fields), &page, e));
    for (size_t i = 0; i < page.count; i++) {
        if (!reference_is_tag(page.tags[i]))
            return err_set(e, ERR_INVALID, "%s lists a tag that is none", remote->endpoint->host);
        TRY(l->each(l->user, page.tags[i], e));
    }
    return 0;
}

static int list(struct remote *remote, const struct listing *l, struct err *e)
{
    struct remote_request request = { .method = "GET", .path = "tags/list", .keep_max = PAGE_MAX };
    struct url from, next;

    for (unsigned n = 0; n < PAGES_MAX; n++) {
        auto_response answer = { 0 };
        int rc;

        TRY(remote_get(remote, &request, 0, &answer, &from, e));
        TRY(read_page(remote, &answer, l, e));
        rc = remote_next_page(remote, &answer, &from, &next, e);
        if (rc <= 0)
            return rc;
        request.at = &next;
    }
    return err_set(e, ERR_PROTOCOL, "%s: the list of tags has no end", remote->endpoint->host);
}

int repository_tags(struct repository *r, int (*each)(void *user, const char *tag, struct err *e),
                    void *user, struct err *e)
{
    struct listing l = { .each = each, .user = user };

    return list(repository_own(r), &l, e);
}

int repository_delete(struct repository *r, const char *target, struct err *e)
{
    char path[DIGEST_TEXT_SIZE + 16];
    const struct remote_request request = { .method = "DELETE", .path = path, .keep_max = 4096 };
    struct remote *remote = repository_own(r);
    auto_response answer = { 0 };
    char what[512];

    fmt(path, sizeof path, "manifests/%s", target);
    TRY(remote_ask(remote, &request, &answer, NULL, e));
    if (answer.status / 100 == 2)
        return 0;
    fmt(what, sizeof what, "delete %s from %s/%s", target, remote->endpoint->host,
        remote->repository);
    /* Registries that delete by digest only answer a tag with "that is no digest". */
    if (answer.status == 400 || answer.status == 405) {
        refusal(&answer, what, e);
        e->kind = ERR_UNSUPPORTED;
        return -e->code;
    }
    return refusal(&answer, what, e);
}
