// SPDX-License-Identifier: Apache-2.0
/* parse.c - the entry to config.json: the document, its root object and the struct that owns all.
 */
#include "config/parse.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "config/version.h"

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CONFIG_MAX = 16 << 20, HOSTNAME_MAX = 64 };

int spec_warn(const struct json_at *at, struct err *e, const char *f, ...)
{
    struct spec *s = at->doc->user;
    struct err line = { 0 };
    char what[ERR_TEXT_MAX];
    va_list args;

    va_start(args, f);
    vsnprintf(what, sizeof what, f, args);
    va_end(args);
    json_error(at, &line, "%s", what);
    /* Room doubles whenever the count is a power of two. */
    if ((s->warnings.count & (s->warnings.count - 1)) == 0) {
        size_t room = s->warnings.count ? s->warnings.count * 2 : 1;
        char **bigger = arena_new(&s->arena, room, char *);

        if (!bigger)
            return json_no_memory(e);
        if (s->warnings.count)
            memcpy(bigger, s->warnings.items, s->warnings.count * sizeof *bigger);
        s->warnings.items = bigger;
    }
    s->warnings.items[s->warnings.count] = arena_strdup(&s->arena, line.text);
    if (!s->warnings.items[s->warnings.count])
        return json_no_memory(e);
    s->warnings.count++;
    return 0;
}

static int read_entry(const struct json_at *at, struct spec_key_value *ret, struct err *e)
{
    if (!*at->key)
        return json_error(at->parent, e, "must not have an empty name");
    ret->key = arena_strdup(at->doc->arena, at->key);
    if (!ret->key)
        return json_no_memory(e);
    return json_read_string(at, 0, &ret->value, e);
}

int spec_read_map(const struct json_at *at, struct spec_key_value **ret, size_t *ret_count,
                  struct err *e)
{
    struct json_object_iterator i, end;
    struct spec_key_value *entries;
    size_t n = 0;

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    entries = arena_new(at->doc->arena, (size_t)json_object_object_length(at->value),
                        struct spec_key_value);
    if (!entries)
        return json_no_memory(e);
    end = json_object_iter_end(at->value);
    for (i = json_object_iter_begin(at->value); !json_object_iter_equal(&i, &end);
         json_object_iter_next(&i)) {
        struct json_at here = { .doc = at->doc, .parent = at };

        here.key = json_object_iter_peek_name(&i);
        here.value = json_object_iter_peek_value(&i);
        if (here.value)
            TRY(read_entry(&here, &entries[n++], e));
    }
    *ret = entries;
    *ret_count = n;
    return 0;
}

static int read_version(const struct json_at *at, void *ret, struct err *e)
{
    char **version = ret;

    TRY(json_read_string(at, 0, version, e));
    if (!version_is_semantic(*version))
        return json_error(at, e, "must be a semantic version, not '%.*s'", 80, *version);
    if (!version_is_supported(*version))
        return json_error_kind(at, e, ERR_UNSUPPORTED, "'%.*s' is not supported, only 1.x is", 80,
                               *version);
    return 0;
}

/* The kernel takes at most 64 bytes (__NEW_UTS_LEN) for either name. */
static int read_uts_name(const struct json_at *at, void *ret, struct err *e)
{
    char **name = ret;

    TRY(json_read_string(at, JSON_EMPTY_NULL, name, e));
    if (*name && strlen(*name) > HOSTNAME_MAX)
        return json_error(at, e, "must be at most %d bytes long", HOSTNAME_MAX);
    return 0;
}

static int read_root(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct spec, root_path, "path", JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_BOOL(struct spec, root_readonly, "readonly", 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_process(const struct json_at *at, void *ret, struct err *e)
{
    struct spec *s = ret;

    s->has_process = true;
    return spec_read_process(at, &s->process, e);
}

static int read_annotations(const struct json_at *at, void *ret, struct err *e)
{
    struct spec *s = ret;

    return spec_read_map(at, &s->annotations, &s->annotation_count, e);
}

/* runtime-spec config.md, in its order. The version comes first: of another one nothing is known.
 */
/* config-vm.md: a container's process is no virtual machine. Engines write whole structs, so an
 * empty object is not a request. */
static int refuse_vm(const struct json_at *at, void *ret, struct err *e)
{
    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    return json_object_object_length(at->value)
               ? json_error_kind(at, e, ERR_UNSUPPORTED, "is not supported")
               : 0;
}

static const struct json_field config_fields[] = {
    FIELD_OTHER(struct spec, oci_version, "ociVersion", read_version, JSON_REQUIRED),
    FIELD_WHOLE("root", read_root, JSON_REQUIRED),
    FIELD_ARRAY(struct spec, mounts, mount_count, "mounts", spec_read_mount, 0),
    FIELD_WHOLE("process", read_process, 0),
    FIELD_OTHER(struct spec, hostname, "hostname", read_uts_name, 0),
    FIELD_OTHER(struct spec, domainname, "domainname", read_uts_name, 0),
    FIELD_OTHER(struct spec, hooks, "hooks", spec_read_hooks, 0),
    FIELD_WHOLE("annotations", read_annotations, 0),
    FIELD_OTHER(struct spec, linux_, "linux", spec_read_linux, 0),
    FIELD_WHOLE("vm", refuse_vm, 0),
};

static int read_config(const struct json_at *at, void *ret, struct err *e)
{
    struct spec *s = ret;
    const char *refuse;

    TRY(json_read_fields(at, config_fields, ARRAY_SIZE(config_fields), s, e));
    refuse = spec_annotation(s, "run.oci.seccomp_fail_unknown_syscall");
    if (s->linux_.seccomp)
        s->linux_.seccomp->refuse_unknown = refuse && strcmp(refuse, "0") != 0;
    return spec_validate(s, e);
}

static int parse_document(const char *text, size_t len, const char *name, json_reader *read,
                          struct spec **ret, struct err *e)
{
    cleanup(spec_freep) struct spec *s = calloc(1, sizeof *s);
    cleanup(json_putp) struct json_object *value = NULL;
    struct json_doc doc = { .name = name };
    struct json_at at = { .doc = &doc };

    if (!s)
        return json_no_memory(e);
    if (len > CONFIG_MAX)
        return err_set(e, ERR_INVALID, "invalid JSON: larger than %d bytes", CONFIG_MAX);
    TRY(json_parse(text, len, &value, e));
    doc.arena = &s->arena;
    doc.user = s;
    at.value = value;
    TRY(read(&at, s, e));
    *ret = take_ptr(s);
    return 0;
}

int spec_parse(const char *text, size_t len, struct spec **ret, struct err *e)
{
    return parse_document(text, len, NULL, read_config, ret, e);
}

int spec_parse_process(const char *text, size_t len, struct spec **ret, struct err *e)
{
    return parse_document(text, len, "process", read_process, ret, e);
}

static int read_changes(const struct json_at *at, void *ret, struct err *e)
{
    struct json_at here = { .doc = at->doc, .parent = at, .key = "resources", .value = at->value };
    struct spec *s = ret;

    s->linux_.has_resources = true;
    s->linux_.resources.changes = true;
    return spec_read_resources(&here, &s->linux_.resources, e);
}

int spec_parse_resources(const char *text, size_t len, struct spec **ret, struct err *e)
{
    return parse_document(text, len, "linux", read_changes, ret, e);
}

static int read_mount_list(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_ARRAY(struct spec, mounts, mount_count, "mounts", spec_read_mount, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int spec_parse_mounts(const char *text, size_t len, struct spec **ret, struct err *e)
{
    return parse_document(text, len, NULL, read_mount_list, ret, e);
}

int spec_load(int bundle_dirfd, const char *name, struct spec **ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(file_read(bundle_dirfd, name, CONFIG_MAX, &text, &len, e));
    return spec_parse(text, len, ret, e);
}

void spec_free(struct spec *s)
{
    if (!s)
        return;
    arena_done(&s->arena);
    free(s);
}

const char *spec_annotation(const struct spec *s, const char *key)
{
    for (size_t i = 0; i < s->annotation_count; i++)
        if (!strcmp(s->annotations[i].key, key))
            return s->annotations[i].value;
    return NULL;
}

void spec_freep(struct spec **s)
{
    spec_free(*s);
    *s = NULL;
}
