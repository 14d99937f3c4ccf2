// SPDX-License-Identifier: Apache-2.0
/* build_process.c - the process part of a plan, the same for create and exec. */
#include "plan/writer.h"

#include "base/cleanup.h"
#include "state/state.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <string.h>

/* Names without a slash are looked up as execvp would. */
static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *env_value(char *const *env, size_t count, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = count; i-- > 0;)
        if (!strncmp(env[i], name, length) && env[i][length] == '=')
            return env[i] + length + 1;
    return NULL;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");

    return length == strcspn(b, "=") && !memcmp(a, b, length);
}

/* A name given twice counts as the last time it was given; the order of the rest stays. Of HOME
 * without a value init makes one with a value, as runc does: shells take it for a directory. */
static struct plan_list put_env(struct plan_writer *w, const struct spec_strings *env)
{
    char **kept = arena_new(&w->arena, env->count + 1, char *);
    size_t n = 0;

    if (!kept) {
        w->out.failed = true;
        return (struct plan_list){ 0 };
    }
    for (size_t i = 0; i < env->count; i++) {
        bool later = false;

        for (size_t k = i + 1; k < env->count && !later; k++)
            later = same_name(env->items[i], env->items[k]);
        if (!later && strcmp(env->items[i], "HOME=") != 0)
            kept[n++] = env->items[i];
    }
    return plan_add_strings(w, kept, n);
}

/* sd_listen_fds(3). What the configuration says stays: engines write the variables there. */
static struct spec_strings with_sockets(struct plan_writer *w, const struct plan_input *in,
                                        const struct spec_strings *env)
{
    const char *const names[] = { "LISTEN_FDS", "LISTEN_FDNAMES" };
    const char *const values[] = { arena_printf(&w->arena, "%u", in->listen_fds),
                                   in->listen_names };
    struct spec_strings all = { .items = arena_new(&w->arena, env->count + 2, char *) };

    if (!all.items || !values[0]) {
        w->out.failed = true;
        return (struct spec_strings){ 0 };
    }
    while (all.count < env->count) {
        all.items[all.count] = env->items[all.count];
        all.count++;
    }
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char *text;

        if (!values[i] || env_value(env->items, env->count, names[i]))
            continue;
        text = arena_printf(&w->arena, "%s=%s", names[i], values[i]);
        if (text)
            all.items[all.count++] = text;
        else
            w->out.failed = true;
    }
    return all;
}

/* Whoever names one in the configuration has mounted it, too. */
void plan_put_notify(struct plan_writer *w, const struct plan_input *in)
{
    const struct spec_process *p = &in->spec->process;

    if (in->notify_dir && in->spec->has_process &&
        !env_value(p->env.items, p->env.count, "NOTIFY_SOCKET"))
        plan_header(w)->flags |= PLAN_NOTIFY;
}

static struct spec_strings with_notify(struct plan_writer *w, const struct spec_strings *env)
{
    char *variable =
        arena_strdup(&w->arena, "NOTIFY_SOCKET=" PLAN_NOTIFY_DIR "/" STATE_NOTIFY_NAME);
    struct spec_strings all = { .items = arena_new(&w->arena, env->count + 1, char *) };

    if (!all.items || !variable) {
        w->out.failed = true;
        return all;
    }
    for (; all.count < env->count; all.count++)
        all.items[all.count] = env->items[all.count];
    all.items[all.count++] = variable;
    return all;
}

static struct plan_list put_rlimits(struct plan_writer *w, const struct spec_process *p)
{
    struct plan_rlimit *items = arena_new(&w->arena, p->rlimit_count + 1, struct plan_rlimit);

    if (!items) {
        w->out.failed = true;
        return (struct plan_list){ 0 };
    }
    for (size_t i = 0; i < p->rlimit_count; i++)
        items[i] = (struct plan_rlimit){ .name = plan_add_text(w, p->rlimits[i].type),
                                         .resource = (uint32_t)p->rlimits[i].resource,
                                         .soft = p->rlimits[i].soft,
                                         .hard = p->rlimits[i].hard };
    return plan_add_items(w, items, p->rlimit_count, sizeof *items);
}

static void put_scheduler(struct plan_writer *w, const struct spec_scheduler *s)
{
    struct plan_scheduler item = { .size = PLAN_SCHED_ATTR_SIZE,
                                   .policy = s->policy,
                                   .flags = s->flags,
                                   .nice = s->nice,
                                   .priority = (uint32_t)s->priority,
                                   .runtime = s->runtime,
                                   .deadline = s->deadline,
                                   .period = s->period };
    struct plan_list list;

    if (!s->has)
        return;
    item.name = plan_add_text(w, s->policy_name);
    list = plan_add_items(w, &item, 1, sizeof item);
    plan_header(w)->scheduler = list;
}

static struct plan_list put_set(struct plan_writer *w, const struct spec_numbers *n)
{
    return plan_add_items(w, n->words, n->count, sizeof *n->words);
}

/* The two that belong to the container, so to every process in it. */
static void put_container_wide(struct plan_writer *w, const struct spec_linux *l)
{
    struct plan_list list;
    plan_str text;

    if (l->personality.has) {
        plan_header(w)->personality = l->personality.domain;
        plan_header(w)->flags |= PLAN_PERSONALITY;
    }
    if (!l->memory_policy.has)
        return;
    text = plan_add_text(w, l->memory_policy.mode_name);
    plan_header(w)->memory_mode_name = text;
    list = put_set(w, &l->memory_policy.nodes);
    plan_header(w)->memory_nodes = list;
    plan_header(w)->memory_mode = l->memory_policy.mode | l->memory_policy.flags;
    plan_header(w)->flags |= PLAN_MEMORY_POLICY;
}

static void put_scheduling(struct plan_writer *w, const struct spec_linux *l,
                           const struct spec_process *p)
{
    struct plan_list list;

    put_scheduler(w, &p->scheduler);
    if (p->io_priority.has)
        plan_header(w)->io_priority =
            p->io_priority.class_ << IOPRIO_CLASS_SHIFT | p->io_priority.level;
    put_container_wide(w, l);
    /* config.md: not applicable to the container's init process. */
    if (plan_header(w)->kind != PLAN_EXEC)
        return;
    list = put_set(w, &p->exec_affinity.initial);
    plan_header(w)->cpus_initial = list;
    list = put_set(w, &p->exec_affinity.final);
    plan_header(w)->cpus_final = list;
}

static void put_numbers(struct plan *h, const struct plan_input *in, const struct spec_process *p)
{
    h->uid = p->user.uid;
    h->gid = p->user.gid;
    h->oom_score_adj = (int32_t)p->oom_score_adj.value;
    h->caps = (struct plan_caps){ p->capabilities.bounding, p->capabilities.effective,
                                  p->capabilities.inheritable, p->capabilities.permitted,
                                  p->capabilities.ambient };
    h->flags |= PLAN_PROCESS | (p->no_new_privileges ? PLAN_NO_NEW_PRIVS : 0) |
                (p->terminal ? PLAN_TERMINAL : 0) | (p->oom_score_adj.has ? PLAN_OOM_SCORE : 0);
    if (p->terminal) {
        h->console_height = p->console_size.height;
        h->console_width = p->console_size.width;
    }
    /* Engines rely on 022 where the specification leaves an unset umask alone. */
    if (p->user.umask.has || !in->strict) {
        h->flags |= PLAN_UMASK;
        h->umask = p->user.umask.has ? (uint32_t)p->user.umask.value : 022;
    }
}

static void put_seccomp(struct plan_writer *w, const struct spec_seccomp *s,
                        const struct seccomp_program *program)
{
    struct plan_list list;
    plan_str text;

    if (!program)
        return;
    list = plan_add_items(w, program->insns, program->count, sizeof *program->insns);
    plan_header(w)->seccomp = list;
    plan_header(w)->seccomp_flags = program->flags;
    plan_header(w)->flags |= PLAN_SECCOMP;
    text = plan_add_text(w, s->notifies ? s->listener_path : NULL);
    plan_header(w)->listener = text;
}

/* As with crun; for shares of the host that only the caller's groups may enter. */
static int put_groups(struct plan_writer *w, const struct plan_input *in,
                      const struct spec_process *p, struct err *e)
{
    static const char key[] = "run.oci.keep_original_groups";
    const char *keep = spec_annotation(in->spec, key);
    struct plan_list list;

    if (keep && strcmp(keep, "0") && strcmp(keep, "1"))
        return err_set(e, ERR_INVALID, "annotations['%s'] must be 0 or 1, not '%.*s'", key, 80,
                       keep);
    if (keep && *keep == '1') {
        plan_header(w)->flags |= PLAN_KEEP_GROUPS;
        return 0;
    }
    list = plan_add_items(w, p->user.additional_gids, p->user.additional_gid_count,
                          sizeof *p->user.additional_gids);
    plan_header(w)->groups = list;
    return 0;
}

static const char *non_empty(const char *s)
{
    return s && *s ? s : NULL;
}

int plan_put_process(struct plan_writer *w, const struct plan_input *in,
                     const struct spec_process *p, struct err *e)
{
    const char *path = env_value(p->env.items, p->env.count, "PATH");
    const char *home = env_value(p->env.items, p->env.count, "HOME");
    struct spec_strings env = p->env;
    struct plan_list list;
    plan_str text;

    put_numbers(plan_header(w), in, p);
    list = plan_add_strings(w, p->args.items, p->args.count);
    plan_header(w)->args = list;
    if (in->listen_fds)
        env = with_sockets(w, in, &p->env);
    if (in->listen_fds && !env_value(p->env.items, p->env.count, "LISTEN_PID"))
        plan_header(w)->flags |= PLAN_LISTEN_PID;
    if (plan_header(w)->flags & PLAN_NOTIFY)
        env = with_notify(w, &env);
    list = put_env(w, &env);
    plan_header(w)->env = list;
    list = put_rlimits(w, p);
    plan_header(w)->rlimits = list;
    TRY(put_groups(w, in, p, e));
    text = plan_add_text(w, p->cwd);
    plan_header(w)->cwd = text;
    if (!strchr(p->args.items[0], '/')) {
        text = plan_add_text(w, path ? path : default_path);
        plan_header(w)->search_path = text;
    }
    if (!non_empty(home))
        plan_header(w)->flags |= PLAN_HOME;
    text = plan_add_text(w, non_empty(p->apparmor_profile));
    plan_header(w)->apparmor = text;
    text = plan_add_text(w, non_empty(p->selinux_label));
    plan_header(w)->selinux = text;
    put_scheduling(w, &in->spec->linux_, p);
    put_seccomp(w, in->spec->linux_.seccomp, in->seccomp);
    return buf_failed(&w->out) ? err_os(e, ENOMEM, "process") : 0;
}
