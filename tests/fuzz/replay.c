// SPDX-License-Identifier: Apache-2.0
/*
 * replay.c - runs a fuzz target over stored inputs, as an ordinary test.
 *
 * Arguments are files and directories of files. No input at all is a failure: a test that looked at
 * nothing has proved nothing.
 */
#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 32 << 20 };

static int replay_file(int dirfd, const char *name)
{
    auto_free char *text = NULL;
    auto_free uint8_t *exact = NULL;
    struct err e;
    size_t len;

    if (file_read(dirfd, name, INPUT_MAX, &text, &len, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        return -1;
    }
    /* Exactly as long as the input, so that a sanitizer sees the first byte too far. */
    exact = malloc(len ? len : 1);
    if (!exact)
        return -1;
    memcpy(exact, text, len);
    LLVMFuzzerTestOneInput(exact, len);
    return 1;
}

/* Number of inputs that were run, or -1. */
static int replay(const char *path)
{
    auto_dir dir = opendir(path);
    struct dirent *entry;
    int count = 0;

    if (!dir)
        return replay_file(AT_FDCWD, path);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (replay_file(dirfd(dir), entry->d_name) < 0)
            return -1;
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;

    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);

        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs\n", total);
    return total == 0;
}
