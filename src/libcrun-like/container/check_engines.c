// SPDX-License-Identifier: Apache-2.0
/* check_engines.c - engines in PATH, and whether a configuration of theirs names davit. */
#include "container/check.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_MAX = 4 << 20 };

/* A path that ends with a slash is a directory of files. */
static const struct {
    const char *program;
    const char *configurations[4];
} engines[] = {
    { "podman",
      { "/usr/share/containers/containers.conf", "/etc/containers/containers.conf",
        "/etc/containers/containers.conf.d/" } },
    { "buildah", { "/etc/containers/containers.conf", "/etc/containers/containers.conf.d/" } },
    { "dockerd", { "/etc/docker/daemon.json" } },
    { "containerd", { "/etc/containerd/config.toml", "/etc/containerd/conf.d/" } },
    { "crio", { "/etc/crio/crio.conf", "/etc/crio/crio.conf.d/" } },
};

static bool find_program(const char *name, char *ret, size_t size)
{
    const char *path = getenv("PATH");

    for (const char *p = path ? path : ""; *p; p += strcspn(p, ":"), p += *p == ':') {
        snprintf(ret, size, "%.*s/%s", (int)strcspn(p, ":"), p, name);
        if (access(ret, X_OK) == 0)
            return true;
    }
    return false;
}

static bool names_davit(const char *path)
{
    auto_free char *text = NULL;
    struct err ignored;

    return file_read(AT_FDCWD, path, CONFIG_MAX, &text, NULL, &ignored) == 0 &&
           strstr(text, "davit");
}

static bool directory_names_davit(const char *path, char *ret, size_t size)
{
    auto_dir dir = opendir(path);

    for (struct dirent *d; dir && (d = readdir(dir));) {
        snprintf(ret, size, "%s%s", path, d->d_name);
        if (d->d_name[0] != '.' && names_davit(ret))
            return true;
    }
    return false;
}

static bool is_configured(size_t engine, char *ret, size_t size)
{
    for (size_t i = 0; engines[engine].configurations[i]; i++) {
        const char *path = engines[engine].configurations[i];

        if (path[strlen(path) - 1] == '/') {
            if (directory_names_davit(path, ret, size))
                return true;
        } else if (names_davit(path)) {
            snprintf(ret, size, "%s", path);
            return true;
        }
    }
    return false;
}

void check_engines(struct buf *b)
{
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++) {
        char program[PATH_MAX], file[PATH_MAX], so[PATH_MAX + 64] = "not configured for davit";

        if (!find_program(engines[i].program, program, sizeof program)) {
            check_add(b, "engine", engines[i].program, "no", "");
            continue;
        }
        if (is_configured(i, file, sizeof file))
            snprintf(so, sizeof so, "davit is named in %s", file);
        check_add(b, "engine", engines[i].program, program, so);
    }
}
