// SPDX-License-Identifier: Apache-2.0
/* auth_file.c - reading and changing files of credentials. */
#include "lade/registry/auth_file.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/fmt.h"
#include "base/json_fields.h"
#include "lade/name/reference.h"
#include "lade/registry/keychain.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { FILE_MAX = 4 << 20, KEY_SIZE = 2 * REFERENCE_NAME_MAX + 2 };

struct auth_file {
    char *name;
    struct json_object *root;
};

static struct json_object *member(struct json_object *o, const char *key, enum json_type type)
{
    struct json_object *value;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &value) ||
        !json_object_is_type(value, type))
        return NULL;
    return value;
}

static const char *text_member(struct json_object *o, const char *key)
{
    struct json_object *value = member(o, key, json_type_string);
    const char *text = value ? json_object_get_string(value) : NULL;

    return text && *text ? text : NULL;
}

int auth_file_parse(const char *name, const char *text, size_t len, struct auth_file **ret,
                    struct err *e)
{
    auto_auth_file *f = calloc(1, sizeof *f);

    if (!f || !(f->name = strdup(name)))
        return err_os(e, ENOMEM, "read '%s'", name);
    /* What an empty file means is not in doubt. */
    if (len > 0 && json_parse(text, len, &f->root, e) < 0)
        return err_wrap(e, "%s", name);
    if (f->root && !json_object_is_type(f->root, json_type_object))
        return err_set(e, ERR_INVALID, "%s: not an object", name);
    *ret = take_ptr(f);
    return 0;
}

int auth_file_read(const char *path, struct auth_file **ret, struct err *e)
{
    auto_secret *text = NULL;
    size_t len;

    TRY(file_read(AT_FDCWD, path, FILE_MAX, &text, &len, e));
    return auth_file_parse(path, text, len, ret, e);
}

void auth_file_free(struct auth_file *f)
{
    if (!f)
        return;
    json_object_put(f->root);
    free(f->name);
    free(f);
}

void auth_file_freep(struct auth_file **f)
{
    auth_file_free(*f);
}

/* A key of a file as HOST or HOST/PATH. False when it is none. */
static bool normal_key(const char *key, char ret[KEY_SIZE])
{
    const char *colon = strstr(key, "://");
    const char *name = colon ? colon + 3 : key;
    size_t host = strcspn(name, "/");
    struct reference r;
    struct err e;

    /* Behind a scheme there is an API's path, not a namespace. */
    if (fmt(ret, KEY_SIZE, "%.*s", (int)(colon ? host : strlen(name)), name) >= KEY_SIZE)
        return false;
    if (*ret && ret[strlen(ret) - 1] == '/')
        ret[strlen(ret) - 1] = '\0';
    if (reference_parse_scope(ret, &r, &e) < 0)
        return false;
    fmt(ret, KEY_SIZE, "%s%s%s", r.host, *r.repository ? "/" : "", r.repository);
    return true;
}

/* The value of the most specific key for HOST/REPOSITORY; *ret_key: as the file spells it. */
static struct json_object *lookup(struct json_object *map, const char *host, const char *repository,
                                  const char **ret_key)
{
    char wanted[KEY_SIZE], key[KEY_SIZE];
    struct json_object *best = NULL;
    size_t best_len = 0;

    if (!map)
        return NULL;
    fmt(wanted, sizeof wanted, "%s%s%s", host, *repository ? "/" : "", repository);
    json_object_object_foreach(map, name, value)
    {
        size_t len;

        if (!normal_key(name, key))
            continue;
        len = strlen(key);
        if (len > best_len && strncmp(key, wanted, len) == 0 &&
            (!wanted[len] || wanted[len] == '/')) {
            best = value;
            best_len = len;
            *ret_key = name;
        }
    }
    return best;
}

/* .dockercfg is what other files have below "auths". */
static struct json_object *entries(const struct auth_file *f)
{
    struct json_object *auths = member(f->root, "auths", json_type_object);
    const char *slash = strrchr(f->name, '/');

    if (!auths && strcmp(slash ? slash + 1 : f->name, ".dockercfg") == 0)
        return f->root;
    return auths;
}

static int split_auth(const struct auth_file *f, const char *auth, struct credential *ret,
                      struct err *e)
{
    size_t len;
    auto_secret *text = base64_decode(auth, &len);
    char *colon = text ? strchr(text, ':') : NULL;

    if (!colon || strlen(text) != len)
        return err_set(e, ERR_INVALID, "%s: an 'auth' is not base64 of NAME:PASSWORD", f->name);
    *colon = '\0';
    ret->username = strdup(text);
    ret->secret = strdup(colon + 1);
    return ret->username && ret->secret ? 0 : err_os(e, ENOMEM, "read '%s'", f->name);
}

static int read_entry(const struct auth_file *f, struct json_object *entry, struct credential *ret,
                      struct err *e)
{
    const char *auth = text_member(entry, "auth"), *identity = text_member(entry, "identitytoken");
    const char *token = text_member(entry, "registrytoken");
    const char *username = text_member(entry, "username");
    const char *password = text_member(entry, "password");
    auto_credential c = { 0 };

    if (auth)
        TRY(split_auth(f, auth, &c, e));
    if (!auth && username && password) {
        c.username = strdup(username);
        c.secret = strdup(password);
    }
    if (identity) {
        secret_freep(&c.secret);
        c.secret = strdup(identity);
        c.identity = true;
    }
    if (token)
        c.registry_token = strdup(token);
    *ret = c;
    c = (struct credential){ 0 };
    return 0;
}

const char *auth_file_helper(const struct auth_file *f, const char *host, const char *repository)
{
    struct json_object *helpers = member(f->root, "credHelpers", json_type_object);
    const char *key;
    struct json_object *helper = lookup(helpers, host, repository, &key);
    const char *suffix = helper ? json_object_get_string(helper) : NULL;

    return suffix && *suffix ? suffix : text_member(f->root, "credsStore");
}

int auth_file_find(const struct auth_file *f, const char *host, const char *repository,
                   struct credential *ret, struct err *e)
{
    const char *helper = auth_file_helper(f, host, repository), *key;
    struct json_object *entry = lookup(entries(f), host, repository, &key);
    int rc = 0;

    if (helper)
        rc = keychain_get(helper, reference_credential_key(host), ret, e);
    if (rc < 0 && e->kind != ERR_NOT_FOUND)
        return err_wrap(e, "%s", f->name);
    if (credential_found(ret) || !entry)
        return 0;
    return read_entry(f, entry, ret, e);
}

/* --- changing --- */

static struct json_object *new_entry(const struct credential *c)
{
    struct json_object *entry = json_object_new_object();
    const char *username = c->username ? c->username : "";
    size_t len = strlen(username) + 1 + (c->identity ? 0 : strlen(c->secret));
    auto_secret *text = malloc(len + 1), *auth = NULL;

    if (!text || !entry)
        return entry;
    fmt(text, len + 1, "%s:%s", username, c->identity ? "" : c->secret);
    auth = base64_encode(text, len);
    if (auth)
        json_object_object_add(entry, "auth", json_object_new_string(auth));
    if (c->identity)
        json_object_object_add(entry, "identitytoken", json_object_new_string(c->secret));
    return entry;
}

static int change_entry(struct auth_file *f, const char *key, const char *host,
                        const char *repository, const struct credential *c, struct err *e)
{
    struct json_object *auths = member(f->root, "auths", json_type_object);
    const char *old_key = NULL;
    char normal[KEY_SIZE];

    if (!auths) {
        auths = json_object_new_object();
        json_object_object_add(f->root, "auths", auths);
    }
    lookup(auths, host, repository, &old_key);
    /* A less specific entry is somebody else's. */
    if (old_key && (!normal_key(old_key, normal) || strcmp(normal, key) != 0))
        old_key = NULL;
    if (!c && !old_key)
        return err_set(e, ERR_NOT_FOUND, "not logged in to '%s'", key);
    if (old_key)
        json_object_object_del(auths, old_key);
    if (c)
        json_object_object_add(auths, *repository ? key : reference_credential_key(host),
                               new_entry(c));
    return 0;
}

/* Its directory, made when missing, locked against other changes of the file. */
static int lock_directory(const char *path, char *ret_name, size_t size, struct err *e)
{
    const char *slash = strrchr(path, '/');
    auto_free char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    auto_fd fd = -EBADF;

    if (!dir)
        return err_os(e, ENOMEM, "open '%s'", path);
    for (char *p = strchr(dir + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
            return err_os(e, errno, "make '%s'", dir);
        *p = '/';
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return err_os(e, errno, "open '%s'", dir);
    fmt(ret_name, size, "%s", slash ? slash + 1 : path);
    return take_fd(&fd);
}

int auth_file_change(const char *path, const char *host, const char *repository,
                     const struct credential *c, struct err *e)
{
    char name[256], key[KEY_SIZE];
    auto_fd dir = lock_directory(path, name, sizeof name, e);
    auto_auth_file *f = NULL;
    const char *text;
    int rc;

    TRY(dir);
    rc = auth_file_read(path, &f, e);
    if (rc < 0 && !(e->kind == ERR_OS && e->code == ENOENT))
        return rc;
    if (rc < 0)
        TRY(auth_file_parse(path, "", 0, &f, e));
    if (!f->root)
        f->root = json_object_new_object();
    fmt(key, sizeof key, "%s%s%s", host, *repository ? "/" : "", repository);
    TRY(change_entry(f, key, host, repository, c, e));
    text =
        json_object_to_json_string_ext(f->root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                    JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        return err_os(e, ENOMEM, "write '%s'", path);
    return file_replace(dir, name, 0600, text, strlen(text), e);
}
