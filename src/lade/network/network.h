// SPDX-License-Identifier: Apache-2.0
/*
 * network.h - networks for containers that run in the foreground, made by programs that exist for
 * it: pasta(1), or the plugins of the Container Network Interface.
 *
 * The namespace is made first and pinned to a file, so that the network is there before the
 * container's first instruction.
 */
#pragma once

#include "cli/option.h"
#include "lade/network/publish.h"

#include <sys/types.h>

enum network_kind {
    NETWORK_NONE,  /* a namespace with nothing but its loopback */
    NETWORK_HOST,  /* the caller's own */
    NETWORK_PASTA, /* by translation to the host's sockets, without privileges on the host's network
                    */
    NETWORK_CNI,   /* a configuration of /etc/cni/net.d by its name */
};

struct network {
    enum network_kind kind;
    const char *name; /* of NETWORK_CNI */
    const char *id;   /* of the container, for plugins */
    char *netns; /* path of the pinned namespace; NULL: the runtime makes it, or there is none */
    pid_t pasta; /* 0: none */
    struct published *ports;
    size_t port_count;
    struct cni *cni;
};

/* text: "none", "host", "pasta", a name, or NULL: pasta when it is installed, else none. publish
 * needs a network of its own. name and id are borrowed. */
int network_choose(const char *text, const char *id, const struct option_list *publish,
                   struct network *ret, struct err *e);

/* dir: an absolute path, where the namespace is pinned as "netns". */
int network_start(struct network *n, const char *dir, struct err *e);

/* Everything goes, whatever had been started; warnings are for the caller to print. */
int network_stop(struct network *n, struct err *e);
