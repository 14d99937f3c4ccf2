// SPDX-License-Identifier: Apache-2.0
/* error.c - the program's own errors, in the library's form. */
#include "davit/error.h"

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int kind_errno(enum davit_error_kind kind)
{
    switch (kind) {
    case DAVIT_ERROR_OS:
        return EIO;
    case DAVIT_ERROR_INVALID:
        return EINVAL;
    case DAVIT_ERROR_NOT_FOUND:
        return ENOENT;
    case DAVIT_ERROR_EXISTS:
        return EEXIST;
    case DAVIT_ERROR_BAD_STATE:
        return EBADFD;
    case DAVIT_ERROR_UNSUPPORTED:
        return EOPNOTSUPP;
    case DAVIT_ERROR_PROTOCOL:
        return EPROTO;
    case DAVIT_ERROR_BUSY:
        return EBUSY;
    }
    return EIO;
}

int error_set(struct davit_error *e, enum davit_error_kind kind, const char *format, ...)
{
    va_list args;

    e->kind = kind;
    e->code = kind_errno(kind);
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return -e->code;
}

int error_os(struct davit_error *e, int code, const char *format, ...)
{
    char words[ERR_WORDS_MAX];
    va_list args;
    size_t len;

    e->kind = DAVIT_ERROR_OS;
    e->code = code;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    len = strlen(e->text);
    snprintf(e->text + len, sizeof e->text - len, ": %s",
             err_errno_words(code, words, sizeof words));
    return -e->code;
}

int error_from(struct davit_error *e, const struct err *from)
{
    e->kind = (enum davit_error_kind)from->kind;
    e->code = from->code;
    err_format(from, e->text, sizeof e->text);
    return -e->code;
}
