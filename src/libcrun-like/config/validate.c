// SPDX-License-Identifier: Apache-2.0
/* validate.c - what one object alone cannot show: properties that need a namespace. */
#include "config/parse.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "config/sysctl.h"

#include <limits.h>
#include <string.h>

const struct spec_namespace *spec_namespace(const struct spec *s, uint32_t flag)
{
    for (size_t i = 0; i < s->linux_.namespace_count; i++)
        if (s->linux_.namespaces[i].flag == flag)
            return &s->linux_.namespaces[i];
    return NULL;
}

static const char *namespace_phrase(uint32_t flag)
{
    switch (flag) {
    case CLONE_NEWNET:
        return "a network namespace";
    case CLONE_NEWIPC:
        return "an ipc namespace";
    case CLONE_NEWUTS:
        return "a uts namespace";
    case CLONE_NEWUSER:
        return "a user namespace";
    default:
        return "a time namespace";
    }
}

/* In an inherited namespace these would act on the host. */
static int validate_namespaces(const struct spec *s, struct err *e)
{
    const struct {
        const char *property;
        bool asked;
        uint32_t flag;
    } needs[] = {
        { "hostname", s->hostname, CLONE_NEWUTS },
        { "domainname", s->domainname, CLONE_NEWUTS },
        { "linux.uidMappings", s->linux_.uid_mapping_count > 0, CLONE_NEWUSER },
        { "linux.gidMappings", s->linux_.gid_mapping_count > 0, CLONE_NEWUSER },
        { "linux.netDevices", s->linux_.net_device_count > 0, CLONE_NEWNET },
        { "linux.timeOffsets", s->linux_.boottime.has || s->linux_.monotonic.has, CLONE_NEWTIME },
    };

    for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
        if (needs[i].asked && !spec_namespace(s, needs[i].flag))
            return err_set(e, ERR_INVALID, "%s needs %s in linux.namespaces", needs[i].property,
                           namespace_phrase(needs[i].flag));
    return 0;
}

static int validate_sysctl(const struct spec *s, const struct json_at *at, const char *value,
                           struct err *e)
{
    char path[PATH_MAX];
    uint32_t flag;

    if (sysctl_path(at->key, path, sizeof path) < 0)
        return json_error(at, e, "is not the name of a kernel parameter");
    if (strcmp(path, "kernel/hostname") == 0)
        return json_error(at, e, "must be set by the property hostname");
    if (strcmp(path, "kernel/domainname") == 0 && s->domainname &&
        strcmp(s->domainname, value) != 0)
        return json_error(at, e, "contradicts the property domainname");
    flag = sysctl_namespace(path);
    if (!flag)
        return json_error(at, e, "belongs to the host, not to a container");
    if (!spec_namespace(s, flag))
        return json_error(at, e, "needs %s in linux.namespaces", namespace_phrase(flag));
    return 0;
}

/* sched(7): a process under SCHED_DEADLINE can have neither children nor threads. init runs these
 * hooks, and has a thread for the listener of its filter. */
static int validate_scheduler(const struct spec *s, struct err *e)
{
    const struct spec_scheduler *sched = &s->process.scheduler;
    const struct spec_seccomp *filter = s->linux_.seccomp;
    const char *who = s->hooks.kind[HOOK_START_CONTAINER].count ? "startContainer hooks need"
                      : filter && filter->notifies              ? "SCMP_ACT_NOTIFY needs"
                                                                : NULL;

    if (sched->has && sched->policy == SCHED_DEADLINE &&
        !(sched->flags & SCHED_FLAG_RESET_ON_FORK) && who)
        return err_set(e, ERR_INVALID,
                       "process.scheduler.flags: %s SCHED_FLAG_RESET_ON_FORK under SCHED_DEADLINE",
                       who);
    return 0;
}

int spec_validate(const struct spec *s, struct err *e)
{
    const struct json_doc doc = { 0 };
    const struct json_at root = { .doc = &doc };
    const struct json_at linux_at = { .doc = &doc, .parent = &root, .key = "linux" };
    const struct json_at sysctl = { .doc = &doc, .parent = &linux_at, .key = "sysctl" };

    TRY(validate_namespaces(s, e));
    TRY(validate_scheduler(s, e));
    for (size_t i = 0; i < s->linux_.sysctl_count; i++) {
        struct json_at at = { .doc = &doc, .parent = &sysctl, .key = s->linux_.sysctl[i].key };

        TRY(validate_sysctl(s, &at, s->linux_.sysctl[i].value, e));
    }
    return 0;
}
