// SPDX-License-Identifier: Apache-2.0
/* refusal.c - distribution-spec's error bodies ("Error Codes"), and what stands in for them. */
#include "lade/registry/refusal.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_fields.h"

#include <string.h>

struct entry {
    char *code, *message;
};

struct answer {
    struct entry *errors;
    size_t count;
    char *details, *error, *description; /* of token servers */
};

static int read_entry(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct entry, code, "code", 0),
        FIELD_STRING(struct entry, message, "message", 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

/* False for a body that is something else: a web page of a proxy, a text. */
static bool read_body(const struct http_response *r, struct arena *arena, struct answer *ret)
{
    static const struct json_field fields[] = {
        FIELD_ARRAY(struct answer, errors, count, "errors", read_entry, 0),
        FIELD_STRING(struct answer, details, "details", 0),
        FIELD_STRING(struct answer, error, "error", 0),
        FIELD_STRING(struct answer, description, "error_description", 0),
    };
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "", .arena = arena };
    struct json_at at = { .doc = &doc };
    struct err ignored;

    if (!r->body.len || json_parse(r->body.data, r->body.len, &root, &ignored) < 0 || !root)
        return false;
    at.value = root;
    return json_read_fields(&at, fields, ARRAY_SIZE(fields), ret, &ignored) == 0;
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

/* "CODE: message", of whichever are there. */
static void join(const char *code, const char *message, char *ret, size_t size)
{
    code = text_of(code);
    message = text_of(message);
    fmt(ret, size, "%s%s%s", code, *code && *message ? ": " : "", message);
}

static void words_of(const struct http_response *r, char *ret, size_t size)
{
    cleanup(arena_done) struct arena arena = { 0 };
    struct answer a = { 0 };

    *ret = '\0';
    if (!read_body(r, &arena, &a))
        return;
    if (a.count > 0)
        join(a.errors[0].code, a.errors[0].message, ret, size);
    else
        join(a.error, a.description ? a.description : a.details, ret, size);
    for (char *p = ret; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
}

void refusal_code(const struct http_response *r, char *ret, size_t size)
{
    cleanup(arena_done) struct arena arena = { 0 };
    struct answer a = { 0 };

    *ret = '\0';
    if (read_body(r, &arena, &a) && a.count > 0)
        fmt(ret, size, "%s", text_of(a.errors[0].code));
}

int refusal(const struct http_response *r, const char *what, struct err *e)
{
    char words[300];
    const char *colon;

    words_of(r, words, sizeof words);
    colon = *words ? ": " : "";
    switch (r->status) {
    case 401:
    case 403:
        return err_os(e, EACCES, "%s: status %ld%s%s", what, r->status, colon, words);
    case 404:
        return err_set(e, ERR_NOT_FOUND, "%s: not found%s%s", what, colon, words);
    case 429:
    case 503:
        return err_set(e, ERR_BUSY, "%s: status %ld, try later%s%s", what, r->status, colon, words);
    default:
        return err_set(e, ERR_PROTOCOL, "%s: status %ld%s%s", what, r->status, colon, words);
    }
}
