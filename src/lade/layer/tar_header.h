// SPDX-License-Identifier: Apache-2.0
/* tar_header.h - one block of 512 bytes: what stands where, and numbers in it. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK_SIZE = 512 };

/* What an extended header says of itself, besides the types of entries. */
enum tar_flag {
    TAR_FLAG_FILE = '0',
    TAR_FLAG_HARDLINK = '1',
    TAR_FLAG_SYMLINK = '2',
    TAR_FLAG_CHAR = '3',
    TAR_FLAG_BLOCK = '4',
    TAR_FLAG_DIRECTORY = '5',
    TAR_FLAG_FIFO = '6',
    TAR_FLAG_CONTIGUOUS = '7',
    TAR_FLAG_GNU_LINK = 'K',
    TAR_FLAG_GNU_NAME = 'L',
    TAR_FLAG_GNU_SPARSE = 'S',
    TAR_FLAG_GNU_LABEL = 'V',
    TAR_FLAG_PAX = 'x',
    TAR_FLAG_PAX_SUN = 'X',
    TAR_FLAG_PAX_GLOBAL = 'g',
};

struct tar_header {
    char flag;                /* enum tar_flag or something unknown; '\0' is given as '0' */
    char name[100 + 155 + 2]; /* with the prefix */
    char link[100 + 1];
    unsigned mode;
    uint64_t uid, gid, size, major, minor;
    int64_t mtime;
};

/* The whole block is zero: two of them end an archive. */
bool tar_block_is_zero(const uint8_t *block);

/* ERR_INVALID when the checksum or a number is wrong. */
int tar_header_parse(const uint8_t *block, struct tar_header *ret, struct err *e);

/* A number of len bytes: octal digits, or base 256. ERR_INVALID for anything else and for a
 * negative one. what: its name, for the error. */
int tar_number(const uint8_t *text, size_t len, const char *what, uint64_t *ret, struct err *e);
