// SPDX-License-Identifier: Apache-2.0
/* namespace.c - rows that settle init in its new namespaces: cgroups, ids, session, names,
 * loopback. */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int row_enter_cgroups(struct init *in, struct err *e)
{
    for (uint32_t i = 0; i < in->grants.procs_count; i++) {
        /* The kernel judges by who opened the file: the parent, with the host's rights. */
        long rc = bare_write(in->grants.procs_fd[i], "0", 1);

        if (rc < 0)
            return err_os(e, rc, "write tasks of v1 hierarchy %u", i);
        bare_close(in->grants.procs_fd[i]);
    }
    return 0;
}

int row_map_wait(struct init *in, struct err *e)
{
    /* Nothing to do: the parent's row comes next and the walk waits for it. The row is here so that
     * the wait has a name in the trace. */
    return in->plan->uid_map || in->plan->gid_map || (in->plan->clone_flags & CLONE_NEWUSER)
               ? 0
               : err_set(e, ERR_PROTOCOL, "no namespace to map");
}

int row_container_root(struct init *in, struct err *e)
{
    /* Files are made with the filesystem ids, which must be mapped. When 0 is not (a single other
     * id) the kernel says EINVAL and the ids we came with are the mapped ones. */
    long rc = SYS_3(__NR_setresgid, 0, 0, 0);

    if (rc < 0 && rc != -EINVAL)
        return err_os(e, rc, "setresgid 0");
    rc = SYS_3(__NR_setresuid, 0, 0, 0);
    if (rc < 0 && rc != -EINVAL)
        return err_os(e, rc, "setresuid 0");
    /* Mapped now: hide again (P11). */
    rc = SYS_5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    return rc < 0 ? err_os(e, rc, "prctl PR_SET_DUMPABLE") : 0;
}

int row_cgroup_ns(struct init *in, struct err *e)
{
    long rc = in->cgroup_ns < 0 ? SYS_1(__NR_unshare, CLONE_NEWCGROUP)
                                : SYS_2(__NR_setns, in->cgroup_ns, CLONE_NEWCGROUP);

    bare_close(in->cgroup_ns);
    return rc < 0 ? err_os(e, rc, in->cgroup_ns < 0 ? "unshare" : "setns") : 0;
}

int row_session(struct init *in, struct err *e)
{
    /* Away from the caller's terminal: no TIOCSTI into it (CVE-2016-10124). EPERM: we lead one. */
    long rc = SYS_0(__NR_setsid);

    return rc < 0 && rc != -EPERM ? err_os(e, rc, "setsid") : 0;
}

int row_keyring(struct init *in, struct err *e)
{
    long rc;

    /* The process may not reach its own keyring otherwise; the setting ends with execve. */
    if (label_new_keys(in, e) < 0)
        return -e->code;
    rc = SYS_2(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, init_text(in, in->plan->keyring));
    /* ENOSYS: a kernel without keys has none to protect. */
    return rc < 0 && rc != -ENOSYS ? err_os(e, rc, "keyctl '%s'", init_text(in, in->plan->keyring))
                                   : 0;
}

int row_hostname(struct init *in, struct err *e)
{
    const char *name = init_text(in, in->plan->hostname);
    long rc = SYS_2(__NR_sethostname, name, bare_strlen(name));

    return rc < 0 ? err_os(e, rc, "sethostname '%s'", name) : 0;
}

int row_domainname(struct init *in, struct err *e)
{
    const char *name = init_text(in, in->plan->domainname);
    long rc = SYS_2(__NR_setdomainname, name, bare_strlen(name));

    return rc < 0 ? err_os(e, rc, "setdomainname '%s'", name) : 0;
}

/* We go back at once: until the row's turn everything must be seen from the host's network, such as
 * what /proc/net means as a bind source. Where something fails the row does it all. */
void network_prepare(struct init *in)
{
    int host = bare_openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC, 0);

    if (host < 0 || in->network >= 0)
        return;
    /* The way back is tried first: in a user namespace of its own that shares the host's network
     * the caller may leave that, but never come back. */
    if (SYS_2(__NR_setns, host, CLONE_NEWNET) == 0 && SYS_1(__NR_unshare, CLONE_NEWNET) == 0) {
        in->network = bare_openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC, 0);
        if (SYS_2(__NR_setns, host, CLONE_NEWNET) < 0)
            SYS_1(__NR_exit_group, 1); /* never go on in the wrong one */
    }
    bare_close(host);
}

int row_network(struct init *in, struct err *e)
{
    long rc = in->network >= 0 ? SYS_2(__NR_setns, in->network, CLONE_NEWNET)
                               : SYS_1(__NR_unshare, CLONE_NEWNET);

    bare_close(in->network);
    return rc < 0 ? err_os(e, rc, "unshare") : in->plan ? 0 : -EINVAL;
}

int row_loopback(struct init *in, struct err *e)
{
    struct ifreq request = { .ifr_name = "lo" };
    /* Interface requests work on any socket; this kind costs least to make. */
    int sock = (int)SYS_3(__NR_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    long rc;

    if (sock < 0)
        return err_os(e, sock, "socket");
    request.ifr_flags = IFF_UP; /* what else lo has can't be changed */
    rc = SYS_3(__NR_ioctl, sock, SIOCSIFFLAGS, &request);
    bare_close(sock);
    return rc < 0 ? err_os(e, rc, "set flags of lo") : 0;
}

int row_loopback_outer(struct init *in, struct err *e)
{
    return row_loopback(in, e);
}
