// SPDX-License-Identifier: Apache-2.0
/*
 * unpack.c - a layer made into files.
 *
 * Two threads: one takes the bytes, hashes and inflates them, the other one hashes what comes out
 * and makes files of it. Memory: a few pieces between them, no more.
 */
#include "lade/layer/unpack.h"

#include "base/cleanup.h"
#include "lade/layer/extract.h"
#include "lade/stream/read_ahead.h"
#include "lade/stream/room.h"
#include "lade/stream/tally.h"

enum { PIECES = 4, PIECE_SIZE = 256 * 1024, PIECE_SIZE_SMALL = 32 * 1024 };

/* What zstd may ask for where there is little memory: the most that its specification wants every
 * decoder to have. */
static const uint64_t WINDOW_SMALL = 8 << 20;

const struct unpack_limits unpack_limits_default = {
    .entries = 5000000,
    .bytes = UINT64_C(64) << 30,
    .ratio = 200,
    .ratio_from = 1 << 30,
    .window = 128 << 20,
};

struct unpacking {
    bool small; /* little memory is to be used */
    const struct unpack_options *options;
    const struct unpack_limits *limits;
    struct unpack_result *result;
    /* Of the thread that inflates: */
    struct tally packed;
    struct byte_source inflated;
    uint64_t grown; /* bytes of it so far */
    /* Of the one that makes files: */
    struct tally plain;
};

/* A little that becomes very much fills a disk. */
static ssize_t read_guarded(void *user, void *buf, size_t size, struct err *e)
{
    struct unpacking *u = user;
    ssize_t n = u->inflated.read(u->inflated.user, buf, size, e);

    if (n <= 0)
        return n;
    u->grown += (uint64_t)n;
    if (u->grown > u->limits->bytes)
        return err_set(e, ERR_INVALID, "the uncompressed layer has more than %llu bytes",
                       (unsigned long long)u->limits->bytes);
    if (u->grown > u->limits->ratio_from && u->grown / u->limits->ratio > u->packed.count)
        return err_set(e, ERR_INVALID, "the layer grows to more than %llu times its size",
                       (unsigned long long)u->limits->ratio);
    return n;
}

static int extract_all(struct unpacking *u, struct extract *x, struct tar *tar, struct err *e)
{
    const struct tar_entry *entry;
    int rc;

    while ((rc = tar_next(tar, &entry, e)) > 0) {
        if (++u->result->entries > u->limits->entries)
            return err_set(e, ERR_INVALID, "the layer has more than %llu entries",
                           (unsigned long long)u->limits->entries);
        TRY(extract_entry(x, tar, entry, e));
    }
    return rc < 0 ? rc : extract_finish(x, e);
}

/* What stands behind the archive's end is part of what is hashed. */
static int extract_archive(struct unpacking *u, struct err *e)
{
    struct byte_source plain = tally_source(&u->plain);
    cleanup(extract_done) struct extract x = { 0 };
    auto_tar *tar = NULL;

    TRY(tar_new(&plain, &tar, e));
    TRY(extract_init(&x, u->options, u->limits, u->result, e));
    TRY(extract_all(u, &x, tar, e));
    return stream_drain(&plain, e);
}

/* The thread is gone when this returns, so what it reads from can go next. */
static int extract_ahead(struct unpacking *u, struct err *e)
{
    struct byte_source guarded = { read_guarded, u };
    auto_read_ahead *ahead = NULL;

    TRY(read_ahead_new(&guarded, PIECES, u->small ? PIECE_SIZE_SMALL : PIECE_SIZE, &ahead, e));
    u->plain.from = read_ahead_source(ahead);
    return extract_archive(u, e);
}

static int unpack(struct unpacking *u, struct err *e)
{
    struct byte_source packed = tally_source(&u->packed);
    uint64_t window = u->limits->window;
    auto_inflate *inflate = NULL;

    if (u->small && window > WINDOW_SMALL)
        window = WINDOW_SMALL;
    TRY(inflate_new(&packed, u->options->allowed, window, &inflate, e));
    u->result->compression = inflate_kind(inflate);
    u->inflated = inflate_source(inflate);
    TRY(extract_ahead(u, e));
    return stream_drain(&packed, e);
}

int unpack_layer(const struct byte_source *from, const struct unpack_options *options,
                 struct unpack_result *ret, struct err *e)
{
    auto_hasher *packed = NULL, *plain = NULL;
    struct unpack_result result = { 0 };
    struct unpacking u = { .options = options, .result = &result, .small = room_is_small() };

    u.limits = options->limits ? options->limits : &unpack_limits_default;
    if (!options->verified)
        TRY(hasher_new(DIGEST_SHA256, &packed, e));
    TRY(hasher_new(DIGEST_SHA256, &plain, e));
    u.packed = (struct tally){ .from = *from, .hasher = packed };
    u.plain = (struct tally){ .hasher = plain };
    TRY(unpack(&u, e));
    if (packed)
        hasher_end(packed, &result.digest);
    hasher_end(plain, &result.diff_id);
    result.size = u.packed.count;
    result.diff_size = u.plain.count;
    *ret = result;
    return 0;
}
