// SPDX-License-Identifier: Apache-2.0
/* cmd_run.c - lade run: an image as a container, in the foreground, and nothing left afterwards. */
#include "lade/commands.h"
#include "lade/get_image.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "lade/bundle/make.h"
#include "lade/network/network.h"
#include "lade/program/program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

struct run_values {
    struct bundle_request request;
    struct registry_flags registry;
    struct trust_flags trust;
    int pull;
    bool interactive;
};

#define OPTION_VALUES struct run_values

// clang-format off
static const struct option run_options[] = {
    TEXT(NULL, "name", "ID", request.name, "id of the container (default: a random one)"),
    TEXT(NULL, "network", "none|host|pasta|NAME", request.network,
         "network of the container; a NAME is one of /etc/cni/net.d (default: pasta where it can be had, else none)"),
    LIST("p", "publish", "[ADDRESS:]HOST:CONTAINER[/tcp|udp]", request.publish,
         "let a port of the host lead into the container"),
    SWITCH("i", "interactive", interactive, "accepted: standard input is always passed on"),
    BUNDLE_ROWS,
    PULL_ROW,
    STRICT_PLATFORM_ROW(request.strict_platform),
    TRUST_ROWS,
    REGISTRY_ROWS,
    { 0 },
};
// clang-format on

/* One run, from the bundle's directory to its end. */
struct container {
    struct cli *cli;
    struct store *store;
    const struct bundle_request *request;
    const char *id, *dir;
    struct digest digest; /* of the image that is signed; "": it need not be */
    struct network network;
    struct bundle bundle;
};

static int make_id(struct arena *a, const char **id, struct err *e)
{
    uint32_t random;

    if (*id)
        return 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return err_os(e, errno, "get random bytes");
    *id = arena_printf(a, "lade-%08x", random);
    return *id ? 0 : err_os(e, ENOMEM, "make an id");
}

/* STORE/containers/ID: the changes of the container are as large as they get, so they lie where
 * the images do. */
static int make_place(struct container *c, struct arena *a, struct err *e)
{
    if (mkdirat(store_directory(c->store), "containers", 0700) < 0 && errno != EEXIST)
        return err_os(e, errno, "create 'containers' in the store");
    c->dir = arena_printf(a, "%s/containers/%s", store_path(c->store), c->id);
    return c->dir ? 0 : err_os(e, ENOMEM, "make a bundle");
}

static int make_bundle(struct container *c, struct err *e)
{
    struct bundle_job job = {
        .store = c->store,
        .image = c->cli->args[0],
        .digest = c->digest.text[0] ? &c->digest : NULL,
        .dir = c->dir,
        .request = c->request,
        .args = c->cli->args + 1,
        .n_args = c->cli->n_args - 1,
        .host_network = c->network.kind == NETWORK_HOST,
        .network = c->network.kind != NETWORK_NONE && c->network.kind != NETWORK_HOST,
        .report = c->cli->report,
    };

    return bundle_make(&job, &c->bundle, e);
}

static int run_runtime(const struct container *c, struct err *e)
{
    const char *runtime = c->request->runtime ? c->request->runtime : "davit";
    const char *argv[] = { runtime, "run", "--bundle", c->bundle.path, c->id, NULL };
    struct program p = { .argv = argv };

    return program_run(&p, e);
}

/* In the order of need; what was made goes in any case. */
static int run_container(struct container *c, struct err *e)
{
    int rc = network_start(&c->network, c->bundle.path, e), status;
    struct err failure;

    if (rc >= 0)
        rc = run_runtime(c, e);
    status = rc;
    if (network_stop(&c->network, &failure) < 0)
        report_failure(c->cli->report, &failure);
    if (bundle_remove(c->store, c->bundle.path, &failure) < 0)
        report_failure(c->cli->report, &failure);
    return status;
}

static int run_run(struct cli *cli, const void *data, struct err *e)
{
    const struct run_values *v = data;
    struct container c = {
        .cli = cli, .request = &v->request, .id = v->request.name, .bundle.dir = -EBADF
    };
    const struct image_wanted wanted = { .name = cli->args[0],
                                         .platform = v->request.platform,
                                         .strict_platform = v->request.strict_platform,
                                         .pull = v->pull,
                                         .unpacked = v->request.mode != ROOTFS_COPY,
                                         .registry = &v->registry,
                                         .trust = &v->trust };
    auto_store *store = NULL;
    auto_arena arena = { 0 };
    int rc;

    TRY(cli_open_store(cli, STORE_WRITE, &store, e));
    c.store = store;
    TRY(get_image(cli, store, &wanted, &c.digest, e));
    TRY(make_id(&arena, &c.id, e));
    TRY(make_place(&c, &arena, e));
    TRY(network_choose(v->request.network, c.id, &v->request.publish, &c.network, e));
    if (!v->request.network)
        report_debug(cli->report, "network: %s",
                     c.network.kind == NETWORK_PASTA ? "pasta" : "none");
    rc = make_bundle(&c, e);
    if (rc >= 0)
        rc = run_container(&c, e);
    bundle_done(&c.bundle);
    return rc;
}

const struct cli_command cmd_run = {
    .name = "run",
    .args = "IMAGE [COMMAND [ARG...]]",
    .summary = "run a container of an image",
    .options = run_options,
    .values_size = sizeof(struct run_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .stop_after = 1,
    .passes_status = true,
    .owns_files = true,
    .run = run_run,
};
