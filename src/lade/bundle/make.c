// SPDX-License-Identifier: Apache-2.0
/* make.c - bundles: made, and taken down. */
#include "lade/bundle/make.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_write.h"
#include "lade/bundle/convert.h"
#include "lade/bundle/places.h"
#include "lade/bundle/view.h"
#include "lade/document/chain.h"
#include "lade/layer/beneath.h"
#include "lade/layer/remove.h"
#include "lade/store/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* What says that a directory is a bundle of ours. */
static const char mark[] = "lade.json";

void bundle_done(struct bundle *b)
{
    free(b->path);
    if (b->dir >= 0)
        close(b->dir);
    *b = (struct bundle){ .dir = -EBADF };
}

/* 0700: set-id programs and devices of an image are out of other users' reach (R82). */
static int make_directory(const char *path, struct bundle *ret, struct err *e)
{
    struct bundle b = { .dir = -EBADF };

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return err_os(e, errno, "create bundle '%s'", path);
    b.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (b.dir < 0)
        return err_os(e, errno, "open bundle '%s'", path);
    b.path = realpath(path, NULL);
    if (!b.path || !beneath_is_empty(b.dir) || fchmod(b.dir, 0700) < 0 ||
        mkdirat(b.dir, "rootfs", 0755) < 0) {
        bundle_done(&b);
        return err_set(e, ERR_EXISTS, "bundle '%s' is not empty", path);
    }
    *ret = b;
    return 0;
}

/* The layers that the bundle will use, before they are unpacked: from here on gc leaves them. */
static int add_lease(const struct bundle_job *job, const struct image *image, const char *path,
                     const struct texts *volumes, struct err *e)
{
    size_t n = image->manifest->layer_count;
    auto_free struct digest *keys = calloc(n + 1, sizeof *keys);
    struct lease lease = {
        .bundle = path, .manifest = image->descriptor->digest, .layers = keys, .layer_count = n
    };
    auto_free const char **names = calloc((volumes ? volumes->count : 0) + 1, sizeof *names);
    struct digest chain = { 0 };

    if (!keys || !names)
        return err_os(e, ENOMEM, "make a bundle");
    for (size_t i = 0; volumes && i < volumes->count; i++)
        names[i] = volumes->items[i];
    lease.volumes = names;
    for (size_t i = 0; i < n; i++) {
        TRY(chain_next(&chain, &image->config->diff_ids[i], e));
        keys[i] = chain;
    }
    return lease_add(job->store, &lease, e);
}

static int put_network(const struct bundle_job *job, struct spec *s, const char *bundle,
                       struct err *e)
{
    if (job->host_network)
        s->namespaces &= ~(unsigned)SPEC_NS_NETWORK;
    if (!job->network)
        return 0;
    s->network_path = arena_printf(s->arena, "%s/netns", bundle);
    return s->network_path ? 0 : err_os(e, ENOMEM, "prepare the configuration");
}

/* Names are looked up by the C library: by the host's servers, as the network is the host's. */
static int share_name_files(const struct bundle_job *job, struct spec *s, struct err *e)
{
    static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts" };

    for (size_t i = 0; (job->network || job->host_network) && i < sizeof files / sizeof files[0];
         i++) {
        struct mount_request m = {
            .kind = MOUNT_BIND, .source = files[i], .target = files[i], .read_only = true
        };

        if (access(files[i], R_OK) == 0 && !spec_mount_at(s, files[i]))
            TRY(mount_request_apply(s, &m, files[i], e));
    }
    return 0;
}

/* Defaults, the image, the user, in this order. */
static int fill_spec(const struct bundle_job *job, const struct image *image, int rootfd,
                     struct spec *s, struct err *e)
{
    const struct bundle_request *r = job->request;
    cleanup(label_rules_done) struct label_rules rules = { 0 };
    struct convert_options convert = {
        .rules = r->trust_labels ? NULL : &rules,
        .user = r->user,
        .entrypoint = r->entrypoint,
        .working_dir = r->workdir,
        .args = job->args,
        .n_args = job->n_args,
    };
    size_t withheld;

    /* A runtime that is not there tells nothing; what is known of runtimes is withheld anyway. */
    if (!r->trust_labels && label_rules_ask(r->runtime ? r->runtime : "davit", &rules, e) < 0)
        report_debug(job->report, "labels: %s", e->text);
    TRY(spec_defaults(s, e));
    s->own_ids = job->own_ids;
    if (own_ids_are_some())
        TRY(spec_for_user(s, job->host_network, e));
    s->terminal = r->tty;
    TRY(spec_from_image(s, image->config, rootfd, &convert, &withheld, e));
    if (withheld)
        report_note(job->report,
                    "labels withheld because runtimes act on them: %zu (see --trust-labels)",
                    withheld);
    TRY(request_apply(r, s, e));
    return own_ids_are_some() ? spec_check_user(s, e) : 0;
}

/* Those that the user names, then those of the image that have not got something else in place. */
static int add_mounts(const struct bundle_job *job, const struct image *image, struct places *p,
                      struct spec *s, struct err *e)
{
    struct mount_request *mounts;
    size_t n;

    TRY(request_mounts(job->request, s->arena, &mounts, &n, e));
    for (size_t i = 0; i < n; i++)
        TRY(places_mount(p, s, &mounts[i], e));
    if (job->request->no_volumes)
        return 0;
    for (size_t i = 0; i < image->config->volumes.count; i++) {
        struct mount_request m = { .kind = MOUNT_VOLUME,
                                   .target = image->config->volumes.items[i] };

        if (m.target[0] != '/' || m.target[strspn(m.target, "/")] == '\0')
            return err_set(e, ERR_INVALID, "the image names a volume '%s'", m.target);
        if (!spec_mount_at(s, m.target))
            TRY(places_mount(p, s, &m, e));
    }
    return 0;
}

static int write_mark(const struct bundle_job *job, const struct image *image,
                      const struct bundle *b, struct err *e)
{
    auto_buf text = { 0 };
    struct json_writer w = { .to = &text };

    json_begin(&w, NULL, '{');
    json_put_string(&w, "image", job->image);
    json_put_string(&w, "manifest", image->descriptor->digest.text);
    json_put_string(&w, "mode", rootfs_mode_name(b->mode));
    json_end(&w);
    if (buf_failed(&text))
        return err_os(e, ENOMEM, "make a bundle");
    return file_make(b->dir, mark, 0644, text.data, text.len, e);
}

static int write_config(const struct spec *s, const struct bundle *b, struct err *e)
{
    auto_buf text = { 0 };

    spec_write(s, &text);
    if (buf_failed(&text))
        return err_os(e, ENOMEM, "write config.json");
    return file_make(b->dir, "config.json", 0644, text.data, text.len, e);
}

/* Everything behind the directory itself. */
static int fill_bundle(const struct bundle_job *job, const struct image *image, struct bundle *b,
                       struct err *e)
{
    struct rootfs_request request = { job->store,
                                      image,
                                      b->path,
                                      b->dir,
                                      (enum rootfs_mode)job->request->mode,
                                      job->report,
                                      .no_mounts = job->own_ids };
    cleanup(rootfs_done) struct rootfs rootfs = { 0 };
    auto_arena arena = { 0 };
    struct spec s = { .arena = &arena };
    struct places places = { .store = job->store, .bundle = b->path, .dir = b->dir };
    auto_fd root = -EBADF;

    /* First, so that what is left by a killed lade can be removed as a bundle. */
    TRY(write_mark(job, image, b, e));
    TRY(add_lease(job, image, b->path, NULL, e));
    TRY(rootfs_make(&request, &rootfs, e));
    b->mode = rootfs.mode;
    root = openat(b->dir, "rootfs", OPEN_DIR);
    if (root < 0)
        return err_os(e, errno, "open 'rootfs'");
    TRY(fill_spec(job, image, root, &s, e));
    places.root = root;
    TRY(put_network(job, &s, b->path, e));
    TRY(add_mounts(job, image, &places, &s, e));
    TRY(share_name_files(job, &s, e));
    if (places.named.count)
        TRY(add_lease(job, image, b->path, &places.named, e));
    TRY(write_config(&s, b, e));
    return write_mark(job, image, b, e);
}

/* Take down whatever there is of it. The first error counts, the rest goes on. */
static int remove_content(struct store *s, const char *path, int dir, struct err *e)
{
    TRY(rootfs_remove(path, dir, e));
    TRY(remove_children(dir, NULL, e));
    return lease_remove(s, path, e);
}

/* names: what the image's descriptor lives in. */
static int open_image(const struct bundle_job *job, struct store_names **names, struct image **ret,
                      struct err *e)
{
    auto_arena arena = { 0 };
    const struct store_entry *entry;
    struct platform platform;

    if (job->request->platform)
        TRY(platform_parse(&arena, job->request->platform, &platform, e));
    else
        TRY(platform_host(&arena, &platform, e));
    TRY(store_list(job->store, names, e));
    TRY(store_find(*names, job->image, &entry, e));
    if (job->digest && !digest_equal(job->digest, &entry->descriptor->digest))
        return err_set(e, ERR_BUSY, "image '%s' was replaced meanwhile", job->image);
    if (image_open(job->store, entry->descriptor, &platform, ret, e) < 0)
        return err_wrap(e, "image '%s'", job->image);
    if (!(*ret)->config)
        return manifest_require_image((*ret)->manifest, e);
    return job->request->strict_platform ? image_config_check((*ret)->config, &platform, e) : 0;
}

int bundle_make(const struct bundle_job *job, struct bundle *ret, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { .dir = -EBADF };
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_image *image = NULL;
    struct err ignored;

    TRY(open_image(job, &names, &image, e));
    TRY(make_directory(job->dir, &b, e));
    if (fill_bundle(job, image, &b, e) < 0) {
        if (remove_content(job->store, b.path, b.dir, &ignored) >= 0)
            rmdir(b.path);
        return -e->code;
    }
    *ret = b;
    b = (struct bundle){ .dir = -EBADF };
    return 0;
}

static bool needs_files(const struct bundle_job *job, const struct image *image)
{
    const char *user = job->request->user ? job->request->user : image->config->user;

    return user && *user;
}

int bundle_config(const struct bundle_job *job, struct buf *b, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_image *image = NULL;
    auto_arena arena = { 0 };
    struct spec s = { .arena = &arena };
    auto_fd root = -EBADF;

    TRY(open_image(job, &names, &image, e));
    if (needs_files(job, image)) {
        root = view_open(job->store, image, job->report, e);
        if (root < 0)
            return root;
    }
    TRY(fill_spec(job, image, root, &s, e));
    spec_write(&s, b);
    return buf_failed(b) ? err_os(e, ENOMEM, "write config.json") : 0;
}

int bundle_remove(struct store *s, const char *path, struct err *e)
{
    auto_free char *absolute = realpath(path, NULL);
    auto_fd dir = absolute ? open(absolute, OPEN_DIR) : -EBADF;

    if (dir < 0)
        return err_os(e, errno, "open bundle '%s'", path);
    if (faccessat(dir, mark, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return err_set(e, ERR_INVALID, "'%s' is no bundle that lade has made", path);
    TRY(remove_content(s, absolute, dir, e));
    return rmdir(absolute) < 0 ? err_os(e, errno, "remove '%s'", path) : 0;
}

int bundle_mount_image(struct store *s, const char *image_name, const char *platform,
                       const char *dir, struct report *report, struct err *e)
{
    struct bundle_request request = { .platform = platform };
    struct bundle_job job = {
        .store = s, .image = image_name, .request = &request, .report = report
    };
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_free char *target = realpath(dir, NULL);
    auto_image *image = NULL;
    auto_layers *layers = NULL;
    struct layers_source from;
    struct err ignored;

    if (!target)
        return err_os(e, errno, "mount at '%s'", dir);
    TRY(open_image(&job, &names, &image, e));
    TRY(add_lease(&job, image, target, NULL, e));
    from =
        (struct layers_source){ .store = s, .image = image, .scratch = target, .report = report };
    if (layers_open(&from, &layers, e) < 0 || view_mount(layers, target, e) < 0) {
        lease_remove(s, target, &ignored);
        return -e->code;
    }
    return 0;
}

int bundle_umount_image(struct store *s, const char *dir, struct err *e)
{
    auto_free char *target = realpath(dir, NULL);

    if (!target || umount2(target, UMOUNT_NOFOLLOW) < 0)
        return err_os(e, errno, "unmount '%s'", dir);
    return lease_remove(s, target, e);
}
