// SPDX-License-Identifier: Apache-2.0
/*
 * url.h - where a request goes, and whether it may go there.
 *
 * URLs that a registry hands out are hostile. They are taken apart by libcurl's own parser, so that
 * what was judged is what is connected to. Only http and https pass, and none that carries a user
 * or a password.
 */
#pragma once

#include "base/err.h"
#include "lade/registry/curl_library.h"

#include <stdbool.h>
#include <sys/socket.h>

enum { URL_MAX = 8192, URL_HOST_SIZE = 256 };

/* What kind of place an address is; the further down, the less a stranger may point us at it. */
enum reach {
    REACH_PUBLIC,
    REACH_PRIVATE,    /* 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7 */
    REACH_LOOPBACK,   /* 127/8, ::1, "localhost"; and 0.0.0.0, ::, which lead there */
    REACH_LINK_LOCAL, /* 169.254/16, fe80::/10: cloud metadata */
};

struct url {
    char text[URL_MAX];
    bool tls;
    char host[URL_HOST_SIZE]; /* in lower case, IPv6 in brackets */
    unsigned port;
};

/* base: NULL, or what a relative text is relative to. */
int url_parse(const struct curl_library *curl, const struct url *base, const char *text,
              struct url *ret, struct err *e);

/* Scheme, host and port: what credentials belong to. */
bool url_same_origin(const struct url *a, const struct url *b);

/* By the name alone: an IP literal, or "localhost" and names below it. */
enum reach url_reach(const struct url *u);
enum reach address_reach(const struct sockaddr *address);

/* For messages: scheme, host, port and path. A query may hold a signature that opens the door. */
void url_redact(const char *text, char *ret, size_t size);

/* "host", or "host:port" where the port is not the scheme's own: the name of its endpoint. */
void url_authority(const struct url *u, char *ret, size_t size);
