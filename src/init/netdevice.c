// SPDX-License-Identifier: Apache-2.0
/*
 * netdevice.c - rows that move devices of the host's network namespace into the container's.
 *
 * Outer does it while it has the host's rights: a device may leave a namespace only by somebody who
 * administers it. It never comes back by us (config-linux.md, "Network Devices").
 */
#include "init/init.h"

#include "base/fmt.h"
#include "init/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/sched.h>

enum { ADDRESSES_MAX = 256, NUMBERS_MAX = 4096 };

struct address {
    struct ifaddrmsg head;
    uint32_t flags;
    int local_size, peer_size, broadcast_size; /* negative: not given */
    unsigned char local[16], peer[16], broadcast[16];
};

/* A device on its way, and the two namespaces as sockets. */
struct move {
    int here, there, target; /* target: the namespace itself */
    uint32_t index;
    unsigned count; /* of addresses; past ADDRESSES_MAX they are only counted */
    struct address *addresses;
};

static void read_index(void *data, uint16_t type, const void *body, unsigned size)
{
    struct ifinfomsg head;
    uint32_t *index = data;

    if (type != RTM_NEWLINK || size < sizeof head)
        return;
    bare_copy(&head, body, sizeof head);
    *index = (uint32_t)head.ifi_index;
}

/* The device's index, -ENODEV when there is none of that name. */
static long find_device(int sock, const char *name, uint32_t *ret_index)
{
    struct netlink_request r;
    long rc;

    *ret_index = 0;
    netlink_begin(&r, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    netlink_put(&r, IFLA_IFNAME, name, bare_strlen(name) + 1);
    rc = netlink_ask(sock, &r, read_index, ret_index);
    return rc < 0 ? rc : *ret_index ? 0 : -ENODEV;
}

/* Permanent addresses of global scope must come along; the kernel drops them all on the way. */
static void read_address(void *data, uint16_t type, const void *body, unsigned size)
{
    struct move *m = data;
    struct address a = { 0 };

    if (type != RTM_NEWADDR || size < sizeof a.head)
        return;
    bare_copy(&a.head, body, sizeof a.head);
    a.flags = a.head.ifa_flags;
    netlink_get(body, size, sizeof a.head, IFA_FLAGS, &a.flags, sizeof a.flags);
    if (a.head.ifa_index != m->index || a.head.ifa_scope != RT_SCOPE_UNIVERSE ||
        !(a.flags & IFA_F_PERMANENT))
        return;
    a.local_size = netlink_get(body, size, sizeof a.head, IFA_LOCAL, a.local, sizeof a.local);
    a.peer_size = netlink_get(body, size, sizeof a.head, IFA_ADDRESS, a.peer, sizeof a.peer);
    a.broadcast_size =
        netlink_get(body, size, sizeof a.head, IFA_BROADCAST, a.broadcast, sizeof a.broadcast);
    if (m->count < ADDRESSES_MAX)
        m->addresses[m->count] = a;
    m->count++;
}

static long list_addresses(struct move *m)
{
    struct netlink_request r;
    long rc;

    do {
        m->count = 0;
        netlink_begin(&r, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
        rc = netlink_ask(m->here, &r, read_address, m);
    } while (rc == -EINTR);
    return rc < 0 ? rc : m->count > ADDRESSES_MAX ? -E2BIG : 0;
}

static long add_address(struct move *m, const struct address *a)
{
    const uint32_t kept = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
                          IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
    uint32_t flags = a->flags & kept;
    struct netlink_request r;
    struct ifaddrmsg *head =
        netlink_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *head);
    long rc;

    *head = a->head;
    head->ifa_index = m->index;
    head->ifa_flags = 0;
    if (a->local_size >= 0)
        netlink_put(&r, IFA_LOCAL, a->local, (unsigned)a->local_size);
    if (a->peer_size >= 0)
        netlink_put(&r, IFA_ADDRESS, a->peer, (unsigned)a->peer_size);
    if (a->broadcast_size >= 0)
        netlink_put(&r, IFA_BROADCAST, a->broadcast, (unsigned)a->broadcast_size);
    netlink_put(&r, IFA_FLAGS, &flags, sizeof flags);
    rc = netlink_ask(m->there, &r, NULL, NULL);
    return rc == -EEXIST ? 0 : rc;
}

static long send_over(struct move *m, const char *name)
{
    uint32_t target = (uint32_t)m->target;
    struct netlink_request r;
    struct ifinfomsg *head = netlink_begin(&r, RTM_NEWLINK, 0, sizeof *head);

    head->ifi_index = (int)m->index;
    netlink_put(&r, IFLA_NET_NS_FD, &target, sizeof target);
    netlink_put(&r, IFLA_IFNAME, name, bare_strlen(name) + 1);
    return netlink_ask(m->here, &r, NULL, NULL);
}

static long set_up(struct move *m)
{
    struct netlink_request r;
    struct ifinfomsg *head = netlink_begin(&r, RTM_NEWLINK, 0, sizeof *head);

    head->ifi_index = (int)m->index;
    head->ifi_flags = head->ifi_change = IFF_UP;
    return netlink_ask(m->there, &r, NULL, NULL);
}

/* "eth%d" becomes the first name of that form that is free there; any other must be free. The
 * kernel would find out too late: it renames a device after it has moved it. */
static int choose_name(struct move *m, const char *wanted, const char *where, char ret[IFNAMSIZ],
                       struct err *e)
{
    unsigned length = bare_strlen(wanted);
    bool template = length > 2 && bare_strcmp(wanted + length - 2, "%d") == 0;
    uint32_t index;
    long rc = 0;

    fmt(ret, IFNAMSIZ, "%s", wanted);
    for (unsigned n = 0; rc == 0 && n < NUMBERS_MAX; n++) {
        if (template && fmt(ret, IFNAMSIZ, "%.*s%u", (int)length - 2, wanted, n) >= IFNAMSIZ)
            break;
        rc = find_device(m->there, ret, &index);
        if (!template)
            break;
    }
    if (rc == -ENODEV)
        return 0;
    if (rc < 0)
        return err_os(e, rc, "%s: look for '%s' in the container", where, ret);
    return err_os(e, EEXIST, "%s.name: '%s' in the container", where, wanted);
}

static int move_one(struct init *in, struct move *m, const struct plan_net_device *d, struct err *e)
{
    const char *where = init_text(in, d->where), *host = init_text(in, d->host);
    char name[IFNAMSIZ];
    long rc = find_device(m->here, host, &m->index);

    if (rc < 0)
        return err_os(e, rc, "%s: find '%s'", where, host);
    rc = list_addresses(m);
    if (rc < 0)
        return err_os(e, rc, "%s: list its addresses", where);
    if (choose_name(m, init_text(in, d->name), where, name, e) < 0)
        return -e->code;
    rc = send_over(m, name);
    if (rc < 0)
        return err_os(e, rc, "%s: move to the container as '%s'", where, name);
    /* Its number may have been taken there. */
    rc = find_device(m->there, name, &m->index);
    if (rc < 0)
        return err_os(e, rc, "%s: find '%s' in the container", where, name);
    rc = set_up(m);
    if (rc < 0)
        return err_os(e, rc, "%s: set '%s' up", where, name);
    for (unsigned i = 0; i < m->count; i++) {
        rc = add_address(m, &m->addresses[i]);
        if (rc < 0)
            return err_os(e, rc, "%s: add address %u to '%s'", where, i, name);
    }
    return 0;
}

/* A socket of the namespace; we are back in ours before anything else is done. */
static int socket_in(int namespace, int host)
{
    long rc = SYS_2(__NR_setns, namespace, CLONE_NEWNET);
    int sock;

    if (rc < 0)
        return (int)rc;
    sock = netlink_open();
    if (SYS_2(__NR_setns, host, CLONE_NEWNET) < 0)
        SYS_1(__NR_exit_group, 1); /* never go on in the wrong one */
    return sock;
}

static int move_all(struct init *in, int target, struct err *e)
{
    const struct plan_net_device *d = plan_items(in->plan, in->plan->net_devices);
    int host = bare_openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC, 0);
    long memory = vector_map(ADDRESSES_MAX * sizeof(struct address));
    struct move m = { .here = netlink_open(), .target = target };
    int rc = 0;

    m.addresses = (struct address *)memory;
    m.there = host < 0 ? host : socket_in(target, host);
    if (m.there < 0)
        rc = err_os(e, m.there, "linux.netDevices: enter the container's network namespace");
    else if (m.here < 0 || (memory < 0 && memory > -4096))
        rc = err_os(e, m.here < 0 ? m.here : memory, "linux.netDevices");
    for (uint32_t i = 0; i < in->plan->net_devices.count && rc == 0; i++)
        rc = move_one(in, &m, &d[i], e);
    bare_close(m.there);
    bare_close(m.here);
    bare_close(host);
    return rc;
}

static int open_joined(struct init *in)
{
    const struct plan_join *j = plan_items(in->plan, in->plan->joins);

    for (uint32_t i = 0; i < in->plan->joins.count; i++)
        if (j[i].flag == CLONE_NEWNET)
            return bare_openat(AT_FDCWD, init_text(in, j[i].path), O_RDONLY | O_CLOEXEC, 0);
    return -ENOENT;
}

int row_net_devices(struct init *in, struct err *e)
{
    int target, rc;

    if (!(in->plan->flags & PLAN_NET_BY_OUTER)) {
        target = open_joined(in);
        rc = target < 0 ? err_os(e, target, "linux.netDevices: open the network namespace")
                        : move_all(in, target, e);
        bare_close(target);
        return rc;
    }
    network_prepare(in);
    if (in->network < 0)
        return err_os(e, in->network, "linux.netDevices: make a network namespace");
    return move_all(in, in->network, e);
}

/* init has made its network namespace along with the user namespace that owns it. */
int row_net_devices_late(struct init *in, struct err *e)
{
    char path[32];
    int target, rc;

    fmt(path, sizeof path, "/proc/%d/ns/net", in->pid);
    target = bare_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (target < 0)
        return err_os(e, target, "linux.netDevices: open '%s'", path);
    rc = move_all(in, target, e);
    bare_close(target);
    return rc;
}
