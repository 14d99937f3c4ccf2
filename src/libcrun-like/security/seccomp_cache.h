// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_cache.h - compiled filters kept in a directory.
 *
 * An entry is named after the SHA-256 of everything that the program depends on in the
 * configuration, and records which libseccomp made it. Nothing here fails: what can't be read is
 * compiled again, what can't be written is not kept.
 */
#pragma once

#include "security/seccomp.h"
#include "security/sha256.h"

#include <stdbool.h>

enum { SECCOMP_CACHE_ENTRIES_MAX = 64 };

struct seccomp_key {
    uint8_t digest[SHA256_SIZE];
};

void seccomp_cache_key(const struct spec_seccomp *s, struct seccomp_key *ret);

/* Fills ret->insns and ret->count if there is an entry that can be trusted. */
bool seccomp_cache_read(int dirfd, const struct seccomp_key *key, struct seccomp_program *ret);

/* library is the path of the libseccomp that made the program. Removes the oldest entries when
 * there are more than SECCOMP_CACHE_ENTRIES_MAX. */
void seccomp_cache_write(int dirfd, const struct seccomp_key *key, const char *library,
                         const struct seccomp_program *p);
