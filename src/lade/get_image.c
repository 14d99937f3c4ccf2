// SPDX-License-Identifier: Apache-2.0
/* get_image.c - an image that a verb works on, pulled when the store does not have it. */
#include "lade/get_image.h"

#include "base/cleanup.h"

/* The words of PULL_ROW. */
enum { MISSING, ALWAYS, NEVER };

static int is_there(struct store *store, const char *name, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;
    int rc;

    TRY(store_list(store, &names, e));
    rc = store_find(names, name, &entry, e);
    return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}

static int pull_image(struct cli *cli, struct store *store, const struct reference *r,
                      const struct registry_flags *flags, const struct platform *platform,
                      struct err *e)
{
    auto_session session = { 0 };
    struct pulled pulled;
    struct pull p = { .store = store,
                      .report = cli->report,
                      .cancelled = &session.cancelled,
                      .reference = r,
                      .policy = PULL_ALWAYS,
                      .platforms = platform,
                      .platform_count = platform ? 1 : 0 };

    TRY(registry_session_open(cli, flags, &session, e));
    p.registry = session.registry;
    return pull(&p, &pulled, e);
}

int get_image(struct cli *cli, struct store *store, const char *name,
              const struct registry_flags *flags, int pull, const char *platform_text,
              struct err *e)
{
    auto_arena arena = { 0 };
    struct platform platform;
    struct reference r;
    int there = is_there(store, name, e);

    if (pull == NEVER || (there != 0 && pull != ALWAYS))
        return there == 0 ? -e->code : there < 0 ? there : 0;
    /* What can be no name in a registry is told as what it is: not here. */
    if (there == 0 && reference_parse(name, &r, &(struct err){ 0 }) < 0)
        return -e->code;
    TRY(reference_parse(name, &r, e));
    if (platform_text)
        TRY(platform_parse(&arena, platform_text, &platform, e));
    return pull_image(cli, store, &r, flags, platform_text ? &platform : NULL, e);
}
