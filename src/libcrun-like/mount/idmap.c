// SPDX-License-Identifier: Apache-2.0
/* idmap.c - the mappings that crun's form of the mount option carries with it. */
#include "mount/idmap.h"

#include "base/cleanup.h"

#include <string.h>

/* One of the two kinds of ids. */
struct side {
    const char *key; /* "uids=" */
    const struct spec_id_mapping *container;
    size_t container_count;
    struct spec_id_mapping **ret;
    size_t *ret_count;
};

static bool read_number(const char **text, char end, uint32_t *ret)
{
    uint64_t n = 0;
    size_t len = strspn(*text, "0123456789");

    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (uint64_t)((*text)[i] - '0');
    *text += len;
    if (n > UINT32_MAX || (end && *(*text)++ != end))
        return false;
    *ret = (uint32_t)n;
    return true;
}

/* The container's id as the host's. A range must lie in one of the namespace's, as the kernel's
 * would have to be cut into several. */
static bool make_absolute(const struct side *s, struct spec_id_mapping *m)
{
    for (size_t i = 0; i < s->container_count; i++) {
        const struct spec_id_mapping *c = &s->container[i];

        if (m->host_id < c->container_id || m->host_id - c->container_id >= c->size)
            continue;
        if (m->size > c->size - (m->host_id - c->container_id))
            return false;
        m->host_id = c->host_id + (m->host_id - c->container_id);
        return true;
    }
    return false;
}

/* Moves *text to what ends the range: '#', ';' or the end. */
static bool read_range(const char **text, struct spec_id_mapping *ret)
{
    return read_number(text, '-', &ret->container_id) && read_number(text, '-', &ret->host_id) &&
           read_number(text, 0, &ret->size) && ret->size > 0 &&
           ret->size <= UINT32_MAX - ret->container_id && ret->size <= UINT32_MAX - ret->host_id &&
           strchr("#;", **text);
}

static size_t count_ranges(const char *text)
{
    size_t n = 1;

    for (; *text && *text != ';'; text++)
        n += *text == '#';
    return n;
}

static int read_side(const char **text, const struct side *s, struct arena *arena, struct err *e)
{
    size_t count = count_ranges(*text);
    struct spec_id_mapping *items = arena_new(arena, count, struct spec_id_mapping);

    if (!items)
        return err_os(e, ENOMEM, "idmap");
    for (size_t i = 0; i < count; i++) {
        const char *range = *text;
        bool relative = *range == '@';

        *text += relative;
        if (!read_range(text, &items[i]))
            return err_set(e, ERR_INVALID, "idmap: '%.*s' is not ID-ID-SIZE", 80, range);
        if (relative && !make_absolute(s, &items[i]))
            return err_set(e, ERR_INVALID, "idmap: '%.*s' is in no range of linux.%.*sMappings",
                           (int)(*text - range), range, 3, s->key);
        *text += **text == '#';
    }
    *s->ret = items;
    *s->ret_count = count;
    return 0;
}

static int read_any_side(const char **text, const struct side *sides, struct arena *arena,
                         struct err *e)
{
    for (size_t i = 0; i < 2; i++) {
        size_t len = strlen(sides[i].key);

        if (strncmp(*text, sides[i].key, len) || *sides[i].ret_count)
            continue;
        *text += len;
        return read_side(text, &sides[i], arena, e);
    }
    return err_set(e, ERR_INVALID, "idmap: '%.*s' is not uids= or gids=, each once", 80, *text);
}

int mount_idmap_parse(const char *text, const struct spec_linux *l, struct arena *arena,
                      struct mount_idmap *ret, struct err *e)
{
    struct mount_idmap m = { 0 };
    const struct side sides[] = {
        { "uids=", l->uid_mappings, l->uid_mapping_count, &m.uids, &m.uid_count },
        { "gids=", l->gid_mappings, l->gid_mapping_count, &m.gids, &m.gid_count },
    };

    for (;;) {
        TRY(read_any_side(&text, sides, arena, e));
        if (*text != ';')
            break;
        text++;
    }
    if (!m.uid_count || !m.gid_count)
        return err_set(e, ERR_INVALID, "idmap: %s needs %s, too",
                       m.uid_count ? "uids=" : "gids=", m.uid_count ? "gids=" : "uids=");
    *ret = m;
    return 0;
}
