// SPDX-License-Identifier: Apache-2.0
/* err_format.c - an error's words for a person; only in processes that may use the C library. */
#include "base/err.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

char *err_errno_words(int code, char *ret, size_t size)
{
    snprintf(ret, size, "%s", strerror(code));
    /* Not the names: "RFS specific error". */
    if (ret[0] && islower((unsigned char)ret[1]))
        ret[0] = (char)tolower((unsigned char)ret[0]);
    return ret;
}

void err_format(const struct err *e, char *ret, size_t size)
{
    char words[ERR_WORDS_MAX];

    if (e->kind == ERR_OS)
        snprintf(ret, size, "%s: %s", e->text, err_errno_words(e->code, words, sizeof words));
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
