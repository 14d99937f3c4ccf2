// SPDX-License-Identifier: Apache-2.0
/*
 * cmd_config.c - lade config: change what an image says about itself.
 *
 * Layers stay as they are; config and manifest are written anew with all that we do not know, and
 * the name moves to the new image. A history entry says what was done.
 */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/edit.h"
#include "lade/name/reference.h"
#include "lade/revision/revision.h"

#include <json-c/json.h>
#include <string.h>

struct config_values {
    struct option_list env, unset_env, labels, unset_labels, ports, volumes, annotations;
    struct option_list entrypoint, cmd, clear;
    const char *user, *workdir, *stop_signal, *author, *created, *comment;
    const char *os, *architecture, *variant;
    const char *platform, *tag;
    bool no_history;
};

#define OPTION_VALUES struct config_values

static const struct option config_options[] = {
    LIST("e", "env", "NAME=VALUE", env, "set a variable of the environment"),
    LIST(NULL, "unset-env", "NAME", unset_env, "remove a variable"),
    LIST(NULL, "entrypoint", "WORD", entrypoint,
         "replace the entrypoint, word by word or as one JSON array"),
    LIST(NULL, "cmd", "WORD", cmd, "replace the command, likewise"),
    TEXT("u", "user", "USER[:GROUP]", user, "set the user"),
    TEXT("w", "workdir", "DIR", workdir, "set the working directory"),
    LIST("l", "label", "KEY=VALUE", labels, "set a label"),
    LIST(NULL, "unset-label", "KEY", unset_labels, "remove a label"),
    LIST("p", "port", "PORT[/PROTO]", ports, "add a port"),
    LIST("v", "volume", "PATH", volumes, "add a volume"),
    TEXT(NULL, "stop-signal", "SIGNAL", stop_signal, "set the signal that ends a container"),
    TEXT(NULL, "author", "TEXT", author, "set the author"),
    TEXT(NULL, "created", "TIME", created,
         "set the time of creation, as in RFC 3339 (default: now, or $SOURCE_DATE_EPOCH)"),
    TEXT(NULL, "os", "OS", os, "set the operating system"),
    TEXT(NULL, "arch", "ARCH", architecture, "set the architecture"),
    TEXT(NULL, "variant", "VARIANT", variant, "set the architecture's variant"),
    LIST("a", "annotation", "KEY=VALUE", annotations, "set an annotation of the manifest"),
    LIST(NULL, "clear", "WHAT", clear,
         "first remove all of env, entrypoint, cmd, labels, ports, volumes, user, workdir, "
         "stop-signal, author or annotations"),
    TEXT("t", "tag", "NAME", tag, "name the result so, and leave the image as it is"),
    PLATFORM_ROW,
    TEXT(NULL, "comment", "TEXT", comment, "the comment of the history entry"),
    SWITCH(NULL, "no-history", no_history, "add no entry to the history"),
    { 0 },
};

/* What --clear can name, and where that stands. */
static const struct {
    const char *word;
    enum { IN_CONFIG, IN_DOCUMENT, IN_MANIFEST } where;
    const char *key;
} clearable[] = {
    { "env", IN_CONFIG, "Env" },
    { "entrypoint", IN_CONFIG, "Entrypoint" },
    { "cmd", IN_CONFIG, "Cmd" },
    { "labels", IN_CONFIG, "Labels" },
    { "ports", IN_CONFIG, "ExposedPorts" },
    { "volumes", IN_CONFIG, "Volumes" },
    { "user", IN_CONFIG, "User" },
    { "workdir", IN_CONFIG, "WorkingDir" },
    { "stop-signal", IN_CONFIG, "StopSignal" },
    { "author", IN_DOCUMENT, "author" },
    { "annotations", IN_MANIFEST, "annotations" },
};

/* The image while it is changed. */
struct change {
    const struct config_values *v;
    struct revision r;
};

static int clear_one(struct change *c, const char *word, struct err *e)
{
    for (size_t i = 0; i < ARRAY_SIZE(clearable); i++) {
        if (strcmp(clearable[i].word, word) != 0)
            continue;
        json_object_object_del(clearable[i].where == IN_CONFIG     ? c->r.config
                               : clearable[i].where == IN_DOCUMENT ? c->r.document
                                                                   : c->r.manifest,
                               clearable[i].key);
        return 0;
    }
    return err_set(e, ERR_INVALID, "invalid value '%.*s' for '--clear' (see --help)", 80, word);
}

typedef int edit_one(struct json_object *o, const char *key, const char *text, struct err *e);

static int edit_each(struct json_object *o, const char *key, const struct option_list *list,
                     edit_one *edit, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        TRY(edit(o, key, list->items[i], e));
    return 0;
}

/* One item that begins with '[' is the whole list as JSON; json_parse() has checked it. */
static int edit_words(struct json_object *o, const char *key, const struct option_list *words,
                      struct err *e)
{
    cleanup(json_putp) struct json_object *array = NULL;

    if (words->n == 0)
        return 0;
    if (words->n > 1 || words->items[0][0] != '[')
        return edit_texts(o, key, words->items, words->n, e);
    if (json_parse(words->items[0], strlen(words->items[0]), &array, e) < 0)
        return err_wrap(e, "%s", key);
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (!json_object_is_type(json_object_array_get_idx(array, i), json_type_string))
            return err_set(e, ERR_INVALID, "%s must be an array of strings", key);
    if (json_object_object_add(o, key, array) < 0)
        return err_os(e, ENOMEM, "change a document");
    array = NULL;
    return 0;
}

static int change_execution(struct change *c, struct err *e)
{
    const struct config_values *v = c->v;

    for (size_t i = 0; i < v->unset_env.n; i++)
        edit_remove(c->r.config, "Env", v->unset_env.items[i]);
    for (size_t i = 0; i < v->unset_labels.n; i++)
        edit_remove(c->r.config, "Labels", v->unset_labels.items[i]);
    TRY(edit_each(c->r.config, "Env", &v->env, edit_variable, e));
    TRY(edit_each(c->r.config, "Labels", &v->labels, edit_pair, e));
    TRY(edit_each(c->r.config, "ExposedPorts", &v->ports, edit_key, e));
    TRY(edit_each(c->r.config, "Volumes", &v->volumes, edit_key, e));
    TRY(edit_words(c->r.config, "Entrypoint", &v->entrypoint, e));
    TRY(edit_words(c->r.config, "Cmd", &v->cmd, e));
    if (v->user)
        TRY(edit_text(c->r.config, "User", v->user, e));
    if (v->workdir)
        TRY(edit_text(c->r.config, "WorkingDir", v->workdir, e));
    if (v->stop_signal)
        TRY(edit_text(c->r.config, "StopSignal", v->stop_signal, e));
    return 0;
}

static int change_document(struct change *c, struct err *e)
{
    const struct config_values *v = c->v;

    if (v->author)
        TRY(edit_text(c->r.document, "author", v->author, e));
    if (v->os)
        TRY(edit_text(c->r.document, "os", v->os, e));
    if (v->architecture)
        TRY(edit_text(c->r.document, "architecture", v->architecture, e));
    if (v->variant)
        TRY(edit_text(c->r.document, "variant", v->variant, e));
    return 0;
}

static int apply(struct change *c, struct err *e)
{
    for (size_t i = 0; i < c->v->clear.n; i++)
        TRY(clear_one(c, c->v->clear.items[i], e));
    TRY(change_execution(c, e));
    TRY(change_document(c, e));
    if (!c->v->no_history)
        TRY(revision_add_history(&c->r, "lade config", c->v->comment, true, e));
    return edit_each(c->r.manifest, "annotations", &c->v->annotations, edit_pair, e);
}

static int change_image(const struct config_values *v, struct store *s, const struct image *image,
                        const char *name, struct descriptor *ret, struct err *e)
{
    struct change c = { .v = v };
    int rc = revision_begin(&c.r, image, NULL, v->created, e);

    if (rc == 0)
        rc = apply(&c, e);
    if (rc == 0)
        rc = revision_write(&c.r, s, name, STORE_NAME_REPLACE, ret, e);
    revision_done(&c.r);
    return rc;
}

static int config_run(struct cli *cli, const void *values, struct err *e)
{
    const struct config_values *v = values;
    auto_arena arena = { 0 };
    char full[REFERENCE_TEXT_SIZE];
    struct platform platform;
    struct descriptor result;
    struct reference r;
    auto_cli_image i = { 0 };
    auto_image *image = NULL;
    const char *name;

    TRY(cli_platform(&arena, v->platform, &platform, e));
    TRY(cli_find(cli, STORE_WRITE, cli->args[0], &i, e));
    TRY(image_open(i.store, i.entry->descriptor, &platform, &image, e));
    TRY(manifest_require_image(image->manifest, e));
    name = i.entry->name;
    if (v->tag) {
        TRY(reference_parse(v->tag, &r, e));
        reference_format(&r, full);
        name = full;
    }
    TRY(change_image(v, i.store, image, name, &result, e));
    report_note(cli->report, "%s is %s", name ? name : "the new image", result.digest.text);
    return 0;
}

const struct cli_command cmd_config = {
    .name = "config",
    .args = "IMAGE",
    .summary = "change what an image says about itself",
    .options = config_options,
    .values_size = sizeof(struct config_values),
    .min_args = 1,
    .max_args = 1,
    .run = config_run,
};
