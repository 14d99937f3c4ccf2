// SPDX-License-Identifier: Apache-2.0
/* trust_flags.c - from options to the keys that an image must be signed by. */
#include "lade/trust_flags.h"

#include <errno.h>
#include <stdlib.h>

int trust_open(const struct trust_flags *flags, struct trust *ret, struct err *e)
{
    ret->any_identity = flags->any_identity;
    ret->has_identity = flags->identity;
    if (!flags->keys.n && (flags->identity || flags->any_identity))
        return err_set(e, ERR_INVALID, "--%s says nothing without --key",
                       flags->identity ? "signed-as" : "any-identity");
    if (flags->identity && flags->any_identity)
        return err_set(e, ERR_INVALID, "--signed-as and --any-identity exclude each other");
    if (flags->identity)
        TRY(reference_parse(flags->identity, &ret->identity, e));
    if (!flags->keys.n)
        return 0;
    ret->keys = calloc(flags->keys.n, sizeof(struct public_key *));
    if (!ret->keys)
        return err_os(e, ENOMEM, "read keys");
    for (; ret->key_count < flags->keys.n; ret->key_count++)
        TRY(public_key_read(flags->keys.items[ret->key_count], &ret->keys[ret->key_count], e));
    return 0;
}

void trust_done(struct trust *t)
{
    for (size_t i = 0; i < t->key_count; i++)
        public_key_free(t->keys[i]);
    free(t->keys);
    *t = (struct trust){ 0 };
}
