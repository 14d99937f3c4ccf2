// SPDX-License-Identifier: Apache-2.0
/*
 * attached.h - what is in the store only because of an image: signatures, attestations and other
 * referrers.
 *
 * A manifest says by its "subject" what it refers to. Cosign's older way is a tag in the image's
 * repository that is made of the image's digest: "sha256-0123….sig".
 */
#pragma once

#include "lade/name/reference.h"
#include "lade/store/store.h"

/* The endings of cosign's tags: signatures come first. */
extern const char *const attached_endings[3];

/* False when the digest is too long for a tag. */
bool attached_tag(const struct digest *subject, const char *ending, char ret[TAG_MAX + 1]);

/* Whether a name ends in such a tag; *ret_subject: what the tag is made of. */
bool attached_name(const char *name, struct digest *ret_subject);

/* Whether an entry is attached to an image, by its name or, when it has none, by its subject. */
bool attached_entry(struct store *s, const struct store_entry *entry, struct digest *ret_subject);
