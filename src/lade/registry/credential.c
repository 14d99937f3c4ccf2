// SPDX-License-Identifier: Apache-2.0
/* credential.c - keeping and wiping secrets, and the base64 that they are written in. */
#include "lade/registry/credential.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

void secret_freep(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void credential_done(struct credential *c)
{
    secret_freep(&c->secret);
    secret_freep(&c->registry_token);
    free(c->username);
    *c = (struct credential){ 0 };
}

bool credential_found(const struct credential *c)
{
    return c->secret || c->registry_token;
}

char *base64_encode(const void *data, size_t len)
{
    char *text = malloc((len + 2) / 3 * 4 + 1);

    if (text)
        EVP_EncodeBlock((unsigned char *)text, data, (int)len);
    return text;
}

char *base64_decode(const char *text, size_t *ret_len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text), padding = len - strspn(text, digits);
    char *data;
    int n;

    /* libcrypto would take "=" and white space in the middle, too. */
    if (len % 4 != 0 || len > 1 << 20 || padding > 2 || strspn(text + len - padding, "=") < padding)
        return NULL;
    data = malloc(len / 4 * 3 + 1);
    if (!data)
        return NULL;
    n = EVP_DecodeBlock((unsigned char *)data, (const unsigned char *)text, (int)len);
    if (n < (int)padding) {
        free(data);
        return NULL;
    }
    *ret_len = (size_t)n - padding;
    data[*ret_len] = '\0';
    return data;
}
