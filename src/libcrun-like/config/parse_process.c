// SPDX-License-Identifier: Apache-2.0
/* parse_process.c - process: what runs, as whom and with which limits. */
#include "config/parse.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <json-c/json_object.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>

static int read_console_size(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_process, console_size.height, "height", 0, UINT16_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_process, console_size.width, "width", 0, UINT16_MAX, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_gid(const struct json_at *at, void *ret, struct err *e)
{
    uint32_t *gid = ret;
    uint64_t bits;

    TRY(json_read_int(at, 0, ID_MAX, &bits, e));
    *gid = (uint32_t)bits;
    return 0;
}

/* Absent ids are 0, as engines and other runtimes have it. */
static int read_user(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_process, user.uid, "uid", 0, ID_MAX, 0),
        FIELD_INT(struct spec_process, user.gid, "gid", 0, ID_MAX, 0),
        FIELD_OPT(struct spec_process, user.umask, "umask", 0, 0777, 0),
        FIELD_ARRAY(struct spec_process, user.additional_gids, user.additional_gid_count,
                    "additionalGids", read_gid, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

/* The text stays out of the error: environments carry secrets. */
int spec_read_environment_entry(const struct json_at *at, void *ret, struct err *e)
{
    char **entry = ret;

    TRY(json_read_string(at, 0, entry, e));
    if (!strchr(*entry, '=') || **entry == '=')
        return json_error(at, e, "must have the form name=value");
    return 0;
}

static void free_cap_name(char **name)
{
    cap_free(*name);
}
#define auto_cap_name cleanup(free_cap_name)

/* libcap also takes lower case and plain numbers, which the specification does not. */
static bool find_capability(const char *name, cap_value_t *ret)
{
    if (strncmp(name, "CAP_", 4) != 0 ||
        name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] != '\0')
        return false;
    return cap_from_name(name, ret) == 0 && *ret >= 0 && *ret < 64;
}

static int read_capability(const struct json_at *at, void *ret, struct err *e)
{
    uint64_t *bit = ret;
    cap_value_t number;
    char *name = NULL;

    TRY(json_read_string(at, 0, &name, e));
    /* config.md, "capabilities": a name that cannot be mapped is logged, not an error. */
    if (!find_capability(name, &number))
        return spec_warn(at, e, "has the unknown capability '%.80s', which is left out", name);
    *bit = (uint64_t)1 << number;
    return 0;
}

static int read_capability_set(const struct json_at *at, void *ret, struct err *e)
{
    uint64_t *mask = ret;
    void *bits = NULL;
    size_t n = 0;

    TRY(json_read_array(at, sizeof(uint64_t), read_capability, &bits, &n, e));
    for (size_t i = 0; i < n; i++)
        *mask |= ((uint64_t *)bits)[i];
    return 0;
}

/* config.md, "capabilities": what cannot be granted is logged; it is left out, as with peers. One
 * line for a set: there are engines that ask for such a set with every container. */
static int warn_ungranted(const struct json_at *at, const char *set, uint64_t bits, const char *why,
                          struct err *e)
{
    auto_buf names = { 0 };
    struct json_at here;

    if (!bits || !json_member(at, set, &here))
        return 0;
    for (int cap = 0; cap < 64; cap++) {
        auto_cap_name char *name = bits & UINT64_C(1) << cap ? cap_to_name(cap) : NULL;

        if (name)
            buf_printf(&names, " %s", name);
    }
    if (buf_failed(&names))
        return json_no_memory(e);
    return spec_warn(&here, e, "has what is not %s, which is left out:%s", why, names.data);
}

static int read_capabilities(const struct json_at *at, void *ret, struct err *e)
{
#define SET(name) FIELD_OTHER(struct spec_capabilities, name, #name, read_capability_set, 0)
    static const struct json_field fields[] = {
        SET(bounding), SET(effective), SET(inheritable), SET(permitted), SET(ambient),
    };
#undef SET
    const struct spec_capabilities *c = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e));
    TRY(warn_ungranted(at, "effective", c->effective & ~c->permitted, "permitted", e));
    return warn_ungranted(at, "ambient", c->ambient & ~(c->permitted & c->inheritable),
                          "both permitted and inheritable", e);
}

static const struct json_word rlimit_types[] = {
    { "RLIMIT_AS", RLIMIT_AS },
    { "RLIMIT_CORE", RLIMIT_CORE },
    { "RLIMIT_CPU", RLIMIT_CPU },
    { "RLIMIT_DATA", RLIMIT_DATA },
    { "RLIMIT_FSIZE", RLIMIT_FSIZE },
    { "RLIMIT_LOCKS", RLIMIT_LOCKS },
    { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
    { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
    { "RLIMIT_NICE", RLIMIT_NICE },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE },
    { "RLIMIT_NPROC", RLIMIT_NPROC },
    { "RLIMIT_RSS", RLIMIT_RSS },
    { "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
    { "RLIMIT_RTTIME", RLIMIT_RTTIME },
    { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
    { "RLIMIT_STACK", RLIMIT_STACK },
};

static int read_rlimit(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_rlimit, resource, "type", rlimit_types, JSON_REQUIRED),
        FIELD_STRING(struct spec_rlimit, type, "type", JSON_REQUIRED),
        FIELD_INT(struct spec_rlimit, soft, "soft", 0, UINT64_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_rlimit, hard, "hard", 0, UINT64_MAX, JSON_REQUIRED),
    };
    struct spec_rlimit *r = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), r, e));
    if (r->soft > r->hard)
        return json_error(at, e, "has a soft limit %llu above the hard limit %llu",
                          (unsigned long long)r->soft, (unsigned long long)r->hard);
    return 0;
}

/* config.md, "rlimits": the same type twice must be an error. */
static int read_rlimits(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_process *p = ret;
    uint32_t seen = 0;
    void *items = NULL;

    TRY(json_read_array(at, sizeof(struct spec_rlimit), read_rlimit, &items, &p->rlimit_count, e));
    p->rlimits = items;
    for (size_t i = 0; i < p->rlimit_count; i++) {
        uint32_t bit = UINT32_C(1) << p->rlimits[i].resource;

        if (seen & bit)
            return json_error(at, e, "has %s twice", p->rlimits[i].type);
        seen |= bit;
    }
    return 0;
}

static const struct json_field process_fields[] = {
    FIELD_BOOL(struct spec_process, terminal, "terminal", 0),
    FIELD_WHOLE("consoleSize", read_console_size, 0),
    FIELD_WHOLE("user", read_user, 0),
    FIELD_ARRAY(struct spec_process, args.items, args.count, "args", json_item_string,
                JSON_REQUIRED | JSON_NOT_EMPTY),
    FIELD_ARRAY(struct spec_process, env.items, env.count, "env", spec_read_environment_entry, 0),
    FIELD_STRING(struct spec_process, cwd, "cwd", JSON_REQUIRED | JSON_ABSOLUTE),
    FIELD_OTHER(struct spec_process, capabilities, "capabilities", read_capabilities, 0),
    FIELD_WHOLE("rlimits", read_rlimits, 0),
    FIELD_BOOL(struct spec_process, no_new_privileges, "noNewPrivileges", 0),
    FIELD_STRING(struct spec_process, apparmor_profile, "apparmorProfile", JSON_EMPTY_NULL),
    FIELD_STRING(struct spec_process, selinux_label, "selinuxLabel", JSON_EMPTY_NULL),
    FIELD_OPT(struct spec_process, oom_score_adj, "oomScoreAdj", -1000, 1000, 0),
    FIELD_OTHER(struct spec_process, scheduler, "scheduler", spec_read_scheduler, 0),
    FIELD_OTHER(struct spec_process, io_priority, "ioPriority", spec_read_io_priority, 0),
    FIELD_OTHER(struct spec_process, exec_affinity, "execCPUAffinity", spec_read_exec_affinity, 0),
};

int spec_read_process(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_process *p = ret;
    struct json_at args, first = { .doc = at->doc, .parent = &args };

    TRY(json_read_fields(at, process_fields, ARRAY_SIZE(process_fields), p, e));
    if (!*p->args.items[0] && json_member(at, "args", &args))
        return json_error(&first, e, "must not be empty");
    return 0;
}
