// SPDX-License-Identifier: Apache-2.0
/*
 * trust.h - whether an image in the store is signed by one of some keys.
 *
 * Signatures are looked for in the store, and in factory stores, alone: what a registry has is
 * pulled first, and afterwards no network is needed. Cosign's attached signatures are understood
 * ("sha256-….sig" tags and referrers), and sigstore's bundles in referrers when a key made them.
 *
 * A signature counts for an image when one of the keys made it, when it names the digest of the
 * manifest or index, and when it names the repository that the image is asked for by: who signs
 * "team/debug" did not say that it may stand in for "team/app". What certificates and transparency
 * logs add is not looked at.
 */
#pragma once

#include "lade/name/reference.h"
#include "lade/store/store.h"
#include "lade/trust/public_key.h"

/* The largest signature that is looked at, in bytes of its payload or bundle, and how many. */
enum { SIGNATURE_MAX = 256 << 10, SIGNATURES_MAX = 64 };

struct trust {
    struct public_key **keys;
    size_t key_count;
    bool any_identity; /* it is enough that the digest is signed */
    bool has_identity;
    struct reference identity; /* what signatures must name; without a tag any will do */
};

/* 0, or an error in one line: ERR_NOT_FOUND without any signature, ERR_INVALID when none is good.
 * name: what the image is asked for by. */
int trust_check(struct store *s, const struct trust *t, const struct reference *name,
                const struct digest *digest, struct err *e);

/* Whether a descriptor of a referrer may be a signature. */
bool trust_is_signature(const struct descriptor *d);
