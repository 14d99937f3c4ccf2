// SPDX-License-Identifier: Apache-2.0
/* fuzz_reference.c - whatever passes as an image's name is safe in URLs and says the same again. */
#include "lade/name/platform.h"
#include "lade/name/reference.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
    char full[REFERENCE_TEXT_SIZE], again[REFERENCE_TEXT_SIZE];
    struct reference r;
    struct err e;

    if (reference_parse_scope(text, &r, &e) == 0 &&
        (!reference_is_host(r.host) || (*r.repository && !reference_is_repository(r.repository))))
        abort();
    if (reference_parse(text, &r, &e) < 0)
        return;
    reference_format(&r, full);
    if (strstr(full, "..") || strpbrk(full, " \t\r\n?#%\\"))
        abort();
    if (reference_parse(full, &r, &e) < 0)
        abort();
    reference_format(&r, again);
    if (strcmp(full, again) != 0)
        abort();
}

static void check_platform(const char *text)
{
    struct arena arena = { 0 };
    struct platform p;
    struct err e;

    if (platform_parse(&arena, text, &p, &e) == 0 && platform_rank(&p, &p) != 0)
        abort();
    platform_arm_variant(text);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    check(text);
    check_platform(text);
    free(text);
    return 0;
}
