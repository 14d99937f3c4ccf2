// SPDX-License-Identifier: Apache-2.0
/* unit.c - what a container's scope is called, and where its cgroup is (systemd.unit(5),
 * systemd.slice(5)). */
#include "systemd/systemd.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT_NAME_MAX = 255 };

void systemd_unit_done(struct systemd_unit *u)
{
    free(u->slice);
    free(u->name);
    free(u->path);
    *u = (struct systemd_unit){ 0 };
}

static bool has_suffix(const char *s, const char *suffix)
{
    size_t len = strlen(s), n = strlen(suffix);

    return len > n && !strcmp(s + len - n, suffix);
}

static bool is_unit_name(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  ":-_.\\@";

    return *s && s[strspn(s, letters)] == '\0' && strlen(s) <= UNIT_NAME_MAX;
}

/* "a-b.slice": no empty part between dashes; "-.slice" is the root. */
static bool is_slice(const char *s)
{
    size_t len = strlen(s) - strlen(".slice");

    if (!is_unit_name(s) || !has_suffix(s, ".slice"))
        return false;
    if (!strcmp(s, "-.slice"))
        return true;
    for (size_t i = 0; i < len; i++)
        if (s[i] == '-' && (i == 0 || i == len - 1 || s[i + 1] == '-'))
            return false;
    return true;
}

/* Each dash is a level: "a-b.slice" is in "a.slice". */
static char *compose_path(const char *slice, const char *name)
{
    size_t len = strlen(slice) - strlen(".slice");
    auto_buf b = { 0 };

    for (size_t i = 1; strcmp(slice, "-.slice") && i <= len; i++)
        if (slice[i] == '-' || i == len)
            buf_printf(&b, "/%.*s.slice", (int)i, slice);
    buf_printf(&b, "/%s", name);
    return buf_failed(&b) ? NULL : take_ptr(b.data);
}

int systemd_unit_parse(const char *cgroups_path, const char *id, bool user,
                       struct systemd_unit *ret, struct err *e)
{
    cleanup(systemd_unit_done) struct systemd_unit u = { 0 };
    auto_free char *text = strdup(cgroups_path && *cgroups_path ? cgroups_path : ":davit:");
    char *rest = text, *slice, *prefix;

    if (!text)
        return err_os(e, ENOMEM, "linux.cgroupsPath");
    slice = strsep(&rest, ":");
    prefix = rest ? strsep(&rest, ":") : NULL;
    if (!rest || strchr(rest, ':'))
        return err_set(e, ERR_INVALID,
                       "linux.cgroupsPath '%s': the systemd cgroup manager wants SLICE:PREFIX:NAME",
                       cgroups_path);
    u.slice = strdup(*slice ? slice : user ? "user.slice" : "system.slice");
    if (!u.slice ||
        asprintf(&u.name, "%s%s%s.scope", prefix, *prefix ? "-" : "", *rest ? rest : id) < 0)
        return err_os(e, ENOMEM, "linux.cgroupsPath");
    if (!is_slice(u.slice))
        return err_set(e, ERR_INVALID, "linux.cgroupsPath: '%s' is no name of a slice", u.slice);
    if (!is_unit_name(u.name))
        return err_set(e, ERR_INVALID, "linux.cgroupsPath: '%s' is no name of a unit", u.name);
    u.path = compose_path(u.slice, u.name);
    if (!u.path)
        return err_os(e, ENOMEM, "linux.cgroupsPath");
    *ret = u;
    u = (struct systemd_unit){ 0 };
    return 0;
}
