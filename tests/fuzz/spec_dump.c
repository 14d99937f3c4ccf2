// SPDX-License-Identifier: Apache-2.0
/* spec_dump.c - all of a struct spec as text, to hold two of them against each other. */
#include "spec_dump.h"

#include <inttypes.h>

static void dump_text(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "%s=", name);
    if (text)
        buf_json_string(b, text);
    buf_puts(b, "\n");
}

static void dump_number(struct buf *b, const char *name, uint64_t value)
{
    buf_printf(b, "%s=%" PRIu64 "\n", name, value);
}

static void dump_u64(struct buf *b, const char *name, struct spec_opt_u64 value)
{
    buf_printf(b, "%s=%d %" PRIu64 "\n", name, value.has, value.value);
}

static void dump_i64(struct buf *b, const char *name, struct spec_opt_i64 value)
{
    buf_printf(b, "%s=%d %" PRId64 "\n", name, value.has, value.value);
}

static void dump_texts(struct buf *b, const char *name, const struct spec_strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        dump_text(b, name, list->items[i]);
}

static void dump_map(struct buf *b, const char *name, const struct spec_key_value *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        dump_text(b, name, items[i].key);
        dump_text(b, "", items[i].value);
    }
}

static void dump_numbers(struct buf *b, const char *name, const struct spec_numbers *set)
{
    for (size_t i = 0; i < set->count; i++)
        dump_number(b, name, set->words[i]);
}

static void dump_scheduling(struct buf *b, const struct spec_process *p)
{
    const struct spec_scheduler *s = &p->scheduler;

    dump_text(b, "policy", s->policy_name);
    buf_printf(b, "scheduler %d %u %d %d\n", s->has, s->policy, s->nice, s->priority);
    dump_number(b, "flags", s->flags);
    dump_number(b, "runtime", s->runtime);
    dump_number(b, "deadline", s->deadline);
    dump_number(b, "period", s->period);
    buf_printf(b, "io %d %u %u\n", p->io_priority.has, p->io_priority.class_, p->io_priority.level);
    dump_numbers(b, "initial", &p->exec_affinity.initial);
    dump_numbers(b, "final", &p->exec_affinity.final);
}

static void dump_process(struct buf *b, const struct spec_process *p)
{
    const struct spec_capabilities *c = &p->capabilities;

    buf_printf(b, "process %d %d %u %u %u %u\n", p->terminal, p->no_new_privileges,
               p->console_size.height, p->console_size.width, p->user.uid, p->user.gid);
    dump_u64(b, "umask", p->user.umask);
    for (size_t i = 0; i < p->user.additional_gid_count; i++)
        dump_number(b, "group", p->user.additional_gids[i]);
    dump_texts(b, "arg", &p->args);
    dump_texts(b, "env", &p->env);
    dump_text(b, "cwd", p->cwd);
    dump_number(b, "bounding", c->bounding);
    dump_number(b, "effective", c->effective);
    dump_number(b, "inheritable", c->inheritable);
    dump_number(b, "permitted", c->permitted);
    dump_number(b, "ambient", c->ambient);
    for (size_t i = 0; i < p->rlimit_count; i++) {
        dump_text(b, "rlimit", p->rlimits[i].type);
        dump_number(b, "soft", p->rlimits[i].soft);
        dump_number(b, "hard", p->rlimits[i].hard);
    }
    dump_text(b, "apparmor", p->apparmor_profile);
    dump_text(b, "selinux", p->selinux_label);
    dump_i64(b, "oom", p->oom_score_adj);
    dump_scheduling(b, p);
}

static void dump_mappings(struct buf *b, const char *name, const struct spec_id_mapping *m,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s %u %u %u\n", name, m[i].container_id, m[i].host_id, m[i].size);
}

static void dump_mounts(struct buf *b, const struct spec *s)
{
    for (size_t i = 0; i < s->mount_count; i++) {
        dump_text(b, "mount", s->mounts[i].destination);
        dump_text(b, "type", s->mounts[i].type);
        dump_text(b, "source", s->mounts[i].source);
        dump_texts(b, "option", &s->mounts[i].options);
        dump_mappings(b, "uid", s->mounts[i].uid_mappings, s->mounts[i].uid_mapping_count);
        dump_mappings(b, "gid", s->mounts[i].gid_mappings, s->mounts[i].gid_mapping_count);
    }
}

static void dump_hooks(struct buf *b, const struct spec_hooks *hooks)
{
    for (int kind = 0; kind < HOOK_KINDS; kind++) {
        for (size_t i = 0; i < hooks->kind[kind].count; i++) {
            const struct spec_hook *h = &hooks->kind[kind].items[i];

            buf_printf(b, "hook %d %u\n", kind, h->timeout);
            dump_text(b, "path", h->path);
            dump_texts(b, "arg", &h->args);
            dump_texts(b, "env", &h->env);
        }
    }
}

static void dump_block_io(struct buf *b, const struct spec_resources *r)
{
    dump_u64(b, "weight", r->block_io.weight);
    dump_u64(b, "leaf weight", r->block_io.leaf_weight);
    for (size_t i = 0; i < r->block_io.device_weight_count; i++) {
        const struct spec_device_weight *w = &r->block_io.device_weights[i];

        buf_printf(b, "device %" PRId64 " %" PRId64 "\n", w->major, w->minor);
        dump_u64(b, "weight", w->weight);
        dump_u64(b, "leaf weight", w->leaf_weight);
    }
    for (int kind = 0; kind < THROTTLE_KINDS; kind++)
        for (size_t i = 0; i < r->block_io.throttle[kind].count; i++) {
            const struct spec_device_rate *t = &r->block_io.throttle[kind].items[i];

            buf_printf(b, "rate %d %" PRId64 " %" PRId64 " %" PRIu64 "\n", kind, t->major, t->minor,
                       t->rate);
        }
}

static void dump_named_limits(struct buf *b, const struct spec_resources *r)
{
    for (size_t i = 0; i < r->huge_page_count; i++) {
        dump_text(b, "huge page", r->huge_pages[i].page_size);
        dump_number(b, "limit", r->huge_pages[i].limit);
    }
    dump_number(b, "class", r->network.class_id);
    for (size_t i = 0; i < r->network.priority_count; i++) {
        dump_text(b, "interface", r->network.priorities[i].name);
        dump_number(b, "priority", r->network.priorities[i].priority);
    }
    for (size_t i = 0; i < r->rdma_count; i++) {
        dump_text(b, "rdma", r->rdma[i].device);
        dump_u64(b, "handles", r->rdma[i].handles);
        dump_u64(b, "objects", r->rdma[i].objects);
    }
    dump_map(b, "unified", r->unified, r->unified_count);
}

static void dump_resources(struct buf *b, const struct spec_resources *r)
{
    for (size_t i = 0; i < r->device_count; i++)
        buf_printf(b, "rule %d %c %" PRId64 " %" PRId64 " %u\n", r->devices[i].allow,
                   r->devices[i].type, r->devices[i].major, r->devices[i].minor,
                   r->devices[i].access);
    dump_i64(b, "limit", r->memory.limit);
    dump_i64(b, "reservation", r->memory.reservation);
    dump_i64(b, "swap", r->memory.swap);
    dump_u64(b, "swappiness", r->memory.swappiness);
    dump_i64(b, "kernel", r->memory.kernel);
    dump_i64(b, "kernel tcp", r->memory.kernel_tcp);
    buf_printf(b, "memory %d %d %d\n", r->memory.disable_oom_killer, r->memory.use_hierarchy,
               r->memory.check_before_update);
    dump_u64(b, "shares", r->cpu.shares);
    dump_u64(b, "period", r->cpu.period);
    dump_u64(b, "realtime period", r->cpu.realtime_period);
    dump_i64(b, "quota", r->cpu.quota);
    dump_i64(b, "realtime runtime", r->cpu.realtime_runtime);
    dump_u64(b, "burst", r->cpu.burst);
    dump_u64(b, "idle", r->cpu.idle);
    dump_text(b, "cpus", r->cpu.cpus);
    dump_text(b, "mems", r->cpu.mems);
    dump_i64(b, "pids", r->pids_limit);
    dump_block_io(b, r);
    dump_named_limits(b, r);
}

static void dump_seccomp(struct buf *b, const struct spec_seccomp *s)
{
    buf_printf(b, "seccomp %d %d %u\n", s->default_action, s->has_flags, s->flags);
    dump_number(b, "notifies", s->notifies);
    dump_text(b, "listener", s->listener_path);
    dump_text(b, "metadata", s->listener_metadata);
    dump_u64(b, "errno", s->default_errno_ret);
    dump_texts(b, "architecture", &s->architectures);
    for (size_t i = 0; i < s->rule_count; i++) {
        const struct spec_seccomp_rule *r = &s->rules[i];

        dump_number(b, "rule", r->action);
        dump_u64(b, "errno", r->errno_ret);
        dump_texts(b, "name", &r->names);
        for (size_t j = 0; j < r->arg_count; j++)
            buf_printf(b, "arg %u %d %" PRIu64 " %" PRIu64 "\n", r->args[j].index, r->args[j].op,
                       r->args[j].value, r->args[j].value_two);
    }
}

static void dump_linux(struct buf *b, const struct spec_linux *l)
{
    for (size_t i = 0; i < l->namespace_count; i++) {
        dump_number(b, "namespace", l->namespaces[i].flag);
        dump_text(b, "path", l->namespaces[i].path);
    }
    buf_printf(b, "rdt %d %d\n", l->intel_rdt.has, l->intel_rdt.monitoring);
    dump_text(b, "class", l->intel_rdt.clos_id);
    dump_text(b, "l3", l->intel_rdt.l3_cache_schema);
    dump_text(b, "mb", l->intel_rdt.mem_bw_schema);
    dump_texts(b, "line", &l->intel_rdt.schemata);
    for (size_t i = 0; i < l->net_device_count; i++) {
        dump_text(b, "device", l->net_devices[i].host);
        dump_text(b, "as", l->net_devices[i].name);
    }
    dump_mappings(b, "uid", l->uid_mappings, l->uid_mapping_count);
    dump_mappings(b, "gid", l->gid_mappings, l->gid_mapping_count);
    buf_printf(b, "clocks %d %" PRId64 " %u %d %" PRId64 " %u\n", l->boottime.has, l->boottime.secs,
               l->boottime.nanosecs, l->monotonic.has, l->monotonic.secs, l->monotonic.nanosecs);
    for (size_t i = 0; i < l->device_count; i++) {
        const struct spec_device *d = &l->devices[i];

        dump_text(b, "device", d->path);
        buf_printf(b, "%o %" PRId64 " %" PRId64 " %u %u\n", d->type, d->major, d->minor, d->uid,
                   d->gid);
        dump_u64(b, "mode", d->file_mode);
    }
    dump_text(b, "cgroup", l->cgroups_path);
    dump_number(b, "resources", l->has_resources);
    dump_resources(b, &l->resources);
    dump_map(b, "sysctl", l->sysctl, l->sysctl_count);
    if (l->seccomp)
        dump_seccomp(b, l->seccomp);
    dump_number(b, "propagation", l->rootfs_propagation);
    dump_texts(b, "masked", &l->masked_paths);
    dump_texts(b, "readonly", &l->readonly_paths);
    dump_text(b, "mount label", l->mount_label);
    buf_printf(b, "personality %d %u\n", l->personality.has, l->personality.domain);
    dump_text(b, "mode", l->memory_policy.mode_name);
    buf_printf(b, "memory %d %u %u\n", l->memory_policy.has, l->memory_policy.mode,
               l->memory_policy.flags);
    dump_numbers(b, "node", &l->memory_policy.nodes);
}

void spec_dump(struct buf *b, const struct spec *s)
{
    dump_text(b, "version", s->oci_version);
    dump_text(b, "root", s->root_path);
    buf_printf(b, "readonly %d process %d\n", s->root_readonly, s->has_process);
    dump_text(b, "hostname", s->hostname);
    dump_text(b, "domainname", s->domainname);
    if (s->has_process)
        dump_process(b, &s->process);
    dump_mounts(b, s);
    dump_hooks(b, &s->hooks);
    dump_map(b, "annotation", s->annotations, s->annotation_count);
    dump_linux(b, &s->linux_);
    dump_texts(b, "warning", &s->warnings);
}
