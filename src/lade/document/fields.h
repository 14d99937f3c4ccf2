// SPDX-License-Identifier: Apache-2.0
/* fields.h - readers that several documents share. All take a null where they take an absence, as
 * programs in Go write one for the other. */
#pragma once

#include "lade/document/descriptor.h"

/* Into a struct text_list: an array of strings. */
json_reader text_list_read;
/* Into a struct text_list: the keys of an object, whose values mean nothing. */
json_reader key_list_read;
/* Into a struct digest. */
json_reader digest_read;
/* Into a struct descriptor *, made in the arena. */
json_reader descriptor_pointer_read;

/* Check what a document says it is, and that it can't be read as something else as well
 * (CVE-2021-41190). kind: MEDIA_INDEX or MEDIA_MANIFEST; media_type: what was announced, or NULL;
 * foreign: members that only the other kind has, NULL-terminated. */
struct document_claim {
    int kind;
    const char *name, *media_type;
    const char *const *foreign;
};
int document_check(const struct json_at *at, const struct document_claim *claim, struct err *e);
