// SPDX-License-Identifier: Apache-2.0
/* cli_file.c - archives that come from, and go to, where the command line says. */
#include "lade/cli_file.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool is_standard(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

int cli_input_open(const char *path, struct cli_input *ret, struct err *e)
{
    struct stat st;

    ret->path = is_standard(path) ? "standard input" : path;
    ret->fd = is_standard(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (ret->fd < 0 || fstat(ret->fd, &st) < 0)
        return err_os(e, errno, "open '%s'", ret->path);
    if (is_standard(path) && isatty(ret->fd))
        return err_set(e, ERR_INVALID, "an archive does not come from a terminal (give a PATH)");
    ret->directory = S_ISDIR(st.st_mode);
    ret->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return 0;
}

static ssize_t read_input(void *user, void *buf, size_t size, struct err *e)
{
    struct cli_input *in = user;
    ssize_t n;

    do {
        n = read(in->fd, buf, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_os(e, errno, "read '%s'", in->path);
    if (in->progress)
        progress_add(in->progress, (uint64_t)n);
    return n;
}

struct byte_source cli_input_source(struct cli_input *in)
{
    return (struct byte_source){ read_input, in };
}

void cli_input_done(struct cli_input *in)
{
    cleanup_fd(&in->fd);
}

int cli_output_open(const char *path, struct cli_output *ret, struct err *e)
{
    struct stat st;

    if (is_standard(path)) {
        if (isatty(STDOUT_FILENO))
            return err_set(e, ERR_INVALID, "an archive is not for a terminal (use --output)");
        ret->name = strdup("standard output");
        ret->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    } else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        ret->name = strdup(path);
        ret->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        ret->name = strdup(path);
        if (asprintf(&ret->temporary, "%s.%d.tmp", path, (int)getpid()) < 0)
            ret->temporary = NULL;
        if (ret->temporary)
            ret->fd = open(ret->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (!ret->name || ret->fd < 0)
        return err_os(e, errno, "open '%s'", path ? path : "standard output");
    return 0;
}

static int write_output(void *user, const void *data, size_t len, struct err *e)
{
    struct cli_output *out = user;
    int rc = write_all(out->fd, data, len);

    if (out->progress)
        progress_add(out->progress, len);
    return rc < 0 ? err_os(e, rc, "write '%s'", out->name) : 0;
}

struct byte_sink cli_output_sink(struct cli_output *out)
{
    return (struct byte_sink){ write_output, out };
}

int cli_output_end(struct cli_output *out, struct err *e)
{
    if (!out->temporary)
        return 0;
    if (fsync(out->fd) < 0 || rename(out->temporary, out->name) < 0)
        return err_os(e, errno, "write '%s'", out->name);
    cleanup_free(&out->temporary);
    return 0;
}

void cli_output_done(struct cli_output *out)
{
    if (out->temporary)
        unlink(out->temporary);
    cleanup_fd(&out->fd);
    free(out->name);
    free(out->temporary);
}
