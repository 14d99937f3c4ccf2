// SPDX-License-Identifier: Apache-2.0
/*
 * statement.h - what was signed: which image, and by which name.
 *
 * Both forms are read only after their signature was found good, and still as strictly as if they
 * came from anybody: a key may sign other things, too.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "lade/name/digest.h"

/* The payload of cosign's signatures, containers-signature(5) "JSON data format". */
#define MEDIA_SIMPLE_SIGNING "application/vnd.dev.cosign.simplesigning.v1+json"
/* The payload of DSSE envelopes: a statement of in-toto.io. */
#define MEDIA_IN_TOTO "application/vnd.in-toto+json"

struct statement {
    struct digest digest; /* of the manifest or index */
    char *reference;      /* "" when it names none; in the arena, not checked */
};

int simple_signing_parse(const char *text, size_t len, struct arena *arena, struct statement *ret,
                         struct err *e);

/* A statement of cosign about one image. Attestations (where it was built, what is in it) are
 * ERR_UNSUPPORTED: who makes them does not say that the image is good. */
int in_toto_parse(const char *text, size_t len, struct arena *arena, struct statement *ret,
                  struct err *e);
