// SPDX-License-Identifier: Apache-2.0
/* globals.c - the options in front of the verb, and the store that they mean. */
#include "lade/cli.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define OPTION_VALUES struct cli_globals

// clang-format off
const struct option cli_options[] = {
    TEXT(NULL, "store", "DIR", store,
         "where images are kept (default: /var/lib/lade, or $XDG_DATA_HOME/lade without privileges)"),
    LIST(NULL, "factory", "DIR", factories,
         "a store whose images are used, too, and never changed (repeatable)"),
    SWITCH(NULL, "low-mem", low_mem, "use little memory (default: where there is less than 128 MB)"),
    CHOICE(NULL, "progress", "auto|plain|json|none", progress, PROGRESS_AUTO,
           "how progress shows on standard error (default: auto)"),
    SWITCH("q", "quiet", quiet, "no progress and no notes"),
    CHOICE(NULL, "log-level", "error|warning|debug", log_level, REPORT_ERROR,
           "what is reported on standard error (default: warning)"),
    FIXED(NULL, "debug", log_level, REPORT_DEBUG, "the same as --log-level debug"),
    SWITCH("vV", "version", version, "print the version and exit"),
    { 0 },
};
// clang-format on

static void add_default_store(struct buf *b)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (!own_ids_are_some())
        buf_puts(b, "/var/lib/lade");
    else if (data && data[0] == '/') /* relative ones do not count, says the XDG specification */
        buf_printf(b, "%s/lade", data);
    else if (home && home[0] == '/')
        buf_printf(b, "%s/.local/share/lade", home);
}

int cli_open_store(struct cli *cli, enum store_access access, struct store **ret, struct err *e)
{
    const char *path = cli->global.store;
    auto_buf b = { 0 };

    if (!path)
        add_default_store(&b);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "find the store");
    if (!path)
        path = b.data;
    if (!path)
        return err_set(e, ERR_INVALID, "no place for a store: $HOME is not set (use --store)");
    return store_open(path, cli->global.factories.items, access, ret, e);
}

int cli_platform(struct arena *arena, const char *text, struct platform *ret, struct err *e)
{
    return text ? platform_parse(arena, text, ret, e) : platform_host(arena, ret, e);
}

enum compression cli_compression(int choice)
{
    static const enum compression kinds[] = { COMPRESSION_ZSTD, COMPRESSION_GZIP,
                                              COMPRESSION_NONE };

    return kinds[choice];
}

int cli_find(struct cli *cli, enum store_access access, const char *text, struct cli_image *ret,
             struct err *e)
{
    TRY(cli_open_store(cli, access, &ret->store, e));
    TRY(store_list(ret->store, &ret->names, e));
    return store_find(ret->names, text, &ret->entry, e);
}

void cli_image_done(struct cli_image *i)
{
    store_names_freep(&i->names);
    store_closep(&i->store);
}
