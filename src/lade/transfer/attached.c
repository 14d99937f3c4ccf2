// SPDX-License-Identifier: Apache-2.0
/* attached.c - pulling what accompanies an image. */
#include "lade/transfer/attached.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/store/attached.h"

/* How deep referrers of referrers are followed, and how many in all. */
enum { DEPTH_MAX = 4, REFERRERS_MAX = 1000 };

struct attachment {
    const struct pull *p;
    struct repository *repository;
    enum attached what;
    unsigned count;
};

/* By a tag when there is one, else by digest. */
static int pull_one(struct attachment *a, const char *tag, const struct digest *digest,
                    struct err *e)
{
    struct reference r = *a->p->reference;
    struct pull one = *a->p;
    struct pulled pulled;

    fmt(r.tag, sizeof r.tag, "%s", tag ? tag : "");
    r.has_digest = !tag;
    if (!tag)
        r.digest = *digest;
    one.reference = &r;
    one.policy = PULL_ALWAYS;
    one.platforms = NULL;
    one.all_platforms = true;
    one.trust = NULL;
    one.follower = NULL;
    one.referrers = false;
    one.unnamed = !tag;
    one.blob_max = a->what == ATTACHED_SIGNATURES ? SIGNATURE_MAX : 0;
    if (pull(&one, &pulled, e) == 0)
        return 0;
    /* One that is too large or no document must not stand in the way of a good one. */
    if (a->what == ATTACHED_SIGNATURES && e->kind == ERR_INVALID && !atomic_load(a->p->cancelled)) {
        report_note(a->p->report, "a signature is left out: %s", e->text);
        return 0;
    }
    return -e->code;
}

static int pull_tags(struct attachment *a, const struct digest *subject, struct err *e)
{
    size_t n = a->what == ATTACHED_SIGNATURES ? 1 : ARRAY_SIZE(attached_endings);
    char tag[TAG_MAX + 1];

    for (size_t i = 0; i < n; i++)
        if (attached_tag(subject, attached_endings[i], tag) && pull_one(a, tag, NULL, e) < 0 &&
            e->kind != ERR_NOT_FOUND)
            return -e->code;
    return 0;
}

static int pull_referrers(struct attachment *a, const struct digest *subject, unsigned depth,
                          struct err *e)
{
    cleanup(referrers_done) struct referrers found = { 0 };

    TRY(repository_referrers(a->repository, subject, NULL, &found, e));
    for (size_t i = 0; i < found.count; i++) {
        const struct descriptor *d = found.items[i];

        if (a->what == ATTACHED_SIGNATURES && !trust_is_signature(d))
            continue;
        if (a->what == ATTACHED_SIGNATURES && a->count == SIGNATURES_MAX)
            return 0;
        if (a->count++ == REFERRERS_MAX)
            return err_set(e, ERR_INVALID, "more than %d referrers", REFERRERS_MAX);
        TRY(pull_one(a, NULL, &d->digest, e));
        if (a->what == ATTACHED_ALL && depth < DEPTH_MAX)
            TRY(pull_referrers(a, &d->digest, depth + 1, e));
    }
    return 0;
}

int pull_attached(const struct pull *p, const struct digest *subject, enum attached what,
                  struct err *e)
{
    auto_repository *repository = NULL;
    struct attachment a = { .p = p, .what = what };

    TRY(repository_open(p->registry, p->reference, REPOSITORY_PULL, &repository, e));
    a.repository = repository;
    TRY(pull_tags(&a, subject, e));
    return pull_referrers(&a, subject, 1, e);
}
