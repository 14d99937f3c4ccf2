// SPDX-License-Identifier: Apache-2.0
/* netlink.c - one request and its answer. */
#include "init/netlink.h"

#include "base/bare.h"

#include <errno.h>
#include <sys/socket.h>

enum { ANSWER_SIZE = 32768 }; /* the kernel fills at most so much at once */

void *netlink_begin(struct netlink_request *r, uint16_t type, uint16_t flags, unsigned size)
{
    bare_zero(r, sizeof *r);
    r->header.nlmsg_len = NLMSG_LENGTH(size);
    r->header.nlmsg_type = type;
    r->header.nlmsg_flags = flags | NLM_F_REQUEST;
    r->header.nlmsg_seq = 1;
    return r->body;
}

void netlink_put(struct netlink_request *r, uint16_t attribute, const void *data, unsigned size)
{
    unsigned at = NLMSG_ALIGN(r->header.nlmsg_len) - NLMSG_HDRLEN;
    struct rtattr head = { .rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = attribute };

    if (at > sizeof r->body || RTA_SPACE(size) > sizeof r->body - at) {
        r->failed = -EMSGSIZE;
        return;
    }
    bare_copy(r->body + at, &head, sizeof head);
    bare_copy(r->body + at + RTA_LENGTH(0), data, size);
    r->header.nlmsg_len = NLMSG_HDRLEN + at + RTA_LENGTH(size);
}

int netlink_open(void)
{
    return (int)SYS_3(__NR_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static long send_request(int sock, struct netlink_request *r)
{
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    long n;

    if (r->failed)
        return r->failed;
    do {
        n = sys_call(__NR_sendto, sock, (long)&r->header, r->header.nlmsg_len, 0, (long)&kernel,
                     sizeof kernel);
    } while (n == -EINTR);
    return n < 0 ? n : 0;
}

/* One datagram of the kernel's; others can send to us, too. */
static long receive(int sock, void *buffer, size_t size)
{
    struct sockaddr_nl from = { 0 };
    struct iovec iov = { buffer, size };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    long n;

    do {
        msg.msg_name = &from;
        msg.msg_namelen = sizeof from;
        n = SYS_3(__NR_recvmsg, sock, &msg, MSG_TRUNC);
    } while (n == -EINTR || (n >= 0 && from.nl_pid != 0));
    return n > (long)size ? -EMSGSIZE : n;
}

/* The verdict in a message of the kinds ERROR and DONE. */
static long verdict_of(const void *body, unsigned size)
{
    int code = 0;

    if (size < sizeof code)
        return -EBADMSG;
    bare_copy(&code, body, sizeof code);
    return code;
}

/* Returns 1 when the answer goes on behind this datagram. */
static long read_datagram(const char *at, unsigned left, netlink_reader *read, void *data)
{
    struct nlmsghdr h;

    while (left >= sizeof h) {
        unsigned step;

        bare_copy(&h, at, sizeof h);
        if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > left)
            return -EBADMSG;
        if (h.nlmsg_type == NLMSG_ERROR || h.nlmsg_type == NLMSG_DONE)
            return verdict_of(at + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN);
        if (h.nlmsg_flags & NLM_F_DUMP_INTR)
            return -EINTR;
        if (read)
            read(data, h.nlmsg_type, at + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN);
        step = NLMSG_ALIGN(h.nlmsg_len);
        if (step > left)
            break;
        at += step;
        left -= step;
    }
    return 1;
}

long netlink_ask(int sock, struct netlink_request *r, netlink_reader *read, void *data)
{
    char answer[ANSWER_SIZE] __attribute__((aligned(8)));
    long rc;

    /* Everything is answered to its end: lists by DONE, the rest by an ERROR, which may be 0. */
    if ((r->header.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
        r->header.nlmsg_flags |= NLM_F_ACK;
    rc = send_request(sock, r);
    while (rc >= 0) {
        long n = receive(sock, answer, sizeof answer);

        if (n <= 0)
            return n < 0 ? n : -EBADMSG;
        rc = read_datagram(answer, (unsigned)n, read, data);
        if (rc == 0)
            break;
    }
    return rc;
}

int netlink_get(const void *body, unsigned size, unsigned skip, uint16_t attribute, void *ret,
                unsigned room)
{
    const char *at = (const char *)body + NLMSG_ALIGN(skip);
    unsigned left = size > NLMSG_ALIGN(skip) ? size - NLMSG_ALIGN(skip) : 0;
    struct rtattr a;

    while (left >= sizeof a) {
        unsigned step;

        bare_copy(&a, at, sizeof a);
        if (a.rta_len < sizeof a || a.rta_len > left)
            return -1;
        if ((a.rta_type & NLA_TYPE_MASK) == attribute) {
            unsigned length = a.rta_len - RTA_LENGTH(0);

            length = length < room ? length : room;
            bare_copy(ret, at + RTA_LENGTH(0), length);
            return (int)length;
        }
        step = RTA_ALIGN(a.rta_len);
        if (step > left)
            return -1;
        at += step;
        left -= step;
    }
    return -1;
}
