// SPDX-License-Identifier: Apache-2.0
/* test_netdevice.c - devices go to another network namespace with their addresses. */
#include "sandbox.h"

#include "init/netlink.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One end of a pair whose other end stays here, under a name that the kernel chooses. False when
 * this kernel has no such devices. */
static bool add_device(const char *name)
{
    static const char kind[] = "veth";
    char info[RTA_SPACE(sizeof kind)] = { 0 };
    struct rtattr nested = { .rta_len = RTA_LENGTH(sizeof kind), .rta_type = IFLA_INFO_KIND };
    struct netlink_request r;
    int sock = netlink_open();
    long rc;

    memcpy(info, &nested, sizeof nested);
    memcpy(info + RTA_LENGTH(0), kind, sizeof kind);
    netlink_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
    netlink_put(&r, IFLA_IFNAME, name, (unsigned)strlen(name) + 1);
    netlink_put(&r, IFLA_LINKINFO, info, sizeof info);
    rc = netlink_ask(sock, &r, NULL, NULL);
    close(sock);
    EXPECT(rc == 0 || rc == -EOPNOTSUPP);
    return rc == 0;
}

static struct ifreq request_for(const char *name)
{
    struct ifreq request = { 0 };

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return request;
}

static void give_address(const char *name, const char *address)
{
    struct ifreq request = request_for(name);
    struct sockaddr_in in = { .sin_family = AF_INET };
    auto_fd sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    EXPECT(inet_pton(AF_INET, address, &in.sin_addr) == 1);
    memcpy(&request.ifr_addr, &in, sizeof in);
    EXPECT(ioctl(sock, SIOCSIFADDR, &request) == 0);
}

/* "up 10.1.2.3", "down", or "none" without such a device, in the namespace; "" for ours. */
static const char *device_in(int namespace, const char *name)
{
    static char text[64];
    struct ifreq request = request_for(name);
    struct sockaddr_in in;
    auto_fd home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), sock = -1;

    EXPECT(namespace < 0 || setns(namespace, CLONE_NEWNET) == 0);
    sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (ioctl(sock, SIOCGIFFLAGS, &request) < 0) {
        snprintf(text, sizeof text, "none");
    } else {
        snprintf(text, sizeof text, request.ifr_flags & IFF_UP ? "up" : "down");
        if (ioctl(sock, SIOCGIFADDR, &request) == 0) {
            memcpy(&in, &request.ifr_addr, sizeof in);
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s",
                     inet_ntoa(in.sin_addr));
        }
    }
    EXPECT(setns(home, CLONE_NEWNET) == 0);
    return text;
}

/* A network namespace that is not ours. */
static int make_other(void)
{
    auto_fd home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int other;

    EXPECT(unshare(CLONE_NEWNET) == 0);
    other = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    EXPECT(other >= 0 && setns(home, CLONE_NEWNET) == 0);
    return other;
}

/* An init that joins the namespace by its path, and the device d0 with an address. */
static struct init prepare(int other, const char *devices)
{
    char namespaces[128], linux_[256];

    if (!add_device("d0"))
        _exit(SANDBOX_NO_DEVICES);
    give_address("d0", "10.1.2.3");
    snprintf(namespaces, sizeof namespaces,
             "{'type':'mount'},{'type':'network','path':'/proc/self/fd/%d'}", other);
    snprintf(linux_, sizeof linux_, ",'netDevices':{%s}", devices);
    return sandbox_init(PLAN(.namespaces = namespaces, .linux_ = linux_));
}

TEST(a_device_goes_with_its_address_and_is_up)
{
    static const struct {
        const char *devices, *name;
    } rows[] = {
        { "'d0':{}", "d0" },
        { "'d0':{'name':'inside'}", "inside" },
        { "'d0':{'name':'e%d'}", "e0" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNET)
        {
            int other = make_other();
            struct init in = prepare(other, rows[i].devices);
            struct err e = { 0 };

            EXPECT(row_net_devices(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT_STR(device_in(-1, "d0"), "none");
            EXPECT_STR(device_in(other, rows[i].name), "up 10.1.2.3");
        }
}

TEST(a_template_takes_the_first_number_that_is_free)
{
    IN_SANDBOX(CLONE_NEWNET)
    {
        int other = make_other();
        struct init in = prepare(other, "'d0':{'name':'d%d'}");
        auto_fd home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        struct err e = { 0 };

        EXPECT(setns(other, CLONE_NEWNET) == 0);
        EXPECT(add_device("d0") && add_device("d1"));
        EXPECT(setns(home, CLONE_NEWNET) == 0);
        EXPECT(row_net_devices(&in, &e) == 0);
        EXPECT_STR(device_in(other, "d2"), "up 10.1.2.3");
    }
}

TEST(a_device_goes_to_the_namespace_that_outer_makes)
{
    IN_SANDBOX(CLONE_NEWNET)
    {
        struct err e = { 0 };
        struct init in;

        if (!add_device("d0"))
            _exit(SANDBOX_NO_DEVICES);
        in = sandbox_init(PLAN(.namespaces = "{'type':'mount'},{'type':'network'}",
                               .linux_ = ",'netDevices':{'d0':{}}"));
        EXPECT(row_net_devices(&in, &e) == 0);
        EXPECT_STR(device_in(in.network, "d0"), "up");
    }
}

TEST(a_device_goes_to_the_namespace_that_init_has_made)
{
    IN_SANDBOX(CLONE_NEWNET)
    {
        struct init in = prepare(make_other(), "'d0':{}");
        auto_fd made = -1;
        struct err e = { 0 };
        char path[64];
        int ready[2];

        EXPECT(pipe(ready) == 0);
        in.pid = fork();
        if (in.pid == 0) {
            close(ready[0]);
            EXPECT(unshare(CLONE_NEWNET) == 0 && write(ready[1], "r", 1) == 1);
            pause();
        }
        EXPECT(read(ready[0], path, 1) == 1);
        EXPECT(row_net_devices_late(&in, &e) == 0);
        snprintf(path, sizeof path, "/proc/%d/ns/net", in.pid);
        made = open(path, O_RDONLY | O_CLOEXEC);
        EXPECT_STR(device_in(made, "d0"), "up 10.1.2.3");
        kill(in.pid, SIGKILL);
        waitpid(in.pid, NULL, 0);
        EXPECT(row_net_devices_late(&in, &e) == -ENOENT);
        EXPECT(!strncmp(e.text, "linux.netDevices: open '/proc/", 30));
    }
}

TEST(what_can_not_be_moved_is_an_error_and_stays)
{
    static const struct {
        const char *devices, *text;
        int code;
    } rows[] = {
        { "'none':{}", "linux.netDevices.none: find 'none'", ENODEV },
        { "'d0':{'name':'lo'}", "linux.netDevices.d0.name: 'lo' in the container", EEXIST },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNET)
        {
            int other = make_other();
            struct init in = prepare(other, rows[i].devices);
            struct err e = { 0 };

            EXPECT_ERROR(row_net_devices(&in, &e), e, rows[i].code, rows[i].text);
            EXPECT_STR(device_in(-1, "d0"), "down 10.1.2.3");
        }
}

/* Every request is one sendto. */
TEST(whichever_request_the_kernel_refuses_is_named)
{
    static const char *const texts[] = {
        "linux.netDevices.d0: find 'd0'",
        "linux.netDevices.d0: list its addresses",
        "linux.netDevices.d0: look for 'd0' in the container",
        "linux.netDevices.d0: move to the container as 'd0'",
        "linux.netDevices.d0: find 'd0' in the container",
        "linux.netDevices.d0: set 'd0' up",
        "linux.netDevices.d0: add address 0 to 'd0'",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(texts); i++)
        IN_SANDBOX(CLONE_NEWNET)
        {
            struct init in = prepare(make_other(), "'d0':{}");
            struct err e = { 0 };

            fake_rule(&(struct fake_rule){
                .call = __NR_sendto, .any_second = true, .skip = i, .times = 1, .answer = -EPERM });
            EXPECT_ERROR(row_net_devices(&in, &e), e, EPERM, texts[i]);
        }
}

TEST(without_the_namespace_or_a_way_to_talk_there_is_an_error)
{
    static const struct {
        struct fake_rule rule;
        const char *text;
        int code;
    } rows[] = {
        { { .call = __NR_openat, .any_second = true, .times = 1, .answer = -EACCES },
          "linux.netDevices: open the network namespace",
          EACCES },
        { { .call = __NR_openat, .any_second = true, .skip = 1, .times = 1, .answer = -EMFILE },
          "linux.netDevices: enter the container's network namespace",
          EMFILE },
        { { .call = __NR_setns, .any_second = true, .times = 1, .answer = -EPERM },
          "linux.netDevices: enter the container's network namespace",
          EPERM },
        { { .call = __NR_socket, .any_second = true, .times = 1, .answer = -EMFILE },
          "linux.netDevices",
          EMFILE },
        { { .call = SYS_NR_MMAP, .any_second = true, .times = 1, .answer = -ENOMEM },
          "linux.netDevices",
          ENOMEM },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNET)
        {
            int other = make_other();
            struct init in = prepare(other, "'d0':{}");
            struct err e = { 0 };

            fake_rule(&rows[i].rule);
            EXPECT_ERROR(row_net_devices(&in, &e), e, rows[i].code, rows[i].text);
            EXPECT_STR(device_in(-1, "d0"), "down 10.1.2.3");
        }
}

TEST_MAIN()
