// SPDX-License-Identifier: Apache-2.0
/* err.c - filling and wrapping the error value; runs after clone() too, so no C library here. */
#include "base/err.h"

#include "base/fmt.h"

#include <errno.h>

static const int kind_code[] = {
    [ERR_OS] = EIO,          [ERR_INVALID] = EINVAL,   [ERR_NOT_FOUND] = ENOENT,
    [ERR_EXISTS] = EEXIST,   [ERR_BAD_STATE] = EBADFD, [ERR_UNSUPPORTED] = EOPNOTSUPP,
    [ERR_PROTOCOL] = EPROTO, [ERR_BUSY] = EBUSY,
};

int err_os(struct err *e, long code, const char *f, ...)
{
    va_list args;

    if (code < 0)
        code = -code;
    e->code = code ? (int)code : EIO;
    e->kind = ERR_OS;
    va_start(args, f);
    fmt_v(e->text, sizeof e->text, f, args);
    va_end(args);
    return -e->code;
}

int err_set(struct err *e, enum err_kind kind, const char *f, ...)
{
    va_list args;

    e->code = kind_code[kind];
    e->kind = kind;
    va_start(args, f);
    fmt_v(e->text, sizeof e->text, f, args);
    va_end(args);
    return -e->code;
}

int err_wrap(struct err *e, const char *f, ...)
{
    char inner[ERR_TEXT_MAX], outer[ERR_TEXT_MAX];
    va_list args;

    fmt(inner, sizeof inner, "%s", e->text);
    va_start(args, f);
    fmt_v(outer, sizeof outer, f, args);
    va_end(args);
    fmt(e->text, sizeof e->text, "%s: %s", outer, inner);
    return -e->code;
}
