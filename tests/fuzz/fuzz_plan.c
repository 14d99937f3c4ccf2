// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_plan.c - any bytes as config.json, built into plans for made-up hosts.
 *
 * Beyond not crashing: a refusal says why; a plan holds what the sealed executable trusts blindly
 * (plan_check.h); the same input gives the same bytes; both dumps work and are what they claim.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "config/spec.h"
#include "golden/recipe.h"
#include "unit/plan/plan_check.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

static void check_refusal(int rc, const struct err *e)
{
    MUST(rc < 0 && rc == -e->code);
    MUST(e->text[0] && memchr(e->text, '\0', sizeof e->text));
}

static void check_json(const struct plan *p)
{
    cleanup(json_putp) struct json_object *o = NULL;
    auto_buf text = { 0 };
    struct err e;

    plan_dump_json(p, &text);
    MUST(!buf_failed(&text));
    MUST(json_parse(text.data, text.len, &o, &e) == 0 && o);
}

static void check_text(const struct plan *p)
{
    auto_buf text = { 0 };
    size_t columns = 0;

    plan_dump_text(p, &text);
    MUST(!buf_failed(&text));
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];

        MUST(c == '\n' || (c >= ' ' && c != 0x7f));
        columns = c == '\n' ? 0 : columns + ((c & 0xc0) != 0x80);
        MUST(columns <= 100);
    }
}

static void check_plan(const struct plan *p)
{
    struct plan_check check;

    if (plan_check(&check, p)) {
        fprintf(stderr, "%s\n", check.complaint);
        __builtin_trap();
    }
    check_json(p);
    check_text(p);
}

static void try_create(const struct recipe *r, const struct spec *s)
{
    auto_free struct plan *p = NULL, *again = NULL;
    struct err e = { 0 };
    int rc = recipe_plan(r, s, &p, &e);

    if (rc < 0) {
        MUST(!p);
        check_refusal(rc, &e);
        return;
    }
    MUST(rc == 0 && p);
    check_plan(p);
    MUST(recipe_plan(r, s, &again, &e) == 0);
    MUST(again->size == p->size && memcmp(again, p, p->size) == 0);
}

static void try_exec(const struct recipe *r, const struct spec *s)
{
    auto_free struct plan *p = NULL;
    struct err e = { 0 };
    int rc;

    if (!s->has_process)
        return;
    rc = recipe_plan_exec(r, s, &s->process, &p, &e);
    if (rc < 0)
        check_refusal(rc, &e);
    else
        check_plan(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup(spec_freep) struct spec *s = NULL;
    struct err e = { 0 };

    if (spec_parse((const char *)data, size, &s, &e) < 0)
        return 0;
    for (int host = RECIPE_NONE; host <= RECIPE_HYBRID; host++) {
        struct recipe r;

        recipe_init(&r);
        r.host = (enum recipe_host)host;
        r.rootless = r.strict = host == RECIPE_NONE;
        r.run = r.no_keyring = host == RECIPE_V1;
        r.fake_filter = true;
        try_create(&r, s);
        try_exec(&r, s);
    }
    return 0;
}
