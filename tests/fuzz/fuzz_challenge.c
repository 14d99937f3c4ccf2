// SPDX-License-Identifier: Apache-2.0
/* fuzz_challenge.c - headers of a hostile registry; the other grammars in them as well, as one
 * input is good for all. */
#include "lade/registry/challenge.h"
#include "lade/registry/header.h"
#include "lade/registry/toml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            abort();
}

static void check_grammars(const char *text)
{
    uint64_t a, b, c;
    char room[64];

    if (content_range_parse(text, &a, &b, &c) && (a > b || b >= c))
        abort();
    upload_range_parse(text, &a);
    retry_after_parse(text, 1000, &a);
    link_next_parse(text, room, sizeof room);
    warning_parse(text, room, sizeof room);
}

static int ignore_table(void *user, const char *name, bool is_item, struct err *e)
{
    return 0;
}

static int ignore_value(void *user, const char *key, const struct toml_value *value, struct err *e)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct toml_handler handler = { .table = ignore_table, .value = ignore_value };
    struct challenge c = { 0 };
    struct headers h = { 0 };
    char *text = malloc(size + 1);
    struct err e;

    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    challenge_parse(text, &c);
    if (c.scheme == CHALLENGE_BEARER && !*c.realm)
        abort();
    if (c.scheme != CHALLENGE_NONE) {
        expect_plain(c.realm);
        expect_plain(c.service);
        expect_plain(c.scope);
    }
    headers_add(&h, text, size);
    headers_get(&h, "Location");
    headers_done(&h);
    check_grammars(text);
    toml_parse(text, &handler, &e);
    free(text);
    return 0;
}
