// SPDX-License-Identifier: Apache-2.0
/*
 * netlink.h - requests to the kernel's rtnetlink, without a C library.
 *
 * A request is begun, gets attributes and is asked; what does not fit makes the asking fail. An
 * answer is believed only as far as its lengths are right and the kernel is who sent it.
 */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_request {
    struct nlmsghdr header;
    char body[512];
    int failed; /* a negative errno: an attribute did not fit */
};

/* Start over. flags beside NLM_F_REQUEST. Returns the message's own header of size bytes, zeroed.
 */
void *netlink_begin(struct netlink_request *r, uint16_t type, uint16_t flags, unsigned size);
void netlink_put(struct netlink_request *r, uint16_t attribute, const void *data, unsigned size);

/* One message of the answer: its body, of size bytes. */
typedef void netlink_reader(void *data, uint16_t type, const void *body, unsigned size);

/* In the current network namespace. A descriptor or a negative errno. */
int netlink_open(void);

/* Send and hear the answer to its end. 0 or a negative errno, the kernel's or -EBADMSG; -EINTR:
 * what was listed changed meanwhile. */
long netlink_ask(int sock, struct netlink_request *r, netlink_reader *read, void *data);

/* Copy at most room bytes of an attribute behind the first skip bytes of a message's body. Returns
 * how many, -1 without the attribute. */
int netlink_get(const void *body, unsigned size, unsigned skip, uint16_t attribute, void *ret,
                unsigned room);
