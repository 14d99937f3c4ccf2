// SPDX-License-Identifier: Apache-2.0
/* terminal.c - a pty from the container's own devpts, its master handed to the parent (P8). */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* Only the kernel makes names in a devpts, so below its root nothing can be swapped. */
static int open_multiplexer(struct init *in, struct err *e)
{
    struct bare_stat st;
    int dir = path_open(in->rootfs, "/dev/pts", O_DIRECTORY), fd;

    if (dir < 0)
        return err_os(e, dir, "process.terminal: open /dev/pts");
    if (bare_fs_magic(dir) != DEVPTS_SUPER_MAGIC) {
        bare_close(dir);
        return err_set(e, ERR_INVALID, "process.terminal: /dev/pts is not a devpts mount");
    }
    fd = bare_openat(dir, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC, 0);
    bare_close(dir);
    if (fd < 0)
        return err_os(e, fd, "process.terminal: open /dev/pts/ptmx");
    if (bare_fstat(fd, &st) < 0 || st.rdev_major != 5 || st.rdev_minor != 2) {
        bare_close(fd);
        return err_set(e, ERR_INVALID, "process.terminal: /dev/pts/ptmx is not the multiplexer");
    }
    return fd;
}

static int open_peer(struct init *in, int master, struct err *e)
{
    int unlocked = 0;
    long rc = SYS_3(__NR_ioctl, master, TIOCSPTLCK, &unlocked);

    if (rc == 0)
        rc = SYS_3(__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (rc < 0)
        return err_os(e, rc, "process.terminal: open the pty's peer");
    if (in->plan->console_height || in->plan->console_width) {
        struct winsize size = { .ws_row = in->plan->console_height,
                                .ws_col = in->plan->console_width };

        SYS_3(__NR_ioctl, rc, TIOCSWINSZ, &size);
    }
    return (int)rc;
}

/* /dev/console is the pty, on a plain file that we looked up without following links
 * (CVE-2025-52565). */
static int attach_console(struct init *in, int peer, struct err *e)
{
    const char *name;
    int dir = path_make_parent(in->rootfs, "/dev/console", &name), target, tree, rc;
    struct bare_stat st;

    if (dir < 0)
        return err_os(e, dir, "make /dev");
    rc = bare_mknodat(dir, name, S_IFREG | 0600, 0);
    target =
        rc < 0 && rc != -EEXIST ? rc : bare_openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    bare_close(dir);
    if (target < 0)
        return err_os(e, target, "make /dev/console");
    if (bare_fstat(target, &st) < 0 || (!S_ISREG(st.mode) && !S_ISCHR(st.mode))) {
        bare_close(target);
        return err_set(e, ERR_INVALID, "/dev/console is neither a file nor a device");
    }
    tree = mount_clone(peer, "", false);
    rc = tree < 0 ? tree : mount_onto(tree, target);
    bare_close(tree);
    bare_close(target);
    return rc < 0 ? err_os(e, rc, "bind /dev/console") : 0;
}

static int take_terminal(struct init *in, int peer, struct err *e)
{
    long rc = SYS_3(__NR_ioctl, peer, TIOCSCTTY, 0);

    for (int fd = 0; fd < 3 && rc >= 0; fd++)
        rc = SYS_3(__NR_dup3, peer, fd, 0);
    return rc < 0 ? err_os(e, rc, "take the terminal") : 0;
}

int row_terminal(struct init *in, struct err *e)
{
    int master, peer, rc;

    if (in->rootfs < 0) /* exec: we are inside already */
        in->rootfs = bare_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    master = open_multiplexer(in, e);
    if (master < 0)
        return master;
    peer = open_peer(in, master, e);
    rc = peer;
    if (rc >= 0)
        rc = in->plan->kind == PLAN_CREATE ? attach_console(in, peer, e) : 0;
    if (rc >= 0)
        rc = take_terminal(in, peer, e);
    if (rc >= 0) {
        rc = init_send(in, BOOT_MSG_TERMINAL, 0, master, NULL);
        if (rc < 0)
            err_os(e, rc, "send the terminal");
    }
    bare_close(peer);
    bare_close(master);
    return rc;
}
