// SPDX-License-Identifier: Apache-2.0
/* recipe.c - a plan from a configuration and a made-up host. */
#include "recipe.h"

#include "base/cleanup.h"
#include "unit/cgroup/hosts.h"

#include <linux/seccomp.h>
#include <string.h>

void recipe_init(struct recipe *r)
{
    *r = (struct recipe){ .host = RECIPE_V2, .id = "box", .bundle = "/bundle" };
}

static const char *const hosts[] = {
    [RECIPE_NONE] = "none",
    [RECIPE_V1] = "v1",
    [RECIPE_V2] = "v2",
    [RECIPE_HYBRID] = "hybrid",
};

static int set_host(struct recipe *r, const char *value, struct err *e)
{
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
        if (!strcmp(value, hosts[i])) {
            r->host = (enum recipe_host)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "unknown host '%s'", value);
}

static int set_fact(struct recipe *r, const char *name, const char *value, struct err *e)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        { "rootless", &r->rootless },   { "groups-fixed", &r->groups_fixed },
        { "strict", &r->strict },       { "run", &r->run },
        { "announced", &r->announced }, { "no-keyring", &r->no_keyring },
        { "no-pivot", &r->no_pivot },   { "listen", &r->listen },
        { "notify", &r->notify },
    };

    if (!strcmp(name, "host"))
        return set_host(r, value, e);
    if (!strcmp(name, "id") || !strcmp(name, "bundle")) {
        bool is_id = name[0] == 'i';

        snprintf(is_id ? r->id : r->bundle, is_id ? sizeof r->id : sizeof r->bundle, "%s", value);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (!strcmp(name, flags[i].name) && !strcmp(value, "1")) {
            *flags[i].flag = true;
            return 0;
        }
    return err_set(e, ERR_INVALID, "unknown fact '%s=%s'", name, value);
}

int recipe_parse(struct recipe *r, char *facts, struct err *e)
{
    char *rest = NULL;

    for (char *line = strtok_r(facts, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, '=');

        if (!value)
            return err_set(e, ERR_INVALID, "not a fact: '%s'", line);
        *value = '\0';
        TRY(set_fact(r, line, value + 1, e));
    }
    return 0;
}

/* Everything that plan_input borrows. */
struct ingredients {
    struct arena arena;
    struct cgroup_host host;
    struct cgroup cgroup;
    struct cgroup_writes writes;
    struct resctrl_wish resctrl;
    struct seccomp_program filter;
};

static void ingredients_done(struct ingredients *i)
{
    seccomp_program_done(&i->filter);
    cgroup_done(&i->cgroup);
    arena_done(&i->arena);
}

static int find_cgroups(const struct recipe *r, const struct spec *s, struct ingredients *i,
                        struct plan_input *in, struct err *e)
{
    if (r->host == RECIPE_NONE)
        return 0;
    i->host = r->host == RECIPE_V1 ? host_v1() : r->host == RECIPE_V2 ? host_v2() : host_hybrid();
    TRY(cgroup_locate(&i->host, s->linux_.cgroups_path, r->id, &i->cgroup, e));
    TRY(cgroup_compile(&s->linux_.resources, &i->host, &i->arena, &i->writes, e));
    in->host = &i->host;
    in->cgroup = &i->cgroup;
    in->writes = &i->writes;
    return 0;
}

static int make_filter(const struct recipe *r, const struct spec *s, struct ingredients *i,
                       struct plan_input *in, struct err *e)
{
    static const struct sock_filter allow = { .code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW };

    if (!s->linux_.seccomp)
        return 0;
    if (!r->fake_filter) {
        TRY(seccomp_compile(s->linux_.seccomp, -1, &i->filter, e));
    } else {
        i->filter.insns = malloc(sizeof allow);
        if (!i->filter.insns)
            return err_os(e, ENOMEM, "make a filter");
        *i->filter.insns = allow;
        i->filter.count = 1;
    }
    in->seccomp = &i->filter;
    return 0;
}

static int gather(const struct recipe *r, const struct spec *s, struct ingredients *i,
                  struct plan_input *ret, struct err *e)
{
    const char *root = s->root_path ? s->root_path : "";

    *ret = (struct plan_input){
        .spec = s,
        .id = r->id,
        .bundle = r->bundle,
        .rootfs = root[0] == '/' ? root : arena_printf(&i->arena, "%s/%s", r->bundle, root),
        .rootless = r->rootless,
        .groups_fixed = r->groups_fixed,
        .strict = r->strict,
        .notify_dir = r->notify ? "/run/davit/golden/notify" : NULL,
        .barrier = !r->run,
        .announced = r->announced,
        .no_keyring = r->no_keyring,
        .no_pivot = r->no_pivot,
        .listen_fds = r->listen ? 2 : 0,
        .listen_names = r->listen ? "web:admin" : NULL,
    };
    if (!ret->rootfs)
        return err_os(e, ENOMEM, "root.path");
    if (s->linux_.intel_rdt.has) {
        TRY(resctrl_compile(&s->linux_.intel_rdt, r->id, &i->arena, &i->resctrl, e));
        ret->resctrl = &i->resctrl;
    }
    return find_cgroups(r, s, i, ret, e);
}

int recipe_plan(const struct recipe *r, const struct spec *s, struct plan **ret, struct err *e)
{
    cleanup(ingredients_done) struct ingredients i = { 0 };
    struct plan_input in;

    TRY(gather(r, s, &i, &in, e));
    TRY(make_filter(r, s, &i, &in, e));
    return plan_build(&in, ret, e);
}

int recipe_plan_exec(const struct recipe *r, const struct spec *s, const struct spec_process *p,
                     struct plan **ret, struct err *e)
{
    cleanup(ingredients_done) struct ingredients i = { 0 };
    struct plan_input in;
    uint32_t join_flags = 0;

    for (size_t k = 0; k < s->linux_.namespace_count; k++)
        join_flags |= s->linux_.namespaces[k].flag;
    TRY(gather(r, s, &i, &in, e));
    TRY(make_filter(r, s, &i, &in, e));
    /* The limits are the container's, not the new process's. */
    in.writes = NULL;
    return plan_build_exec(&in, p, join_flags, ret, e);
}
