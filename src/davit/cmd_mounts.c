// SPDX-License-Identifier: Apache-2.0
/* cmd_mounts.c - davit mounts. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static const struct option mounts_options[] = { { 0 } };

/* The array alone is the section of the configuration, too. */
static int read_mounts(const char *path, char **ret, struct davit_error *e)
{
    auto_free char *text = NULL;
    struct err failure = { 0 };
    size_t len = 0;
    int rc = strcmp(path, "-") ? file_read(AT_FDCWD, path, FILE_MAX, &text, &len, &failure)
                               : file_read_fd(STDIN_FILENO, FILE_MAX, &text, &len, &failure);

    if (rc < 0)
        return error_from(e, &failure);
    if (strlen(text) != len)
        return error_set(e, DAVIT_ERROR_INVALID, "invalid JSON: a NUL byte in '%s'", path);
    if (text[strspn(text, " \t\r\n")] == '[') {
        rc = asprintf(ret, "{\"mounts\":%s}", text);
        return rc < 0 ? error_os(e, ENOMEM, "read '%s'", path) : 0;
    }
    *ret = take_ptr(text);
    return 0;
}

static int mounts_run(struct cli *cli, struct davit_error *e)
{
    char *const *args = cli->values.args;
    bool remove = strcmp(args[0], "remove") == 0;
    auto_free char *json = NULL;

    if (!remove && strcmp(args[0], "add") != 0)
        return error_set(e, DAVIT_ERROR_INVALID, "mounts: 'add' or 'remove', not '%s'", args[0]);
    TRY(read_mounts(args[2], &json, e));
    return remove ? davit_mounts_remove(cli->context, args[1], json, e)
                  : davit_mounts_add(cli->context, args[1], json, e);
}

const struct cli_command cmd_mounts = {
    .name = "mounts",
    .args = "add|remove ID FILE",
    .summary = "add bind mounts to a running container, or remove mounts",
    .options = mounts_options,
    .min_args = 3,
    .max_args = 3,
    .run = mounts_run,
};
