// SPDX-License-Identifier: Apache-2.0
/* exec_process.c - the process that exec runs. */
#include "container/exec_process.h"

#include "base/account.h"
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

static int put_user(const char *text, struct found *f, struct spec_process *p, struct err *e)
{
    auto_fd root = account_is_numeric(text) ? -EBADF : found_open_root(f, e);
    struct account found;

    if (root < 0 && root != -EBADF)
        return root;
    if (account_find(root, text, &found, e) < 0)
        return err_wrap(e, "--user");
    p->user.uid = found.uid;
    p->user.gid = found.gid;
    return 0;
}

static int add_groups(const char *const *gids, struct arena *arena, struct spec_process *p,
                      struct err *e)
{
    size_t had = p->user.additional_gid_count, more = count_of(gids);
    uint32_t *all = arena_new(arena, had + more + 1, uint32_t);

    if (!all)
        return err_os(e, ENOMEM, "process");
    for (size_t i = 0; i < had; i++)
        all[i] = p->user.additional_gids[i];
    for (size_t i = 0; i < more; i++)
        if (account_parse_id(gids[i], &all[had + i]) < 0)
            return err_set(e, ERR_INVALID, "--additional-gids '%s' is no group id", gids[i]);
    p->user.additional_gids = all;
    p->user.additional_gid_count = had + more;
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
        ret->cwd = (char *)(uintptr_t) "/";
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

int exec_process_make(const struct davit_exec_options *o, struct found *f,
                      const struct spec *container, struct arena *arena, struct spec **ret_given,
                      struct spec_process *ret, struct err *e)
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
        TRY(put_user(o->user, f, ret, e));
    TRY(add_groups(o->additional_gids, arena, ret, e));
    TRY(add_caps(o->caps, ret, e));
    if (o->apparmor)
        ret->apparmor_profile = (char *)(uintptr_t)o->apparmor;
    if (o->process_label)
        ret->selinux_label = (char *)(uintptr_t)o->process_label;
    ret->no_new_privileges |= o->no_new_privs;
    return 0;
}
