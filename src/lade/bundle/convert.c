// SPDX-License-Identifier: Apache-2.0
/* convert.c - what an image wants, put into a spec: image-spec conversion.md. */
#include "lade/bundle/convert.h"

#include <errno.h>
#include <string.h>

#define IMAGE_KEY "org.opencontainers.image."

static int add_all(struct spec *s, struct texts *to, const struct text_list *from, struct err *e)
{
    for (size_t i = 0; i < from->count; i++)
        TRY(texts_add(s->arena, to, from->items[i], e));
    return 0;
}

/* Entrypoint and Cmd; what the user says replaces the one or the other. */
static int put_args(struct spec *s, const struct image_config *image,
                    const struct convert_options *o, struct err *e)
{
    if (o->entrypoint)
        TRY(texts_add(s->arena, &s->args, o->entrypoint, e));
    else
        TRY(add_all(s, &s->args, &image->entrypoint, e));
    for (int i = 0; i < o->n_args; i++)
        TRY(texts_add(s->arena, &s->args, o->args[i], e));
    if (o->n_args == 0 && !o->entrypoint)
        TRY(add_all(s, &s->args, &image->cmd, e));
    if (s->args.count == 0)
        return err_set(e, ERR_INVALID, "the image names no command: say which one to run");
    return 0;
}

/* Verbatim, then what the image does not name itself. */
static int put_env(struct spec *s, const struct image_config *image, struct err *e)
{
    TRY(add_all(s, &s->env, &image->env, e));
    if (!spec_env(s, "PATH"))
        TRY(texts_add(s->arena, &s->env,
                      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", e));
    if (s->terminal && !spec_env(s, "TERM"))
        TRY(texts_add(s->arena, &s->env, "TERM=xterm", e));
    return 0;
}

static int put_cwd(struct spec *s, const char *dir, struct err *e)
{
    if (!dir || !*dir)
        return 0;
    /* Docker takes a relative one from the root. */
    s->cwd = dir[0] == '/' ? dir : arena_printf(s->arena, "/%s", dir);
    return s->cwd ? 0 : err_os(e, ENOMEM, "prepare the configuration");
}

/* The primary group is among the others, or a file that denies it something would not
 * (CVE-2023-25173). */
static int put_groups(struct spec *s, const uint32_t *groups, size_t n, struct err *e)
{
    bool there = false;

    s->groups = arena_new(s->arena, n + 1, uint32_t);
    if (!s->groups)
        return err_os(e, ENOMEM, "prepare the configuration");
    for (size_t i = 0; i < n; i++) {
        s->groups[i] = groups[i];
        there |= groups[i] == s->user.gid;
    }
    if (!there)
        s->groups[n++] = s->user.gid;
    s->group_count = n;
    return 0;
}

static int put_user(struct spec *s, const char *user, int rootfd, struct err *e)
{
    bool by_name = user && !strchr(user, ':') && !account_is_numeric(user);
    uint32_t *groups = NULL;
    size_t n = 0;

    if (!user || !*user)
        return put_groups(s, NULL, 0, e);
    if (account_find(rootfd, user, &s->user, e) < 0)
        return err_wrap(e, "user '%s'", user);
    if (!by_name && !strchr(user, ':'))
        TRY(account_group_of(rootfd, s->user.uid, &s->user.gid, e));
    if (by_name)
        TRY(account_groups(rootfd, user, s->arena, &groups, &n, e));
    return put_groups(s, groups, n, e);
}

/* Those that the image itself implies. A label of the same name wins, so these come first. */
static int put_implied(struct spec *s, const struct image_config *image, struct err *e)
{
    const struct {
        const char *key, *value;
    } rows[] = {
        { IMAGE_KEY "os", image->platform.os },
        { IMAGE_KEY "architecture", image->platform.architecture },
        { IMAGE_KEY "variant", image->platform.variant },
        { IMAGE_KEY "os.version", image->platform.os_version },
        { IMAGE_KEY "author", image->author },
        { IMAGE_KEY "created", image->created },
        { IMAGE_KEY "stopSignal", image->stop_signal },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value && *rows[i].value)
            TRY(spec_set_annotation(s, rows[i].key, rows[i].value, e));
    return 0;
}

/* A list, separated by commas. */
static int put_list(struct spec *s, const char *key, const struct text_list *list, struct err *e)
{
    const char *all = NULL;

    for (size_t i = 0; i < list->count; i++) {
        all = all ? arena_printf(s->arena, "%s,%s", all, list->items[i]) : list->items[i];
        if (!all)
            return err_os(e, ENOMEM, "prepare the configuration");
    }
    return all ? spec_set_annotation(s, key, all, e) : 0;
}

static int put_labels(struct spec *s, const struct annotations *labels,
                      const struct label_rules *rules, size_t *ret_withheld, struct err *e)
{
    *ret_withheld = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const char *key = labels->items[i].key;

        if (rules && label_is_active(rules, key)) {
            key = arena_printf(s->arena, WITHHELD_PREFIX "%s", key);
            (*ret_withheld)++;
        }
        TRY(spec_set_annotation(s, key, labels->items[i].value, e));
    }
    return 0;
}

int spec_from_image(struct spec *s, const struct image_config *image, int rootfd,
                    const struct convert_options *o, size_t *ret_withheld, struct err *e)
{
    TRY(put_args(s, image, o, e));
    TRY(put_env(s, image, e));
    TRY(put_cwd(s, o->working_dir ? o->working_dir : image->working_dir, e));
    TRY(put_user(s, o->user ? o->user : image->user, rootfd, e));
    TRY(put_implied(s, image, e));
    TRY(put_list(s, IMAGE_KEY "os.features", &image->os_features, e));
    TRY(put_list(s, IMAGE_KEY "exposedPorts", &image->ports, e));
    return put_labels(s, &image->labels, o->rules, ret_withheld, e);
}
