// SPDX-License-Identifier: Apache-2.0
/*
 * pack.c - files made into a layer.
 *
 * Two threads: one walks, reads, and hashes the archive, the other one compresses it and hashes
 * what comes out.
 */
#include "lade/layer/pack.h"

#include "base/cleanup.h"
#include "lade/layer/compress.h"
#include "lade/layer/pack_entry.h"
#include "lade/stream/tally.h"
#include "lade/stream/write_behind.h"

enum { PIECES = 4, PIECE_SIZE = 256 * 1024 };

/* The archive goes: writer, plain, a thread, compression, packed, to. */
struct packing {
    const struct pack_options *options;
    struct pack_result *result;
    struct tally plain, packed;
};

static int write_archive(struct packing *p, struct err *e)
{
    cleanup(pack_entry_done) struct pack_entry entry = {
        .options = p->options,
        .result = p->result,
        .writer.to = tally_sink(&p->plain),
    };

    TRY(pack_entry_init(&entry, e));
    TRY(changes_walk(&p->options->source, pack_entry_visit, &entry, e));
    return tar_write_end(&entry.writer, e);
}

/* The thread is gone when this returns, so what it writes to can go next. */
static int write_in_two(struct packing *p, const struct byte_sink *compressed, struct err *e)
{
    auto_write_behind *behind = NULL;

    TRY(write_behind_new(compressed, PIECES, PIECE_SIZE, &behind, e));
    p->plain.to = write_behind_sink(behind);
    TRY(write_archive(p, e));
    return write_behind_end(behind, e);
}

static int pack(struct packing *p, struct err *e)
{
    struct byte_sink packed = tally_sink(&p->packed), compressed;
    auto_compress *compress = NULL;

    TRY(compress_new(&packed, p->options->compression, p->options->level, &compress, e));
    compressed = compress_sink(compress);
    TRY(write_in_two(p, &compressed, e));
    return compress_end(compress, e);
}

int pack_layer(const struct pack_options *options, const struct byte_sink *to,
               struct pack_result *ret, struct err *e)
{
    auto_hasher *packed = NULL, *plain = NULL;
    struct pack_result result = { 0 };
    struct packing p = { .options = options, .result = &result };

    TRY(hasher_new(DIGEST_SHA256, &packed, e));
    TRY(hasher_new(DIGEST_SHA256, &plain, e));
    p.plain = (struct tally){ .hasher = plain };
    p.packed = (struct tally){ .to = *to, .hasher = packed };
    TRY(pack(&p, e));
    hasher_end(packed, &result.digest);
    hasher_end(plain, &result.diff_id);
    result.size = p.packed.count;
    result.diff_size = p.plain.count;
    *ret = result;
    return 0;
}
