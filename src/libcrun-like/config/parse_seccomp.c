// SPDX-License-Identifier: Apache-2.0
/* parse_seccomp.c - linux.seccomp: actions, architectures, flags and rules. */
#include "config/parse.h"

#include "base/cleanup.h"

#include <linux/seccomp.h>
#include <seccomp.h>

/* SECCOMP_RET_DATA is 16 bits wide; as an errno the kernel cuts it down to MAX_ERRNO. */
enum { RET_DATA_MAX = 65535, ERRNO_MAX = 4095, ARG_INDEX_MAX = 5 };

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

static const struct json_word actions[] = {
    { "SCMP_ACT_KILL", ACT_KILL },
    { "SCMP_ACT_KILL_THREAD", ACT_KILL },
    { "SCMP_ACT_KILL_PROCESS", ACT_KILL_PROCESS },
    { "SCMP_ACT_TRAP", ACT_TRAP },
    { "SCMP_ACT_ERRNO", ACT_ERRNO },
    { "SCMP_ACT_TRACE", ACT_TRACE },
    { "SCMP_ACT_ALLOW", ACT_ALLOW },
    { "SCMP_ACT_LOG", ACT_LOG },
    { "SCMP_ACT_NOTIFY", ACT_NOTIFY },
};

/* Which of these the host's libseccomp can compile is decided where the filter is made. */
static const struct json_word architectures[] = {
    { "SCMP_ARCH_X86" },      { "SCMP_ARCH_X86_64" },      { "SCMP_ARCH_X32" },
    { "SCMP_ARCH_ARM" },      { "SCMP_ARCH_AARCH64" },     { "SCMP_ARCH_MIPS" },
    { "SCMP_ARCH_MIPS64" },   { "SCMP_ARCH_MIPS64N32" },   { "SCMP_ARCH_MIPSEL" },
    { "SCMP_ARCH_MIPSEL64" }, { "SCMP_ARCH_MIPSEL64N32" }, { "SCMP_ARCH_PPC" },
    { "SCMP_ARCH_PPC64" },    { "SCMP_ARCH_PPC64LE" },     { "SCMP_ARCH_S390" },
    { "SCMP_ARCH_S390X" },    { "SCMP_ARCH_PARISC" },      { "SCMP_ARCH_PARISC64" },
    { "SCMP_ARCH_RISCV64" },  { "SCMP_ARCH_LOONGARCH64" }, { "SCMP_ARCH_M68K" },
    { "SCMP_ARCH_SH" },       { "SCMP_ARCH_SHEB" },
};

/* TSYNC needs no bit: the filter is loaded while there is one thread only. */
static const struct json_word flags[] = {
    { "SECCOMP_FILTER_FLAG_TSYNC", 0 },
    { "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
    { "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
    { "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

static const struct json_word operators[] = {
    { "SCMP_CMP_NE", SCMP_CMP_NE },
    { "SCMP_CMP_LT", SCMP_CMP_LT },
    { "SCMP_CMP_LE", SCMP_CMP_LE },
    { "SCMP_CMP_EQ", SCMP_CMP_EQ },
    { "SCMP_CMP_GE", SCMP_CMP_GE },
    { "SCMP_CMP_GT", SCMP_CMP_GT },
    { "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static int read_action(const struct json_at *at, void *ret, struct err *e)
{
    enum spec_seccomp_action *action = ret;
    int64_t value;

    TRY(json_read_word(at, actions, ARRAY_SIZE(actions), &value, e));
    *action = (enum spec_seccomp_action)value;
    return 0;
}

static int read_architecture(const struct json_at *at, void *ret, struct err *e)
{
    int64_t ignored;

    TRY(json_read_word(at, architectures, ARRAY_SIZE(architectures), &ignored, e));
    return json_read_string(at, 0, ret, e);
}

static int read_flag(const struct json_at *at, void *ret, struct err *e)
{
    uint32_t *bit = ret;
    int64_t value;

    TRY(json_read_word(at, flags, ARRAY_SIZE(flags), &value, e));
    *bit = (uint32_t)value;
    return 0;
}

static int read_flags(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_seccomp *s = ret;
    void *bits = NULL;
    size_t n = 0;

    s->has_flags = true;
    TRY(json_read_array(at, sizeof(uint32_t), read_flag, &bits, &n, e));
    for (size_t i = 0; i < n; i++)
        s->flags |= ((uint32_t *)bits)[i];
    return 0;
}

/* config-linux.md, "Seccomp": an errno for an action that takes none must be an error. */
static int check_errno(const struct json_at *at, const char *name, enum spec_seccomp_action action,
                       const struct spec_opt_u64 *value, struct err *e)
{
    struct json_at here = { .doc = at->doc, .parent = at, .key = name };

    if (!value->has || action == ACT_TRACE)
        return 0;
    if (action != ACT_ERRNO)
        return json_error(&here, e, "is given for an action that returns none");
    if (value->value > ERRNO_MAX)
        return json_error(&here, e, "must be between 0 and %d", ERRNO_MAX);
    return 0;
}

static int read_arg(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_seccomp_arg, index, "index", 0, ARG_INDEX_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_seccomp_arg, value, "value", 0, UINT64_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_seccomp_arg, value_two, "valueTwo", 0, UINT64_MAX, 0),
        FIELD_WORD(struct spec_seccomp_arg, op, "op", operators, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_rule(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_ARRAY(struct spec_seccomp_rule, names.items, names.count, "names",
                    json_item_not_empty, JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_OTHER(struct spec_seccomp_rule, action, "action", read_action, JSON_REQUIRED),
        FIELD_OPT(struct spec_seccomp_rule, errno_ret, "errnoRet", 0, RET_DATA_MAX, 0),
        FIELD_ARRAY(struct spec_seccomp_rule, args, arg_count, "args", read_arg, 0),
    };
    struct spec_seccomp_rule *r = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), r, e));
    return check_errno(at, "errnoRet", r->action, &r->errno_ret, e);
}

static const struct json_field seccomp_fields[] = {
    FIELD_OTHER(struct spec_seccomp, default_action, "defaultAction", read_action, JSON_REQUIRED),
    FIELD_OPT(struct spec_seccomp, default_errno_ret, "defaultErrnoRet", 0, RET_DATA_MAX, 0),
    FIELD_ARRAY(struct spec_seccomp, architectures.items, architectures.count, "architectures",
                read_architecture, 0),
    FIELD_WHOLE("flags", read_flags, 0),
    FIELD_ARRAY(struct spec_seccomp, rules, rule_count, "syscalls", read_rule, 0),
    FIELD_STRING(struct spec_seccomp, listener_path, "listenerPath",
                 JSON_EMPTY_NULL | JSON_ABSOLUTE),
    FIELD_STRING(struct spec_seccomp, listener_metadata, "listenerMetadata", JSON_EMPTY_NULL),
};

/* config-linux.md, "Seccomp": metadata must not stand without a path; a path without the action is
 * ignored. */
static int check_listener(const struct json_at *at, struct spec_seccomp *s, struct err *e)
{
    const struct json_at path = { .doc = at->doc, .parent = at, .key = "listenerPath" };
    const struct json_at metadata = { .doc = at->doc, .parent = at, .key = "listenerMetadata" };

    s->notifies = s->default_action == ACT_NOTIFY;
    for (size_t i = 0; i < s->rule_count; i++)
        s->notifies |= s->rules[i].action == ACT_NOTIFY;
    if (s->listener_metadata && !s->listener_path)
        return json_error(&metadata, e, "must not be set without listenerPath");
    if (s->notifies && !s->listener_path)
        return json_error(&path, e, "is required by SCMP_ACT_NOTIFY");
    return 0;
}

int spec_read_seccomp(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_seccomp **result = ret, *s = arena_new(at->doc->arena, 1, struct spec_seccomp);

    if (!s)
        return json_no_memory(e);
    TRY(json_read_fields(at, seccomp_fields, ARRAY_SIZE(seccomp_fields), s, e));
    TRY(check_errno(at, "defaultErrnoRet", s->default_action, &s->default_errno_ret, e));
    TRY(check_listener(at, s, e));
    *result = s;
    return 0;
}
