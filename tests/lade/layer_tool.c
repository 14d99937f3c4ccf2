// SPDX-License-Identifier: Apache-2.0
/*
 * layer_tool.c - unpack and pack single layers, for tests and measurements against other programs.
 *
 *     layer_tool unpack|overlay DIR <LAYER
 *     layer_tool pack DIR >LAYER
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "lade/layer/pack.h"
#include "lade/layer/unpack.h"

#include <fcntl.h>
#include <string.h>

static ssize_t read_input(void *user, void *buf, size_t size, struct err *e)
{
    ssize_t n = read(STDIN_FILENO, buf, size);

    return n < 0 ? err_os(e, errno, "read standard input") : n;
}

static int write_output(void *user, const void *data, size_t len, struct err *e)
{
    int rc = write_all(STDOUT_FILENO, data, len);

    return rc < 0 ? err_os(e, rc, "write standard output") : 0;
}

static int unpack(int root, bool overlay, struct err *e)
{
    struct unpack_options options = { .root = root, .overlay = overlay, .lower = -EBADF };
    struct byte_source input = { read_input, NULL };
    struct unpack_result result;

    TRY(unpack_layer(&input, &options, &result, e));
    printf("%s %llu %s %llu\n", result.digest.text, (unsigned long long)result.size,
           result.diff_id.text, (unsigned long long)result.diff_size);
    return 0;
}

static int pack(int root, struct err *e)
{
    struct pack_options options = { .source = { .root = root, .lower = -EBADF } };
    struct byte_sink output = { write_output, NULL };
    struct pack_result result;

    return pack_layer(&options, &output, &result, e);
}

static int run(const char *verb, const char *dir, struct err *e)
{
    auto_fd root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (root < 0)
        return err_os(e, errno, "open '%s'", dir);
    return strcmp(verb, "pack") == 0 ? pack(root, e)
                                     : unpack(root, strcmp(verb, "overlay") == 0, e);
}

int main(int argc, char **argv)
{
    char line[ERR_TEXT_MAX + 100];
    struct err e;

    if (argc != 3) {
        fputs("usage: layer_tool unpack|overlay|pack DIR\n", stderr);
        return 2;
    }
    if (run(argv[1], argv[2], &e) == 0)
        return 0;
    err_format(&e, line, sizeof line);
    fprintf(stderr, "layer_tool: %s\n", line);
    return 1;
}
