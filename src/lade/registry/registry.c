// SPDX-License-Identifier: Apache-2.0
/* registry.c - the client, its repositories, and the order in which their remotes are asked. */
#include "lade/registry/registry.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/registry/repository.h"

#include <stdlib.h>

int registry_open(const struct registry_options *o, struct registry **ret, struct err *e)
{
    const struct endpoints_options endpoints = {
        .http = { .stall_seconds = o->stall_seconds, .cancelled = o->cancelled },
        .cert_dir = o->cert_dir,
        .insecure = o->insecure,
        .report = o->report,
    };
    auto_registry *r = calloc(1, sizeof *r);

    if (!r)
        return err_os(e, ENOMEM, "start a registry client");
    r->options = *o;
    TRY(routes_open(o->registries_conf, &r->routes, e));
    TRY(endpoints_open(&endpoints, &r->endpoints, e));
    *ret = take_ptr(r);
    return 0;
}

void registry_freep(struct registry **r)
{
    if (!*r)
        return;
    endpoints_free((*r)->endpoints);
    routes_free((*r)->routes);
    free(*r);
    *r = NULL;
}

static const char *actions_of(enum repository_use use)
{
    switch (use) {
    case REPOSITORY_PULL:
        return "pull";
    case REPOSITORY_PUSH:
        return "pull,push";
    case REPOSITORY_DELETE:
        return "pull,delete";
    }
    return "pull";
}

static int add_remote(struct repository *r, const struct route *route,
                      const struct reference *reference, const char *actions, struct err *e)
{
    struct remote *remote = malloc(sizeof *remote);
    struct endpoint *endpoint;

    if (!remote)
        return err_os(e, ENOMEM, "start a registry client");
    if (endpoint_get(r->registry->endpoints, route->host, route->insecure, &endpoint, e) < 0) {
        free(remote);
        return -e->code;
    }
    remote_init(remote, endpoint, route->repository, actions, &r->registry->options.credentials);
    remote->mirror = route->mirror;
    fmt(remote->source, sizeof remote->source, "%s", reference->host);
    r->remotes[r->remote_count++] = remote;
    return 0;
}

int repository_open(struct registry *registry, const struct reference *reference,
                    enum repository_use use, struct repository **ret, struct err *e)
{
    auto_repository *r = calloc(1, sizeof *r);
    auto_free struct route *routes = calloc(ROUTES_MAX, sizeof *routes);
    size_t count;

    if (!r || !routes)
        return err_os(e, ENOMEM, "start a registry client");
    r->registry = registry;
    TRY(routes_find(registry->routes, reference, use == REPOSITORY_PULL, routes, &count, e));
    for (size_t i = 0; i < count; i++)
        TRY(add_remote(r, &routes[i], reference, actions_of(use), e));
    *ret = take_ptr(r);
    return 0;
}

void repository_freep(struct repository **r)
{
    if (!*r)
        return;
    for (size_t i = 0; i < (*r)->remote_count; i++) {
        remote_done((*r)->remotes[i]);
        free((*r)->remotes[i]);
    }
    free(*r);
    *r = NULL;
}

struct remote *repository_own(struct repository *r)
{
    return r->remotes[r->remote_count - 1];
}

int repository_try(struct repository *r,
                   int (*attempt)(struct remote *remote, void *user, struct err *e), void *user,
                   struct err *e)
{
    for (size_t i = 0; i + 1 < r->remote_count; i++) {
        if (attempt(r->remotes[i], user, e) >= 0)
            return 0;
        if (e->kind == ERR_OS && e->code == ECANCELED)
            return -e->code;
        /* That a mirror lacks something is its right; what else is wrong with it is news. */
        if (e->kind == ERR_NOT_FOUND)
            report_debug(r->registry->options.report, "mirror: %s", e->text);
        else
            report_note(r->registry->options.report, "mirror: %s", e->text);
    }
    return attempt(repository_own(r), user, e);
}

int registry_check_login(struct registry *registry, const char *host, struct err *e)
{
    const struct remote_request request = { .method = "GET", .path = "", .keep_max = 64 << 10 };
    cleanup(remote_done) struct remote remote;
    auto_response answer = { 0 };
    struct endpoint *endpoint;

    TRY(endpoint_get(registry->endpoints, host, false, &endpoint, e));
    remote_init(&remote, endpoint, "", "", &registry->options.credentials);
    return remote_get(&remote, &request, 0, &answer, NULL, e);
}
