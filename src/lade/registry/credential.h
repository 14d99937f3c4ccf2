// SPDX-License-Identifier: Apache-2.0
/* credential.h - who we are to a registry. What is secret is wiped when it is freed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct credential {
    char *username, *secret; /* NULL: none */
    bool identity;           /* secret is an identity token, to be exchanged for access tokens */
    char *registry_token;    /* NULL, or a bearer token to be used as it is */
};

void credential_done(struct credential *c);
bool credential_found(const struct credential *c);
#define auto_credential __attribute__((__cleanup__(credential_done))) struct credential

/* malloc'd text that holds a secret. */
void secret_freep(char **text);
#define auto_secret __attribute__((__cleanup__(secret_freep))) char

/* base64 of len bytes; malloc'd, NULL without memory. */
char *base64_encode(const void *data, size_t len);
/* malloc'd and NUL-terminated, *ret_len without the NUL; NULL when it is no base64. */
char *base64_decode(const char *text, size_t *ret_len);
