// SPDX-License-Identifier: Apache-2.0
/* referrers.c - what refers to a manifest: the referrers API, and the tag that stands in for it. */
#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_fields.h"
#include "lade/document/media_type.h"
#include "lade/registry/refusal.h"
#include "lade/registry/repository.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 100 };

static const char accept_index[] = "Accept: " MEDIA_OCI_INDEX;

void referrers_done(struct referrers *r)
{
    for (size_t i = 0; i < r->page_count; i++)
        index_freep(&r->pages[i]);
    free(r->pages);
    free(r->items);
    *r = (struct referrers){ 0 };
}

void referrers_tag_name(const struct digest *subject, char ret[TAG_MAX + 1])
{
    int algorithm = (int)strcspn(subject->text, ":");

    fmt(ret, TAG_MAX + 1, "%.*s-%.*s", algorithm < 32 ? algorithm : 32, subject->text, 64,
        digest_encoded(subject));
    for (char *p = ret; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *p))
            *p = '-';
}

static bool fits(const struct descriptor *d, const char *artifact_type)
{
    return !artifact_type || (d->artifact_type && strcmp(d->artifact_type, artifact_type) == 0);
}

/* The page's entries of the wanted type join the list. */
static int add_page(struct index *page, const char *artifact_type, struct referrers *ret,
                    struct err *e)
{
    struct index **pages = realloc(ret->pages, (ret->page_count + 1) * sizeof(struct index *));
    const struct descriptor **items;

    if (pages)
        ret->pages = pages;
    items = realloc(ret->items, (ret->count + page->count + 1) * sizeof(struct descriptor *));
    if (items)
        ret->items = items;
    if (!pages || !items) {
        index_freep(&page);
        return err_os(e, ENOMEM, "list referrers");
    }
    ret->pages[ret->page_count++] = page;
    for (size_t i = 0; i < page->count; i++)
        if (fits(&page->manifests[i], artifact_type))
            ret->items[ret->count++] = &page->manifests[i];
    return 0;
}

static int read_page(const struct http_response *answer, const char *artifact_type,
                     struct referrers *ret, struct err *e)
{
    struct index *page;

    if (index_parse(answer->body.data ? answer->body.data : "", answer->body.len, NULL, &page, e) <
        0)
        return err_wrap(e, "list of referrers");
    return add_page(page, artifact_type, ret, e);
}

/* The index that a registry without the API has under the stand-in tag. 0: none. */
static int read_tag(struct remote *remote, const struct digest *subject, struct http_response *ret,
                    struct err *e)
{
    char path[TAG_MAX + 32], tag[TAG_MAX + 1];
    const struct remote_request request = {
        .method = "GET", .path = path, .headers = { accept_index }, .keep_max = DOCUMENT_MAX
    };

    referrers_tag_name(subject, tag);
    fmt(path, sizeof path, "manifests/%s", tag);
    TRY(remote_get(remote, &request, 404, ret, NULL, e));
    return ret->status != 404;
}

static int list_by_tag(struct remote *remote, const struct digest *subject,
                       const char *artifact_type, struct referrers *ret, struct err *e)
{
    auto_response answer = { 0 };
    int rc = read_tag(remote, subject, &answer, e);

    return rc == 1 ? read_page(&answer, artifact_type, ret, e) : rc;
}

static void add_query(char *path, size_t size, const char *artifact_type)
{
    size_t len = strlen(path);

    /* A media type's "+" would be a space in a query. */
    len += fmt(path + len, size - len, "?artifactType=");
    for (; *artifact_type && len + 4 < size; artifact_type++)
        len += fmt(path + len, size - len, strchr("+&#%?= ", *artifact_type) ? "%%%02x" : "%c",
                   (unsigned char)*artifact_type);
}

static int list(struct remote *remote, const struct digest *subject, const char *artifact_type,
                struct referrers *ret, struct err *e)
{
    char path[DIGEST_TEXT_SIZE + 512];
    struct remote_request request = {
        .method = "GET", .path = path, .headers = { accept_index }, .keep_max = DOCUMENT_MAX
    };
    struct url from, next;

    fmt(path, sizeof path, "referrers/%s", subject->text);
    if (artifact_type)
        add_query(path, sizeof path, artifact_type);
    for (unsigned n = 0; n < PAGES_MAX; n++) {
        auto_response answer = { 0 };
        int rc;

        TRY(remote_get(remote, &request, 404, &answer, &from, e));
        if (answer.status == 404)
            return list_by_tag(remote, subject, artifact_type, ret, e);
        TRY(read_page(&answer, artifact_type, ret, e));
        rc = remote_next_page(remote, &answer, &from, &next, e);
        if (rc <= 0)
            return rc;
        request.at = &next;
    }
    return err_set(e, ERR_PROTOCOL, "%s: the list of referrers has no end", remote->endpoint->host);
}

int repository_referrers(struct repository *r, const struct digest *subject,
                         const char *artifact_type, struct referrers *ret, struct err *e)
{
    struct referrers found = { 0 };

    if (list(repository_own(r), subject, artifact_type, &found, e) < 0) {
        referrers_done(&found);
        return -e->code;
    }
    *ret = found;
    return 0;
}

/* --- the stand-in tag is ours to keep --- */

static bool lists(struct json_object *manifests, const struct digest *referrer)
{
    for (size_t i = 0; i < json_object_array_length(manifests); i++) {
        struct json_object *digest;

        if (json_object_object_get_ex(json_object_array_get_idx(manifests, i), "digest", &digest) &&
            strcmp(json_object_get_string(digest), referrer->text) == 0)
            return true;
    }
    return false;
}

/* All that is in the index stays, known to us or not. */
static int add_entry(const char *text, size_t len, const struct digest *referrer,
                     const char *descriptor, struct buf *ret, struct err *e)
{
    cleanup(json_putp) struct json_object *root = NULL, *entry = NULL;
    struct json_object *manifests;

    TRY(json_parse(text, len, &root, e));
    TRY(json_parse(descriptor, strlen(descriptor), &entry, e));
    if (!json_object_object_get_ex(root, "manifests", &manifests) ||
        !json_object_is_type(manifests, json_type_array))
        return err_set(e, ERR_INVALID, "the list of referrers is no index");
    if (lists(manifests, referrer))
        return 0;
    if (json_object_array_add(manifests, take_ptr(entry)) < 0)
        return err_os(e, ENOMEM, "list a referrer");
    buf_puts(ret, json_object_to_json_string_ext(root, JSON_C_TO_STRING_NOSLASHESCAPE));
    return buf_failed(ret) ? err_os(e, ENOMEM, "list a referrer") : 0;
}

int referrers_tag_add(struct repository *r, const struct digest *subject,
                      const struct digest *referrer, const char *descriptor, struct err *e)
{
    static const char empty[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}";
    cleanup(index_freep) struct index *checked = NULL;
    auto_response answer = { 0 };
    auto_buf next = { 0 };
    char tag[TAG_MAX + 1];
    int rc = read_tag(repository_own(r), subject, &answer, e);

    TRY(rc);
    referrers_tag_name(subject, tag);
    if (rc == 1 && index_parse(answer.body.data ? answer.body.data : "", answer.body.len, NULL,
                               &checked, e) < 0)
        return err_wrap(e, "tag '%s' is no list of referrers and is left alone", tag);
    TRY(add_entry(rc ? answer.body.data : empty, rc ? answer.body.len : strlen(empty), referrer,
                  descriptor, &next, e));
    if (next.len == 0)
        return 0;
    return repository_put_manifest(r, tag, MEDIA_OCI_INDEX, next.data, next.len, e);
}
