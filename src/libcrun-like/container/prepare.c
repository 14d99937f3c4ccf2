// SPDX-License-Identifier: Apache-2.0
/* prepare.c - everything between a parsed bundle and its plan: host facts, cgroups, filter. */
#include "container/prepare.h"

#include "base/cleanup.h"
#include "security/lsm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void prepared_done(struct prepared *p)
{
    cgroup_host_done(&p->host);
    cgroup_done(&p->cgroup);
    scope_done(&p->scope);
    resctrl_group_done(&p->resctrl);
    arena_done(&p->arena);
    seccomp_program_done(&p->seccomp);
    free(p->plan);
    *p = (struct prepared){ 0 };
}

/* ROOT/.cache: compiled filters, ours alone. A cache that can't be had is no error. */
static int open_cache(int rootfd)
{
    if (rootfd < 0)
        return -1;
    if (mkdirat(rootfd, ".cache", 0700) < 0 && errno != EEXIST)
        return -1;
    return openat(rootfd, ".cache", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int prepare_seccomp(const struct spec *s, int rootfd, struct prepared *p, struct err *e)
{
    auto_fd cache = -EBADF;

    if (!s->linux_.seccomp)
        return 0;
    cache = open_cache(rootfd);
    TRY(seccomp_compile(s->linux_.seccomp, cache, &p->seccomp, e));
    p->has_seccomp = true;
    return 0;
}

static int check_labels(const struct spec_process *p, struct err *e)
{
    TRY(lsm_apparmor_check(p->apparmor_profile, "process.apparmorProfile", e));
    return lsm_selinux_check(p->selinux_label, "process.selinuxLabel", e);
}

/* A limit that nobody keeps is an error; device rules alone are the engines' habit. */
static int refuse_limits(const struct spec *s, struct err *e)
{
    const char *where = cgroup_compile_asked(&s->linux_.resources);

    return where ? err_set(e, ERR_INVALID, "%s: limits need a cgroup manager", where) : 0;
}

/* Where the configuration asks for nothing of cgroups and none can be made (by a user to whom none
 * was delegated), the container stays in the caller's, as with runc. Rules for devices are the
 * engines' habit there, too; a user can neither make nor open more of them than he could outside.
 */
static bool does_without_cgroups(const davit_context *c, const struct spec *s,
                                 const struct cgroup_host *host)
{
    const char *path = s->linux_.cgroups_path;

    if ((path && *path) || (c->host_root && s->linux_.resources.device_count) ||
        cgroup_compile_asked(&s->linux_.resources))
        return false;
    for (unsigned i = 0; i < host->count; i++)
        if (faccessat(AT_FDCWD, host->h[i].mount, W_OK, AT_EACCESS) < 0)
            return true;
    return false;
}

static int prepare_cgroups(davit_context *c, const struct prepare_options *o, struct prepared *p,
                           struct err *e)
{
    const struct spec *s = o->bundle->spec;

    if (c->cgroup_manager == DAVIT_CGROUP_NONE)
        return refuse_limits(s, e);
    TRY(cgroup_host_read(&p->host, e));
    if (c->cgroup_manager == DAVIT_CGROUP_FS && does_without_cgroups(c, s, &p->host))
        return 0;
    if (c->cgroup_manager == DAVIT_CGROUP_SYSTEMD)
        TRY(scope_locate(s, o->id, &p->host, !o->only_plan, &p->scope, &p->cgroup, e));
    else
        TRY(cgroup_locate(&p->host, s->linux_.cgroups_path, o->id, &p->cgroup, e));
    if (s->linux_.has_resources)
        TRY(cgroup_compile(&s->linux_.resources, &p->host, &p->arena, &p->writes, e));
    p->has_cgroups = p->host.count > 0;
    return 0;
}

static int prepare_resctrl(const struct prepare_options *o, struct prepared *p, struct err *e)
{
    const struct spec_intel_rdt *r = &o->bundle->spec->linux_.intel_rdt;
    auto_free char *root = NULL;

    if (!r->has)
        return 0;
    TRY(resctrl_find("/proc/self/mountinfo", &root, e));
    TRY(resctrl_compile(r, o->id, &p->arena, &p->resctrl_wish, e));
    return resctrl_locate(root, &p->resctrl_wish, o->id, &p->resctrl, e);
}

/* "unshare -r" makes a root who can't, and no user namespace below gets it back
 * (user_namespaces(7)). */
static bool groups_are_fixed(void)
{
    auto_fd fd = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);
    char answer = 'a';

    return fd >= 0 && read(fd, &answer, 1) == 1 && answer == 'd';
}

/* Absolute, as outer and init stand elsewhere. A root that is not there yet is for `plan` alone. */
static int prepare_notify(davit_context *c, const struct prepare_options *o, struct prepared *p,
                          struct err *e)
{
    auto_free char *root = NULL;

    if (!c->notify_socket)
        return 0;
    root = realpath(c->root, NULL);
    p->notify_dir =
        arena_printf(&p->arena, "%s/%s/" STATE_NOTIFY_DIR, root ? root : c->root, o->id);
    return p->notify_dir ? 0 : err_os(e, ENOMEM, "NOTIFY_SOCKET");
}

static struct plan_input input_of(const davit_context *c, const struct prepare_options *o,
                                  const struct prepared *p)
{
    return (struct plan_input){
        .spec = o->bundle->spec,
        .id = o->id,
        .bundle = o->bundle->path ? o->bundle->path : "/",
        .rootfs = o->bundle->rootfs ? o->bundle->rootfs : "/",
        .host = p->has_cgroups ? &p->host : NULL,
        .cgroup = p->has_cgroups ? &p->cgroup : NULL,
        .writes = &p->writes,
        .resctrl = o->bundle->spec->linux_.intel_rdt.has ? &p->resctrl_wish : NULL,
        .seccomp = p->has_seccomp ? &p->seccomp : NULL,
        .rootless = geteuid() != 0,
        .groups_fixed = geteuid() == 0 && groups_are_fixed(),
        .strict = c->strict,
        .barrier = o->barrier,
        .announced = o->announced,
        .no_keyring = o->no_keyring,
        .no_pivot = o->no_pivot,
        .listen_fds = o->listen_fds,
        .listen_names = o->listen_names,
        .notify_dir = p->notify_dir,
    };
}

static void warn(const davit_context *c, const struct spec *s)
{
    static const char keep[] = "run.oci.keep_original_groups";
    const char *kept = spec_annotation(s, keep);

    for (size_t i = 0; i < s->warnings.count; i++)
        context_warn(c, "%s", s->warnings.items[i]);
    if (kept && *kept == '1' && s->process.user.additional_gid_count)
        context_warn(c, "process.user.additionalGids: left out for annotations['%s']", keep);
}

int prepare_create(davit_context *c, const struct prepare_options *o, struct prepared *ret,
                   struct err *e)
{
    cleanup(prepared_done) struct prepared p = { 0 };
    const struct spec *s = o->bundle->spec;
    struct plan_input in;

    warn(c, s);
    if (s->has_process)
        TRY(check_labels(&s->process, e));
    TRY(lsm_selinux_check(s->linux_.mount_label, "linux.mountLabel", e));
    TRY(prepare_cgroups(c, o, &p, e));
    TRY(prepare_resctrl(o, &p, e));
    TRY(prepare_seccomp(s, o->rootfd, &p, e));
    TRY(prepare_notify(c, o, &p, e));
    in = input_of(c, o, &p);
    TRY(plan_build(&in, &p.plan, e));
    *ret = p;
    p = (struct prepared){ 0 };
    return 0;
}

int prepare_exec(davit_context *c, const struct prepare_options *o, const struct state_record *r,
                 const struct spec_process *process, struct prepared *ret, struct err *e)
{
    cleanup(prepared_done) struct prepared p = { 0 };
    struct plan_input in;

    TRY(check_labels(process, e));
    TRY(prepare_seccomp(o->bundle->spec, o->rootfd, &p, e));
    if (o->bundle->spec->linux_.intel_rdt.has)
        TRY(resctrl_compile(&o->bundle->spec->linux_.intel_rdt, o->id, &p.arena, &p.resctrl_wish,
                            e));
    in = input_of(c, o, &p);
    TRY(plan_build_exec(&in, process, r->namespaces, &p.plan, e));
    /* The hierarchies are those of the record, whatever this host mounts now. */
    for (unsigned i = 0; i < r->cgroup.count; i++)
        if (r->cgroup.dirs[i])
            p.plan->flags |= r->cgroup.v2[i] ? PLAN_CGROUP_V2 : PLAN_CGROUP_V1;
    *ret = p;
    p = (struct prepared){ 0 };
    return 0;
}
