// SPDX-License-Identifier: Apache-2.0
/* spec.c - lists that grow in a spec's arena. */
#include "lade/bundle/spec.h"

#include <errno.h>
#include <string.h>

/* Room for one more of count items; what an arena gave is never given back, so it grows by
 * doubling. */
static int make_room(struct arena *a, void *items, size_t size, size_t count, size_t *room,
                     struct err *e)
{
    void **array = items;
    size_t bigger = *room ? *room * 2 : 8;
    void *copy;

    if (count < *room)
        return 0;
    copy = arena_alloc(a, bigger, size);
    if (!copy)
        return err_os(e, ENOMEM, "prepare the configuration");
    if (count)
        memcpy(copy, *array, count * size);
    *array = copy;
    *room = bigger;
    return 0;
}

int texts_add(struct arena *a, struct texts *t, const char *text, struct err *e)
{
    if (!text)
        return err_os(e, ENOMEM, "prepare the configuration");
    TRY(make_room(a, &t->items, sizeof *t->items, t->count, &t->room, e));
    t->items[t->count++] = text;
    return 0;
}

int texts_split(struct arena *a, struct texts *t, const char *text, char separator, struct err *e)
{
    const char set[] = { separator, '\0' };

    for (;;) {
        size_t n = strcspn(text, set);

        TRY(texts_add(a, t, arena_memdup(a, text, n), e));
        if (!text[n])
            return 0;
        text += n + 1;
    }
}

int spec_add_mount(struct spec *s, const struct spec_mount *m, struct err *e)
{
    TRY(make_room(s->arena, &s->mounts, sizeof *s->mounts, s->mount_count, &s->mount_room, e));
    s->mounts[s->mount_count++] = *m;
    return 0;
}

int spec_add_device(struct spec *s, const struct spec_device *d, struct err *e)
{
    TRY(make_room(s->arena, &s->devices, sizeof *s->devices, s->device_count, &s->device_room, e));
    s->devices[s->device_count++] = *d;
    return 0;
}

int spec_add_hook(struct spec *s, const struct spec_hook *h, struct err *e)
{
    TRY(make_room(s->arena, &s->hooks, sizeof *s->hooks, s->hook_count, &s->hook_room, e));
    s->hooks[s->hook_count++] = *h;
    return 0;
}

const char *spec_stage_name(enum spec_stage stage)
{
    static const char *const names[] = { "createRuntime", "createContainer", "startContainer",
                                         "poststart",     "poststop",        "prestart" };

    return names[stage];
}

int spec_hook_stage(const char *name, enum spec_stage *ret, struct err *e)
{
    for (int i = 0; i < STAGE_COUNT; i++)
        if (strcmp(name, spec_stage_name((enum spec_stage)i)) == 0) {
            *ret = (enum spec_stage)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "there is no hook '%s'", name);
}

int spec_add_rlimit(struct spec *s, const struct spec_rlimit *r, struct err *e)
{
    for (size_t i = 0; i < s->rlimit_count; i++)
        if (strcmp(s->rlimits[i].type, r->type) == 0) {
            s->rlimits[i] = *r;
            return 0;
        }
    TRY(make_room(s->arena, &s->rlimits, sizeof *s->rlimits, s->rlimit_count, &s->rlimit_room, e));
    s->rlimits[s->rlimit_count++] = *r;
    return 0;
}

/* The position of "NAME=" in env, or its end. */
static size_t find_env(const struct spec *s, const char *name, size_t len)
{
    size_t i = 0;

    while (i < s->env.count &&
           (strncmp(s->env.items[i], name, len) != 0 || s->env.items[i][len] != '='))
        i++;
    return i;
}

int spec_set_env(struct spec *s, const char *assignment, struct err *e)
{
    size_t at = find_env(s, assignment, strcspn(assignment, "="));

    if (at == s->env.count)
        return texts_add(s->arena, &s->env, assignment, e);
    s->env.items[at] = assignment;
    return 0;
}

const char *spec_env(const struct spec *s, const char *name)
{
    size_t len = strlen(name), at = find_env(s, name, len);

    return at < s->env.count ? s->env.items[at] + len + 1 : NULL;
}

static struct spec_pair *find_annotation(const struct spec *s, const char *name)
{
    for (size_t i = 0; i < s->annotation_count; i++)
        if (strcmp(s->annotations[i].name, name) == 0)
            return &s->annotations[i];
    return NULL;
}

int spec_set_annotation(struct spec *s, const char *name, const char *value, struct err *e)
{
    struct spec_pair *there = find_annotation(s, name);

    if (!name || !value)
        return err_os(e, ENOMEM, "prepare the configuration");
    if (there) {
        there->value = value;
        return 0;
    }
    TRY(make_room(s->arena, &s->annotations, sizeof *s->annotations, s->annotation_count,
                  &s->annotation_room, e));
    s->annotations[s->annotation_count++] = (struct spec_pair){ name, value };
    return 0;
}

const char *spec_annotation(const struct spec *s, const char *name)
{
    const struct spec_pair *there = find_annotation(s, name);

    return there ? there->value : NULL;
}

struct spec_mount *spec_mount_at(struct spec *s, const char *destination)
{
    for (size_t i = s->mount_count; i > 0; i--)
        if (strcmp(s->mounts[i - 1].destination, destination) == 0)
            return &s->mounts[i - 1];
    return NULL;
}
