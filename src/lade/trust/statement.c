// SPDX-License-Identifier: Apache-2.0
/* statement.c - reading what was signed. */
#include "lade/trust/statement.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/fields.h"

#include <json-c/json_object.h>
#include <string.h>

static const char image_predicate[] = "https://sigstore.dev/cosign/sign/v1";

static int read_document(const char *text, size_t len, const char *name, struct arena *arena,
                         json_reader *reader, void *ret, struct err *e)
{
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_doc doc = { .name = name, .arena = arena };
    struct json_at at = { .doc = &doc };

    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "%s", name);
    at.value = o;
    return reader(&at, ret, e);
}

/* --- simple signing --- */

struct simple_signing {
    char *type;
    struct statement statement;
};

/* What is critical must be understood: a member that is not known is refused. */
static int read_critical(const struct json_at *at, const struct json_field *fields, size_t n,
                         void *ret, struct err *e)
{
    if (json_object_is_type(at->value, json_type_object) &&
        (size_t)json_object_object_length(at->value) > n)
        return json_error_kind(at, e, ERR_UNSUPPORTED, "has members that are not known");
    return json_read_fields(at, fields, n, ret, e);
}

static int read_identity(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct simple_signing, statement.reference, "docker-reference", JSON_REQUIRED),
    };

    return read_critical(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_image(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct simple_signing, statement.digest, "docker-manifest-digest", digest_read,
                    JSON_REQUIRED),
    };

    return read_critical(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_all_critical(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct simple_signing, type, "type", JSON_REQUIRED),
        FIELD_WHOLE("identity", read_identity, JSON_REQUIRED),
        FIELD_WHOLE("image", read_image, JSON_REQUIRED),
    };

    return read_critical(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_simple_signing(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WHOLE("critical", read_all_critical, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int simple_signing_parse(const char *text, size_t len, struct arena *arena, struct statement *ret,
                         struct err *e)
{
    struct simple_signing s = { 0 };

    TRY(read_document(text, len, "payload", arena, read_simple_signing, &s, e));
    if (strcmp(s.type, "cosign container image signature") != 0)
        return err_set(e, ERR_UNSUPPORTED, "payload: '%.*s' is no signature of an image", 100,
                       s.type);
    *ret = s.statement;
    return 0;
}

/* --- in-toto --- */

struct in_toto {
    char *type, *predicate;
    struct subject {
        char *name, *sha256;
    } * subjects;
    size_t count;
};

static int read_digests(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct subject, sha256, "sha256", JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_subject(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct subject, name, "name", 0),
        FIELD_WHOLE("digest", read_digests, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_in_toto(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct in_toto, type, "_type", JSON_REQUIRED),
        FIELD_STRING(struct in_toto, predicate, "predicateType", JSON_REQUIRED),
        FIELD_ARRAY(struct in_toto, subjects, count, "subject", read_subject, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static bool is_statement(const char *type)
{
    return strcmp(type, "https://in-toto.io/Statement/v1") == 0 ||
           strcmp(type, "https://in-toto.io/Statement/v0.1") == 0;
}

int in_toto_parse(const char *text, size_t len, struct arena *arena, struct statement *ret,
                  struct err *e)
{
    struct in_toto s = { 0 };
    struct statement found = { .reference = (char *)"" };
    const char *digest;

    TRY(read_document(text, len, "statement", arena, read_in_toto, &s, e));
    if (!is_statement(s.type))
        return err_set(e, ERR_UNSUPPORTED, "statement: unknown type '%.*s'", 100, s.type);
    if (strcmp(s.predicate, image_predicate) != 0)
        return err_set(e, ERR_UNSUPPORTED, "statement: '%.*s' is no signature of an image", 100,
                       s.predicate);
    if (s.count != 1)
        return err_set(e, ERR_UNSUPPORTED, "statement: is about %zu subjects instead of one",
                       s.count);
    digest = arena_printf(arena, "sha256:%s", s.subjects->sha256);
    if (!digest)
        return json_no_memory(e);
    if (digest_parse(digest, &found.digest, e) < 0)
        return err_wrap(e, "statement");
    if (s.subjects->name)
        found.reference = s.subjects->name;
    *ret = found;
    return 0;
}
