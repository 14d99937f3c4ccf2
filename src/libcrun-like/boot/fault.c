// SPDX-License-Identifier: Apache-2.0
/* fault.c - the test build's fault points: DAVIT_FAULT="name of a row or step:fail|kill|stop". */
#include "boot/boot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int action_of(const char *name)
{
    return !strcmp(name, "fail")   ? BOOT_FAULT_FAIL
           : !strcmp(name, "kill") ? BOOT_FAULT_KILL
           : !strcmp(name, "stop") ? BOOT_FAULT_STOP
                                   : -1;
}

/* What $DAVIT_FAULT says: the name's length, 0 when it is not set. */
static int parse(const char **ret_name, size_t *ret_len, enum boot_fault *ret_fault, struct err *e)
{
    const char *text = getenv("DAVIT_FAULT"), *colon = text ? strrchr(text, ':') : NULL;
    int action = colon ? action_of(colon + 1) : -1;

    *ret_len = 0;
    if (!text)
        return 0;
    if (action < 0)
        return err_set(e, ERR_INVALID, "DAVIT_FAULT: '%s' is not ROW:fail, ROW:kill or ROW:stop",
                       text);
    *ret_name = text;
    *ret_len = (size_t)(colon - text);
    *ret_fault = (enum boot_fault)action;
    return 0;
}

int boot_fault_read(const struct plan *p, uint32_t *ret_row, uint32_t *ret_fault, struct err *e)
{
    unsigned count;
    const struct row_info *rows = plan_rows(p->kind, &count);
    enum boot_fault fault = BOOT_FAULT_NONE;
    const char *name;
    size_t len;

    *ret_fault = BOOT_FAULT_NONE;
    TRY(parse(&name, &len, &fault, e));
    for (unsigned i = 0; len && i < count; i++)
        if (strlen(rows[i].name) == len && !memcmp(rows[i].name, name, len)) {
            *ret_row = i;
            *ret_fault = (uint32_t)fault;
        }
    return 0; /* a name of the other table: nothing to do here */
}

int boot_fault_step(const char *step, struct err *e)
{
    enum boot_fault fault = BOOT_FAULT_NONE;
    const char *name;
    size_t len;

    TRY(parse(&name, &len, &fault, e));
    if (!len || strlen(step) != len || memcmp(step, name, len) != 0)
        return 0;
    if (fault == BOOT_FAULT_FAIL)
        return err_os(e, EIO, "%s: fault point", step);
    raise(fault == BOOT_FAULT_KILL ? SIGKILL : SIGSTOP);
    return 0;
}
