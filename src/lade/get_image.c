// SPDX-License-Identifier: Apache-2.0
/* get_image.c - an image that a verb works on, pulled when the store does not have it. */
#include "lade/get_image.h"

#include "base/cleanup.h"
#include "lade/bundle/ahead.h"
#include "lade/stream/room.h"

/* The words of PULL_ROW. */
enum { MISSING, ALWAYS, NEVER };

/* 1 with what the name means. */
static int look(struct store *store, const char *name, struct digest *ret, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;
    int rc;

    TRY(store_list(store, &names, e));
    rc = store_find(names, name, &entry, e);
    if (rc == 0)
        *ret = entry->descriptor->digest;
    return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}

static int pull_image(struct cli *cli, struct store *store, const struct image_wanted *w,
                      const struct reference *r, const struct trust *trust, struct err *e)
{
    auto_arena arena = { 0 };
    auto_session session = { 0 };
    struct ahead ahead = { .store = store, .report = cli->report };
    const struct pull_follower follower = ahead_follower(&ahead);
    struct platform platform;
    struct pulled pulled;
    struct pull p = { .store = store,
                      .report = cli->report,
                      .cancelled = &session.cancelled,
                      .reference = r,
                      .policy = PULL_ALWAYS,
                      .strict_platform = w->strict_platform,
                      .trust = trust,
                      /* Its buffers are worth it where there is room for them. */
                      .follower = w->unpacked && !room_is_small() ? &follower : NULL };

    if (w->platform) {
        TRY(platform_parse(&arena, w->platform, &platform, e));
        p.platforms = &platform;
        p.platform_count = 1;
    }
    TRY(registry_session_open(cli, w->registry, &session, e));
    p.registry = session.registry;
    return pull(&p, &pulled, e);
}

static int get(struct cli *cli, struct store *store, const struct image_wanted *w,
               const struct trust *trust, struct err *e)
{
    struct digest found;
    struct reference r;
    int there = look(store, w->name, &found, e);

    if (w->pull == NEVER || (there != 0 && w->pull != ALWAYS))
        return there == 0 ? -e->code : there < 0 ? there : 0;
    /* What can be no name in a registry is told as what it is: not here. */
    if (there == 0 && reference_parse(w->name, &r, &(struct err){ 0 }) < 0)
        return -e->code;
    TRY(reference_parse(w->name, &r, e));
    return pull_image(cli, store, w, &r, trust, e);
}

/* Also what has just been pulled: it is in the store that the signatures must be found later. */
static int check_signed(struct store *store, const char *name, const struct trust *trust,
                        struct digest *ret, struct err *e)
{
    struct digest digest;
    struct reference r;

    TRY(reference_parse(name, &r, e));
    if (look(store, name, &digest, e) != 1)
        return -e->code;
    TRY(trust_check(store, trust, &r, &digest, e));
    *ret = digest;
    return 0;
}

int get_image(struct cli *cli, struct store *store, const struct image_wanted *w,
              struct digest *ret_signed, struct err *e)
{
    auto_trust trust = { 0 };

    ret_signed->text[0] = '\0';
    TRY(trust_open(w->trust, &trust, e));
    TRY(get(cli, store, w, trust.key_count ? &trust : NULL, e));
    return trust.key_count ? check_signed(store, w->name, &trust, ret_signed, e) : 0;
}
