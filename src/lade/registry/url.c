// SPDX-License-Identifier: Apache-2.0
/* url.c - taking URLs apart and telling places from each other. */
#include "lade/registry/url.h"

#include "base/fmt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* One part of the URL into buf of size bytes; "" when there is none. False when it doesn't fit. */
static bool get_part(const struct curl_library *curl, CURLU *handle, CURLUPart part, char *buf,
                     size_t size)
{
    char *text = NULL;
    bool fits;

    *buf = '\0';
    if (curl->url_get(handle, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) !=
        CURLUE_OK)
        return true;
    fits = fmt(buf, size, "%s", text) < size;
    curl->free(text);
    return fits;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

static int take_apart(const struct curl_library *curl, CURLU *handle, struct url *ret,
                      struct err *e)
{
    char scheme[16], port[8], user[8], password[8];
    bool fits = get_part(curl, handle, CURLUPART_URL, ret->text, sizeof ret->text) &&
                get_part(curl, handle, CURLUPART_SCHEME, scheme, sizeof scheme) &&
                get_part(curl, handle, CURLUPART_HOST, ret->host, sizeof ret->host) &&
                get_part(curl, handle, CURLUPART_PORT, port, sizeof port);

    if (!fits)
        return err_set(e, ERR_INVALID, "URL is too long");
    if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        return err_set(e, ERR_INVALID, "URL is neither http nor https");
    if (!get_part(curl, handle, CURLUPART_USER, user, sizeof user) || *user ||
        !get_part(curl, handle, CURLUPART_PASSWORD, password, sizeof password) || *password)
        return err_set(e, ERR_INVALID, "URL carries a user or a password");
    lower(ret->host);
    ret->tls = strcmp(scheme, "https") == 0;
    ret->port = (unsigned)strtoul(port, NULL, 10);
    return 0;
}

int url_parse(const struct curl_library *curl, const struct url *base, const char *text,
              struct url *ret, struct err *e)
{
    CURLU *handle = curl->url();
    struct url u = { 0 };
    int rc = 0;

    if (!handle)
        return err_os(e, ENOMEM, "parse a URL");
    if ((base && curl->url_set(handle, CURLUPART_URL, base->text, 0) != CURLUE_OK) ||
        curl->url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK)
        rc = err_set(e, ERR_INVALID, "URL is malformed");
    if (rc == 0)
        rc = take_apart(curl, handle, &u, e);
    curl->url_cleanup(handle);
    if (rc == 0)
        *ret = u;
    return rc;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->tls == b->tls && a->port == b->port && strcmp(a->host, b->host) == 0;
}

static enum reach reach4(uint32_t a)
{
    if (a >> 24 == 127 || a >> 24 == 0)
        return REACH_LOOPBACK;
    if (a >> 16 == 0xa9fe)
        return REACH_LINK_LOCAL;
    if (a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 22 == 0x6440 >> 6)
        return REACH_PRIVATE;
    return REACH_PUBLIC;
}

static enum reach reach6(const struct in6_addr *a)
{
    uint32_t tail;

    memcpy(&tail, a->s6_addr + 12, sizeof tail);
    if (IN6_IS_ADDR_V4MAPPED(a))
        return reach4(ntohl(tail));
    if (IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a))
        return REACH_LOOPBACK;
    if (IN6_IS_ADDR_LINKLOCAL(a))
        return REACH_LINK_LOCAL;
    return (a->s6_addr[0] & 0xfe) == 0xfc ? REACH_PRIVATE : REACH_PUBLIC;
}

enum reach address_reach(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return reach4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return reach6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return REACH_LINK_LOCAL;
}

static bool is_local_name(const char *host)
{
    size_t len = strlen(host), n = strlen("localhost");

    return strcmp(host, "localhost") == 0 ||
           (len > n && strcmp(host + len - n - 1, ".localhost") == 0);
}

enum reach url_reach(const struct url *u)
{
    char literal[URL_HOST_SIZE];
    struct in6_addr six;
    struct in_addr four;

    if (*u->host == '[') {
        fmt(literal, sizeof literal, "%.*s", (int)strcspn(u->host + 1, "]%"), u->host + 1);
        return inet_pton(AF_INET6, literal, &six) == 1 ? reach6(&six) : REACH_LINK_LOCAL;
    }
    /* inet_aton() as the resolver has it: "127.1", "0x7f.1" and "2130706433" are addresses, too. */
    if (inet_aton(u->host, &four))
        return reach4(ntohl(four.s_addr));
    return is_local_name(u->host) ? REACH_LOOPBACK : REACH_PUBLIC;
}

void url_redact(const char *text, char *ret, size_t size)
{
    size_t n = strcspn(text, "?#");

    fmt(ret, size, "%.*s%s", (int)n, text, text[n] ? "?..." : "");
    for (char *p = ret; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
}

void url_authority(const struct url *u, char *ret, size_t size)
{
    if (u->port == (u->tls ? 443 : 80))
        fmt(ret, size, "%s", u->host);
    else
        fmt(ret, size, "%s:%u", u->host, u->port);
}
