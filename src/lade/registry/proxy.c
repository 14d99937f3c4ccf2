// SPDX-License-Identifier: Apache-2.0
/* proxy.c - the proxy variables of the environment. */
#include "lade/registry/proxy.h"

#include "base/fmt.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* An address of either family; bits: how many of it count. */
struct network {
    int family;
    unsigned char bytes[16];
    unsigned bits;
};

static bool read_network(const char *text, struct network *ret)
{
    char address[URL_HOST_SIZE];
    size_t n = strcspn(text, "/");
    struct network w = { .family = AF_INET, .bits = 32 };

    if (*text == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (fmt(address, sizeof address, "%.*s", (int)n, text) >= sizeof address)
        return false;
    if (inet_pton(AF_INET, address, w.bytes) != 1) {
        w = (struct network){ .family = AF_INET6, .bits = 128 };
        if (inet_pton(AF_INET6, address, w.bytes) != 1)
            return false;
    }
    text = strchr(text, '/');
    if (text) {
        unsigned long bits = strtoul(text + 1, NULL, 10);

        if (bits > w.bits)
            return false;
        w.bits = (unsigned)bits;
    }
    *ret = w;
    return true;
}

static bool network_has(const struct network *n, const struct network *address)
{
    unsigned whole = n->bits / 8, rest = n->bits % 8;

    return n->family == address->family && memcmp(n->bytes, address->bytes, whole) == 0 &&
           (rest == 0 || (n->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0);
}

/* "example.com" and ".example.com" both mean the domain and what is below it. */
static bool domain_has(const char *domain, const char *host)
{
    size_t n, len = strlen(host);

    if (strncmp(domain, "*.", 2) == 0)
        domain++;
    domain += *domain == '.';
    n = strlen(domain);
    if (n == 0 || n > len || strcasecmp(host + len - n, domain) != 0)
        return false;
    return n == len || host[len - n - 1] == '.';
}

/* Cuts a port off; true when there is none or it is the URL's. Colons of a bare IPv6 address are
 * none. */
static bool port_fits(char *entry, const struct url *u)
{
    char *bracket = strchr(entry, ']'), *colon = strchr(bracket ? bracket : entry, ':');

    if (!colon || (!bracket && strchr(colon + 1, ':')))
        return true;
    *colon = '\0';
    return strtoul(colon + 1, NULL, 10) == u->port;
}

static bool entry_excepts(char *entry, const struct url *u)
{
    struct network network, address;

    if (strcmp(entry, "*") == 0)
        return true;
    if (!port_fits(entry, u))
        return false;
    if (read_network(entry, &network) && read_network(u->host, &address))
        return network_has(&network, &address);
    return domain_has(entry, u->host);
}

bool proxy_excepts(const char *no_proxy, const struct url *u)
{
    char entry[URL_HOST_SIZE];

    while (*no_proxy) {
        size_t n;

        no_proxy += strspn(no_proxy, ", \t");
        n = strcspn(no_proxy, ", \t");
        if (n > 0 && fmt(entry, sizeof entry, "%.*s", (int)n, no_proxy) < sizeof entry &&
            entry_excepts(entry, u))
            return true;
        no_proxy += n;
    }
    return false;
}

static const char *variable(const char *lower, const char *upper)
{
    const char *value = getenv(lower);

    if (!value || !*value)
        value = getenv(upper);
    return value ? value : "";
}

const char *proxy_for(const struct url *u)
{
    const char *proxy =
        u->tls ? variable("https_proxy", "HTTPS_PROXY") : variable("http_proxy", "HTTP_PROXY");

    if (!*proxy)
        proxy = variable("all_proxy", "ALL_PROXY");
    if (url_reach(u) == REACH_LOOPBACK || proxy_excepts(variable("no_proxy", "NO_PROXY"), u))
        return "";
    return proxy;
}
