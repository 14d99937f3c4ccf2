// SPDX-License-Identifier: Apache-2.0
/*
 * tar.h - the entries of a tar archive, whatever wrote it.
 *
 * Reads the old format, ustar, pax and GNU's extensions (long names, numbers in base 256, sparse
 * files). Nothing in an archive is believed: every length has a limit, checksums and numbers are
 * checked, and a path is only text (unpack.h decides where it leads).
 */
#pragma once

#include "lade/stream/stream.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum {
    TAR_PATH_MAX = 4096,      /* bytes of a path or a link's target */
    TAR_PAX_MAX = 1 << 20,    /* bytes of one extended header */
    TAR_XATTR_MAX = 64 << 10, /* bytes of one attribute's value */
    TAR_SPARSE_MAX = 1 << 16, /* pieces of a sparse file */
};

enum tar_type {
    TAR_FILE,
    TAR_HARDLINK,
    TAR_SYMLINK,
    TAR_CHAR,
    TAR_BLOCK,
    TAR_DIRECTORY,
    TAR_FIFO,
};

struct tar_xattr {
    const char *name;
    const void *value;
    size_t len;
};

struct tar_piece {
    uint64_t offset, size;
};

/* Valid until the next call of tar_next(). */
struct tar_entry {
    enum tar_type type;
    const char *path, *link; /* link: of TAR_HARDLINK and TAR_SYMLINK, else "" */
    unsigned mode;           /* permission bits, at most 07777 */
    uint64_t uid, gid;
    uint64_t size; /* of the file's content; holes included */
    struct timespec mtime;
    uint64_t major, minor; /* of devices */
    const struct tar_xattr *xattrs;
    size_t xattr_count;
    /* Where the content that tar_read() gives lies in the file; none: from 0 on, all of it. */
    const struct tar_piece *pieces;
    size_t piece_count;
    bool sparse; /* pieces count, even if there are none */
};

struct tar;

int tar_new(const struct byte_source *from, struct tar **ret, struct err *e);
void tar_freep(struct tar **t);
#define auto_tar __attribute__((__cleanup__(tar_freep))) struct tar

/* The next entry, leaving out what is left of the last one's content. Returns 1, or 0 at the end of
 * the archive, or a negative errno (ERR_INVALID for a damaged archive). */
int tar_next(struct tar *t, const struct tar_entry **ret, struct err *e);

/* Content of the current entry, as byte_source.read. */
ssize_t tar_read(struct tar *t, void *buf, size_t size, struct err *e);
