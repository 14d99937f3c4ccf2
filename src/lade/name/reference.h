// SPDX-License-Identifier: Apache-2.0
/*
 * reference.h - how people name an image: HOST[:PORT]/REPOSITORY[:TAG][@DIGEST], or less.
 *
 * The grammar of repositories and tags is distribution-spec's ("Pulling manifests"); what may be
 * left out follows the habit that everybody scripts for: a first component without '.' and ':' that
 * is not "localhost" belongs to the repository, and the host is docker.io then. What was parsed is
 * safe to put into a URL's path and into a file's name (after replacing '/').
 */
#pragma once

#include "base/err.h"
#include "lade/name/digest.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    REFERENCE_NAME_MAX = 255, /* of host, '/' and repository together, as most clients have it */
    TAG_MAX = 128,
    REFERENCE_TEXT_SIZE = REFERENCE_NAME_MAX + 1 + TAG_MAX + 1 + DIGEST_TEXT_SIZE,
};

struct reference {
    char host[REFERENCE_NAME_MAX + 1]; /* in lower case, with the port when one was given */
    char repository[REFERENCE_NAME_MAX + 1];
    char tag[TAG_MAX + 1]; /* "" when none was given */
    bool has_digest;
    struct digest digest; /* with a tag as well: the digest decides, the tag is only a label */
};

/* ERR_INVALID, with the text quoted, when it breaks the grammar. */
int reference_parse(const char *text, struct reference *ret, struct err *e);

/* A host or HOST/REPOSITORY, as login and credential files name them; repository may be "". */
int reference_parse_scope(const char *text, struct reference *ret, struct err *e);

/* The full name, with everything that was left out: "docker.io/library/busybox:latest". */
void reference_format(const struct reference *r, char ret[REFERENCE_TEXT_SIZE]);

/* What stands behind "manifests/": the digest, else the tag, else "latest". */
const char *reference_target(const struct reference *r);

/* Where the registry of that name answers; the same as the name for all but one. */
const char *reference_api_host(const char *host);

/* The name under which a registry of several names is known: credential files spell others. */
const char *reference_usual_host(const char *host);

bool reference_is_repository(const char *text);
bool reference_is_tag(const char *text);
/* HOST[:PORT], where HOST is a name, an IPv4 address or an IPv6 address in brackets. */
bool reference_is_host(const char *text);

/* Under which name credential files and helpers know the registry: its host but for one. */
const char *reference_credential_key(const char *host);
