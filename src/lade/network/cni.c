// SPDX-License-Identifier: Apache-2.0
/* cni.c - the network of a namespace by plugins. */
#include "lade/network/cni.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "lade/program/program.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#define CONFIG_DIR  "/etc/cni/net.d"
#define PLUGIN_DIRS "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni"

enum { CONFIG_MAX = 1 << 20, OUTPUT_MAX = 1 << 20, SECONDS = 60 };

struct cni {
    struct json_object *list;   /* the configuration */
    struct json_object *result; /* of the last plugin that was added; NULL: none */
    size_t added;               /* plugins */
};

static void cni_free(struct cni *c)
{
    json_object_put(c->list);
    json_object_put(c->result);
    free(c);
}

static const char *text_of(struct json_object *o, const char *key)
{
    struct json_object *value = json_object_object_get(o, key);

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static bool is_list(struct json_object *o, const char *name)
{
    struct json_object *plugins = json_object_object_get(o, "plugins");
    const char *own = text_of(o, "name");

    return own && strcmp(own, name) == 0 && json_object_is_type(plugins, json_type_array);
}

/* A file that can't be read or is no list is not the one that is looked for. */
static struct json_object *read_list(int dir, const char *file, const char *name)
{
    const char *dot = strrchr(file, '.');
    struct json_object *o = NULL;
    auto_free char *text = NULL;
    struct err ignored;
    size_t len;

    if (!dot || strcmp(dot, ".conflist") != 0 ||
        file_read(dir, file, CONFIG_MAX, &text, &len, &ignored) < 0 ||
        json_parse(text, len, &o, &ignored) < 0)
        return NULL;
    if (json_object_is_type(o, json_type_object) && is_list(o, name))
        return o;
    json_object_put(o);
    return NULL;
}

static int find_list(const char *name, struct json_object **ret, struct err *e)
{
    auto_dir dir = opendir(CONFIG_DIR);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        *ret = read_list(dirfd(dir), entry->d_name, name);
        if (*ret)
            return 0;
    }
    return err_set(e, ERR_NOT_FOUND,
                   "--network '%s': no configuration in " CONFIG_DIR " has that name", name);
}

/* [{"hostPort":…,"containerPort":…,"protocol":"tcp","hostIP":…}], what portmap understands. */
static struct json_object *port_mappings(const struct network *n)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < n->port_count; i++) {
        const struct published *p = &n->ports[i];
        struct json_object *o = json_object_new_object();

        json_object_object_add(o, "hostPort", json_object_new_int(p->host));
        json_object_object_add(o, "containerPort", json_object_new_int(p->container));
        json_object_object_add(o, "protocol", json_object_new_string(p->udp ? "udp" : "tcp"));
        if (p->address[0])
            json_object_object_add(o, "hostIP", json_object_new_string(p->address));
        json_object_array_add(list, o);
    }
    return list;
}

static bool has_port_mappings(struct json_object *plugin)
{
    struct json_object *capabilities = json_object_object_get(plugin, "capabilities");

    return capabilities &&
           json_object_get_boolean(json_object_object_get(capabilities, "portMappings"));
}

/* What a plugin gets to read: its own part, and what belongs to all. */
static struct json_object *plugin_input(const struct network *n, struct json_object *plugin)
{
    struct json_object *input = NULL, *runtime;

    if (json_object_deep_copy(plugin, &input, NULL) < 0)
        return NULL;
    json_object_object_add(input, "cniVersion",
                           json_object_get(json_object_object_get(n->cni->list, "cniVersion")));
    json_object_object_add(input, "name", json_object_new_string(n->name));
    if (n->cni->result)
        json_object_object_add(input, "prevResult", json_object_get(n->cni->result));
    if (has_port_mappings(plugin) && n->port_count) {
        runtime = json_object_new_object();
        json_object_object_add(runtime, "portMappings", port_mappings(n));
        json_object_object_add(input, "runtimeConfig", runtime);
    }
    return input;
}

/* The plugin's file in one of the directories; a type with a '/' in it is none. */
static int find_plugin(const char *type, char *ret, size_t size, struct err *e)
{
    const char *dirs = getenv("CNI_PATH");

    dirs = dirs && *dirs ? dirs : PLUGIN_DIRS;
    if (!type || !*type || strchr(type, '/'))
        return err_set(e, ERR_INVALID, "a network plugin has no valid type");
    while (*dirs) {
        size_t n = strcspn(dirs, ":");

        snprintf(ret, size, "%.*s/%s", (int)n, dirs, type);
        if (ret[0] == '/' && access(ret, X_OK) == 0)
            return 0;
        dirs += n + (dirs[n] == ':');
    }
    return err_set(e, ERR_NOT_FOUND, "network plugin '%s' is not installed (see $CNI_PATH)", type);
}

/* Failure is a status and an error object on standard output. */
static int plugin_failed(const char *type, const char *output, struct err *e)
{
    struct json_object *o = json_tokener_parse(output);
    const char *message = json_object_is_type(o, json_type_object) ? text_of(o, "msg") : NULL;
    int rc = err_set(e, ERR_PROTOCOL, "network plugin '%s': %.*s", type, 300,
                     message ? message : "it failed without a message");

    json_object_put(o);
    return rc;
}

static int call(const struct network *n, const char *command, struct json_object *plugin,
                char **ret, struct err *e)
{
    const char *type = text_of(plugin, "type"), *path = getenv("CNI_PATH");
    struct json_object *input = plugin_input(n, plugin);
    char file[4096];
    auto_arena a = { 0 };
    const char *env[] = { arena_printf(&a, "CNI_COMMAND=%s", command),
                          arena_printf(&a, "CNI_CONTAINERID=%s", n->id),
                          arena_printf(&a, "CNI_NETNS=%s", n->netns),
                          "CNI_IFNAME=eth0",
                          arena_printf(&a, "CNI_PATH=%s", path && *path ? path : PLUGIN_DIRS),
                          NULL };
    const char *argv[] = { file, NULL };
    struct program p = { .argv = argv,
                         .env = env,
                         .input = input ? json_object_to_json_string(input) : NULL,
                         .limit = OUTPUT_MAX,
                         .seconds = SECONDS };
    int rc = find_plugin(type, file, sizeof file, e);

    if (rc >= 0 && (!p.input || !env[0] || !env[1] || !env[2] || !env[4]))
        rc = err_os(e, ENOMEM, "call a network plugin");
    if (rc >= 0)
        rc = program_output(&p, ret, NULL, e);
    json_object_put(input);
    return rc > 0 ? plugin_failed(type, *ret, e) : rc;
}

static int add_plugin(struct network *n, struct json_object *plugin, struct err *e)
{
    auto_free char *output = NULL;
    struct json_object *result = NULL;

    TRY(call(n, "ADD", plugin, &output, e));
    if (json_parse(output, strlen(output), &result, e) < 0)
        return err_wrap(e, "network plugin '%s'", text_of(plugin, "type"));
    json_object_put(n->cni->result);
    n->cni->result = result;
    n->cni->added++;
    return 0;
}

int cni_start(struct network *n, struct err *e)
{
    struct json_object *plugins;
    struct err ignored;

    n->cni = calloc(1, sizeof *n->cni);
    if (!n->cni)
        return err_os(e, ENOMEM, "set up network '%s'", n->name);
    TRY(find_list(n->name, &n->cni->list, e));
    plugins = json_object_object_get(n->cni->list, "plugins");
    for (size_t i = 0; i < json_object_array_length(plugins); i++)
        if (add_plugin(n, json_object_array_get_idx(plugins, i), e) < 0) {
            n->cni->added++; /* what has failed may have done half of it */
            cni_stop(n, &ignored);
            return -e->code;
        }
    return 0;
}

int cni_stop(struct network *n, struct err *e)
{
    struct json_object *plugins;
    int rc = 0;

    if (!n->cni)
        return 0;
    plugins = json_object_object_get(n->cni->list, "plugins");
    while (n->cni->added > 0) {
        auto_free char *output = NULL;
        struct err failure;
        int one =
            call(n, "DEL", json_object_array_get_idx(plugins, --n->cni->added), &output, &failure);

        if (one < 0 && rc >= 0) {
            rc = one;
            *e = failure;
        }
    }
    cni_free(n->cni);
    n->cni = NULL;
    return rc;
}
