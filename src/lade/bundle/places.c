// SPDX-License-Identifier: Apache-2.0
/* places.c - where on the host the volumes of a bundle lie. */
#include "lade/bundle/places.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "lade/bundle/tree_copy.h"
#include "lade/layer/beneath.h"
#include "lade/store/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Looked up inside the root: an image's link at the target leads to nothing of the host's. */
static int seed(const struct places *p, int volume, const char *target, struct err *e)
{
    auto_fd found = p->root < 0 ? -ENOENT : path_open(p->root, target, O_DIRECTORY);
    auto_fd from = found < 0 ? -EBADF : openat(found, ".", OPEN_DIR);
    struct tree_copy copy = { .from = from, .to = volume };

    if (from < 0 || !beneath_is_empty(volume))
        return 0;
    return tree_copy(&copy, e) < 0 ? err_wrap(e, "volume '%s'", target) : 0;
}

/* A volume of the bundle's own: it goes with it. */
static int make_anonymous(struct places *p, const struct mount_request *m, struct arena *a,
                          const char **ret_source, struct err *e)
{
    auto_fd volumes = -EBADF, volume = -EBADF;
    char name[16];

    snprintf(name, sizeof name, "%u", p->count++);
    if (mkdirat(p->dir, "volumes", 0755) < 0 && errno != EEXIST)
        return err_os(e, errno, "create 'volumes'");
    volumes = openat(p->dir, "volumes", OPEN_DIR);
    if (volumes < 0 || mkdirat(volumes, name, 0755) < 0)
        return err_os(e, errno, "create a volume");
    volume = openat(volumes, name, OPEN_DIR);
    if (volume < 0)
        return err_os(e, errno, "open a volume");
    *ret_source = arena_printf(a, "%s/volumes/%s", p->bundle, name);
    if (!*ret_source)
        return err_os(e, ENOMEM, "create a volume");
    return m->no_copy ? 0 : seed(p, volume, m->target, e);
}

static int make_named(struct places *p, const struct mount_request *m, struct arena *a,
                      const char **ret_source, struct err *e)
{
    auto_free char *path = NULL;
    auto_fd volume = -EBADF;

    TRY(volume_create(p->store, m->source, NULL, true, e));
    TRY(volume_path(p->store, m->source, &path, e));
    volume = open(path, OPEN_DIR);
    if (volume < 0)
        return err_os(e, errno, "open volume '%s'", m->source);
    *ret_source = arena_strdup(a, path);
    if (!*ret_source)
        return err_os(e, ENOMEM, "open volume '%s'", m->source);
    TRY(texts_add(a, &p->named, m->source, e));
    return m->no_copy ? 0 : seed(p, volume, m->target, e);
}

/* The path of a --volume that is not there becomes a directory, with those on the way. */
static int check_bind(const struct mount_request *m, struct arena *a, struct err *e)
{
    char *path = arena_strdup(a, m->source);
    struct stat st;

    if (!path)
        return err_os(e, ENOMEM, "mount '%s'", m->source);
    if (stat(m->source, &st) == 0)
        return 0;
    if (errno != ENOENT || !m->create)
        return err_os(e, errno, "mount '%s'", m->source);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return err_os(e, errno, "create '%s'", path);
        *slash = '/';
    }
    return mkdir(path, 0755) < 0 && errno != EEXIST ? err_os(e, errno, "create '%s'", path) : 0;
}

int places_mount(struct places *p, struct spec *s, const struct mount_request *m, struct err *e)
{
    const char *source = m->source;

    if (m->kind == MOUNT_BIND)
        TRY(check_bind(m, s->arena, e));
    if (m->kind == MOUNT_VOLUME)
        TRY(m->source ? make_named(p, m, s->arena, &source, e)
                      : make_anonymous(p, m, s->arena, &source, e));
    return mount_request_apply(s, m, source, e);
}
