// SPDX-License-Identifier: Apache-2.0
/* reference.c - the grammar of image names. */
#include "lade/name/reference.h"

#include "base/fmt.h"

#include <stdlib.h>
#include <string.h>

#define LOWER_DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The one registry whose names need not say where they are. */
static const char usual_host[] = "docker.io";
static const char usual_api_host[] = "registry-1.docker.io";
static const char usual_old_host[] = "index.docker.io";
static const char usual_credential_key[] = "https://index.docker.io/v1/";
static const char usual_namespace[] = "library/";

/* path-component ::= [a-z0-9]+ (("." | "_" | "__" | "-"+) [a-z0-9]+)*. Its length, or 0. */
static size_t component_length(const char *text)
{
    size_t at = strspn(text, LOWER_DIGITS);

    while (at > 0 && text[at] && strchr("._-", text[at])) {
        size_t separator = text[at] == '-'                          ? strspn(text + at, "-")
                           : text[at] == '_' && text[at + 1] == '_' ? 2
                                                                    : 1;
        size_t n = strspn(text + at + separator, LOWER_DIGITS);

        if (n == 0)
            return 0;
        at += separator + n;
    }
    return at;
}

bool reference_is_repository(const char *text)
{
    for (;;) {
        size_t n = component_length(text);

        if (n == 0)
            return false;
        text += n;
        if (!*text)
            return true;
        if (*text++ != '/')
            return false;
    }
}

bool reference_is_tag(const char *text)
{
    size_t n = strspn(text, LOWER_DIGITS UPPER "_.-");

    return n > 0 && n <= TAG_MAX && !text[n] && *text != '.' && *text != '-';
}

static bool is_port(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n > 0 && n <= 5 && !text[n] && strtoul(text, NULL, 10) - 1 < 65535;
}

/* Labels of letters, digits and inner hyphens, joined by single dots. Its length, or 0. */
static size_t domain_length(const char *text)
{
    size_t at = 0;

    for (;;) {
        size_t n = strspn(text + at, LOWER_DIGITS UPPER "-");

        if (n == 0 || text[at] == '-' || text[at + n - 1] == '-')
            return 0;
        at += n;
        if (text[at] != '.')
            return at;
        at++;
    }
}

/* "[" hexadecimal digits, colons, and dots for an IPv4 tail "]". Its length, or 0. */
static size_t bracket_length(const char *text)
{
    size_t n = strspn(text + 1, "0123456789abcdefABCDEF:.");

    return n >= 2 && text[1 + n] == ']' && strchr(text, ':') ? n + 2 : 0;
}

bool reference_is_host(const char *text)
{
    size_t n = *text == '[' ? bracket_length(text) : domain_length(text);

    return n > 0 && (!text[n] || (text[n] == ':' && is_port(text + n + 1)));
}

static int invalid(struct err *e, const char *text, const char *why)
{
    return err_set(e, ERR_INVALID, "invalid image name '%.*s': %s", 120, text, why);
}

/* Cut what follows the last "@" and the tag's ":" off name, into *r. */
static int take_suffixes(const char *text, char *name, struct reference *r, struct err *e)
{
    char *at = strchr(name, '@'), *slash, *colon;

    if (at) {
        *at = '\0';
        if (digest_parse(at + 1, &r->digest, e) < 0)
            return err_wrap(e, "invalid image name '%.*s'", 120, text);
        r->has_digest = true;
    }
    slash = strrchr(name, '/');
    colon = strchr(slash ? slash : name, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    if (!reference_is_tag(colon + 1))
        return invalid(e, text, "a tag is up to 128 letters, digits, '_', '.' and '-'");
    fmt(r->tag, sizeof r->tag, "%s", colon + 1);
    return 0;
}

/* The length of the first component when it names a host. */
static size_t host_length(const char *name)
{
    size_t n = strcspn(name, "/");
    bool is_host = memchr(name, '.', n) || memchr(name, ':', n) ||
                   (n == strlen("localhost") && strncmp(name, "localhost", n) == 0);

    return is_host ? n : 0;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

const char *reference_usual_host(const char *host)
{
    bool usual = strcmp(host, usual_old_host) == 0 || strcmp(host, usual_api_host) == 0;

    return usual ? usual_host : host;
}

static int take_host(const char *text, const char *name, size_t n, struct reference *r,
                     struct err *e)
{
    if (n >= sizeof r->host)
        return invalid(e, text, "too long");
    memcpy(r->host, name, n);
    r->host[n] = '\0';
    if (!reference_is_host(r->host))
        return invalid(e, text, "this host can't be");
    lower(r->host);
    memmove(r->host, reference_usual_host(r->host), strlen(reference_usual_host(r->host)) + 1);
    return 0;
}

/* A name that could be an image's id would be looked for in the wrong place. */
static bool is_identifier(const char *name)
{
    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

int reference_parse(const char *text, struct reference *ret, struct err *e)
{
    char name[REFERENCE_TEXT_SIZE];
    struct reference r = { 0 };
    char *repository = name;
    size_t host;
    bool short_name;

    if (strlen(text) >= sizeof name)
        return invalid(e, text, "too long");
    memcpy(name, text, strlen(text) + 1);
    /* host:port without a repository would read as a repository and a tag. */
    host = strchr(name, '/') ? host_length(name) : 0;
    TRY(take_host(text, host ? name : usual_host, host ? host : strlen(usual_host), &r, e));
    if (host)
        repository = name + host + 1;
    TRY(take_suffixes(text, repository, &r, e));
    if (!host && is_identifier(repository))
        return invalid(e, text, "64 hexadecimal digits name no repository");
    if (!reference_is_repository(repository))
        return invalid(e, text,
                       "a repository is lower-case letters and digits, separated by '/', '.', "
                       "'_', '__' or '-'");
    short_name = strcmp(r.host, usual_host) == 0 && !strchr(repository, '/');
    if (strlen(r.host) + 1 + (short_name ? strlen(usual_namespace) : 0) + strlen(repository) >
        REFERENCE_NAME_MAX)
        return invalid(e, text, "host and repository are longer than 255 characters");
    fmt(r.repository, sizeof r.repository, "%s%s", short_name ? usual_namespace : "", repository);
    *ret = r;
    return 0;
}

int reference_parse_scope(const char *text, struct reference *ret, struct err *e)
{
    struct reference r = { 0 };
    size_t n = strcspn(text, "/");

    if (strlen(text) > REFERENCE_NAME_MAX)
        return invalid(e, text, "too long");
    TRY(take_host(text, text, n, &r, e));
    if (text[n]) {
        if (!reference_is_repository(text + n + 1))
            return invalid(e, text, "not HOST or HOST/REPOSITORY");
        fmt(r.repository, sizeof r.repository, "%s", text + n + 1);
    }
    *ret = r;
    return 0;
}

void reference_format(const struct reference *r, char ret[REFERENCE_TEXT_SIZE])
{
    fmt(ret, REFERENCE_TEXT_SIZE, "%s/%s%s%s%s%s", r->host, r->repository,
        *r->tag || !r->has_digest ? ":" : "",
        *r->tag         ? r->tag
        : r->has_digest ? ""
                        : "latest",
        r->has_digest ? "@" : "", r->has_digest ? r->digest.text : "");
}

const char *reference_target(const struct reference *r)
{
    if (r->has_digest)
        return r->digest.text;
    return *r->tag ? r->tag : "latest";
}

const char *reference_api_host(const char *host)
{
    return strcmp(host, usual_host) == 0 ? usual_api_host : host;
}

const char *reference_credential_key(const char *host)
{
    return strcmp(host, usual_host) == 0 ? usual_credential_key : host;
}
