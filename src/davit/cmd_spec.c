// SPDX-License-Identifier: Apache-2.0
/* cmd_spec.c - davit spec: writes a configuration to start from. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>

static const struct option spec_options[] = {
    TEXT("b", "bundle", "DIR", bundle, "the bundle's directory (default: the working directory)"),
    TEXT("f", "file", "FILE", file, "name of the file inside the bundle (default: config.json)"),
    SWITCH(NULL, "rootless", rootless, "for the calling user, with a user namespace"),
    { 0 },
};

/* Never overwrites; a file that could not be finished is removed. */
static int write_new(int dir, const char *name, const char *text, struct davit_error *e)
{
    auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC, 0666);
    int rc;

    if (fd < 0 && errno == EEXIST)
        return error_set(e, DAVIT_ERROR_EXISTS, "file %s exists", name);
    if (fd < 0)
        return error_os(e, errno, "create '%s'", name);
    rc = write_all(fd, text, strlen(text));
    if (rc >= 0)
        rc = write_all(fd, "\n", text[0] && text[strlen(text) - 1] != '\n');
    if (rc < 0) {
        unlinkat(dir, name, 0);
        return error_os(e, -rc, "write '%s'", name);
    }
    return 0;
}

static int spec_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    const char *bundle = v->bundle ? v->bundle : ".";
    auto_free char *json = NULL;
    auto_fd dir = -EBADF;

    TRY(davit_spec(v->rootless, &json, e));
    dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return error_os(e, errno, "open bundle '%s'", bundle);
    return write_new(dir, v->file ? v->file : "config.json", json, e);
}

const struct cli_command cmd_spec = {
    .name = "spec",
    .args = "",
    .summary = "write a config.json to start from",
    .options = spec_options,
    .standalone = true,
    .run = spec_run,
};
