// SPDX-License-Identifier: Apache-2.0
/* ahead.c - layers unpacked while they come from a registry. */
#include "lade/bundle/ahead.h"

#include "base/cleanup.h"
#include "lade/bundle/layers.h"

#include <signal.h>
#include <stdlib.h>

static int unpack_image(struct ahead *a, struct image_config *config, struct err *e)
{
    struct image image = { .manifest = (struct manifest *)(uintptr_t)a->manifest,
                           .config = config };
    const struct layers_source from = {
        .store = a->store, .image = &image, .report = a->report, .arrivals = a->arrivals
    };
    auto_layers *layers = NULL;

    if (config->diff_id_count != a->manifest->layer_count)
        return err_set(e, ERR_INVALID, "as many diff_ids as layers are needed");
    return layers_open(&from, &layers, e);
}

static int unpack(struct ahead *a, struct err *e)
{
    cleanup(image_config_freep) struct image_config *config = NULL;
    const struct descriptor *d = &a->manifest->config;
    auto_free char *text = NULL;
    size_t len;

    TRY(arrival_wait(a->arrivals, &d->digest, e));
    TRY(store_read(a->store, d, "image config", &text, &len, e));
    TRY(image_config_parse(text, len, &config, e));
    return unpack_image(a, config, e);
}

static void *run(void *user)
{
    struct ahead *a = user;
    struct err e;

    if (unpack(a, &e) < 0)
        report_debug(a->report, "not unpacked while it came: %s", e.text);
    return NULL;
}

static void begin(void *user, const struct manifest *manifest, struct arrivals *arrivals)
{
    struct ahead *a = user;
    sigset_t all, before;

    if (manifest_artifact_type(manifest))
        return;
    a->manifest = manifest;
    a->arrivals = arrivals;
    /* Signals are for the main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    a->started = pthread_create(&a->thread, NULL, run, a) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void end(void *user)
{
    struct ahead *a = user;

    if (a->started)
        pthread_join(a->thread, NULL);
    a->started = false;
}

struct pull_follower ahead_follower(struct ahead *a)
{
    return (struct pull_follower){ begin, end, a };
}
