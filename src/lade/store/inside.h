// SPDX-License-Identifier: Apache-2.0
/* inside.h - what the files of the store share, and nobody else sees. */
#pragma once

#include "base/cleanup.h"
#include "lade/store/store.h"

#include <json-c/json.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { LEASE_NAME_SIZE = 48 };

struct store {
    char *path;  /* absolute when the store is there */
    int dir;     /* -EBADF: it is not there */
    int partial; /* partial/, when opened for writing */
    enum store_access access;
    int lease; /* holds the flock on leases/NAME; -EBADF: none */
    char lease_name[LEASE_NAME_SIZE];
    unsigned made; /* counts temporary names; atomic */
    struct store **factories;
    size_t factory_count;
};

/* The store's lock as a descriptor; closing it unlocks. how: LOCK_SH to publish something, LOCK_EX
 * to change names or to sweep. A new descriptor each time: flock belongs to the open file, so that
 * threads exclude each other, too. */
int store_lock(const struct store *s, int how, struct err *e);

/* flock() that goes on after signals. 0 or -errno. */
int flock_wait(int fd, int how);

/* Replace a file so that it is the old or the new one also after a power cut. */
int write_durably(int dirfd, const char *name, const char *text, size_t len, struct err *e);

/* Open a directory below dirfd by its path, no component of which may be a link; missing ones are
 * made when mode is not 0. Returns an fd or -errno. */
int open_folder(int dirfd, const char *path, mode_t mode);

/* "blobs/sha256" and the name in it. Nothing else makes a path of a digest. */
struct blob_place {
    char folder[DIGEST_TEXT_SIZE];
    const char *name; /* points into the digest */
};
struct blob_place blob_place(const char *top, const struct digest *digest);

/* A name in partial/ that nothing else has: it begins with the lease, and ends with it. */
void temporary_name(struct store *s, char ret[LEASE_NAME_SIZE + 24]);

/* Let gc leave the blob alone as long as this lease is held. False when it is not there. */
bool touch_blob(const struct store *s, const struct digest *digest);

/* index.json as it is, an empty one where there is none; *ret is malloc'd. */
int read_index(const struct store *s, char **ret, size_t *ret_len, struct err *e);

/* A tree of any depth, links not followed. What can't be removed stays, and the first reason is
 * returned. 0 or -errno; absent is success. */
int remove_tree(int dirfd, const char *name);

/* The stack of what json-c hands out. */
static inline void put_json(struct json_object **o)
{
    json_object_put(*o);
}
#define auto_json __attribute__((__cleanup__(put_json))) struct json_object
