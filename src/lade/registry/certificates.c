// SPDX-License-Identifier: Apache-2.0
/* certificates.c - finding the files of certs.d. */
#include "lade/registry/certificates.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/fmt.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { CERTIFICATES_MAX = 4 << 20 };

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n > m && strcmp(name + n - m, end) == 0;
}

static int add_file(int dirfd, const char *name, struct buf *to, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(file_read(dirfd, name, CERTIFICATES_MAX, &text, &len, e));
    buf_add(to, text, len);
    buf_puts(to, "\n");
    return 0;
}

/* What libcurl would have read without us. */
static const char *system_roots(const struct curl_library *curl)
{
    const curl_version_info_data *info = curl->version_info(CURLVERSION_NOW);
    const char *file = getenv("SSL_CERT_FILE");

    if (file && *file)
        return file;
    return info->age >= CURLVERSION_SEVENTH ? info->cainfo : NULL;
}

/* libcurl takes one file of roots: ours holds the system's and the host's. */
static int make_roots(const struct curl_library *curl, struct buf *own, struct certificates *c,
                      struct err *e)
{
    const char *system = system_roots(curl);
    struct err missing;

    if (system && add_file(AT_FDCWD, system, own, &missing) < 0 && missing.code != ENOENT) {
        *e = missing;
        return -e->code;
    }
    c->roots_fd = memfd_create("roots", MFD_CLOEXEC);
    if (c->roots_fd < 0)
        return err_os(e, errno, "keep certificates");
    if (buf_failed(own) || write_all(c->roots_fd, own->data, own->len) < 0)
        return err_os(e, ENOMEM, "keep certificates");
    fmt(c->roots_path, sizeof c->roots_path, "/proc/self/fd/%d", c->roots_fd);
    c->tls.roots = c->roots_path;
    return 0;
}

static int take_pair(int dirfd, const char *path, const char *name, struct certificates *c,
                     struct err *e)
{
    int stem = (int)(strlen(name) - strlen(".cert"));
    char key[256];

    if (c->certificate)
        return err_set(e, ERR_INVALID, "more than one client certificate");
    fmt(key, sizeof key, "%.*s.key", stem, name);
    if (faccessat(dirfd, key, R_OK, 0) < 0)
        return err_os(e, errno, "read '%s', the key of '%s'", key, name);
    if (asprintf(&c->certificate, "%s/%s", path, name) < 0 ||
        asprintf(&c->key, "%s/%s", path, key) < 0)
        return err_os(e, ENOMEM, "find certificates");
    c->tls.certificate = c->certificate;
    c->tls.key = c->key;
    return 0;
}

static int take_entry(int dirfd, const char *path, const char *name, struct buf *roots,
                      struct certificates *c, struct err *e)
{
    char cert[256];

    if (ends_with(name, ".crt"))
        return add_file(dirfd, name, roots, e);
    if (ends_with(name, ".cert"))
        return take_pair(dirfd, path, name, c, e);
    if (!ends_with(name, ".key"))
        return 0;
    fmt(cert, sizeof cert, "%.*s.cert", (int)(strlen(name) - strlen(".key")), name);
    if (faccessat(dirfd, cert, R_OK, 0) < 0)
        return err_os(e, errno, "read '%s', the certificate of '%s'", cert, name);
    return 0;
}

/* 1 when the directory is there. */
static int read_directory(const struct curl_library *curl, const char *path, struct certificates *c,
                          struct err *e)
{
    auto_dir dir = opendir(path);
    auto_buf roots = { 0 };
    struct dirent *entry;

    if (!dir && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return 0;
    if (!dir)
        return err_os(e, errno, "open '%s'", path);
    while ((entry = readdir(dir)))
        if (take_entry(dirfd(dir), path, entry->d_name, &roots, c, e) < 0)
            return err_wrap(e, "%s", path);
    if (roots.len > 0 && make_roots(curl, &roots, c, e) < 0)
        return err_wrap(e, "%s", path);
    return 1;
}

/* The per-user one first; "" when it is not known where that would be. */
static void usual_directory(unsigned n, const char *host, char *ret, size_t size)
{
    static const char *const system[] = { "/etc/containers/certs.d", "/etc/docker/certs.d" };
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    *ret = '\0';
    if (n > 0)
        fmt(ret, size, "%s/%s", system[n - 1], host);
    else if (config && *config == '/')
        fmt(ret, size, "%s/containers/certs.d/%s", config, host);
    else if (home && *home == '/')
        fmt(ret, size, "%s/.config/containers/certs.d/%s", home, host);
}

int certificates_find(const struct curl_library *curl, const char *cert_dir, const char *host,
                      struct certificates *ret, struct err *e)
{
    char path[4096];
    int found = 0;

    *ret = (struct certificates){ .roots_fd = -EBADF };
    if (cert_dir) {
        found = read_directory(curl, cert_dir, ret, e);
        return found == 0 ? err_set(e, ERR_NOT_FOUND, "no directory '%s'", cert_dir)
                          : (found < 0 ? found : 0);
    }
    for (unsigned n = 0; n < 3 && found == 0; n++) {
        usual_directory(n, host, path, sizeof path);
        if (*path)
            found = read_directory(curl, path, ret, e);
    }
    return found < 0 ? found : 0;
}

void certificates_done(struct certificates *c)
{
    cleanup_fd(&c->roots_fd);
    free(c->certificate);
    free(c->key);
    *c = (struct certificates){ .roots_fd = -EBADF };
}
