// SPDX-License-Identifier: Apache-2.0
/* err_format.c - an error's words for a person; only in processes that may use the C library. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

void err_format(const struct err *e, char *ret, size_t size)
{
    if (e->kind == ERR_OS)
        snprintf(ret, size, "%s: %s", e->text, strerror(e->code));
    else
        snprintf(ret, size, "%s", e->text);
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_OS:
        return "os";
    case ERR_INVALID:
        return "invalid";
    case ERR_NOT_FOUND:
        return "not-found";
    case ERR_EXISTS:
        return "exists";
    case ERR_BAD_STATE:
        return "bad-state";
    case ERR_UNSUPPORTED:
        return "unsupported";
    case ERR_PROTOCOL:
        return "protocol";
    case ERR_BUSY:
        return "busy";
    }
    return "unknown";
}
