// SPDX-License-Identifier: Apache-2.0
/* cmd_verify.c - lade verify: hold what is in the store against its names. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/check/check.h"
#include "lade/trust_flags.h"

struct verify_values {
    struct trust_flags trust;
    bool all, remove, json;
};

#define OPTION_VALUES struct verify_values

static const struct option verify_options[] = {
    SWITCH("a", "all", all, "every image and every blob"),
    SWITCH(NULL, "remove", remove, "remove damaged blobs, so that they can be fetched again"),
    TRUST_ROWS,
    JSON_ROW,
    { 0 },
};

struct verification {
    struct cli *cli;
    struct store *store;
    const struct verify_values *v;
    struct trust trust;
    struct buf out;
    struct json_writer json;
    struct digest_set checked;
    unsigned removed;
};

static void found(void *user, const struct finding *f)
{
    struct verification *x = user;
    struct digest digest;
    struct err e;

    if (x->v->json) {
        json_begin(&x->json, NULL, '{');
        json_put_string(&x->json, "digest", f->digest);
        json_put_string(&x->json, "problem", f->text);
        json_end(&x->json);
    } else {
        add_printable(&x->out, f->text);
        buf_puts(&x->out, "\n");
    }
    if (x->v->remove && digest_parse(f->digest, &digest, &e) == 0)
        x->removed += store_drop_damaged(x->store, &digest);
}

/* First, as it is quick. */
static int check_signed(struct verification *x, const char *name, const struct digest *digest,
                        struct err *e)
{
    struct reference r;

    if (!x->trust.key_count)
        return 0;
    TRY(reference_parse(name, &r, e));
    TRY(trust_check(x->store, &x->trust, &r, digest, e));
    report_note(x->cli->report, "%s is signed", name);
    return 0;
}

static int check_names(struct verification *x, const struct check_watcher *watcher, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    char **text = x->cli->args;
    int sum = 0;

    TRY(store_list(x->store, &names, e));
    for (size_t i = 0; x->v->all ? i < names->count : text[i] != NULL; i++) {
        const struct store_entry *entry = x->v->all ? &names->items[i] : NULL;
        int n;

        if (!entry)
            TRY(store_find(names, text[i], &entry, e));
        if (!x->v->all)
            TRY(check_signed(x, text[i], &entry->descriptor->digest, e));
        n = check_image(x->store, entry->descriptor, watcher, e);
        TRY(n);
        sum += n;
    }
    return sum;
}

static int verify(struct verification *x, struct err *e)
{
    struct check_watcher watcher = { found, x, x->cli->report, &x->checked };
    auto_store *s = NULL;
    int findings, more = 0;

    TRY(cli_open_store(x->cli, x->v->remove ? STORE_WRITE : STORE_READ, &s, e));
    x->store = s;
    if (x->v->json)
        json_begin(&x->json, NULL, '[');
    findings = check_names(x, &watcher, e);
    TRY(findings);
    if (x->v->all)
        more = check_blobs(s, &watcher, e);
    TRY(more);
    if (x->v->json)
        json_end(&x->json);
    TRY(output_buf(&x->out, e));
    if (x->removed)
        report_note(x->cli->report, "removed %u damaged blobs", x->removed);
    if (findings + more)
        return err_set(e, ERR_INVALID, "%d problems found", findings + more);
    report_note(x->cli->report, "all is as it should be");
    return 0;
}

static int verify_run(struct cli *cli, const void *values, struct err *e)
{
    struct verification x = { .cli = cli, .v = values };
    int rc;

    if (x.v->all == (cli->n_args > 0))
        return err_set(e, ERR_INVALID, "give images, or --all");
    if (x.v->all && x.v->trust.keys.n)
        return err_set(e, ERR_INVALID, "--key is for images that are named");
    x.json.to = &x.out;
    rc = trust_open(&x.v->trust, &x.trust, e);
    if (rc == 0)
        rc = verify(&x, e);
    trust_done(&x.trust);
    buf_done(&x.out);
    digest_set_done(&x.checked);
    return rc;
}

const struct cli_command cmd_verify = {
    .name = "verify",
    .args = "[IMAGE]...",
    .summary = "check images and blobs against their digests, and signatures",
    .options = verify_options,
    .values_size = sizeof(struct verify_values),
    .max_args = ANY_ARGS,
    .run = verify_run,
};
