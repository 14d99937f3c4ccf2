// SPDX-License-Identifier: Apache-2.0
/* registry_flags.c - from options to a registry client. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_MAX = 64 << 10 };

int secret_read(const char *path, char **ret, struct err *e)
{
    auto_secret *text = NULL;
    auto_fd fd = -EBADF;
    bool input = strcmp(path, "-") == 0;

    if (!input) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            return err_os(e, errno, "open '%s'", path);
    }
    if (file_read_fd(input ? STDIN_FILENO : fd, SECRET_MAX, &text, NULL, e) < 0)
        return err_wrap(e, "%s", input ? "standard input" : path);
    text[strcspn(text, "\r\n")] = '\0';
    *ret = take_ptr(text);
    return 0;
}

static int read_given(const struct registry_flags *flags, char **ret, struct err *e)
{
    const char *given = getenv("LADE_CREDS");

    if (flags->creds_from)
        return secret_read(flags->creds_from, ret, e);
    if (!given || !*given || flags->no_creds)
        return 0;
    *ret = strdup(given);
    return *ret ? 0 : err_os(e, ENOMEM, "read credentials");
}

int registry_session_start(struct cli *cli, const struct registry_flags *flags,
                           struct registry_session *s, struct err *e)
{
    const struct registry_options o = {
        .credentials = { .auth_file = flags->auth_file,
                         .given = s->given,
                         .none = flags->no_creds },
        .registries_conf = flags->registries_conf,
        .cert_dir = flags->cert_dir,
        .insecure = flags->unverified,
        .stall_seconds = flags->stall_seconds,
        .report = cli->report,
        .cancelled = &s->cancelled,
    };

    return registry_open(&o, &s->registry, e);
}

int registry_session_open(struct cli *cli, const struct registry_flags *flags,
                          struct registry_session *s, struct err *e)
{
    TRY(read_given(flags, &s->given, e));
    return registry_session_start(cli, flags, s, e);
}

void registry_session_done(struct registry_session *s)
{
    registry_freep(&s->registry);
    secret_freep(&s->given);
}

static int add_platform(struct arena *arena, char *text, struct platform *list, size_t *count,
                        bool *all, struct err *e)
{
    if (strcmp(text, "all") == 0) {
        *all = true;
        return 0;
    }
    TRY(platform_parse(arena, text, &list[*count], e));
    ++*count;
    return 0;
}

int platforms_read(struct arena *arena, const struct option_list *options, struct platform **ret,
                   size_t *ret_count, bool *ret_all, struct err *e)
{
    size_t room = 0, count = 0;
    struct platform *list;
    bool all = false;

    for (size_t i = 0; i < options->n; i++)
        room += strlen(options->items[i]) + 1;
    if (room == 0)
        return 0;
    list = arena_new(arena, room, struct platform);
    if (!list)
        return err_os(e, ENOMEM, "read --platform");
    for (size_t i = 0; i < options->n; i++) {
        char *text = arena_strdup(arena, options->items[i]), *next;

        if (!text)
            return err_os(e, ENOMEM, "read --platform");
        for (; text; text = next) {
            next = strchr(text, ',');
            if (next)
                *next++ = '\0';
            TRY(add_platform(arena, text, list, &count, &all, e));
        }
    }
    *ret = list;
    *ret_count = count;
    *ret_all = all;
    return 0;
}

int repository_parse(const char *text, struct reference *ret, struct err *e)
{
    TRY(reference_parse(text, ret, e));
    if (*ret->tag || ret->has_digest)
        return err_set(e, ERR_INVALID, "'%s' is an image, want a repository", text);
    return 0;
}
