// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_signature.c - any bytes as a key, a payload, a statement and a bundle.
 *
 * A refusal has one line that says why; what is accepted keeps the promises of its header.
 */
#include "base/cleanup.h"
#include "lade/store/attached.h"
#include "lade/trust/envelope.h"
#include "lade/trust/public_key.h"
#include "lade/trust/statement.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static void check_refusal(int rc, const struct err *e)
{
    must(rc == -e->code && e->text[0] && !strchr(e->text, '\n'));
}

static void check_statement(int rc, const struct statement *s, const struct err *e)
{
    struct digest again;
    struct err unused;

    if (rc < 0) {
        check_refusal(rc, e);
        return;
    }
    must(digest_parse(s->digest.text, &again, &unused) == 0 && s->reference);
}

static void try_envelope(const char *text, size_t size)
{
    auto_arena arena = { 0 };
    struct statement s;
    struct envelope x;
    struct err e = { 0 };
    int rc = envelope_parse(text, size, &arena, &x, &e);

    if (rc < 0) {
        check_refusal(rc, &e);
        return;
    }
    must(x.signed_len > x.payload_len && strncmp(x.signed_bytes, "DSSEv1 ", 7) == 0);
    must(memcmp(x.signed_bytes + x.signed_len - x.payload_len, x.payload, x.payload_len) == 0);
    rc = in_toto_parse(x.payload, x.payload_len, &arena, &s, &e);
    check_statement(rc, &s, &e);
}

static void try_key(const char *text, size_t size)
{
    struct public_key *k;
    struct err e = { 0 };
    int rc = public_key_parse(text, size, "key", &k, &e);

    if (rc < 0) {
        check_refusal(rc, &e);
        return;
    }
    must(!public_key_signed(k, text, size, text, size));
    public_key_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_free char *text = malloc(size + 1);
    auto_arena arena = { 0 };
    struct digest subject;
    struct statement s;
    struct err e = { 0 };
    int rc;

    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    rc = simple_signing_parse(text, size, &arena, &s, &e);
    check_statement(rc, &s, &e);
    try_envelope(text, size);
    try_key(text, size);
    attached_name(text, &subject);
    return 0;
}
