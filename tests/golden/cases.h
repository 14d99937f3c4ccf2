// SPDX-License-Identifier: Apache-2.0
/* cases.h - the folders that hold the cases, and the files in them. */
#pragma once

#include "base/file.h"

#include <dirent.h>

enum { CASES_FILE_MAX = 1 << 20 };

/* The caller's; NULL when there is no such file. */
static inline char *cases_read(int dir, const char *name)
{
    char *text = NULL;
    struct err e;

    return file_read(dir, name, CASES_FILE_MAX, &text, NULL, &e) < 0 ? NULL : text;
}

static inline int cases_are_here(const struct dirent *d)
{
    return d->d_name[0] != '.' && d->d_type == DT_DIR;
}

/* Sorted by name; their number, or -1. List and entries are the caller's. */
static inline int cases_list(const char *path, struct dirent ***ret)
{
    return scandir(path, ret, cases_are_here, alphasort);
}
