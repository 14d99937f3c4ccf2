// SPDX-License-Identifier: Apache-2.0
/* test_store_gc.c - what is taken out of a store and what is left there: rmi, gc, leases,
 * factories, volumes. */
#include "store_place.h"

#include "lade/store/gc.h"
#include "lade/store/image.h"
#include "lade/store/ingest.h"
#include "lade/store/layer_dir.h"
#include "lade/store/lease.h"
#include "lade/store/usage.h"
#include "lade/store/volume.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static unsigned gone;

static void count_gone(void *user, const char *kind, const char *name, uint64_t bytes)
{
    gone++;
}

static unsigned collected(struct store *s, struct gc_options options)
{
    struct gc_watcher watcher = { .removed = count_gone };

    gone = 0;
    EXPECT(store_gc(s, &options, &watcher, &e) == 0);
    return gone;
}

TEST(a_factory_is_read_and_never_written)
{
    auto_place p = new_place(), q = new_place();
    struct store *factory = opened(p.path, STORE_WRITE), *s = NULL;
    struct descriptor a = put_image(factory, "a"), b = put_image(factory, "b"), c;
    const char *const paths[] = { p.path, NULL };
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;

    EXPECT(store_name(factory, &a, "docker.io/library/a:latest", STORE_NAME_NEW, &e) == 0);
    EXPECT(store_name(factory, &b, "docker.io/library/b:latest", STORE_NAME_NEW, &e) == 0);
    store_close(factory);
    EXPECT(store_open(q.path, paths, STORE_WRITE, &s, &e) == 0);
    EXPECT(store_has(s, &a.digest));
    c = put_image(s, "c");
    EXPECT(store_name(s, &c, "docker.io/library/b:latest", STORE_NAME_NEW, &e) == 0); /* hides it */
    EXPECT_STR(found(s, "b"), c.digest.text);
    EXPECT(store_list(s, &names, &e) == 0 && names->count == 2);
    EXPECT(store_find(names, "a", &entry, &e) == 0 && entry->factory);
    EXPECT(store_remove(s, entry, true, true, &e) < 0 && e.kind == ERR_UNSUPPORTED);
    /* an image there can get a name here */
    EXPECT(store_name(s, &a, "docker.io/library/mine:latest", STORE_NAME_NEW, &e) == 0);
    EXPECT_STR(found(s, "mine"), a.digest.text);
    EXPECT(collected(s, (struct gc_options){ 0 }) == 0);
    store_close(s);
    s = opened(p.path, STORE_READ);
    EXPECT_STR(found(s, "b"), b.digest.text);
    store_close(s);
    s = NULL;
    EXPECT(store_open(q.path, (const char *const[]){ in(&p, "none"), NULL }, STORE_READ, &s, &e) <
           0);
    EXPECT(e.kind == ERR_NOT_FOUND);
}

/* --- removing --- */

static int removed(struct store *s, const char *text, bool by_name, bool force)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    const struct store_entry *entry;

    TRY(store_list(s, &names, &e));
    TRY(store_find(names, text, &entry, &e));
    return store_remove(s, entry, by_name, force, &e);
}

static uint64_t blobs(struct store *s)
{
    struct usage u = { 0 };

    EXPECT(store_usage(s, &u, &e) == 0);
    return u.blobs.count;
}

TEST(removing_takes_what_only_the_image_needed)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor a = put_image(s, "a"), b = put_image(s, "b");

    EXPECT(store_name(s, &a, "a:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(store_name(s, &a, "a:2", STORE_NAME_NEW, &e) == 0);
    EXPECT(store_name(s, &b, "b:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(blobs(s) == 6);
    EXPECT(removed(s, "a:1", true, false) == 0);
    EXPECT(blobs(s) == 6);
    EXPECT(store_name(s, &a, "a:3", STORE_NAME_NEW, &e) == 0);
    EXPECT(removed(s, a.digest.text, false, false) < 0 && e.kind == ERR_BUSY);
    EXPECT(removed(s, a.digest.text, false, true) == 0);
    EXPECT(blobs(s) == 3);
    EXPECT_STR(found(s, "b:1"), b.digest.text);
}

TEST(R65_gc_leaves_what_is_needed_young_or_in_work)
{
    auto_place p = new_place();
    struct store *s = opened(p.path, STORE_WRITE), *running;
    struct descriptor a = put_image(s, "a"), b = put_image(s, "b");

    EXPECT(store_name(s, &a, "a:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(collected(s, (struct gc_options){ .grace = 3600 }) == 0);
    /* another lade that runs has just found b */
    running = opened(p.path, STORE_WRITE);
    EXPECT(store_has(running, &b.digest));
    EXPECT(collected(s, (struct gc_options){ .grace = 0 }) == 2); /* its config and layer */
    EXPECT(store_has(s, &b.digest));
    store_close(running);
    EXPECT(collected(s, (struct gc_options){ .dry = true }) == 1);
    EXPECT(store_has(s, &b.digest));
    EXPECT(collected(s, (struct gc_options){ 0 }) == 1);
    EXPECT(!store_has(s, &b.digest));
    EXPECT(store_has(s, &a.digest) && blobs(s) == 3);
    store_close(s);
}

TEST(R65_gc_follows_nested_indexes_and_keeps_referrers_with_their_subject)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor image = put_image(s, "a"), inner, outer, referrer;
    auto_buf i = { 0 }, o = { 0 }, r = { 0 };
    struct descriptor empty = put(s, MEDIA_OCI_EMPTY, "{}");

    buf_puts(&i, "{\"schemaVersion\":2,\"manifests\":[");
    add_descriptor(&i, &image);
    buf_puts(&i, "]}");
    inner = put(s, MEDIA_OCI_INDEX, i.data);
    buf_puts(&o, "{\"schemaVersion\":2,\"manifests\":[");
    add_descriptor(&o, &inner);
    buf_puts(&o, "]}");
    outer = put(s, MEDIA_OCI_INDEX, o.data);
    buf_puts(&r, "{\"schemaVersion\":2,\"artifactType\":\"a/b\",\"layers\":[],\"config\":");
    add_descriptor(&r, &empty);
    buf_puts(&r, ",\"subject\":");
    add_descriptor(&r, &image);
    buf_puts(&r, "}");
    referrer = put(s, MEDIA_OCI_MANIFEST, r.data);
    EXPECT(store_name(s, &outer, "x:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(store_name(s, &referrer, NULL, STORE_NAME_NEW, &e) == 0);
    EXPECT(collected(s, (struct gc_options){ .untagged = true }) == 0);
    EXPECT(blobs(s) == 7);
    EXPECT(removed(s, "x:1", true, false) == 0);
    collected(s, (struct gc_options){ 0 });
    EXPECT(blobs(s) == 0);
    EXPECT(found(s, referrer.digest.text) == NULL);
}

TEST(V29_an_index_that_holds_itself_ends)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct platform any = { "linux", "amd64", NULL, NULL };
    struct descriptor d = put_image(s, "a");
    auto_image *image = NULL;

    /* A digest of itself can't be made; indexes one inside the other, deeper than any real one,
     * can. */
    for (int depth = 0; depth < INDEX_DEPTH_MAX + 1; depth++) {
        auto_buf b = { 0 };

        buf_puts(&b, "{\"schemaVersion\":2,\"manifests\":[");
        add_descriptor(&b, &d);
        buf_puts(&b, "]}");
        d = put(s, MEDIA_OCI_INDEX, b.data);
        if (depth < INDEX_DEPTH_MAX) {
            EXPECT(image_open(s, &d, &any, &image, &e) == 0);
            image_freep(&image);
        }
    }
    EXPECT(image_open(s, &d, &any, &image, &e) < 0 && strstr(e.text, "nested more than 4 deep"));
}

TEST(R65_a_bundle_holds_its_image_until_it_is_gone)
{
    auto_place p = new_place(), bundle = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor a = put_image(s, "a");
    struct lease lease = { .bundle = bundle.path, .manifest = a.digest };
    struct layer_size size = { 1, 1 };
    struct layer_dir *layer = NULL;
    struct digest key;
    int fd;

    EXPECT(digest_of(DIGEST_SHA256, "layer", 5, &key, &e) == 0);
    EXPECT(layer_dir_begin(s, &key, "trusted", &layer, &e) == 0);
    EXPECT(mkdirat(layer_dir_fd(layer), "etc", 0755) == 0);
    EXPECT(layer_dir_open(s, &key, "trusted", NULL) == -ENOENT);
    EXPECT(layer_dir_end(layer, &size, &e) == 0);
    layer_dir_freep(&layer);
    EXPECT(layer_dir_begin(s, &key, "trusted", &layer, &e) == 1);
    lease.layers = &key;
    lease.layer_count = 1;
    EXPECT(store_name(s, &a, "a:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(lease_add(s, &lease, &e) == 0);
    EXPECT(removed(s, "a:1", true, false) < 0 && e.kind == ERR_BUSY);
    EXPECT(removed(s, "a:1", true, true) == 0);
    EXPECT(collected(s, (struct gc_options){ .layers = true }) == 0);
    EXPECT(store_has(s, &a.digest));
    fd = layer_dir_open(s, &key, "trusted", NULL);
    EXPECT(fd >= 0);
    cleanup_fd(&fd);
    rmdir(bundle.path);
    EXPECT(collected(s, (struct gc_options){ 0 }) == 5); /* three blobs, the layer, the lease */
    EXPECT(blobs(s) == 0);
    EXPECT(layer_dir_open(s, &key, "trusted", NULL) == -ENOENT);
}

/* Moves the time at which an image was used last back. */
static void age(const struct place *p, const struct descriptor *d, long seconds)
{
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(NULL) - seconds } };
    auto_buf name = { 0 };

    buf_printf(&name, "blobs/sha256/%s", digest_encoded(&d->digest));
    EXPECT(utimensat(AT_FDCWD, in(p, name.data), times, 0) == 0);
}

TEST(gc_gives_up_images_when_told)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d[4];
    static const char *const texts[] = { "a", "b", "c", "d" };
    static const char *const tags[] = { "localhost/x:1", "localhost/x:2", "localhost/x:3",
                                        "localhost/y:1" };

    for (int i = 0; i < 4; i++) {
        d[i] = put_image(s, texts[i]);
        EXPECT(store_name(s, &d[i], tags[i], STORE_NAME_NEW, &e) == 0);
        age(&p, &d[i], 1000 - 100 * i);
    }
    EXPECT(collected(s, (struct gc_options){ .until = 950 }) == 4);
    EXPECT(!found(s, "localhost/x:1") && found(s, "localhost/x:2"));
    EXPECT(collected(s, (struct gc_options){ .keep = 1 }) == 4);
    EXPECT(!found(s, "localhost/x:2") && found(s, "localhost/x:3") && found(s, "localhost/y:1"));
    EXPECT(collected(s, (struct gc_options){ .max_size = 600 }) == 4);
    EXPECT(!found(s, "localhost/x:3") && found(s, "localhost/y:1"));
    EXPECT(store_unname(s, "localhost/y:1", &e) == 0);
    EXPECT(collected(s, (struct gc_options){ 0 }) == 0);
    EXPECT(collected(s, (struct gc_options){ .untagged = true }) == 4);
}

TEST(V30_what_a_killed_lade_leaves_is_no_harm)
{
    auto_place p = new_place();
    struct store *s;
    struct digest d;
    pid_t pid = fork();
    int status;

    EXPECT(digest_of(DIGEST_SHA256, "content", 7, &d, &e) == 0);
    if (pid == 0) { /* dies with a lease, a download, a nameless file and a layer half unpacked */
        struct ingest *i, *nameless;
        struct layer_dir *layer;
        uint64_t have;

        s = opened(p.path, STORE_WRITE);
        ingest_begin(s, &d, 7, &i, &have, &e);
        ingest_add(i, "cont", 4, &e);
        ingest_begin_unnamed(s, 100, &nameless, &e);
        ingest_add(nameless, "x", 1, &e);
        layer_dir_begin(s, &d, NULL, &layer, &e);
        mkdirat(layer_dir_fd(layer), "etc", 0755);
        kill(getpid(), SIGKILL);
    }
    EXPECT(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    s = opened(p.path, STORE_WRITE);
    EXPECT(layer_dir_open(s, &d, NULL, NULL) == -ENOENT);
    EXPECT(!store_has(s, &d));
    /* its lease, the nameless file, the layer; the download stays, to be resumed */
    EXPECT(collected(s, (struct gc_options){ 0 }) == 3);
    struct ingest *i = NULL;
    uint64_t have = 0;

    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0 && have == 4);
    EXPECT(collected(s, (struct gc_options){ .partial = true }) ==
           1); /* the layer's lock; ours goes on */
    EXPECT(ingest_add(i, "ent", 3, &e) == 0 && ingest_end(i, NULL, NULL, &e) == 0);
    ingest_freep(&i);
    store_close(s);
}

/* --- volumes --- */

TEST(keeps_volumes)
{
    auto_place p = new_place(), bundle = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    static const char *const labels[] = { "a=b=c", "d", NULL };
    static const char *const used[] = { "data", NULL };
    struct lease lease = { .bundle = bundle.path, .volumes = used };
    cleanup(volumes_freep) struct volumes *all = NULL;
    auto_free char *path = NULL;

    EXPECT(volume_create(s, "../x", NULL, false, &e) < 0 && e.kind == ERR_INVALID);
    EXPECT(volume_create(s, "data", labels, false, &e) == 0);
    EXPECT(volume_create(s, "data", NULL, false, &e) < 0 && e.kind == ERR_EXISTS);
    EXPECT(volume_create(s, "data", NULL, true, &e) == 0);
    EXPECT(volume_path(s, "data", &path, &e) == 0 && access(path, F_OK) == 0);
    EXPECT(volume_list(s, &all, &e) == 0 && all->count == 1);
    EXPECT_STR(annotation_find(&all->items[0].labels, "a"), "b=c");
    EXPECT_STR(annotation_find(&all->items[0].labels, "d"), "");
    EXPECT(digest_of(DIGEST_SHA256, "", 0, &lease.manifest, &e) == 0);
    EXPECT(lease_add(s, &lease, &e) == 0);
    EXPECT(volume_remove(s, "data", &e) < 0 && e.kind == ERR_BUSY);
    EXPECT(lease_remove(s, bundle.path, &e) == 0);
    EXPECT(volume_remove(s, "data", &e) == 0);
    EXPECT(volume_remove(s, "data", &e) < 0 && e.kind == ERR_NOT_FOUND);
    EXPECT(!is_there(&p, "volumes/data"));
}

TEST_MAIN()
