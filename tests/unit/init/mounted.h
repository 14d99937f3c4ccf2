// SPDX-License-Identifier: Apache-2.0
/* mounted.h - a root and a source in a scratch directory, one mount of the configuration, and what
 * became of it. */
#pragma once

#include "sandbox.h"

#include <sys/statvfs.h>

static inline unsigned long flags_of(const struct scratch *s, const char *name)
{
    struct statvfs st = { 0 };
    auto_fd fd = sandbox_open(s, name, O_PATH);

    EXPECT(fstatvfs(fd, &st) == 0);
    return st.f_flag;
}

/* A root directory, and a source to bind: a directory with a file. Returns where they are. */
static inline int make_sources(const struct scratch *s)
{
    int dir = sandbox_root(s);

    EXPECT(mkdirat(dir, "source", 0755) == 0 && mkdirat(dir, "root", 0755) == 0);
    EXPECT(mknodat(dir, "source/file", S_IFREG | 0644, 0) == 0);
    return dir;
}

/* One mount of the configuration, at /mnt. */
static inline int mount_it(const struct scratch *s, struct init *in, const char *mount,
                           struct err *e)
{
    char top[1024];
    const char *source = strstr(mount, "SRC");
    int before = source ? (int)(source - mount) : (int)strlen(mount);

    snprintf(top, sizeof top, ",'mounts':[{'destination':'/mnt',%.*s%s%s}]", before, mount,
             source ? s->path : "", source ? source + 3 : "");
    *in = sandbox_init(PLAN(.top = top));
    in->rootfs = sandbox_open(s, "root", O_PATH | O_DIRECTORY);
    return row_mounts(in, e);
}
