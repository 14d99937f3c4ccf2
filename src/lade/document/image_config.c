// SPDX-License-Identifier: Apache-2.0
/* image_config.c - reading image configurations. */
#include "lade/document/image_config.h"

#include "base/cleanup.h"
#include "lade/document/fields.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

static int read_present(const struct json_at *at, void *ret, struct err *e)
{
    *(bool *)ret = true;
    return 0;
}

static int read_execution(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct image_config, user, "User", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, working_dir, "WorkingDir", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, stop_signal, "StopSignal", JSON_EMPTY_NULL),
        FIELD_OTHER(struct image_config, env, "Env", text_list_read, 0),
        FIELD_OTHER(struct image_config, entrypoint, "Entrypoint", text_list_read, 0),
        FIELD_OTHER(struct image_config, cmd, "Cmd", text_list_read, 0),
        FIELD_OTHER(struct image_config, volumes, "Volumes", key_list_read, 0),
        FIELD_OTHER(struct image_config, ports, "ExposedPorts", key_list_read, 0),
        FIELD_OTHER(struct image_config, labels, "Labels", annotations_read, 0),
        FIELD_OTHER(struct image_config, has_healthcheck, "Healthcheck", read_present, 0),
        FIELD_OTHER(struct image_config, shell, "Shell", text_list_read, 0),
        FIELD_OTHER(struct image_config, on_build, "OnBuild", text_list_read, 0),
        FIELD_BOOL(struct image_config, args_escaped, "ArgsEscaped", 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_type(const struct json_at *at, void *ret, struct err *e)
{
    char *type = NULL;

    TRY(json_read_string(at, 0, &type, e));
    if (strcmp(type, "layers") != 0)
        return json_error(at, e, "must be 'layers', not '%.*s'", 80, type);
    return 0;
}

static int read_rootfs(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WHOLE("type", read_type, JSON_REQUIRED),
        FIELD_ARRAY(struct image_config, diff_ids, diff_id_count, "diff_ids", digest_read, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_history(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct image_history, created, "created", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_history, created_by, "created_by", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_history, author, "author", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_history, comment, "comment", JSON_EMPTY_NULL),
        FIELD_BOOL(struct image_history, empty_layer, "empty_layer", 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_config(const struct json_at *at, struct image_config *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct image_config, created, "created", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, author, "author", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, platform.os, "os", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, platform.architecture, "architecture", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, platform.variant, "variant", JSON_EMPTY_NULL),
        FIELD_STRING(struct image_config, platform.os_version, "os.version", JSON_EMPTY_NULL),
        FIELD_OTHER(struct image_config, os_features, "os.features", text_list_read, 0),
        FIELD_WHOLE("config", read_execution, 0),
        FIELD_WHOLE("rootfs", read_rootfs, JSON_REQUIRED),
        FIELD_ARRAY(struct image_config, history, history_count, "history", read_history, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int image_config_parse(const char *text, size_t len, struct image_config **ret, struct err *e)
{
    cleanup(image_config_freep) struct image_config *c = calloc(1, sizeof *c);
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_doc doc = { .name = "image config" };
    struct json_at at = { .doc = &doc };

    if (!c)
        return json_no_memory(e);
    doc.arena = &c->arena;
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "image config");
    at.value = o;
    TRY(read_config(&at, c, e));
    *ret = take_ptr(c);
    return 0;
}

int image_config_check(const struct image_config *c, const struct platform *wanted, struct err *e)
{
    char is[PLATFORM_TEXT_SIZE], want[PLATFORM_TEXT_SIZE];
    struct platform said = platform_normalise(&c->platform);

    if (platform_agrees(wanted, &c->platform))
        return 0;
    platform_format(&said, is);
    platform_format(wanted, want);
    return err_set(e, ERR_INVALID, "the image is for %s, not for %s", is, want);
}

void image_config_freep(struct image_config **c)
{
    if (*c)
        arena_done(&(*c)->arena);
    free(*c);
    *c = NULL;
}
