// SPDX-License-Identifier: Apache-2.0
/* credentials.c - the places where credentials are kept, in order. */
#include "lade/registry/credentials.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/user/own_ids.h"
#include "lade/name/reference.h"
#include "lade/registry/auth_file.h"
#include "lade/registry/keychain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, PLACES = 4 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* Per boot: what login writes does not outlive the session. */
static void runtime_file(char *ret)
{
    const char *dir = variable("XDG_RUNTIME_DIR");

    if (dir)
        fmt(ret, PATH_SIZE, "%s/containers/auth.json", dir);
    else
        fmt(ret, PATH_SIZE, "/run/containers/%u/auth.json", (unsigned)own_uid_outside());
}

/* The n-th usual file; "" when the environment does not tell where it is. */
static void usual_file(unsigned n, char *ret)
{
    const char *home = variable("HOME"), *config = variable("XDG_CONFIG_HOME");
    const char *docker = variable("DOCKER_CONFIG");

    *ret = '\0';
    if (n == 0)
        runtime_file(ret);
    else if (n == 1 && config)
        fmt(ret, PATH_SIZE, "%s/containers/auth.json", config);
    else if (n == 1 && home)
        fmt(ret, PATH_SIZE, "%s/.config/containers/auth.json", home);
    else if (n == 2 && docker)
        fmt(ret, PATH_SIZE, "%s/config.json", docker);
    else if (n == 2 && home)
        fmt(ret, PATH_SIZE, "%s/.docker/config.json", home);
    else if (n == 3 && home)
        fmt(ret, PATH_SIZE, "%s/.dockercfg", home);
}

static int find_in_file(const char *path, const char *host, const char *repository, bool must_be,
                        struct credential *ret, struct err *e)
{
    auto_auth_file *f = NULL;
    int rc = auth_file_read(path, &f, e);

    if (rc < 0)
        return !must_be && e->kind == ERR_OS && (e->code == ENOENT || e->code == EACCES) ? 0 : rc;
    return auth_file_find(f, host, repository, ret, e);
}

static int find_in_environment(const char *host, const char *repository, struct credential *ret,
                               struct err *e)
{
    const char *text = variable("DOCKER_AUTH_CONFIG");
    auto_auth_file *f = NULL;

    if (!text)
        return 0;
    TRY(auth_file_parse("DOCKER_AUTH_CONFIG", text, strlen(text), &f, e));
    return auth_file_find(f, host, repository, ret, e);
}

static int take_given(const struct credentials_options *o, struct credential *ret, struct err *e)
{
    const char *colon = o->given ? strchr(o->given, ':') : NULL;

    if (o->given && !colon)
        return err_set(e, ERR_INVALID, "credentials must be NAME:PASSWORD");
    if (o->token)
        ret->registry_token = strdup(o->token);
    else {
        ret->username = strndup(o->given, (size_t)(colon - o->given));
        ret->secret = strdup(colon + 1);
    }
    return credential_found(ret) ? 0 : err_os(e, ENOMEM, "find credentials");
}

int credentials_find(const struct credentials_options *o, const char *host, const char *repository,
                     struct credential *ret, struct err *e)
{
    const char *only = o->auth_file ? o->auth_file : variable("REGISTRY_AUTH_FILE");
    char path[PATH_SIZE];

    if (o->none)
        return 0;
    if (o->given || o->token)
        return take_given(o, ret, e);
    if (only)
        return find_in_file(only, host, repository, true, ret, e);
    TRY(find_in_environment(host, repository, ret, e));
    for (unsigned n = 0; n < PLACES && !credential_found(ret); n++) {
        usual_file(n, path);
        if (*path)
            TRY(find_in_file(path, host, repository, false, ret, e));
    }
    return 0;
}

int credentials_own_file(const struct credentials_options *o, char *ret, size_t size, struct err *e)
{
    const char *only = o->auth_file ? o->auth_file : variable("REGISTRY_AUTH_FILE");
    char usual[PATH_SIZE];

    runtime_file(usual);
    if (fmt(ret, size, "%s", only ? only : usual) >= size)
        return err_set(e, ERR_INVALID, "the name of the file for credentials is too long");
    return 0;
}

/* The helper of the own file, or "". */
static int own_helper(const char *path, const char *host, const char *repository, char *ret,
                      size_t size, struct err *e)
{
    auto_auth_file *f = NULL;
    const char *helper;
    int rc = auth_file_read(path, &f, e);

    *ret = '\0';
    if (rc < 0)
        return e->kind == ERR_OS && e->code == ENOENT ? 0 : rc;
    helper = auth_file_helper(f, host, repository);
    if (helper)
        fmt(ret, size, "%s", helper);
    return 0;
}

int credentials_keep(const struct credentials_options *o, const char *host, const char *repository,
                     const struct credential *c, struct err *e)
{
    char path[PATH_SIZE], helper[256];

    TRY(credentials_own_file(o, path, sizeof path, e));
    TRY(own_helper(path, host, repository, helper, sizeof helper, e));
    if (*helper)
        return keychain_store(helper, reference_credential_key(host), c, e);
    return auth_file_change(path, host, repository, c, e);
}

int credentials_forget(const struct credentials_options *o, const char *host,
                       const char *repository, struct err *e)
{
    char path[PATH_SIZE], helper[256];

    TRY(credentials_own_file(o, path, sizeof path, e));
    TRY(own_helper(path, host, repository, helper, sizeof helper, e));
    if (*helper)
        return keychain_erase(helper, reference_credential_key(host), e);
    return auth_file_change(path, host, repository, NULL, e);
}
