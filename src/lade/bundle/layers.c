// SPDX-License-Identifier: Apache-2.0
/* layers.c - an image's layers, unpacked. */
#include "lade/bundle/layers.h"

#include "base/cleanup.h"
#include "lade/bundle/overlay.h"
#include "lade/document/chain.h"
#include "lade/layer/unpack.h"
#include "lade/store/layer_dir.h"
#include "lade/stream/fd_source.h"
#include "lade/user/own_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A blob as a source, which shows how far it is. */
struct blob_source {
    struct byte_source from;
    struct progress *progress;
};

static ssize_t read_blob(void *user, void *buf, size_t size, struct err *e)
{
    struct blob_source *b = user;
    ssize_t n = b->from.read(b->from.user, buf, size, e);

    if (n > 0)
        progress_add(b->progress, (uint64_t)n);
    return n;
}

/* What came out is what the config has promised, or nobody gets to see it. */
static int check(const struct unpack_result *got, const struct descriptor *d,
                 const struct digest *diff_id, struct err *e)
{
    if (got->digest.text[0] && !digest_equal(&got->digest, &d->digest))
        return err_set(e, ERR_INVALID, "its blob has digest %s", got->digest.text);
    if (!digest_equal(&got->diff_id, diff_id))
        return err_set(e, ERR_INVALID, "its content has digest %s, not %s", got->diff_id.text,
                       diff_id->text);
    return 0;
}

/* How layers are unpacked by this user. */
struct layers_form {
    const char *name; /* see layer_dir_begin() */
    struct unpack_options options;
    struct arena arena; /* of the ids */
};

static void tell_left_out(const struct unpack_result *got, struct report *report)
{
    if (got->devices_left_out)
        report_note(report, "%llu devices left out", (unsigned long long)got->devices_left_out);
    if (got->ids_squashed)
        report_note(report, "%llu files are yours instead of their owners' (see /etc/subuid)",
                    (unsigned long long)got->ids_squashed);
    if (got->xattrs_left_out)
        report_note(report, "%llu attributes left out that are the host's or can't be set here",
                    (unsigned long long)got->xattrs_left_out);
}

/* Layers of the host's root and of users differ in owners and in overlayfs' marks, so they have
 * different names in the store. */
static int choose_form(struct layers_form *f, struct err *e)
{
    struct own_ids own;

    TRY(own_ids_read(&own, e));
    if (own.host)
        return 0;
    f->name = own.single ? "single" : "user";
    f->options.user_xattrs = true;
    f->options.no_devices = true;
    f->options.squash_ids = own.single;
    return own_ids_maps(&own, &f->arena, &f->options.ids, e);
}

static void form_done(struct layers_form *f)
{
    arena_done(&f->arena);
}

static int unpack_from(const struct byte_source *from, const struct image *image, size_t i,
                       const struct unpack_options *options, struct report *report,
                       struct unpack_result *ret, struct err *e)
{
    const struct descriptor *d = &image->manifest->layers[i];
    struct unpack_options allowing = *options;
    struct blob_source blob = { .from = *from };
    struct byte_source source = { read_blob, &blob };
    char what[64];
    int rc;

    snprintf(what, sizeof what, "unpack %.12s", digest_encoded(&d->digest));
    blob.progress = progress_begin(report, what, d->size, 0);
    allowing.allowed = compression_allowed(d->media_type);
    rc = unpack_layer(&source, &allowing, ret, e);
    if (rc >= 0)
        rc = check(ret, d, &image->config->diff_ids[i], e);
    progress_end(blob.progress, rc < 0 ? "failed" : "done");
    if (rc < 0)
        return err_wrap(e, "layer %s", d->digest.text);
    tell_left_out(ret, report);
    return 0;
}

static int unpack_kept(struct store *s, const struct image *image, size_t i,
                       const struct unpack_options *options, struct report *report,
                       struct unpack_result *ret, struct err *e)
{
    auto_fd fd = store_open_blob(s, &image->manifest->layers[i].digest, NULL, e);
    const struct byte_source from = fd_source(&fd);

    return fd < 0 ? fd : unpack_from(&from, image, i, options, report, ret, e);
}

/* 1 when it comes anew. */
static int unpack_coming(struct arrivals *arrivals, const struct image *image, size_t i,
                         const struct unpack_options *options, struct report *report,
                         struct unpack_result *ret, struct err *e)
{
    cleanup(arrival_close) struct arrival_reader reader = { .fd = -EBADF };
    const struct byte_source from = { arrival_read, &reader };
    struct unpack_options coming = *options;
    int rc;

    TRY(arrival_open(arrivals, &image->manifest->layers[i].digest, &reader, e));
    coming.verified = !reader.kept; /* or the reader does not come to the end */
    rc = unpack_from(&from, image, i, &coming, report, ret, e);
    return rc < 0 && reader.stale ? 1 : rc;
}

/* Without a place of the caller's there is one for the moment only: what a killed lade leaves in
 * /tmp is removed by nobody. */
static int view_below(const struct overlay *below, const char *place, struct err *e)
{
    cleanup(scratch_remove) struct scratch scratch = { 0 };

    if (!place)
        TRY(scratch_make(&scratch, e));
    return overlay_view(below, place ? place : scratch.path, e);
}

/* What is below layer i: -EBADF, the only layer, or all of them as one tree. */
static int open_below(const struct layers *l, size_t i, const char *scratch, struct err *e)
{
    struct overlay below = { .layers = l->dirs, .count = i, .upper = -EBADF, .work = -EBADF };
    int fd;

    if (i == 0)
        return -EBADF;
    if (i > 1)
        return view_below(&below, scratch, e);
    fd = fcntl(l->dirs[0], F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? err_os(e, errno, "open a layer") : fd;
}

/* 1 when what was unpacked is of no use, and the layer's blob comes anew. */
static int unpack_missing(const struct layers_source *from, struct layers *l, size_t i,
                          const struct layers_form *form, struct err *e)
{
    cleanup(layer_dir_freep) struct layer_dir *dir = NULL;
    struct unpack_options options = form->options;
    struct unpack_result got;
    struct layer_size size;
    auto_fd below = -EBADF;
    int rc = layer_dir_begin(from->store, &l->keys[i], form->name, &dir, e);

    if (rc != 0)
        return rc < 0 ? rc : 0; /* another process was faster */
    below = open_below(l, i, from->scratch, e);
    if (below < 0 && below != -EBADF)
        return below;
    options.overlay = true;
    options.root = layer_dir_fd(dir);
    options.lower = below;
    rc = from->arrivals
             ? unpack_coming(from->arrivals, from->image, i, &options, from->report, &got, e)
             : unpack_kept(from->store, from->image, i, &options, from->report, &got, e);
    if (rc != 0)
        return rc;
    size = (struct layer_size){ .bytes = got.diff_size, .entries = got.entries };
    return layer_dir_end(dir, &size, e);
}

static int open_layer(const struct layers_source *from, struct layers *l, size_t i,
                      const struct layers_form *form, struct err *e)
{
    l->dirs[i] = layer_dir_open(from->store, &l->keys[i], form->name, NULL);
    if (l->dirs[i] == -ENOENT) {
        int rc;

        while ((rc = unpack_missing(from, l, i, form, e)) == 1) {
        }
        TRY(rc);
        l->dirs[i] = layer_dir_open(from->store, &l->keys[i], form->name, NULL);
    }
    if (l->dirs[i] < 0)
        return err_os(e, l->dirs[i], "open the layer %s", l->keys[i].text);
    l->count++;
    return 0;
}

int layers_open(const struct layers_source *from, struct layers **ret, struct err *e)
{
    const struct image *image = from->image;
    size_t n = image->manifest->layer_count;
    auto_layers *l = calloc(1, sizeof *l);
    cleanup(form_done) struct layers_form form = { 0 };
    struct digest chain = { 0 };

    if (l) {
        l->dirs = calloc(n + 1, sizeof *l->dirs);
        l->keys = calloc(n + 1, sizeof *l->keys);
    }
    if (!l || !l->dirs || !l->keys)
        return err_os(e, ENOMEM, "unpack layers");
    TRY(choose_form(&form, e));
    for (size_t i = 0; i < n; i++) {
        TRY(chain_next(&chain, &image->config->diff_ids[i], e));
        l->keys[i] = chain;
        TRY(open_layer(from, l, i, &form, e));
    }
    *ret = l;
    l = NULL;
    return 0;
}

void layers_freep(struct layers **l)
{
    if (!*l)
        return;
    for (size_t i = 0; i < (*l)->count; i++)
        close((*l)->dirs[i]);
    free((*l)->dirs);
    free((*l)->keys);
    free(*l);
    *l = NULL;
}

int layers_apply(struct store *s, const struct image *image, int root, struct report *report,
                 struct err *e)
{
    cleanup(form_done) struct layers_form form = { 0 };
    struct unpack_result got;

    TRY(choose_form(&form, e));
    form.options.root = root;
    form.options.lower = -EBADF;
    for (size_t i = 0; i < image->manifest->layer_count; i++)
        TRY(unpack_kept(s, image, i, &form.options, report, &got, e));
    return 0;
}
