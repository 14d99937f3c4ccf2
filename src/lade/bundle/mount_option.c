// SPDX-License-Identifier: Apache-2.0
/* mount_option.c - --mount, --volume and --tmpfs. */
#include "lade/bundle/mount_option.h"

#include "lade/bundle/amount.h"
#include "lade/store/volume.h"

#include <errno.h>
#include <string.h>

static int refuse(const char *option, const char *text, const char *why, struct err *e)
{
    return err_set(e, ERR_INVALID, "%s '%s': %s", option, text, why);
}

/* What all three forms have to obey. */
static int check(const char *option, const char *text, const struct mount_request *m, struct err *e)
{
    if (!m->target || m->target[0] != '/')
        return refuse(option, text, "the target must be an absolute path", e);
    if (m->target[strspn(m->target, "/")] == '\0')
        return refuse(option, text, "the target must not be the root", e);
    if (m->kind == MOUNT_BIND && (!m->source || m->source[0] != '/'))
        return refuse(option, text, "the source of a bind mount must be an absolute path", e);
    if (m->kind == MOUNT_VOLUME && m->source && !volume_name_valid(m->source))
        return refuse(option, text, "not a name for a volume", e);
    if (m->kind == MOUNT_TMPFS && m->source)
        return refuse(option, text, "a tmpfs has no source", e);
    return 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* --mount: one "key=value" or "key". Both are the arena's. */
struct mount_field {
    struct arena *arena;
    const char *key, *value; /* value: NULL when there is no '=' */
    struct mount_request *to;
};

static int set_kind(const struct mount_field *f, struct err *e)
{
    static const char *const words[] = { "bind", "volume", "tmpfs" };

    for (int i = 0; i < 3; i++)
        if (f->value && strcmp(f->value, words[i]) == 0) {
            f->to->kind = (enum mount_kind)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "type '%s' is not bind, volume or tmpfs",
                   f->value ? f->value : "");
}

static int set_read_only(const struct mount_field *f, struct err *e)
{
    static const char *const yes[] = { "true", "1", NULL }, *const no[] = { "false", "0", NULL };

    if (f->value && !is_one_of(f->value, yes) && !is_one_of(f->value, no))
        return err_set(e, ERR_INVALID, "%s '%s' is not true or false", f->key, f->value);
    f->to->read_only = !f->value || is_one_of(f->value, yes);
    return 0;
}

static int set_no_copy(const struct mount_field *f, struct err *e)
{
    f->to->no_copy = !f->value || strcmp(f->value, "true") == 0 || strcmp(f->value, "1") == 0;
    return 0;
}

static int set_source(const struct mount_field *f, struct err *e)
{
    f->to->source = f->value;
    return 0;
}

static int set_target(const struct mount_field *f, struct err *e)
{
    f->to->target = f->value;
    return 0;
}

/* bind-propagation=rslave, tmpfs-size=64m, tmpfs-mode=1770: options of the mount. */
static int set_propagation(const struct mount_field *f, struct err *e)
{
    static const char *const words[] = { "private", "rprivate", "shared", "rshared",
                                         "slave",   "rslave",   NULL };

    if (!f->value || !is_one_of(f->value, words))
        return err_set(e, ERR_INVALID, "%s '%s' is no propagation", f->key,
                       f->value ? f->value : "");
    return texts_add(f->arena, &f->to->options, f->value, e);
}

static int set_size(const struct mount_field *f, struct err *e)
{
    int64_t size;

    TRY(amount_bytes(f->key, f->value ? f->value : "", &size, e));
    return texts_add(f->arena, &f->to->options,
                     arena_printf(f->arena, "size=%lld", (long long)size), e);
}

static int set_mode(const struct mount_field *f, struct err *e)
{
    const char *v = f->value ? f->value : "";
    size_t n = strspn(v, "01234567");

    if (n < 1 || n > 4 || v[n])
        return err_set(e, ERR_INVALID, "%s '%s' is no mode", f->key, v);
    return texts_add(f->arena, &f->to->options, arena_printf(f->arena, "mode=%s", v), e);
}

static const struct {
    const char *key;
    int (*set)(const struct mount_field *f, struct err *e);
} mount_fields[] = {
    { "type", set_kind },
    { "source", set_source },
    { "src", set_source },
    { "target", set_target },
    { "destination", set_target },
    { "dst", set_target },
    { "readonly", set_read_only },
    { "ro", set_read_only },
    { "volume-nocopy", set_no_copy },
    { "bind-propagation", set_propagation },
    { "tmpfs-size", set_size },
    { "tmpfs-mode", set_mode },
};

static int set_field(struct arena *a, char *word, struct mount_request *to, struct err *e)
{
    char *equals = strchr(word, '=');
    struct mount_field f = { .arena = a, .key = word, .to = to };

    if (equals) {
        *equals = '\0';
        f.value = equals + 1;
    }
    for (size_t i = 0; i < sizeof mount_fields / sizeof mount_fields[0]; i++)
        if (strcmp(mount_fields[i].key, f.key) == 0)
            return mount_fields[i].set(&f, e);
    return err_set(e, ERR_INVALID, "unknown key '%s'", f.key);
}

int mount_option_parse(struct arena *a, const char *text, struct mount_request *ret, struct err *e)
{
    struct mount_request m = { .kind = MOUNT_VOLUME };
    char *rest = arena_strdup(a, text), *word;

    if (!rest)
        return err_os(e, ENOMEM, "--mount");
    while ((word = strsep(&rest, ",")))
        if (set_field(a, word, &m, e) < 0)
            return err_wrap(e, "--mount '%s'", text);
    TRY(check("--mount", text, &m, e));
    *ret = m;
    return 0;
}

/* OPTION,... of --volume and --tmpfs; what is not ours is the mount's. */
static int add_options(struct arena *a, char *text, struct mount_request *m, struct err *e)
{
    char *word;

    while ((word = strsep(&text, ",")))
        if (strcmp(word, "ro") == 0)
            m->read_only = true;
        else if (strcmp(word, "nocopy") == 0)
            m->no_copy = true;
        else if (*word && strcmp(word, "rw") != 0)
            TRY(texts_add(a, &m->options, word, e));
    return 0;
}

/* SELinux relabelling, ownership changes and overlays change the host's files or need more than a
 * mount: not done, so not accepted. */
static int refuse_unknown(const char *option, const char *text, const struct mount_request *m,
                          struct err *e)
{
    static const char *const known[] = {
        "private",  "rprivate",   "shared",      "rshared",       "slave",    "rslave",
        "bind",     "rbind",      "suid",        "nosuid",        "dev",      "nodev",
        "exec",     "noexec",     "atime",       "noatime",       "diratime", "nodiratime",
        "relatime", "norelatime", "strictatime", "nostrictatime", NULL,
    };

    for (size_t i = 0; i < m->options.count; i++) {
        const char *o = m->options.items[i];

        if (!is_one_of(o, known) && !(m->kind == MOUNT_TMPFS && strchr(o, '=')))
            return err_set(e, ERR_INVALID, "%s '%s': unknown option '%s'", option, text, o);
    }
    return 0;
}

int volume_option_parse(struct arena *a, const char *text, struct mount_request *ret, struct err *e)
{
    struct mount_request m = { .kind = MOUNT_VOLUME, .create = true };
    char *rest = arena_strdup(a, text);
    char *first = rest ? strsep(&rest, ":") : NULL, *second = strsep(&rest, ":");

    if (!first)
        return err_os(e, ENOMEM, "--volume");
    m.target = second ? second : first;
    m.source = second ? first : NULL;
    if (m.source && m.source[0] == '/')
        m.kind = MOUNT_BIND;
    if (m.source && m.source[0] == '.')
        return refuse("--volume", text, "the source of a bind mount must be an absolute path", e);
    TRY(add_options(a, rest, &m, e));
    TRY(check("--volume", text, &m, e));
    TRY(refuse_unknown("--volume", text, &m, e));
    *ret = m;
    return 0;
}

int tmpfs_option_parse(struct arena *a, const char *text, struct mount_request *ret, struct err *e)
{
    struct mount_request m = { .kind = MOUNT_TMPFS };
    char *rest = arena_strdup(a, text);

    if (!rest)
        return err_os(e, ENOMEM, "--tmpfs");
    m.target = strsep(&rest, ":");
    TRY(add_options(a, rest, &m, e));
    TRY(check("--tmpfs", text, &m, e));
    TRY(refuse_unknown("--tmpfs", text, &m, e));
    *ret = m;
    return 0;
}

/* A device or a setuid program in what is mounted has no effect unless asked for. */
static const char *const safe_options[][2] = { { "nosuid", "suid" }, { "nodev", "dev" } };

static bool has_option(const struct texts *t, const char *word)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->items[i], word) == 0)
            return true;
    return false;
}

int mount_request_apply(struct spec *s, const struct mount_request *m, const char *source,
                        struct err *e)
{
    bool tmpfs = m->kind == MOUNT_TMPFS;
    struct spec_mount to = { .destination = m->target,
                             .type = tmpfs ? "tmpfs" : "bind",
                             .source = tmpfs ? "tmpfs" : source };
    struct spec_mount *there = spec_mount_at(s, m->target);

    if (!tmpfs && !has_option(&m->options, "bind") && !has_option(&m->options, "rbind"))
        TRY(texts_add(s->arena, &to.options, "rbind", e));
    for (size_t i = 0; i < 2; i++)
        if (!has_option(&m->options, safe_options[i][1]))
            TRY(texts_add(s->arena, &to.options, safe_options[i][0], e));
    for (size_t i = 0; i < m->options.count; i++)
        TRY(texts_add(s->arena, &to.options, m->options.items[i], e));
    TRY(texts_add(s->arena, &to.options, m->read_only ? "ro" : "rw", e));
    if (there)
        *there = to;
    return there ? 0 : spec_add_mount(s, &to, e);
}
