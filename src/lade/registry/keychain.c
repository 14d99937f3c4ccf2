// SPDX-License-Identifier: Apache-2.0
/* keychain.c - talking to credential helpers. */
#include "lade/registry/keychain.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_fields.h"
#include "lade/program/program.h"

#include <string.h>

enum { OUTPUT_MAX = 1 << 20, HELPER_SECONDS = 30 };

/* How a helper says that what it gives is no password. */
static const char identity_user[] = "<token>";

struct answer {
    char *username, *secret;
};

/* What becomes part of a program's name or a line of its input must be plain. */
static int check_words(const char *suffix, const char *server, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._-";

    if (!*suffix || suffix[strspn(suffix, letters)])
        return err_set(e, ERR_INVALID, "invalid credential helper '%.*s'", 80, suffix);
    for (const char *p = server; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return err_set(e, ERR_INVALID, "control character in a server's name");
    return 0;
}

/* Exit status of the helper. */
static int run(const char *suffix, const char *verb, const char *input, char **ret, struct err *e)
{
    char name[256];
    const char *const argv[] = { name, verb, NULL };
    const struct program p = {
        .argv = argv, .input = input, .limit = OUTPUT_MAX, .seconds = HELPER_SECONDS
    };

    fmt(name, sizeof name, "docker-credential-%s", suffix);
    return program_output(&p, ret, NULL, e);
}

/* A helper's first line of complaint; it has no secret in it when the helper is sane, and is not
 * repeated when it may be the answer itself. */
static int complain(const char *suffix, const char *verb, char *output, struct err *e)
{
    output[strcspn(output, "\r\n{")] = '\0';
    if (strstr(output, "not found"))
        return err_set(e, ERR_NOT_FOUND, "docker-credential-%s: %.*s", suffix, 200, output);
    return err_set(e, ERR_PROTOCOL, "docker-credential-%s %s failed: %.*s", suffix, verb, 200,
                   output);
}

static int read_answer(const char *suffix, const char *text, struct credential *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct answer, username, "Username", JSON_REQUIRED),
        FIELD_STRING(struct answer, secret, "Secret", JSON_REQUIRED),
    };
    cleanup(arena_done) struct arena arena = { 0 };
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "", .arena = &arena };
    struct json_at at = { .doc = &doc };
    struct answer answer = { 0 };
    struct err why;

    /* Words about the text could quote it. */
    if (json_parse(text, strlen(text), &root, &why) < 0 || !root)
        return err_set(e, ERR_PROTOCOL, "docker-credential-%s: the answer is no JSON", suffix);
    at.value = root;
    if (json_read_fields(&at, fields, ARRAY_SIZE(fields), &answer, &why) < 0)
        return err_set(e, ERR_PROTOCOL, "docker-credential-%s: no Username and Secret", suffix);
    ret->identity = strcmp(answer.username, identity_user) == 0;
    ret->username = strdup(ret->identity ? "" : answer.username);
    ret->secret = strdup(answer.secret);
    explicit_bzero(answer.secret, strlen(answer.secret));
    return ret->username && ret->secret ? 0 : err_os(e, ENOMEM, "ask a credential helper");
}

int keychain_get(const char *suffix, const char *server, struct credential *ret, struct err *e)
{
    auto_secret *output = NULL;
    int status;

    TRY(check_words(suffix, server, e));
    status = run(suffix, "get", server, &output, e);
    TRY(status);
    if (status > 0)
        return complain(suffix, "get", output, e);
    return read_answer(suffix, output, ret, e);
}

int keychain_store(const char *suffix, const char *server, const struct credential *c,
                   struct err *e)
{
    auto_secret *output = NULL;
    auto_buf input = { 0 };
    int status;

    TRY(check_words(suffix, server, e));
    buf_puts(&input, "{\"ServerURL\":");
    buf_json_string(&input, server);
    buf_puts(&input, ",\"Username\":");
    buf_json_string(&input, c->identity ? identity_user : c->username);
    buf_puts(&input, ",\"Secret\":");
    buf_json_string(&input, c->secret);
    buf_puts(&input, "}");
    if (buf_failed(&input))
        return err_os(e, ENOMEM, "ask a credential helper");
    status = run(suffix, "store", input.data, &output, e);
    explicit_bzero(input.data, input.len);
    TRY(status);
    return status > 0 ? complain(suffix, "store", output, e) : 0;
}

int keychain_erase(const char *suffix, const char *server, struct err *e)
{
    auto_free char *output = NULL;
    int status;

    TRY(check_words(suffix, server, e));
    status = run(suffix, "erase", server, &output, e);
    TRY(status);
    return status > 0 ? complain(suffix, "erase", output, e) : 0;
}
