// SPDX-License-Identifier: Apache-2.0
/*
 * move_root.c - entering the rootfs where pivot_root can't: on a host that runs from its initramfs,
 * which the kernel never takes away.
 *
 * The rootfs is moved over "/" and becomes the root directory. What is below then is the bare
 * initramfs: every other mount of the host's is detached in this namespace first, as a process with
 * CAP_SYS_ADMIN could detach the container's root and look. One that can't be is an error, and so
 * is a "/" with a mount below it, as after chroot: ".." would lead there.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/mount.h>

enum { PASSES_MAX = 256, POINT_FIELD = 4 };

/* One line of mountinfo, as far as it has been read. */
struct line {
    uint64_t id, parent;
    unsigned field, length;
    char point[PATH_LENGTH_MAX];
};

/* What one pass over mountinfo does. */
struct pass {
    int proc;              /* the host's procfs, which is among what goes */
    uint64_t root, rootfs; /* mount ids: whose children go, and the one that stays */
    bool looks;            /* changes nothing yet */
    bool lies_on_another;  /* found: root is not the lowest */
    unsigned detached, failed;
    struct err failure;
};

static int mount_id(int fd, uint64_t *ret)
{
    struct statx st;
    long rc = SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st);

    if (rc == 0 && !(st.stx_mask & STATX_MNT_ID))
        rc = -ENOSYS;
    *ret = st.stx_mnt_id;
    return (int)rc;
}

/* Blanks and backslashes are written as three octal digits. In place. */
static void unescape(char *text)
{
    char *to = text;

    while (*text) {
        if (text[0] == '\\' && text[1] && text[2] && text[3]) {
            *to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static long detach(const char *point)
{
    int fd = bare_openat(AT_FDCWD, point, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    long rc = fd < 0 ? fd : mount_set_at(fd, point, 0, 0, MS_SLAVE, true);

    bare_close(fd);
    /* A slave by now, so that it does not go from the host as well. */
    return rc < 0 ? rc : SYS_2(__NR_umount2, point, MNT_DETACH | UMOUNT_NOFOLLOW);
}

static void end_line(struct pass *p, struct line *l)
{
    long rc;

    p->lies_on_another |= l->id == p->root && l->parent != p->root;
    if (p->looks || l->parent != p->root || l->id == p->root || l->id == p->rootfs)
        return;
    l->point[l->length] = '\0';
    unescape(l->point);
    rc = detach(l->point);
    if (rc < 0) {
        p->failed++;
        err_os(&p->failure, rc, "--no-pivot: detach '%s'", l->point);
    } else {
        p->detached++;
    }
}

/* "36 35 98:0 / /mnt rw ..." */
static void feed(struct pass *p, struct line *l, char c)
{
    uint64_t *number = l->field == 0 ? &l->id : &l->parent;

    if (c == '\n') {
        end_line(p, l);
        bare_zero(l, sizeof *l);
    } else if (c == ' ') {
        l->field++;
    } else if (l->field < 2) {
        *number = *number * 10 + (uint64_t)(c - '0');
    } else if (l->field == POINT_FIELD && l->length < sizeof l->point - 1) {
        l->point[l->length++] = c;
    }
}

static int run_pass(struct pass *p, struct err *e)
{
    int info = bare_openat(p->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
    static struct line line; /* large */
    char text[1024];
    long n = info;

    p->detached = p->failed = 0;
    bare_zero(&line, sizeof line);
    if (info >= 0)
        while ((n = bare_read(info, text, sizeof text)) > 0)
            for (long i = 0; i < n; i++)
                feed(p, &line, text[i]);
    bare_close(info);
    return n < 0 ? err_os(e, n, "--no-pivot: read /proc/self/mountinfo") : 0;
}

/* A mount may cover another's place, so passes go on as long as one of them gets further. */
static int detach_all(struct pass *p, struct err *e)
{
    for (unsigned i = 0; i < PASSES_MAX; i++) {
        TRY(run_pass(p, e));
        if (p->detached + p->failed == 0)
            return 0;
        if (p->detached == 0)
            break;
    }
    *e = p->failure;
    return -e->code;
}

static int move(struct init *in, int root, struct pass *p, struct err *e)
{
    long rc = mount_id(root, &p->root);

    if (rc == 0)
        rc = mount_id(in->rootfs, &p->rootfs);
    if (rc < 0)
        return err_os(e, rc, "--no-pivot: statx '/'");
    p->looks = true;
    TRY(run_pass(p, e));
    if (p->lies_on_another)
        return err_set(e, ERR_UNSUPPORTED,
                       "--no-pivot: / lies on another mount, which would stay within reach");
    p->looks = false;
    rc = mount_onto(in->rootfs, root);
    if (rc < 0)
        return err_os(e, rc, "--no-pivot: move_mount to '/'");
    TRY(detach_all(p, e));
    /* We are in the rootfs. Whoever goes up from here finds what is mounted on "/": this again. */
    rc = SYS_1(__NR_chroot, ".");
    return rc < 0 ? err_os(e, rc, "--no-pivot: chroot") : 0;
}

int move_root(struct init *in, struct err *e)
{
    struct pass p = { .proc = bare_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0) };
    int root = bare_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    int rc = move(in, root, &p, e);

    bare_close(p.proc);
    bare_close(root);
    return rc;
}
