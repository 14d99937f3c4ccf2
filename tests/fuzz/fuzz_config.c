// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_config.c - any bytes as config.json and as a process object.
 *
 * Beyond not crashing: what the scan accepts json-c accepts; a refusal has one line that says why;
 * an accepted configuration keeps the promises of spec.h, and written anew by json-c it is accepted
 * again with the same content.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "base/json_scan.h"
#include "config/spec.h"
#include "config/sysctl.h"
#include "spec_dump.h"

#include <json-c/json_object.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int spec_parser(const char *text, size_t len, struct spec **ret, struct err *e);

#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

static void check_refusal(int rc, const struct err *e)
{
    size_t len = strnlen(e->text, sizeof e->text);

    MUST(rc < 0 && rc == -e->code);
    MUST(len > 0 && len < sizeof e->text);
    for (size_t i = 0; i < len; i++)
        MUST((unsigned char)e->text[i] >= ' ' && e->text[i] != 0x7f);
}

static void check_process(const struct spec_process *p)
{
    uint64_t seen = 0;

    MUST(p->args.count > 0 && p->args.items[0][0] != '\0');
    MUST(p->cwd[0] == '/');
    MUST(spec_id_valid(p->user.uid) && spec_id_valid(p->user.gid));
    MUST(!p->user.umask.has || p->user.umask.value <= 0777);
    for (size_t i = 0; i < p->env.count; i++)
        MUST(strchr(p->env.items[i], '='));
    for (size_t i = 0; i < p->rlimit_count; i++) {
        MUST(p->rlimits[i].soft <= p->rlimits[i].hard);
        MUST(!(seen & UINT64_C(1) << p->rlimits[i].resource));
        seen |= UINT64_C(1) << p->rlimits[i].resource;
    }
}

static void check_linux(const struct spec_linux *l)
{
    uint32_t seen = 0;
    char path[PATH_MAX];

    for (size_t i = 0; i < l->namespace_count; i++) {
        MUST(l->namespaces[i].flag && !(seen & l->namespaces[i].flag));
        MUST(!l->namespaces[i].path || l->namespaces[i].path[0] == '/');
        seen |= l->namespaces[i].flag;
    }
    for (size_t i = 0; i < l->sysctl_count; i++) {
        MUST(sysctl_path(l->sysctl[i].key, path, sizeof path) > 0);
        MUST(sysctl_namespace(path) & seen);
    }
    for (size_t i = 0; i < l->masked_paths.count; i++)
        MUST(l->masked_paths.items[i][0] == '/');
    for (size_t i = 0; i < l->resources.device_count; i++)
        MUST(l->resources.devices[i].access != 0);
    for (size_t i = 0; l->seccomp && i < l->seccomp->rule_count; i++)
        MUST(l->seccomp->rules[i].names.count > 0);
}

static void check_spec(const struct spec *s)
{
    if (s->root_path)
        MUST(s->root_path[0] && s->oci_version[0] == '1');
    else
        MUST(s->has_process);
    if (s->has_process)
        check_process(&s->process);
    check_linux(&s->linux_);
    for (int kind = 0; kind < HOOK_KINDS; kind++)
        for (size_t i = 0; i < s->hooks.kind[kind].count; i++)
            MUST(s->hooks.kind[kind].items[i].path[0] == '/');
}

static void check_again(spec_parser *parse, const struct spec *first, const char *text, size_t len)
{
    cleanup(json_putp) struct json_object *o = NULL;
    cleanup(spec_freep) struct spec *second = NULL;
    auto_buf one = { 0 }, two = { 0 };
    const char *again;
    struct err e;

    MUST(json_parse(text, len, &o, &e) == 0);
    again = json_object_to_json_string(o);
    MUST(parse(again, strlen(again), &second, &e) == 0);
    spec_dump(&one, first);
    spec_dump(&two, second);
    MUST(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
}

static void try_parser(spec_parser *parse, const char *text, size_t len)
{
    cleanup(spec_freep) struct spec *s = NULL;
    struct err e = { 0 };
    int rc = parse(text, len, &s, &e);

    if (rc < 0) {
        MUST(s == NULL);
        check_refusal(rc, &e);
        return;
    }
    MUST(rc == 0 && s != NULL);
    check_spec(s);
    check_again(parse, s, text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup(json_putp) struct json_object *o = NULL;
    const char *text = (const char *)data;
    struct err e = { 0 };

    if (json_scan(text, size, &e) == 0)
        MUST(json_parse(text, size, &o, &e) == 0);
    else
        check_refusal(-e.code, &e);
    try_parser(spec_parse, text, size);
    try_parser(spec_parse_process, text, size);
    return 0;
}
