// SPDX-License-Identifier: Apache-2.0
/* compile.c - config-linux.md "IntelRdt": which group, and which lines in which order. */
#include "resctrl/resctrl.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static void add_line(struct resctrl_wish *w, const char *where, const char *text)
{
    if (text)
        w->lines[w->line_count++] = (struct resctrl_line){ where, text };
}

int resctrl_compile(const struct spec_intel_rdt *r, const char *id, struct arena *arena,
                    struct resctrl_wish *ret, struct err *e)
{
    struct resctrl_wish w = { .group = r->clos_id ? r->clos_id : id, .monitor = r->monitoring };

    w.lines = arena_new(arena, r->schemata.count + 2, struct resctrl_line);
    if (!w.lines)
        return err_os(e, ENOMEM, "linux.intelRdt");
    add_line(&w, "linux.intelRdt.l3CacheSchema", r->l3_cache_schema);
    add_line(&w, "linux.intelRdt.memBwSchema", r->mem_bw_schema);
    for (size_t i = 0; i < r->schemata.count; i++) {
        const char *where = arena_printf(arena, "linux.intelRdt.schemata[%zu]", i);

        if (!where)
            return err_os(e, ENOMEM, "linux.intelRdt");
        add_line(&w, where, r->schemata.items[i]);
    }
    if (!strcmp(w.group, "/"))
        w.group = ".";
    w.must_make = !r->clos_id;
    w.may_make = !r->clos_id || w.line_count > 0;
    *ret = w;
    return 0;
}

/* "0=ff" is "0=0FF": numbers as the kernel writes them back need not be as they were given. */
static bool same_setting(const char *a, size_t a_len, const char *b, size_t b_len)
{
    while (a_len > 1 && *a == '0') {
        a++;
        a_len--;
    }
    while (b_len > 1 && *b == '0') {
        b++;
        b_len--;
    }
    return a_len == b_len && !strncasecmp(a, b, a_len);
}

/* Settings are "DOMAIN=VALUE;DOMAIN=VALUE". Is this one among those? */
static bool has_setting(const char *all, const char *one, size_t one_len)
{
    const char *value = memchr(one, '=', one_len);

    if (!value)
        return false;
    value++;
    for (const char *p = all; *p && *p != '\n';) {
        size_t len = strcspn(p, ";\n"), name = strcspn(p, "=;\n");

        if (p[name] == '=' && same_setting(p, name, one, (size_t)(value - 1 - one)) &&
            same_setting(p + name + 1, len - name - 1, value, one_len - (size_t)(value - one)))
            return true;
        p += len + (p[len] == ';');
    }
    return false;
}

/* The settings of a resource, "L3" or "MB", in a schemata file; NULL when it has none. */
static const char *settings_of(const char *schemata, const char *resource, size_t len)
{
    for (const char *p = schemata; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        const char *name = p + strspn(p, " \t");

        if (!strncmp(name, resource, len) && name[len] == ':')
            return name + len + 1;
    }
    return NULL;
}

bool resctrl_matches(const char *schemata, const char *line)
{
    size_t resource = strcspn(line, ":");
    const char *all = settings_of(schemata, line, resource);

    if (!all || line[resource] != ':')
        return false;
    for (const char *p = line + resource + 1; *p;) {
        size_t len = strcspn(p, ";");

        if (!has_setting(all, p, len))
            return false;
        p += len + (p[len] == ';');
    }
    return true;
}
