// SPDX-License-Identifier: Apache-2.0
/* journal.h - what stood in the files of a cgroup before they were written to, for going back. */
#pragma once

#include "cgroup/cgroup.h"

struct journal_entry {
    unsigned hierarchy;
    char *file, *text; /* malloc'd; text NULL: nothing brings it back */
};

struct journal {
    struct journal_entry *items;
    size_t count, room;
};

/* Before value is written to the file: look at what it holds. The entry counts once journal_keep()
 * says that the write was done. Returns 0 or -errno. */
int journal_note(struct journal *j, int dirfd, unsigned hierarchy, const char *file,
                 const char *value);
void journal_keep(struct journal *j);
void journal_done(struct journal *j);

/* Bring everything back. Returns the name of a file with which that failed, or NULL. */
const char *journal_restore(struct journal *j, const struct cgroup *cg);

/* The pure part: what undoes writing value to a file that holds content, malloc'd. *ret_file: where
 * it goes. NULL without memory, and when nothing does. */
char *journal_undo_text(const char *file, const char *value, const char *content,
                        const char **ret_file);
