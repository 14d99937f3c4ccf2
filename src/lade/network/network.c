// SPDX-License-Identifier: Apache-2.0
/* network.c - which network a container gets, and when it comes and goes. */
#include "lade/network/network.h"

#include "base/cleanup.h"
#include "lade/network/cni.h"
#include "lade/network/netns.h"
#include "lade/network/pasta.h"

#include <string.h>

static enum network_kind kind_of(const char *text)
{
    if (!text)
        return pasta_is_possible() ? NETWORK_PASTA : NETWORK_NONE;
    if (strcmp(text, "none") == 0)
        return NETWORK_NONE;
    if (strcmp(text, "host") == 0)
        return NETWORK_HOST;
    return strcmp(text, "pasta") == 0 ? NETWORK_PASTA : NETWORK_CNI;
}

int network_choose(const char *text, const char *id, const struct option_list *publish,
                   struct network *ret, struct err *e)
{
    struct network n = { .kind = kind_of(text), .name = text, .id = id };
    int rc = 0;

    if (publish->n > 0 && (n.kind == NETWORK_NONE || n.kind == NETWORK_HOST))
        return err_set(e, ERR_INVALID,
                       "--publish needs a network of the container's own (see --network)");
    n.ports = calloc(publish->n + 1, sizeof *n.ports);
    if (!n.ports)
        return err_os(e, ENOMEM, "read --publish");
    for (; rc >= 0 && n.port_count < publish->n; n.port_count++)
        rc = published_parse(publish->items[n.port_count], &n.ports[n.port_count], e);
    if (rc < 0)
        free(n.ports);
    else
        *ret = n;
    return rc;
}

int network_start(struct network *n, const char *dir, struct err *e)
{
    char *path = NULL;

    if (n->kind == NETWORK_NONE || n->kind == NETWORK_HOST)
        return 0;
    if (asprintf(&path, "%s/netns", dir) < 0)
        return err_os(e, ENOMEM, "make a network");
    n->netns = path;
    TRY(netns_make(path, e));
    return n->kind == NETWORK_PASTA ? pasta_start(n, dir, e) : cni_start(n, e);
}

int network_stop(struct network *n, struct err *e)
{
    struct err failure;
    int rc = cni_stop(n, e);

    pasta_stop(n);
    if (n->netns && netns_remove(n->netns, &failure) < 0 && rc >= 0) {
        *e = failure;
        rc = -e->code;
    }
    free(n->netns);
    free(n->ports);
    *n = (struct network){ 0 };
    return rc;
}
