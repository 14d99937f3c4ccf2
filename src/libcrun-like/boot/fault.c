// SPDX-License-Identifier: Apache-2.0
/* fault.c - the test build's fault points: DAVIT_FAULT="row name:fail|kill|stop". */
#include "boot/boot.h"

#include <stdlib.h>
#include <string.h>

static int action_of(const char *name)
{
    return !strcmp(name, "fail")   ? BOOT_FAULT_FAIL
           : !strcmp(name, "kill") ? BOOT_FAULT_KILL
           : !strcmp(name, "stop") ? BOOT_FAULT_STOP
                                   : -1;
}

int boot_fault_read(const struct plan *p, uint32_t *ret_row, uint32_t *ret_fault, struct err *e)
{
    const char *text = getenv("DAVIT_FAULT"), *colon = text ? strrchr(text, ':') : NULL;
    unsigned count;
    const struct row_info *rows = plan_rows(p->kind, &count);
    int action = colon ? action_of(colon + 1) : -1;

    *ret_fault = BOOT_FAULT_NONE;
    if (!text)
        return 0;
    if (action < 0)
        return err_set(e, ERR_INVALID, "DAVIT_FAULT: '%s' is not ROW:fail, ROW:kill or ROW:stop",
                       text);
    for (unsigned i = 0; i < count; i++)
        if (strlen(rows[i].name) == (size_t)(colon - text) &&
            !memcmp(rows[i].name, text, (size_t)(colon - text))) {
            *ret_row = i;
            *ret_fault = (uint32_t)action;
        }
    return 0; /* a name of the other table: nothing to do here */
}
