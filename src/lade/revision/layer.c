// SPDX-License-Identifier: Apache-2.0
/* layer.c - a layer on its way into the store. */
#include "lade/revision/layer.h"

#include "base/cleanup.h"
#include "lade/layer/compress.h"
#include "lade/layer/tar.h"
#include "lade/layer/unpack.h"
#include "lade/store/ingest.h"
#include "lade/stream/tally.h"

#include <errno.h>

static const uint64_t LAYER_MAX = INT64_MAX;

int layer_from_files(struct store *s, const struct pack_options *options,
                     struct revision_layer *ret, uint64_t *ret_entries, struct err *e)
{
    auto_ingest *in = NULL;
    struct pack_result got;
    struct byte_sink to;

    TRY(ingest_begin_unnamed(s, LAYER_MAX, &in, e));
    to = ingest_sink(in);
    TRY(pack_layer(options, &to, &got, e));
    *ret_entries = got.entries;
    if (got.entries == 0)
        return 0;
    *ret = (struct revision_layer){ .diff_id = got.diff_id, .compression = options->compression };
    return ingest_end(in, &ret->digest, &ret->size, e);
}

/* A source that gives what another one does, after it went to a sink. */
struct tee {
    struct byte_source from;
    struct byte_sink to;
};

static ssize_t read_tee(void *user, void *buf, size_t size, struct err *e)
{
    struct tee *t = user;
    ssize_t n = t->from.read(t->from.user, buf, size, e);

    if (n > 0)
        TRY(t->to.write(t->to.user, buf, (size_t)n, e));
    return n;
}

/* Entries are only looked at: what they are is up to who unpacks them. */
static int read_archive(const struct byte_source *from, struct err *e)
{
    const struct tar_entry *entry;
    uint64_t count = 0;
    auto_tar *tar = NULL;
    int rc;

    TRY(tar_new(from, &tar, e));
    while ((rc = tar_next(tar, &entry, e)) > 0)
        count++;
    if (rc < 0)
        return rc;
    if (count == 0)
        return err_set(e, ERR_INVALID, "the archive is empty");
    return stream_drain(from, e);
}

/* The archive goes: from, packed, inflate, plain, hash, tar. One of the two tees leads to the
 * store: packed, or for an archive that was not compressed, plain by way of compress. */
struct intake {
    struct ingest *in;
    struct tee packed, plain;
    struct compress *compress;
};

static int write_nowhere(void *user, const void *data, size_t len, struct err *e)
{
    return 0;
}

/* When it is known what it is, the first bytes have gone to the store already. */
static int choose_way(struct intake *x, const struct inflate *inflate, struct err *e)
{
    if (inflate_kind(inflate) == COMPRESSION_NONE) {
        TRY(ingest_restart(x->in, e));
        x->packed.to = (struct byte_sink){ write_nowhere, NULL };
        x->plain.to = compress_sink(x->compress);
    }
    return 0;
}

static int take_in(struct intake *x, struct revision_layer *ret, struct err *e)
{
    struct byte_source packed = { read_tee, &x->packed }, content = { read_tee, &x->plain };
    auto_inflate *inflate = NULL;
    auto_hasher *hasher = NULL;
    struct tally tally = { .from = content };
    struct byte_source counted = tally_source(&tally);

    TRY(hasher_new(DIGEST_SHA256, &hasher, e));
    tally.hasher = hasher;
    TRY(inflate_new(&packed, 0, unpack_limits_default.window, &inflate, e));
    TRY(choose_way(x, inflate, e));
    x->plain.from = inflate_source(inflate);
    TRY(read_archive(&counted, e));
    TRY(stream_drain(&packed, e));
    hasher_end(hasher, &ret->diff_id);
    ret->compression = inflate_kind(inflate);
    return 0;
}

int layer_from_archive(struct store *s, const struct byte_source *from,
                       enum compression compression, int level, struct revision_layer *ret,
                       struct err *e)
{
    struct revision_layer layer = { 0 };
    auto_compress *compress = NULL;
    auto_ingest *in = NULL;
    struct intake x = { .packed.from = *from, .plain.to = { write_nowhere, NULL } };
    struct byte_sink to;

    TRY(ingest_begin_unnamed(s, LAYER_MAX, &in, e));
    to = ingest_sink(in);
    TRY(compress_new(&to, compression, level, &compress, e));
    x.in = in;
    x.packed.to = to;
    x.compress = compress;
    TRY(take_in(&x, &layer, e));
    if (layer.compression == COMPRESSION_NONE) {
        layer.compression = compression;
        TRY(compress_end(compress, e));
    }
    TRY(ingest_end(in, &layer.digest, &layer.size, e));
    *ret = layer;
    return 0;
}
