// SPDX-License-Identifier: Apache-2.0
/* exec_process.c - the process that exec runs. */
#include "container/exec_process.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

enum { PROCESS_MAX = 16 << 20 };

static size_t count_of(const char *const *items)
{
    size_t n = 0;

    while (items && items[n])
        n++;
    return n;
}

/* base's strings followed by extra; the texts are borrowed. */
static int join_strings(struct arena *arena, const struct spec_strings *base,
                        const char *const *extra, struct spec_strings *ret, struct err *e)
{
    size_t had = base ? base->count : 0, more = count_of(extra);
    char **items = arena_new(arena, had + more + 1, char *);

    if (!items)
        return err_os(e, ENOMEM, "process");
    for (size_t i = 0; i < had; i++)
        items[i] = base->items[i];
    for (size_t i = 0; i < more; i++)
        items[had + i] = (char *)(uintptr_t)extra[i];
    *ret = (struct spec_strings){ items, had + more };
    return 0;
}

/* One id: digits only, the whole of them, below the kernel's "no change" (CVE-2026-30892). */
static int parse_id(const char *text, size_t len, uint32_t *ret)
{
    uint64_t id = 0;

    if (len == 0 || len > 10)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -EINVAL;
        id = id * 10 + (uint64_t)(text[i] - '0');
    }
    if (!spec_id_valid(id))
        return -ERANGE;
    *ret = (uint32_t)id;
    return 0;
}

static int parse_user(const char *text, struct spec_process *p, struct err *e)
{
    size_t len = strcspn(text, ":");
    const char *group = text[len] ? text + len + 1 : NULL;
    uint32_t uid, gid = 0;

    if (parse_id(text, len, &uid) < 0 || (group && parse_id(group, strlen(group), &gid) < 0))
        return err_set(e, ERR_INVALID,
                       "--user '%s' is not UID or UID:GID (names are not supported yet)", text);
    p->user.uid = uid;
    p->user.gid = gid;
    return 0;
}

/* Never the inheritable set (CVE-2022-29162), so ambient only what the container has there. */
static int add_caps(const char *const *caps, struct spec_process *p, struct err *e)
{
    for (; caps && *caps; caps++) {
        cap_value_t value;

        if (cap_from_name(*caps, &value) < 0)
            return err_set(e, ERR_INVALID, "--cap: unknown capability '%s'", *caps);
        p->capabilities.bounding |= UINT64_C(1) << value;
        p->capabilities.effective |= UINT64_C(1) << value;
        p->capabilities.permitted |= UINT64_C(1) << value;
        p->capabilities.ambient |= UINT64_C(1) << value & p->capabilities.inheritable;
    }
    return 0;
}

/* Often a pipe: --process <(jq ...), so it is waited for, unlike what a bundle may hold. */
static int read_process(const char *path, char **ret, size_t *ret_len, struct err *e)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return err_os(e, errno, "open '%s'", path);
    if (file_read_fd(fd, PROCESS_MAX, ret, ret_len, e) < 0)
        return err_wrap(e, "'%s'", path);
    return 0;
}

static int from_file(const char *path, struct spec **ret_given, struct spec_process *ret,
                     struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(read_process(path, &text, &len, e));
    if (spec_parse_process(text, len, ret_given, e) < 0)
        return err_wrap(e, "'%s'", path);
    *ret = (*ret_given)->process;
    return 0;
}

static int from_container(const struct davit_exec_options *o, const struct spec *container,
                          struct arena *arena, struct spec_process *ret, struct err *e)
{
    *ret = container->process;
    if (!container->has_process)
        ret->cwd = arena_strdup(arena, "/");
    ret->terminal = o->tty;
    TRY(join_strings(arena, NULL, o->argv, &ret->args, e));
    TRY(join_strings(arena, container->has_process ? &container->process.env : NULL, o->env,
                     &ret->env, e));
    if (!ret->args.count || !ret->args.items[0][0])
        return err_set(e, ERR_INVALID, "exec needs a command or --process FILE");
    for (size_t i = 0; i < count_of(o->env); i++)
        if (!strchr(o->env[i], '=') || o->env[i][0] == '=')
            return err_set(e, ERR_INVALID, "--env '%s' is not NAME=VALUE", o->env[i]);
    return 0;
}

int exec_process_make(const struct davit_exec_options *o, const struct spec *container,
                      struct arena *arena, struct spec **ret_given, struct spec_process *ret,
                      struct err *e)
{
    if (o->process_file)
        return from_file(o->process_file, ret_given, ret, e);
    TRY(from_container(o, container, arena, ret, e));
    if (o->cwd) {
        if (o->cwd[0] != '/')
            return err_set(e, ERR_INVALID, "--cwd '%s' is not absolute", o->cwd);
        ret->cwd = (char *)(uintptr_t)o->cwd;
    }
    if (o->user)
        TRY(parse_user(o->user, ret, e));
    TRY(add_caps(o->caps, ret, e));
    if (o->apparmor)
        ret->apparmor_profile = (char *)(uintptr_t)o->apparmor;
    if (o->process_label)
        ret->selinux_label = (char *)(uintptr_t)o->process_label;
    ret->no_new_privileges |= o->no_new_privs;
    return 0;
}
