// SPDX-License-Identifier: Apache-2.0
/* dump_text.c - a plan for people: what it is about, then the rows that will run. */
#include "plan/dump.h"

#include "base/cleanup.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    COLUMNS = 100,
    LABEL = 13, /* where the text of a header line begins */
    ITEM = 17,  /* where the items of a row begin */
};

/* Length of the character at s. Configurations are valid UTF-8, so its first byte tells it. */
static size_t character_length(const char *s)
{
    unsigned char c = (unsigned char)*s;
    size_t want = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, n = 1;

    while (n < want && ((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* C0, DEL and C1: a terminal would act on them. */
static bool is_control(const char *s)
{
    unsigned char c = (unsigned char)s[0];

    return c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

static size_t columns_of(const char *s)
{
    size_t n = 0;

    for (; *s; s += character_length(s))
        n++;
    return n;
}

/* One line of at most COLUMNS, cut with "..." where it would be longer. */
static void put_line(struct buf *ret, unsigned indent, const char *text)
{
    bool cut = indent + columns_of(text) > COLUMNS;
    size_t room = COLUMNS - indent - (cut ? 3 : 0);

    buf_printf(ret, "%*s", (int)indent, "");
    for (; *text && room > 0; room--) {
        size_t n = character_length(text);

        if (is_control(text))
            buf_puts(ret, "?");
        else
            buf_add(ret, text, n);
        text += n;
    }
    buf_puts(ret, cut ? "...\n" : "\n");
}

static void put_label(struct buf *ret, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void put_label(struct buf *ret, const char *label, const char *fmt, ...)
{
    auto_free char *text = NULL;
    auto_buf line = { 0 };
    va_list args;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    va_end(args);
    buf_printf(&line, "%-*s%s", LABEL, label, text ? text : "");
    if (!text || buf_failed(&line))
        ret->failed = true;
    else
        put_line(ret, 0, line.data);
}

/* A label with what was printed into a buffer of its own. */
static void put_printed(struct buf *ret, const char *label, const struct buf *text)
{
    if (buf_failed(text))
        ret->failed = true;
    else
        put_label(ret, label, "%s", text->data);
}

static void join_words(struct buf *ret, const struct dump_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        buf_printf(ret, "%s%s", i ? " " : "", names->items[i]);
}

/* Words on as many lines as they need. */
static void put_words(struct buf *ret, const char *label, const struct dump_names *names)
{
    auto_buf line = { 0 };

    buf_printf(&line, "%-*s", LABEL, label);
    for (size_t i = 0; i < names->count; i++) {
        if (line.len + strlen(names->items[i]) + 1 > COLUMNS && !buf_failed(&line)) {
            put_line(ret, 0, line.data);
            line.len = 0;
            buf_printf(&line, "%*s", LABEL, "");
        }
        buf_printf(&line, "%s%s", line.len > LABEL ? " " : "", names->items[i]);
    }
    if (buf_failed(&line))
        ret->failed = true;
    else
        put_line(ret, 0, line.data);
}

static void put_namespaces(struct buf *ret, const struct plan *p)
{
    struct dump_names names;
    auto_buf text = { 0 };

    dump_namespaces(dump_new_namespaces(p), &names);
    if (names.count) {
        buf_puts(&text, "new ");
        join_words(&text, &names);
    }
    dump_namespaces(p->join_flags, &names);
    if (names.count) {
        buf_puts(&text, text.len ? ", joined " : "joined ");
        join_words(&text, &names);
    }
    if (!text.len)
        buf_puts(&text, "the caller's");
    put_printed(ret, "namespaces", &text);
}

static void put_map(struct buf *ret, const struct plan *p, const char *label, plan_str s)
{
    auto_buf text = { 0 };

    if (!s)
        return;
    buf_puts(&text, plan_text(p, s));
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\n')
            text.data[i] = i + 1 < text.len ? ',' : '\0';
    put_printed(ret, label, &text);
}

static void put_args(struct buf *ret, const struct plan *p)
{
    const plan_str *args = plan_items(p, p->args);
    auto_buf text = { 0 };

    for (uint32_t i = 0; i < p->args.count; i++) {
        buf_puts(&text, i ? " " : "");
        buf_puts(&text, plan_text(p, args[i]));
    }
    put_printed(ret, "process", &text);
}

static void put_user(struct buf *ret, const struct plan *p)
{
    const uint32_t *groups = plan_items(p, p->groups);
    auto_buf text = { 0 };

    buf_printf(&text, "%u:%u", p->uid, p->gid);
    for (uint32_t i = 0; i < p->groups.count; i++)
        buf_printf(&text, "%s%u", i ? "," : " and ", groups[i]);
    buf_printf(&text, " in %s", plan_text(p, p->cwd));
    put_printed(ret, "user", &text);
}

static void put_process(struct buf *ret, const struct plan *p)
{
    struct dump_names names;

    if (!(p->flags & PLAN_PROCESS)) {
        put_label(ret, "process", "none");
        return;
    }
    put_args(ret, p);
    put_user(ret, p);
    dump_caps(p->caps.effective | p->caps.permitted, &names);
    if (names.count)
        put_words(ret, "capabilities", &names);
    if (p->scheduler.count) {
        const struct plan_scheduler *s = plan_items(p, p->scheduler);

        put_label(ret, "scheduler", "%s", plan_text(p, s->name));
    }
    if (p->flags & PLAN_NO_NEW_PRIVS)
        put_label(ret, "privileges", "no new ones");
    if (p->apparmor)
        put_label(ret, "apparmor", "%s", plan_text(p, p->apparmor));
    if (p->selinux)
        put_label(ret, "selinux", "%s", plan_text(p, p->selinux));
    if (p->flags & PLAN_SECCOMP)
        put_label(ret, "seccomp", "%u instructions", p->seccomp.count);
    if (p->listener)
        put_label(ret, "listener", "to %s", plan_text(p, p->listener));
}

static void put_header(struct buf *ret, const struct plan *p)
{
    put_label(ret, p->kind == PLAN_EXEC ? "exec in" : "create", "%s", plan_text(p, p->id));
    put_label(ret, "bundle", "%s", plan_text(p, p->bundle));
    if (p->kind == PLAN_CREATE)
        put_label(ret, "rootfs", "%s%s", plan_text(p, p->rootfs),
                  p->flags & PLAN_ROOT_READONLY ? ", read-only" : "");
    put_namespaces(ret, p);
    put_map(ret, p, "uids", p->uid_map);
    put_map(ret, p, "gids", p->gid_map);
    if (p->hostname)
        put_label(ret, "hostname", "%s", plan_text(p, p->hostname));
    if (p->mount_label)
        put_label(ret, "mount label", "%s=%s", plan_text(p, p->mount_context),
                  plan_text(p, p->mount_label));
    put_process(ret, p);
    if (p->cgroup_path)
        put_label(ret, "cgroup", "%s", plan_text(p, p->cgroup_path));
    if (p->flags & PLAN_CGROUP_DELEGATED)
        put_label(ret, "owner", "uid %u", p->cgroup_owner);
    if (p->device_program.count)
        put_label(ret, "device rules", "%u instructions", p->device_program.count);
}

static void put_items(struct buf *ret, const struct plan *p, const struct dump_list *l)
{
    struct plan_list list = l->list(p);
    const char *items = plan_items(p, list);

    for (uint32_t i = 0; i < list.count; i++) {
        const void *item = items + (size_t)i * l->size;
        auto_buf line = { 0 };

        if (l->belongs && !l->belongs(item))
            continue;
        l->tell(p, item, &line);
        if (buf_failed(&line))
            ret->failed = true;
        else
            put_line(ret, ITEM, line.data);
    }
}

void plan_dump_text(const struct plan *p, struct buf *ret)
{
    unsigned count, number = 0;
    const struct row_info *rows = plan_rows(p->kind, &count);

    put_header(ret, p);
    buf_puts(ret, "\n");
    for (unsigned i = 0; i < count; i++) {
        const struct dump_list *l = dump_row_list(p, i);

        if (!rows[i].when(p))
            continue;
        buf_printf(ret, "%4u  %-8s %s\n", ++number, dump_actor(rows[i].actor), rows[i].name);
        if (l)
            put_items(ret, p, l);
    }
}
