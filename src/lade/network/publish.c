// SPDX-License-Identifier: Apache-2.0
/* publish.c - --publish: ports of the host that lead into the container. */
#include "lade/network/publish.h"

#include <arpa/inet.h>
#include <string.h>

static int refuse(const char *text, struct err *e)
{
    return err_set(e, ERR_INVALID, "--publish '%s' is not [ADDRESS:]HOST:CONTAINER[/tcp|udp]",
                   text);
}

/* len digits, 1 to 65535. */
static bool parse_port(const char *text, size_t len, uint16_t *ret)
{
    unsigned n = 0;

    if (len == 0 || len > 5)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = n * 10 + (unsigned)(text[i] - '0');
    }
    *ret = (uint16_t)n;
    return n > 0 && n <= UINT16_MAX;
}

static bool is_address(const char *text, bool six)
{
    unsigned char binary[16];

    return inet_pton(six ? AF_INET6 : AF_INET, text, binary) == 1;
}

/* What stands in front of HOST:CONTAINER, with its colon; *text moves behind it. */
static bool take_address(const char **text, char ret[64])
{
    bool six = **text == '[';
    const char *begin = *text + six, *end;

    ret[0] = '\0';
    if (six)
        end = strstr(begin, "]:");
    else
        end = strchr(begin, ':') && strchr(strchr(begin, ':') + 1, ':') ? strchr(begin, ':') : NULL;
    if (!end)
        return !six; /* there is none */
    if ((size_t)(end - begin) >= 64)
        return false;
    memcpy(ret, begin, (size_t)(end - begin));
    ret[end - begin] = '\0';
    *text = end + 1 + six;
    return is_address(ret, six);
}

int published_parse(const char *text, struct published *ret, struct err *e)
{
    struct published p = { 0 };
    const char *rest = text, *slash, *colon;

    if (!take_address(&rest, p.address))
        return refuse(text, e);
    slash = strchr(rest, '/');
    if (slash && strcmp(slash, "/udp") == 0)
        p.udp = true;
    else if (slash && strcmp(slash, "/tcp") != 0)
        return refuse(text, e);
    colon = strchr(rest, ':');
    if (!colon || !parse_port(rest, (size_t)(colon - rest), &p.host) ||
        !parse_port(colon + 1, slash ? (size_t)(slash - colon - 1) : strlen(colon + 1),
                    &p.container))
        return refuse(text, e);
    *ret = p;
    return 0;
}
