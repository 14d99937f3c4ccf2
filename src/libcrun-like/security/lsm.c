// SPDX-License-Identifier: Apache-2.0
/* lsm.c - which security modules this host runs, and whether a label can be applied. */
#include "security/lsm.h"

#include "base/cleanup.h"
#include "security/selinux_library.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/vfs.h>

/* linux/magic.h calls it SELINUX_MAGIC. */
#define SELINUXFS_MAGIC 0xf97cff8cU

/* The kernel's own word; securityfs need not be mounted for it (SEC-37). */
bool lsm_apparmor_enabled(void)
{
    auto_fd fd = open("/sys/module/apparmor/parameters/enabled", O_RDONLY | O_CLOEXEC);
    char answer = 'N';

    return fd >= 0 && read(fd, &answer, 1) == 1 && answer == 'Y';
}

/* Without selinuxfs there is nothing to ask, and a start does not pay for the library. */
static bool selinuxfs_is_mounted(void)
{
    struct statfs fs;

    return statfs("/sys/fs/selinux", &fs) == 0 && (uint32_t)fs.f_type == SELINUXFS_MAGIC;
}

bool lsm_selinux_enabled(void)
{
    cleanup(selinux_library_done) struct selinux_library l = { 0 };
    struct err ignored;

    return selinuxfs_is_mounted() && selinux_library_open(&l, &ignored) == 0 && l.is_enabled() == 1;
}

int lsm_apparmor_check(const char *profile, const char *field, struct err *e)
{
    /* "unconfined" asks for no profile, which a host without AppArmor gives to everybody. */
    if (!profile || !*profile || strcmp(profile, "unconfined") == 0)
        return 0;
    if (!lsm_apparmor_enabled())
        return err_set(e, ERR_UNSUPPORTED, "%s: AppArmor is not enabled on this host", field);
    return 0;
}

int lsm_selinux_check(const char *label, const char *field, struct err *e)
{
    cleanup(selinux_library_done) struct selinux_library l = { 0 };

    if (!label || !*label)
        return 0;
    if (!selinuxfs_is_mounted())
        return err_set(e, ERR_UNSUPPORTED, "%s: SELinux is not enabled on this host", field);
    if (selinux_library_open(&l, e) < 0)
        return err_wrap(e, "%s", field);
    if (l.is_enabled() != 1)
        return err_set(e, ERR_UNSUPPORTED, "%s: SELinux is not enabled on this host", field);
    /* Only a verdict counts: a caller that may not ask learns it when the label is written. */
    if (l.check_context(label) < 0 && errno == EINVAL)
        return err_set(e, ERR_INVALID, "%s: '%s' is not a context of the loaded policy", field,
                       label);
    return 0;
}
