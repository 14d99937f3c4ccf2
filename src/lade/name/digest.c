// SPDX-License-Identifier: Apache-2.0
/* digest.c - digests: their grammar, and computing them with libcrypto. */
#include "lade/name/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name; /* with the colon */
    size_t digits;    /* of the encoded part */
} algorithms[] = {
    [DIGEST_SHA256] = { "sha256:", 64 },
    [DIGEST_SHA512] = { "sha512:", 128 },
};

static bool is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* algorithm ::= component ([+._-] component)*, component ::= [a-z0-9]+. Length, or 0. */
static size_t algorithm_length(const char *text)
{
    size_t at = 0;

    for (;;) {
        size_t n = strspn(text + at, "abcdefghijklmnopqrstuvwxyz0123456789");

        if (n == 0)
            return 0;
        at += n;
        if (text[at] == ':')
            return at;
        if (!text[at] || !strchr("+._-", text[at]))
            return 0;
        at++;
    }
}

/* encoded ::= [a-zA-Z0-9=_-]+ for an algorithm that is not registered. */
static bool is_encoded(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789=_-")] == '\0';
}

int digest_parse(const char *text, struct digest *ret, struct err *e)
{
    size_t len = strlen(text), name = algorithm_length(text);
    struct digest d = { .algorithm = DIGEST_OTHER };
    bool good;

    for (int a = DIGEST_SHA256; a <= DIGEST_SHA512; a++)
        if (strncmp(text, algorithms[a].name, strlen(algorithms[a].name)) == 0)
            d.algorithm = (enum digest_algorithm)a;
    good = d.algorithm == DIGEST_OTHER ? name && is_encoded(text + name + 1)
                                       : is_hex(text + name + 1, algorithms[d.algorithm].digits);
    if (!good || len >= sizeof d.text)
        return err_set(e, ERR_INVALID, "invalid digest '%.*s'", 80, text);
    memcpy(d.text, text, len + 1);
    *ret = d;
    return 0;
}

const char *digest_encoded(const struct digest *d)
{
    return strchr(d->text, ':') + 1;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return strcmp(a->text, b->text) == 0;
}

struct hasher {
    EVP_MD_CTX *context;
    enum digest_algorithm algorithm;
    bool failed; /* libcrypto ran out of memory */
};

int hasher_new(enum digest_algorithm algorithm, struct hasher **ret, struct err *e)
{
    auto_hasher *h = NULL;

    if (algorithm == DIGEST_OTHER)
        return err_set(e, ERR_UNSUPPORTED, "compute a digest other than sha256 or sha512");
    h = calloc(1, sizeof *h);
    if (!h)
        return err_os(e, ENOMEM, "compute a digest");
    h->algorithm = algorithm;
    h->context = EVP_MD_CTX_new();
    if (!h->context ||
        !EVP_DigestInit_ex(h->context, algorithm == DIGEST_SHA256 ? EVP_sha256() : EVP_sha512(),
                           NULL))
        return err_os(e, ENOMEM, "compute a digest");
    *ret = h;
    h = NULL;
    return 0;
}

void hasher_add(struct hasher *h, const void *data, size_t len)
{
    h->failed |= !EVP_DigestUpdate(h->context, data, len);
}

/* A digest that could not be computed is equal to none. */
void hasher_end(struct hasher *h, struct digest *ret)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *to;

    *ret = (struct digest){ .algorithm = h->algorithm };
    if (!EVP_DigestFinal_ex(h->context, bytes, &n) || h->failed)
        n = 0;
    to = stpcpy(ret->text, algorithms[h->algorithm].name);
    for (unsigned i = 0; i < n; i++) {
        *to++ = hex[bytes[i] >> 4];
        *to++ = hex[bytes[i] & 15];
    }
}

void hasher_free(struct hasher *h)
{
    if (h)
        EVP_MD_CTX_free(h->context);
    free(h);
}

void hasher_freep(struct hasher **h)
{
    hasher_free(*h);
}

int digest_of(enum digest_algorithm algorithm, const void *data, size_t len, struct digest *ret,
              struct err *e)
{
    auto_hasher *h = NULL;

    TRY(hasher_new(algorithm, &h, e));
    hasher_add(h, data, len);
    hasher_end(h, ret);
    return 0;
}
