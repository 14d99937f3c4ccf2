// SPDX-License-Identifier: Apache-2.0
/*
 * descriptor.h - what one document says about another, image-spec descriptor.md.
 *
 * Texts live in the arena of the document that holds the descriptor. What is not known is ignored
 * here and never lost: documents are kept and sent on as bytes.
 */
#pragma once

#include "base/json_fields.h"
#include "lade/name/digest.h"
#include "lade/name/platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest manifest, index or image config that is read: what registries and other clients
 * agree on. */
enum { DOCUMENT_MAX = 4 << 20 };

#define ANNOTATION_REF_NAME        "org.opencontainers.image.ref.name"
#define ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

struct text_list {
    char **items;
    size_t count;
};

struct annotation {
    char *key, *value;
};

struct annotations {
    struct annotation *items;
    size_t count;
};

struct descriptor {
    char *media_type; /* never NULL */
    struct digest digest;
    uint64_t size; /* bytes, below 2^63 */
    char *artifact_type;
    bool has_platform;
    struct platform platform; /* as it is written, not normalised */
    struct text_list urls;
    struct annotations annotations;
    char *data; /* base64; see descriptor_data() */
};

/* Readers of json_fields.h: into a struct descriptor; a struct annotations. */
json_reader descriptor_read, annotations_read;

/* NULL when there is none of that key. */
const char *annotation_find(const struct annotations *a, const char *key);

/* The name under which an index knows this entry, or NULL (image-layout.md, "ref.name"). */
const char *descriptor_name(const struct descriptor *d);

/* Decode the content that is embedded; only what has the size and the digest is content.
 * *ret is malloc'd and NUL-terminated; NULL when nothing is embedded. */
int descriptor_data(const struct descriptor *d, char **ret, struct err *e);

/* Check content in memory against size and digest. what begins the error ("manifest"). */
int descriptor_verify(const struct descriptor *d, const void *data, size_t len, const char *what,
                      struct err *e);
