// SPDX-License-Identifier: Apache-2.0
/* output.c - results on standard output; what could not be written is a failure. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/err.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

int output_text(const char *text, struct davit_error *e)
{
    size_t len = strlen(text);
    int rc = write_all(STDOUT_FILENO, text, len);

    if (rc >= 0 && (len == 0 || text[len - 1] != '\n'))
        rc = write_all(STDOUT_FILENO, "\n", 1);
    return rc < 0 ? error_os(e, -rc, "write to standard output") : 0;
}
