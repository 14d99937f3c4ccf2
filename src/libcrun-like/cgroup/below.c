// SPDX-License-Identifier: Apache-2.0
/* below.c - which sub-cgroups of a container's one more process is to join. */
#include "cgroup/cgroup.h"

#include <string.h>

/* The host's hierarchy that dir lies in: of mounts inside mounts the innermost. */
static const struct cgroup_hierarchy *hierarchy_of(const struct cgroup_host *host, const char *dir)
{
    const struct cgroup_hierarchy *best = NULL;
    size_t longest = 0;

    for (unsigned i = 0; i < host->count; i++) {
        size_t len = strlen(host->h[i].mount);

        if (len >= longest && !strncmp(dir, host->h[i].mount, len) && dir[len] == '/') {
            best = &host->h[i];
            longest = len;
        }
    }
    return best;
}

/* controllers: ",cpu,cpuacct," */
static bool holds(const char *controllers, const char *name, size_t len)
{
    for (const char *at = controllers; (at = strchr(at, ',')); at++)
        if (!strncmp(at + 1, name, len) && at[1 + len] == ',')
            return true;
    return false;
}

/* "PATH" or "CONTROLLER[,CONTROLLER...]:PATH" */
struct wish {
    const char *text, *colon;
    const char *path; /* without slashes before it */
};

static int put(const struct wish *w, const char **ret, struct err *e)
{
    if (*ret && strcmp(*ret, w->path) != 0)
        return err_set(e, ERR_INVALID, "--cgroup '%s' and another one name the same hierarchy",
                       w->text);
    *ret = w->path;
    return 0;
}

static int put_controller(const struct cgroup *cg, const struct cgroup_host *host,
                          const struct wish *w, const char *name, const char **ret, struct err *e)
{
    size_t len = strcspn(name, ",:");

    for (unsigned i = 0; len > 0 && i < cg->count; i++) {
        const struct cgroup_hierarchy *h = cg->dirs[i] ? hierarchy_of(host, cg->dirs[i]) : NULL;

        if (h && holds(h->controllers, name, len))
            return put(w, &ret[i], e);
    }
    return err_set(e, ERR_INVALID, "--cgroup '%s': the container has no controller '%.*s'", w->text,
                   (int)len, name);
}

static int put_wish(const struct cgroup *cg, const struct cgroup_host *host, const struct wish *w,
                    const char **ret, struct err *e)
{
    for (unsigned i = 0; !w->colon && i < cg->count; i++)
        if (cg->dirs[i])
            TRY(put(w, &ret[i], e));
    for (const char *name = w->text; w->colon && name <= w->colon; name += strcspn(name, ",:") + 1)
        TRY(put_controller(cg, host, w, name, ret, e));
    return 0;
}

int cgroup_below(const struct cgroup *cg, const struct cgroup_host *host, const char *const *wishes,
                 const char *ret[CGROUP_HIERARCHIES_MAX], struct err *e)
{
    for (; *wishes; wishes++) {
        struct wish w = { .text = *wishes, .colon = strchr(*wishes, ':') };

        w.path = w.colon ? w.colon + 1 : w.text;
        w.path += strspn(w.path, "/");
        if (!*w.path)
            w.path = ".";
        TRY(put_wish(cg, host, &w, ret, e));
    }
    return 0;
}
