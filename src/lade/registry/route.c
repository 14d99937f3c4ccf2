// SPDX-License-Identifier: Apache-2.0
/* route.c - reading registries.conf and applying it. */
#include "lade/registry/route.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/fmt.h"
#include "lade/registry/toml.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, RULES_MAX = 1024 };

enum mirror_use { USE_ALL, USE_DIGEST, USE_TAG };

struct mirror {
    char *location;
    bool insecure;
    enum mirror_use use;
};

struct rule {
    char *prefix, *location; /* NULL: not given */
    bool insecure, blocked, digest_only;
    struct mirror mirrors[ROUTES_MAX - 1];
    size_t mirror_count;
};

struct routes {
    struct arena arena;
    struct rule *rules[RULES_MAX];
    size_t count;
    /* While a file is read. */
    size_t file_start;
    struct rule *rule;
    struct mirror *mirror;
};

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "read registries.conf");
}

static int begin_table(void *user, const char *name, bool is_item, struct err *e)
{
    struct routes *r = user;

    r->mirror = NULL;
    if (is_item && strcmp(name, "registry.mirror") == 0) {
        if (!r->rule)
            return err_set(e, ERR_INVALID, "a mirror outside of a registry");
        if (r->rule->mirror_count == ARRAY_SIZE(r->rule->mirrors))
            return err_set(e, ERR_INVALID, "more than %zu mirrors", r->rule->mirror_count);
        r->mirror = &r->rule->mirrors[r->rule->mirror_count++];
        return 0;
    }
    r->rule = NULL;
    if (!is_item || strcmp(name, "registry") != 0)
        return 0;
    if (r->count == RULES_MAX)
        return err_set(e, ERR_INVALID, "more than %d registries", RULES_MAX);
    r->rule = arena_new(&r->arena, 1, struct rule);
    if (!r->rule)
        return no_memory(e);
    r->rules[r->count++] = r->rule;
    return 0;
}

static int want(const char *key, const struct toml_value *v, enum toml_kind kind, struct err *e)
{
    if (v->kind != kind)
        return err_set(e, ERR_INVALID, "%s must be a %s", key,
                       kind == TOML_BOOL ? "boolean" : "string");
    return 0;
}

static int set_text(struct routes *r, char **to, const char *key, const struct toml_value *v,
                    struct err *e)
{
    TRY(want(key, v, TOML_STRING, e));
    *to = arena_strdup(&r->arena, v->text);
    if (!*to)
        return no_memory(e);
    /* "location = 'host/'" means the host. */
    for (size_t n = strlen(*to); n > 0 && (*to)[n - 1] == '/'; n--)
        (*to)[n - 1] = '\0';
    return 0;
}

static int set_bool(bool *to, const char *key, const struct toml_value *v, struct err *e)
{
    TRY(want(key, v, TOML_BOOL, e));
    *to = v->truth;
    return 0;
}

static int set_use(struct mirror *m, const char *key, const struct toml_value *v, struct err *e)
{
    static const char *const words[] = { "all", "digest-only", "tag-only" };

    TRY(want(key, v, TOML_STRING, e));
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcmp(v->text, words[i]) == 0) {
            m->use = (enum mirror_use)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "%s must be all, digest-only or tag-only", key);
}

/* Keys of other programs, or of tables that do not concern us, pass. */
static int take_value(void *user, const char *key, const struct toml_value *v, struct err *e)
{
    struct routes *r = user;

    if (r->mirror) {
        if (strcmp(key, "location") == 0)
            return set_text(r, &r->mirror->location, key, v, e);
        if (strcmp(key, "insecure") == 0)
            return set_bool(&r->mirror->insecure, key, v, e);
        if (strcmp(key, "pull-from-mirror") == 0)
            return set_use(r->mirror, key, v, e);
    } else if (r->rule) {
        if (strcmp(key, "prefix") == 0)
            return set_text(r, &r->rule->prefix, key, v, e);
        if (strcmp(key, "location") == 0)
            return set_text(r, &r->rule->location, key, v, e);
        if (strcmp(key, "insecure") == 0)
            return set_bool(&r->rule->insecure, key, v, e);
        if (strcmp(key, "blocked") == 0)
            return set_bool(&r->rule->blocked, key, v, e);
        if (strcmp(key, "mirror-by-digest-only") == 0)
            return set_bool(&r->rule->digest_only, key, v, e);
    }
    return 0;
}

/* Of two rules for one prefix the file that was read later has the last word. */
static void drop_replaced(struct routes *r, const char *prefix)
{
    for (size_t i = 0; i < r->file_start; i++)
        if (strcmp(r->rules[i]->prefix, prefix) == 0) {
            memmove(r->rules + i, r->rules + i + 1, (r->count - i - 1) * sizeof *r->rules);
            r->count--;
            r->file_start--;
            i--;
        }
}

static int complete_rules(struct routes *r, struct err *e)
{
    for (size_t i = r->file_start; i < r->count; i++) {
        struct rule *rule = r->rules[i];

        if (!rule->prefix)
            rule->prefix = rule->location;
        if (!rule->prefix || !*rule->prefix)
            return err_set(e, ERR_INVALID, "a registry has neither prefix nor location");
        for (size_t m = 0; m < rule->mirror_count; m++)
            if (!rule->mirrors[m].location || !*rule->mirrors[m].location)
                return err_set(e, ERR_INVALID, "a mirror of '%s' has no location", rule->prefix);
    }
    return 0;
}

static int read_file(struct routes *r, const char *path, struct err *e)
{
    struct toml_handler handler = { .table = begin_table, .value = take_value, .user = r };
    auto_free char *text = NULL;
    size_t added;

    TRY(file_read(AT_FDCWD, path, FILE_MAX, &text, NULL, e));
    r->file_start = r->count;
    r->rule = NULL;
    r->mirror = NULL;
    if (toml_parse(text, &handler, e) < 0 || complete_rules(r, e) < 0)
        return err_wrap(e, "%s", path);
    added = r->count - r->file_start;
    for (size_t i = 0; i < added; i++)
        drop_replaced(r, r->rules[r->count - added + i]->prefix);
    return 0;
}

static int is_conf(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int read_drop_ins(struct routes *r, const char *path, struct err *e)
{
    struct dirent **names;
    int n = scandir(path, &names, is_conf, alphasort), rc = 0;
    char file[4096];

    if (n < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : err_os(e, errno, "list '%s'", path);
    for (int i = 0; i < n; i++) {
        fmt(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (rc == 0)
            rc = read_file(r, file, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

/* 1 when DIR/registries.conf is there. */
static int read_main(struct routes *r, const char *dir, struct err *e)
{
    char path[4096];

    fmt(path, sizeof path, "%s/registries.conf", dir);
    if (read_file(r, path, e) == 0)
        return 1;
    return e->kind == ERR_OS && e->code == ENOENT ? 0 : -e->code;
}

/* The user's file stands in for the system's; drop-ins add to it, the user's last. */
static int read_usual(struct routes *r, struct err *e)
{
    static const char system[] = "/etc/containers";
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char user[4000] = "", path[4096];
    int found = 0;

    if (config && *config == '/')
        fmt(user, sizeof user, "%s/containers", config);
    else if (home && *home == '/')
        fmt(user, sizeof user, "%s/.config/containers", home);
    if (*user)
        found = read_main(r, user, e);
    if (found == 0)
        found = read_main(r, system, e);
    TRY(found);
    fmt(path, sizeof path, "%s/registries.conf.d", system);
    TRY(read_drop_ins(r, path, e));
    if (!*user)
        return 0;
    fmt(path, sizeof path, "%s/registries.conf.d", user);
    return read_drop_ins(r, path, e);
}

int routes_open(const char *path, struct routes **ret, struct err *e)
{
    struct routes *r = calloc(1, sizeof *r);
    const char *file = path ? path : getenv("CONTAINERS_REGISTRIES_CONF");
    int rc;

    if (!r)
        return no_memory(e);
    rc = file && *file ? read_file(r, file, e) : read_usual(r, e);
    if (rc < 0) {
        routes_free(r);
        return rc;
    }
    *ret = r;
    return 0;
}

void routes_free(struct routes *r)
{
    if (r)
        arena_done(&r->arena);
    free(r);
}

/* How much of name the prefix covers; 0: it does not. It ends where a part of the name ends. */
static size_t covered(const char *prefix, const char *name)
{
    size_t n = strlen(prefix), host = strcspn(name, "/");

    if (strncmp(prefix, "*.", 2) == 0) {
        n -= 1;
        return n < host && strncmp(name + host - n, prefix + 1, n) == 0 ? host : 0;
    }
    return strncmp(prefix, name, n) == 0 && (!name[n] || strchr("/:@", name[n])) ? n : 0;
}

static const struct rule *find_rule(const struct routes *routes, const char *name)
{
    const struct rule *best = NULL;

    for (size_t i = 0; i < routes->count; i++)
        if (covered(routes->rules[i]->prefix, name) > 0 &&
            (!best || strlen(routes->rules[i]->prefix) > strlen(best->prefix)))
            best = routes->rules[i];
    return best;
}

/* location in place of what the prefix covers of HOST/REPOSITORY. */
static int rewrite(const char *location, size_t cut, const struct reference *r, struct route *ret,
                   struct err *e)
{
    char name[2 * REFERENCE_NAME_MAX + 2], to[4 * REFERENCE_NAME_MAX];
    size_t host;

    fmt(name, sizeof name, "%s/%s", r->host, r->repository);
    /* A prefix that ends in a tag or digest covers all of the name. */
    cut = cut < strlen(name) ? cut : strlen(name);
    fmt(to, sizeof to, "%s%s", location, name + cut);
    host = strcspn(to, "/");
    if (host > REFERENCE_NAME_MAX || !to[host] || strlen(to + host + 1) > REFERENCE_NAME_MAX)
        return err_set(e, ERR_INVALID, "registries.conf makes '%s' of '%s'", to, name);
    fmt(ret->host, sizeof ret->host, "%.*s", (int)host, to);
    fmt(ret->repository, sizeof ret->repository, "%s", to + host + 1);
    if (!reference_is_host(ret->host) || !reference_is_repository(ret->repository))
        return err_set(e, ERR_INVALID, "registries.conf makes '%s' of '%s'", to, name);
    return 0;
}

static bool mirror_serves(const struct rule *rule, const struct mirror *m, bool digest)
{
    if (rule->digest_only && !digest)
        return false;
    return m->use == USE_ALL || (m->use == USE_DIGEST) == digest;
}

static int take_mirrors(const struct rule *rule, size_t cut, const struct reference *r,
                        struct route *ret, size_t *count, struct err *e)
{
    for (size_t i = 0; i < rule->mirror_count; i++) {
        const struct mirror *m = &rule->mirrors[i];

        if (!mirror_serves(rule, m, r->has_digest))
            continue;
        TRY(rewrite(m->location, cut, r, &ret[*count], e));
        ret[*count].insecure = m->insecure;
        ret[*count].mirror = true;
        ++*count;
    }
    return 0;
}

int routes_find(const struct routes *routes, const struct reference *r, bool pull,
                struct route ret[ROUTES_MAX], size_t *ret_count, struct err *e)
{
    char name[REFERENCE_TEXT_SIZE];
    const struct rule *rule;
    size_t cut, count = 0;

    reference_format(r, name);
    rule = find_rule(routes, name);
    memset(ret, 0, ROUTES_MAX * sizeof *ret);
    if (rule && rule->blocked)
        return err_set(e, ERR_INVALID, "'%s' is blocked by registries.conf", rule->prefix);
    cut = rule ? covered(rule->prefix, name) : 0;
    if (rule && pull)
        TRY(take_mirrors(rule, cut, r, ret, &count, e));
    if (rule && rule->location) {
        TRY(rewrite(rule->location, cut, r, &ret[count], e));
    } else {
        fmt(ret[count].host, sizeof ret[count].host, "%s", r->host);
        fmt(ret[count].repository, sizeof ret[count].repository, "%s", r->repository);
    }
    ret[count].insecure = rule && rule->insecure;
    *ret_count = count + 1;
    return 0;
}
