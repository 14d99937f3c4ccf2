// SPDX-License-Identifier: Apache-2.0
/* test_netlink.c - requests and answers of rtnetlink, with lengths that a kernel would not send. */
#include "init/netlink.h"

#include "base/cleanup.h"
#include "test.h"

#include <sys/socket.h>

struct seen {
    unsigned count, bytes;
};

static void see(void *data, uint16_t type, const void *body, unsigned size)
{
    struct seen *s = data;
    const unsigned char *b = body;

    s->count += type == RTM_NEWADDR;
    for (unsigned i = 0; i < size; i++) /* every byte is touched, for the sanitizer */
        s->bytes += b[i] == 1;
}

/* What asking comes to when the answer is these bytes and then the end. */
static long outcome(const void *answer, size_t size, struct seen *ret)
{
    struct netlink_request r;
    int pair[2];

    *ret = (struct seen){ 0 };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    auto_fd near = pair[0], far = pair[1];
    if (send(far, answer, size, 0) != (ssize_t)size || shutdown(far, SHUT_WR) < 0)
        return -EIO;
    netlink_begin(&r, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
    return netlink_ask(near, &r, see, ret);
}

struct message {
    struct nlmsghdr head;
    int32_t body[2];
};

static struct message message(uint16_t type, uint32_t length, int32_t body)
{
    return (struct message){ .head = { .nlmsg_len = length, .nlmsg_type = type },
                             .body = { body } };
}

enum { HEAD = sizeof(struct nlmsghdr), WHOLE = sizeof(struct message) };

TEST(an_answer_is_read_to_its_end)
{
    const struct message rows[] = { message(RTM_NEWADDR, WHOLE, 1), message(RTM_NEWADDR, WHOLE, 0),
                                    message(NLMSG_DONE, HEAD + 4, 0) };
    struct seen s;

    EXPECT(outcome(rows, sizeof rows, &s) == 0);
    EXPECT(s.count == 2 && s.bytes == 1);
}

TEST(an_error_is_the_kernels)
{
    const struct message rows[] = { message(NLMSG_ERROR, WHOLE, -19) };
    struct seen s;

    EXPECT(outcome(rows, sizeof rows, &s) == -19);
    EXPECT(s.count == 0);
}

TEST(a_list_that_changed_is_told)
{
    struct message row = message(RTM_NEWADDR, WHOLE, 1);
    struct seen s;

    row.head.nlmsg_flags = NLM_F_DUMP_INTR;
    EXPECT(outcome(&row, sizeof row, &s) == -EINTR);
}

TEST(wrong_lengths_are_errors)
{
    const uint32_t lengths[] = { 0, 1, HEAD - 1, WHOLE + 1, UINT32_MAX };
    struct seen s;

    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        struct message row = message(RTM_NEWADDR, lengths[i], 1);

        EXPECT(outcome(&row, sizeof row, &s) == -EBADMSG);
        EXPECT(s.count == 0);
    }
    for (uint32_t n = HEAD; n < HEAD + 4; n++) {
        struct message row = message(NLMSG_ERROR, n, 0);

        EXPECT(outcome(&row, sizeof row, &s) == -EBADMSG);
    }
}

/* Nothing but a piece of a message, and then the end. */
TEST(a_torn_answer_is_an_error)
{
    const struct message row = message(RTM_NEWADDR, WHOLE, 1);
    struct seen s;

    EXPECT(outcome(&row, HEAD - 1, &s) == -EBADMSG);
    EXPECT(s.count == 0);
}

TEST(what_does_not_fit_a_request_is_an_error)
{
    char big[512] = "";
    struct netlink_request r;
    struct seen s = { 0 };

    netlink_begin(&r, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
    for (int i = 0; i < 60; i++)
        netlink_put(&r, IFLA_IFNAME, "eth0", 5);
    EXPECT(r.failed && netlink_ask(-1, &r, see, &s) == -EMSGSIZE);
    netlink_begin(&r, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
    netlink_put(&r, IFLA_IFNAME, big, sizeof big);
    EXPECT(r.failed && r.header.nlmsg_len == NLMSG_LENGTH(sizeof(struct ifinfomsg)));
}

static int get(const void *body, unsigned size, void *ret, unsigned room)
{
    auto_free unsigned char *exact = malloc(size ? size : 1);

    if (size)
        memcpy(exact, body, size);
    return netlink_get(exact, size, 4, IFA_FLAGS, ret, room);
}

TEST(attributes_are_found_within_their_lengths)
{
    struct {
        uint32_t skipped;
        struct rtattr one;
        uint16_t value, pad;
        struct rtattr two;
        uint32_t flags;
    } body = { .one = { 6, IFA_LABEL }, .two = { 8, IFA_FLAGS }, .flags = 0x11223344 };
    uint32_t flags = 0;

    EXPECT(get(&body, sizeof body, &flags, sizeof flags) == 4 && flags == 0x11223344);
    EXPECT(get(&body, sizeof body, &flags, 2) == 2);
    EXPECT(get(&body, sizeof body - 1, &flags, sizeof flags) == -1);
    EXPECT(get(&body, 3, &flags, sizeof flags) == -1);
    EXPECT(get(&body, 0, &flags, sizeof flags) == -1);
    for (unsigned short length = 0; length < 4; length++) {
        body.one.rta_len = length;
        EXPECT(get(&body, sizeof body, &flags, sizeof flags) == -1);
    }
    body.one.rta_len = UINT16_MAX;
    EXPECT(get(&body, sizeof body, &flags, sizeof flags) == -1);
}

TEST_MAIN()
