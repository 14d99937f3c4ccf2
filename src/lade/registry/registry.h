// SPDX-License-Identifier: Apache-2.0
/*
 * registry.h - a client of distribution-spec 1.1: pull, push, discover, delete.
 *
 *     registry_open(&options, &registry, e);
 *     repository_open(registry, &reference, REPOSITORY_PULL, &repository, e);
 *     repository_get_manifest(repository, "latest", &document, e);
 *     repository_get_blob(repository, &digest, size, have, sink, e);
 *
 * One registry client serves the whole process. A repository may be used from several threads at
 * once. Mirrors are asked before the registry itself when pulling. Registry errors are those of
 * refusal.h; what is missing is ERR_NOT_FOUND.
 */
#pragma once

#include "base/err.h"
#include "lade/document/descriptor.h"
#include "lade/document/index.h"
#include "lade/name/reference.h"
#include "lade/registry/credentials.h"
#include "lade/report/report.h"
#include "lade/stream/stream.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct registry;
struct repository;

struct registry_options {
    struct credentials_options credentials; /* texts stay the caller's */
    const char *registries_conf;            /* NULL: the usual files */
    const char *cert_dir;                   /* NULL: the usual certs.d */
    bool insecure;          /* certificates are not checked, plain HTTP where there is no TLS */
    unsigned stall_seconds; /* 0: 60 */
    struct report *report;  /* may be NULL */
    const atomic_bool *cancelled; /* NULL, or ends everything under way when it becomes true */
};

int registry_open(const struct registry_options *o, struct registry **ret, struct err *e);
void registry_freep(struct registry **r);
#define auto_registry __attribute__((__cleanup__(registry_freep))) struct registry

enum repository_use { REPOSITORY_PULL, REPOSITORY_PUSH, REPOSITORY_DELETE };

int repository_open(struct registry *registry, const struct reference *reference,
                    enum repository_use use, struct repository **ret, struct err *e);
void repository_freep(struct repository **r);
#define auto_repository __attribute__((__cleanup__(repository_freep))) struct repository

/* Whether the credentials are good for the registry (GET /v2/): 0, or ERR_OS with EACCES. */
int registry_check_login(struct registry *registry, const char *host, struct err *e);

/* --- pulling --- */

/* A manifest or index, checked: its digest is that of its bytes, and the one that was asked for
 * when it was asked for by digest. */
struct fetched {
    char media_type[256]; /* without parameters; "" when the server sent none of use */
    struct digest digest;
    bool has_digest; /* false only after HEAD, from a server that doesn't tell */
    char *data;      /* malloc'd and NUL-terminated; NULL after HEAD */
    size_t size;
};
void fetched_done(struct fetched *f);
#define auto_fetched __attribute__((__cleanup__(fetched_done))) struct fetched

/* target: a tag or a digest. */
int repository_head_manifest(struct repository *r, const char *target, struct fetched *ret,
                             struct err *e);
int repository_get_manifest(struct repository *r, const char *target, struct fetched *ret,
                            struct err *e);

/* 1 when the blob is there, 0 when not. */
int repository_has_blob(struct repository *r, const struct digest *digest, uint64_t *ret_size,
                        struct err *e);

/* A blob's bytes from offset `have` on. Broken transfers are taken up again where they broke. The
 * sink verifies: it gets size - have bytes or an error is returned. */
int repository_get_blob(struct repository *r, const struct digest *digest, uint64_t size,
                        uint64_t have, const struct byte_sink *to, struct err *e);

/* --- pushing --- */

/* What is uploaded. seek: NULL when it can only be read once. Both get the source's user. */
struct blob_source {
    struct byte_source source;
    int (*seek)(void *user, uint64_t offset, struct err *e);
};

struct upload_options {
    const char *mount_from; /* NULL, or another repository of the same registry that has it */
    uint64_t chunk;         /* bytes for each request; 0: all in one */
};

enum upload_outcome { UPLOAD_THERE, UPLOAD_MOUNTED, UPLOAD_SENT };

/* Returns an upload_outcome. */
int repository_put_blob(struct repository *r, const struct digest *digest, uint64_t size,
                        const struct blob_source *from, const struct upload_options *o,
                        struct err *e);

/* The bytes exactly as they are. What has a subject is also entered into the subject's list of
 * referrers where the registry does not do so itself. */
int repository_put_manifest(struct repository *r, const char *target, const char *media_type,
                            const char *data, size_t len, struct err *e);

/* --- looking around, deleting --- */

int repository_tags(struct repository *r, int (*each)(void *user, const char *tag, struct err *e),
                    void *user, struct err *e);

/* ERR_UNSUPPORTED when the registry can't delete (a tag without what it points to). */
int repository_delete(struct repository *r, const char *target, struct err *e);

/* What refers to a manifest. artifact_type: NULL for all. */
struct referrers {
    struct index **pages;
    size_t page_count;
    const struct descriptor **items; /* in the pages' arenas */
    size_t count;
};
int repository_referrers(struct repository *r, const struct digest *subject,
                         const char *artifact_type, struct referrers *ret, struct err *e);
void referrers_done(struct referrers *r);
