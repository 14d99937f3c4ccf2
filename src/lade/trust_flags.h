// SPDX-License-Identifier: Apache-2.0
/*
 * trust_flags.h - the options of all verbs that take an image only when it is signed.
 *
 * A verb's values have a `struct trust_flags trust`, its table has TRUST_ROWS.
 */
#pragma once

#include "cli/option.h"
#include "lade/trust/trust.h"

struct trust_flags {
    struct option_list keys;
    const char *identity;
    bool any_identity;
};

// clang-format off
#define TRUST_ROWS                                                                                 \
    LIST(NULL, "key", "FILE", trust.keys,                                                          \
         "take the image only when this public key, or another one given, has signed it"),         \
    TEXT(NULL, "signed-as", "NAME", trust.identity,                                                \
         "the name that it must be signed as (default: its own)"),                                 \
    SWITCH(NULL, "any-identity", trust.any_identity,                                               \
           "as whatever it is signed, its digest is enough")
// clang-format on

/* *ret: done after use in any case. Without --key it has no keys, and nothing is to be checked. */
int trust_open(const struct trust_flags *flags, struct trust *ret, struct err *e);
void trust_done(struct trust *t);
#define auto_trust __attribute__((__cleanup__(trust_done))) struct trust
