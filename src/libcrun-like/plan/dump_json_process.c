// SPDX-License-Identifier: Apache-2.0
/* dump_json_process.c - the process part of a plan as JSON. */
#include "plan/dump_json.h"

#include "base/cleanup.h"

#include <linux/ioprio.h>
#include <stdio.h>

static void put_limit(struct json_writer *w, const char *key, uint64_t value)
{
    char text[24];

    /* As text: past 2^53 many readers of JSON round numbers. */
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    json_write_text(w, key, value == UINT64_MAX ? "unlimited" : text);
}

static void put_rlimits(struct json_writer *w, const struct plan *p)
{
    const struct plan_rlimit *r = plan_items(p, p->rlimits);

    json_write_open(w, "rlimits", '[');
    for (uint32_t i = 0; i < p->rlimits.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "type", r[i].name);
        put_limit(w, "soft", r[i].soft);
        put_limit(w, "hard", r[i].hard);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

static void put_caps(struct json_writer *w, const struct plan_caps *c)
{
    const struct {
        const char *key;
        uint64_t mask;
    } sets[] = {
        { "bounding", c->bounding },   { "effective", c->effective },
        { "permitted", c->permitted }, { "inheritable", c->inheritable },
        { "ambient", c->ambient },
    };
    struct dump_names names;

    json_write_open(w, "capabilities", '{');
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        dump_caps(sets[i].mask, &names);
        dump_put_names(w, sets[i].key, &names);
    }
    json_write_close(w, '}');
}

static void put_user(struct json_writer *w, const struct plan *p)
{
    const uint32_t *groups = plan_items(p, p->groups);

    json_write_number(w, "uid", p->uid);
    json_write_number(w, "gid", p->gid);
    json_write_open_flat(w, "groups", '[');
    for (uint32_t i = 0; i < p->groups.count; i++)
        json_write_number(w, NULL, groups[i]);
    json_write_close(w, ']');
    if (p->flags & PLAN_UMASK)
        dump_put_mode(w, "umask", p->umask);
    else
        json_write_null(w, "umask");
}

static void put_scheduler(struct json_writer *w, const struct plan *p)
{
    const struct plan_scheduler *s = plan_items(p, p->scheduler);
    struct dump_names names;

    if (!p->scheduler.count)
        return;
    dump_scheduler_flags(s->flags, &names);
    json_write_open(w, "scheduler", '{');
    dump_put_string(w, p, "policy", s->name);
    json_write_number(w, "nice", s->nice);
    json_write_number(w, "priority", s->priority);
    dump_put_names(w, "flags", &names);
    put_limit(w, "runtime", s->runtime);
    put_limit(w, "deadline", s->deadline);
    put_limit(w, "period", s->period);
    json_write_close(w, '}');
}

static void put_numbers(struct json_writer *w, const struct plan *p, const char *key,
                        struct plan_list set)
{
    auto_buf text = { 0 };

    dump_numbers(p, set, &text);
    if (buf_failed(&text))
        w->out->failed = true;
    if (set.count)
        json_write_text(w, key, text.data);
}

/* Each of these stands here only where the configuration has it. */
static void put_scheduling(struct json_writer *w, const struct plan *p)
{
    struct dump_names names;

    put_scheduler(w, p);
    if (p->io_priority) {
        json_write_open_flat(w, "ioPriority", '{');
        json_write_number(w, "class", p->io_priority >> IOPRIO_CLASS_SHIFT);
        json_write_number(w, "priority", p->io_priority & ((1 << IOPRIO_CLASS_SHIFT) - 1));
        json_write_close(w, '}');
    }
    put_numbers(w, p, "initialCPUs", p->cpus_initial);
    put_numbers(w, p, "finalCPUs", p->cpus_final);
    if (p->flags & PLAN_PERSONALITY)
        json_write_number(w, "personality", p->personality);
    if (!(p->flags & PLAN_MEMORY_POLICY))
        return;
    dump_memory_flags(p->memory_mode, &names);
    json_write_open(w, "memoryPolicy", '{');
    dump_put_string(w, p, "mode", p->memory_mode_name);
    dump_put_names(w, "flags", &names);
    put_numbers(w, p, "nodes", p->memory_nodes);
    json_write_close(w, '}');
}

void dump_put_process(struct json_writer *w, const struct plan *p)
{
    if (!(p->flags & PLAN_PROCESS)) {
        json_write_null(w, "process");
        return;
    }
    json_write_open(w, "process", '{');
    dump_put_strings(w, p, "args", p->args);
    dump_put_strings(w, p, "env", p->env);
    dump_put_string(w, p, "cwd", p->cwd);
    dump_put_string(w, p, "searchPath", p->search_path);
    put_user(w, p);
    if (p->flags & PLAN_OOM_SCORE)
        json_write_number(w, "oomScoreAdj", p->oom_score_adj);
    else
        json_write_null(w, "oomScoreAdj");
    put_rlimits(w, p);
    put_scheduling(w, p);
    put_caps(w, &p->caps);
    json_write_open_flat(w, "console", '{');
    json_write_number(w, "height", p->console_height);
    json_write_number(w, "width", p->console_width);
    json_write_close(w, '}');
    dump_put_string(w, p, "apparmor", p->apparmor);
    dump_put_string(w, p, "selinux", p->selinux);
    json_write_close(w, '}');
}

void dump_put_seccomp(struct json_writer *w, const struct plan *p)
{
    struct dump_names names;

    if (!(p->flags & PLAN_SECCOMP)) {
        json_write_null(w, "seccomp");
        return;
    }
    dump_seccomp_flags(p->seccomp_flags, &names);
    json_write_open(w, "seccomp", '{');
    dump_put_names(w, "flags", &names);
    dump_put_given(w, p, "listener", p->listener);
    json_write_bool(w, "program", p->seccomp.count > 0);
    json_write_close(w, '}');
}
