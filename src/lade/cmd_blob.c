// SPDX-License-Identifier: Apache-2.0
/* cmd_blob.c - lade blob: one blob of a repository. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

struct blob_values {
    struct registry_flags registry;
};

#define OPTION_VALUES struct blob_values

static const struct option blob_options[] = { REGISTRY_ROWS, { 0 } };

static int head(struct repository *repository, const struct digest *digest, struct err *e)
{
    auto_buf out = { 0 };
    uint64_t size;
    int rc = repository_has_blob(repository, digest, &size, e);

    TRY(rc);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "no blob %s", digest->text);
    buf_printf(&out, "%llu\n", (unsigned long long)size);
    return output_buf(&out, e);
}

struct passing {
    struct hasher *hasher;
};

static int pass(void *user, const void *data, size_t len, struct err *e)
{
    struct passing *p = user;
    int rc;

    hasher_add(p->hasher, data, len);
    rc = write_all(STDOUT_FILENO, data, len);
    return rc < 0 ? err_os(e, rc, "write to standard output") : 0;
}

/* To standard output as it comes; what turns out to be something else is a failure at the end. */
static int get(struct repository *repository, const struct digest *digest, struct err *e)
{
    auto_hasher *hasher = NULL;
    struct passing p = { 0 };
    const struct byte_sink to = { .write = pass, .user = &p };
    struct digest found;
    uint64_t size;
    int rc = repository_has_blob(repository, digest, &size, e);

    TRY(rc);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "no blob %s", digest->text);
    TRY(hasher_new(digest->algorithm, &hasher, e));
    p.hasher = hasher;
    TRY(repository_get_blob(repository, digest, size, 0, &to, e));
    hasher_end(hasher, &found);
    if (!digest_equal(&found, digest))
        return err_set(e, ERR_INVALID, "the blob came as %s", found.text);
    return 0;
}

static int blob_run(struct cli *cli, const void *values, struct err *e)
{
    const struct blob_values *v = values;
    auto_session session = { 0 };
    auto_repository *repository = NULL;
    bool whole = strcmp(cli->args[0], "get") == 0;
    struct reference r;

    if (!whole && strcmp(cli->args[0], "head") != 0)
        return err_set(e, ERR_INVALID, "unknown action '%s': get or head", cli->args[0]);
    TRY(reference_parse(cli->args[1], &r, e));
    if (!r.has_digest)
        return err_set(e, ERR_INVALID, "'%s' is no REPOSITORY@DIGEST", cli->args[1]);
    TRY(registry_session_open(cli, &v->registry, &session, e));
    TRY(repository_open(session.registry, &r, REPOSITORY_PULL, &repository, e));
    return whole ? get(repository, &r.digest, e) : head(repository, &r.digest, e);
}

const struct cli_command cmd_blob = {
    .name = "blob",
    .args = "get|head REPOSITORY@DIGEST",
    .summary = "print a blob of a repository, or its size",
    .options = blob_options,
    .values_size = sizeof(struct blob_values),
    .min_args = 2,
    .max_args = 2,
    .run = blob_run,
};
