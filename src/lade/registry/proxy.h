// SPDX-License-Identifier: Apache-2.0
/*
 * proxy.h - which proxy the environment wants for a host.
 *
 * HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either case (lower case first). NO_PROXY is a
 * list of names, which mean their subdomains, too, addresses, networks in CIDR notation, and "*";
 * each may end in a port. Loopback is never behind a proxy.
 */
#pragma once

#include "lade/registry/url.h"

/* "" for none. Borrowed from the environment; it may hold a password. */
const char *proxy_for(const struct url *u);

/* Whether NO_PROXY as given covers the host. */
bool proxy_excepts(const char *no_proxy, const struct url *u);
