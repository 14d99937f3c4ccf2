// SPDX-License-Identifier: Apache-2.0
/* cmd_remote.c - lade remote: look at what a registry has, and delete it there. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_write.h"
#include "lade/document/manifest.h"

#include <string.h>
#include <unistd.h>

enum show { SHOW_SUMMARY, SHOW_RAW, SHOW_CONFIG, SHOW_DIGEST };

struct remote_values {
    struct registry_flags registry;
    const char *platform, *artifact_type;
    int show;
    bool by_digest;
};

#define OPTION_VALUES struct remote_values

// clang-format off
static const struct option remote_options[] = {
    FIXED(NULL, "raw", show, SHOW_RAW, "inspect: the manifest or index as it is"),
    FIXED(NULL, "config", show, SHOW_CONFIG, "inspect: the image's config as it is"),
    FIXED(NULL, "digest", show, SHOW_DIGEST, "inspect: only the digest"),
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform, "inspect: the image for it of an index"),
    SWITCH(NULL, "by-digest", by_digest, "delete: the image and all its tags, not the tag alone"),
    TEXT(NULL, "artifact-type", "TYPE", artifact_type, "referrers: only of this type"),
    REGISTRY_ROWS,
    { 0 },
};
// clang-format on

struct subject {
    struct repository *repository;
    const struct reference *reference;
    const struct remote_values *v;
};

/* --- inspect --- */

/* The manifest that the name and --platform mean; an index only when it is to be shown itself. */
static int get_manifest(const struct subject *s, bool of_platform, struct fetched *ret,
                        struct err *e)
{
    cleanup(arena_done) struct arena arena = { 0 };
    cleanup(index_freep) struct index *index = NULL;
    struct platform platform;
    const struct descriptor *d;
    const char *type;
    auto_fetched f = { 0 };

    TRY(repository_get_manifest(s->repository, reference_target(s->reference), &f, e));
    TRY(document_kind(f.data, f.size, &type, e));
    if (media_type_find(type)->kind == MEDIA_INDEX && of_platform) {
        if (s->v->platform)
            TRY(platform_parse(&arena, s->v->platform, &platform, e));
        else
            TRY(platform_host(&arena, &platform, e));
        TRY(index_parse(f.data, f.size, *f.media_type ? f.media_type : NULL, &index, e));
        TRY(index_choose(index, &platform, &d, e));
        fetched_done(&f);
        TRY(repository_get_manifest(s->repository, d->digest.text, &f, e));
    }
    *ret = f;
    f = (struct fetched){ 0 };
    return 0;
}

/* Byte for byte, so that its digest is what it was. */
static int write_out(const void *data, size_t len, struct err *e)
{
    int rc = write_all(STDOUT_FILENO, data, len);

    return rc < 0 ? err_os(e, rc, "write to standard output") : 0;
}

struct text_sink {
    struct buf text;
    size_t limit;
};

static int collect(void *user, const void *data, size_t len, struct err *e)
{
    struct text_sink *t = user;

    if (len > t->limit - t->text.len)
        return err_set(e, ERR_INVALID, "larger than %zu bytes", t->limit);
    buf_add(&t->text, data, len);
    return 0;
}

static int show_config(const struct subject *s, struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    struct text_sink text = { .limit = DOCUMENT_MAX };
    const struct byte_sink to = { .write = collect, .user = &text };
    auto_fetched f = { 0 };
    int rc;

    TRY(get_manifest(s, true, &f, e));
    TRY(manifest_parse(f.data, f.size, *f.media_type ? f.media_type : NULL, &m, e));
    rc = repository_get_blob(s->repository, &m->config.digest, m->config.size, 0, &to, e);
    if (rc == 0)
        rc = descriptor_verify(&m->config, text.text.data, text.text.len, "config", e);
    if (rc == 0)
        rc = write_out(text.text.data, text.text.len, e);
    buf_done(&text.text);
    return rc;
}

static void put_descriptor(struct json_writer *w, const char *key, const struct descriptor *d)
{
    char platform[PLATFORM_TEXT_SIZE];

    json_begin(w, key, '{');
    json_put_string(w, "mediaType", d->media_type);
    json_put_string(w, "digest", d->digest.text);
    json_put_uint(w, "size", d->size);
    json_put_string(w, "artifactType", d->artifact_type);
    if (d->has_platform) {
        platform_format(&d->platform, platform);
        json_put_string(w, "platform", platform);
    }
    json_end(w);
}

static int put_summary(struct json_writer *w, const struct fetched *f, const char *type,
                       struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;
    cleanup(manifest_freep) struct manifest *m = NULL;

    if (media_type_find(type)->kind == MEDIA_INDEX) {
        TRY(index_parse(f->data, f->size, type, &index, e));
        json_begin(w, "manifests", '[');
        for (size_t i = 0; i < index->count; i++)
            put_descriptor(w, NULL, &index->manifests[i]);
        json_end(w);
        return 0;
    }
    TRY(manifest_parse(f->data, f->size, type, &m, e));
    put_descriptor(w, "config", &m->config);
    json_begin(w, "layers", '[');
    for (size_t i = 0; i < m->layer_count; i++)
        put_descriptor(w, NULL, &m->layers[i]);
    json_end(w);
    return 0;
}

static int show_summary(const struct subject *s, struct err *e)
{
    char name[REFERENCE_TEXT_SIZE];
    auto_fetched f = { 0 };
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };
    const char *type;

    TRY(get_manifest(s, s->v->platform, &f, e));
    TRY(document_kind(f.data, f.size, &type, e));
    reference_format(s->reference, name);
    json_begin(&w, NULL, '{');
    json_put_string(&w, "name", name);
    json_put_string(&w, "digest", f.digest.text);
    json_put_string(&w, "mediaType", type);
    json_put_uint(&w, "size", f.size);
    TRY(put_summary(&w, &f, type, e));
    json_end(&w);
    return output_buf(&out, e);
}

static int inspect(const struct subject *s, struct err *e)
{
    auto_fetched f = { 0 };

    switch ((enum show)s->v->show) {
    case SHOW_SUMMARY:
        return show_summary(s, e);
    case SHOW_CONFIG:
        return show_config(s, e);
    case SHOW_RAW:
    case SHOW_DIGEST:
        break;
    }
    TRY(get_manifest(s, s->v->platform, &f, e));
    if (s->v->show == SHOW_DIGEST)
        return output_text(f.digest.text, e);
    return write_out(f.data, f.size, e);
}

/* --- delete, referrers --- */

/* A tag alone where the registry can do that; never more than what was named without being told. */
static int delete (const struct subject *s, struct err *e)
{
    auto_fetched f = { 0 };

    if (!s->v->by_digest || s->reference->has_digest) {
        if (repository_delete(s->repository, reference_target(s->reference), e) == 0)
            return 0;
        if (e->kind == ERR_UNSUPPORTED && !s->reference->has_digest)
            err_wrap(e, "this registry can't delete a tag by itself (--by-digest deletes the "
                        "image with all its tags)");
        return -e->code;
    }
    TRY(repository_get_manifest(s->repository, reference_target(s->reference), &f, e));
    return repository_delete(s->repository, f.digest.text, e);
}

static int referrers(const struct subject *s, struct err *e)
{
    cleanup(referrers_done) struct referrers found = { 0 };
    struct digest digest = s->reference->digest;
    auto_fetched f = { 0 };
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };

    if (!s->reference->has_digest) {
        TRY(repository_get_manifest(s->repository, reference_target(s->reference), &f, e));
        digest = f.digest;
    }
    TRY(repository_referrers(s->repository, &digest, s->v->artifact_type, &found, e));
    json_begin(&w, NULL, '[');
    for (size_t i = 0; i < found.count; i++)
        put_descriptor(&w, NULL, found.items[i]);
    json_end(&w);
    return output_buf(&out, e);
}

static const struct {
    const char *name;
    enum repository_use use;
    int (*run)(const struct subject *s, struct err *e);
} actions[] = {
    { "inspect", REPOSITORY_PULL, inspect },
    { "delete", REPOSITORY_DELETE, delete },
    { "referrers", REPOSITORY_PULL, referrers },
};

static int remote_run(struct cli *cli, const void *values, struct err *e)
{
    auto_session session = { 0 };
    auto_repository *repository = NULL;
    struct reference r;
    struct subject s = { .reference = &r, .v = values };

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        if (strcmp(cli->args[0], actions[i].name) != 0)
            continue;
        TRY(reference_parse(cli->args[1], &r, e));
        TRY(registry_session_open(cli, &s.v->registry, &session, e));
        TRY(repository_open(session.registry, &r, actions[i].use, &repository, e));
        s.repository = repository;
        return actions[i].run(&s, e);
    }
    return err_set(e, ERR_INVALID, "unknown action '%s': inspect, delete or referrers",
                   cli->args[0]);
}

const struct cli_command cmd_remote = {
    .name = "remote",
    .args = "inspect|delete|referrers NAME",
    .summary = "look at an image on its registry, or delete it there",
    .options = remote_options,
    .values_size = sizeof(struct remote_values),
    .min_args = 2,
    .max_args = 2,
    .run = remote_run,
};
