// SPDX-License-Identifier: Apache-2.0
/* header.h - the headers of one response, and the few of them that have a grammar. */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { HEADERS_MAX = 64 << 10 };

/* Lines "Name: value", each ended by a NUL, one after the other. */
struct headers {
    struct buf lines;
};

/* One line as it came, with or without its end. A new status line drops what came before (an
 * interim response). Lines past HEADERS_MAX bytes are dropped. */
void headers_add(struct headers *h, const char *line, size_t len);
void headers_done(struct headers *h);

/* The value of the first header of that name (any case), or NULL. */
const char *headers_get(const struct headers *h, const char *name);

/* The next one after `previous` (a value that was returned; NULL: the first). */
const char *headers_next(const struct headers *h, const char *name, const char *previous);

/* "bytes 5-9/10", RFC 9110 section 14.4: what a 206 holds. False for anything else, also when the
 * total is not told. */
bool content_range_parse(const char *text, uint64_t *ret_first, uint64_t *ret_last,
                         uint64_t *ret_total);

/* "0-9" or "bytes=0-9", how far an upload came; the number of bytes, 0 for "0-0" as well: nobody
 * can tell it from none. False for anything else. */
bool upload_range_parse(const char *text, uint64_t *ret_received);

/* Retry-After, RFC 9110 section 10.2.3, in milliseconds from now (time(2)); false when it is
 * neither seconds nor a date. */
bool retry_after_parse(const char *text, int64_t now, uint64_t *ret_milliseconds);

/* The target of the link with rel="next", RFC 8288, into ret of size bytes. */
bool link_next_parse(const char *text, char *ret, size_t size);

/* The text of `299 - "..."`, RFC 9111 section 5.5 as distribution-spec uses it. */
bool warning_parse(const char *text, char *ret, size_t size);
