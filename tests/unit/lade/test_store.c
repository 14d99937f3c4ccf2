// SPDX-License-Identifier: Apache-2.0
/* test_store.c - the store: the layout, content coming in, names. */
#include "store_place.h"

#include "lade/store/ingest.h"

#include <sys/wait.h>

/* --- the layout --- */

TEST(R61_a_store_is_an_image_layout)
{
    auto_place p = new_place();
    __attribute__((unused)) auto_store *s = opened(in(&p, "a/b/store"), STORE_WRITE);
    auto_free char *text = NULL;

    EXPECT(file_read(AT_FDCWD, in(&p, "a/b/store/oci-layout"), 100, &text, NULL, &e) == 0);
    EXPECT_STR(text, "{\"imageLayoutVersion\":\"1.0.0\"}");
    cleanup_free(&text);
    EXPECT(file_read(AT_FDCWD, in(&p, "a/b/store/index.json"), 200, &text, NULL, &e) == 0);
    EXPECT(strstr(text, "\"manifests\":[]") != NULL);
}

TEST(R61_a_layout_that_others_made_is_taken_and_another_version_is_not)
{
    auto_place p = new_place();
    struct store *s;

    write_file(in(&p, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\",\"x\":1}");
    write_file(in(&p, "index.json"), "{\"schemaVersion\":2,\"manifests\":[]}");
    write_file(in(&p, "README"), "extra files are fine");
    s = opened(p.path, STORE_WRITE);
    store_close(s);
    EXPECT(is_there(&p, "README"));
    write_file(in(&p, "oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
    EXPECT(store_open(p.path, NULL, STORE_READ, &s, &e) < 0);
    EXPECT(e.kind == ERR_UNSUPPORTED && strstr(e.text, "version '2.0.0'"));
}

TEST(a_directory_in_use_is_not_taken_over)
{
    auto_place p = new_place();
    struct store *s;

    write_file(in(&p, "letter"), "x");
    EXPECT(store_open(p.path, NULL, STORE_WRITE, &s, &e) < 0);
    EXPECT(e.kind == ERR_INVALID && strstr(e.text, "it holds 'letter'"));
    EXPECT(!is_there(&p, "oci-layout"));
}

TEST(reading_makes_nothing)
{
    auto_place p = new_place();
    auto_store *s = opened(in(&p, "none"), STORE_READ);
    cleanup(store_names_freep) struct store_names *names = NULL;
    struct digest d;

    EXPECT(store_list(s, &names, &e) == 0 && names->count == 0);
    EXPECT(digest_of(DIGEST_SHA256, "x", 1, &d, &e) == 0);
    EXPECT(!store_has(s, &d));
    EXPECT(store_open_blob(s, &d, NULL, &e) < 0 && e.kind == ERR_NOT_FOUND);
    EXPECT(!is_there(&p, "none"));
}

/* --- content --- */

TEST(R9_R10_V20_what_is_not_as_announced_never_becomes_visible)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct digest d;
    struct ingest *i;
    uint64_t have;

    EXPECT(digest_of(DIGEST_SHA256, "right", 5, &d, &e) == 0);
    /* the right size, a wrong byte: nothing of it is kept */
    EXPECT(ingest_begin(s, &d, 5, &i, &have, &e) == 0 && have == 0);
    EXPECT(ingest_add(i, "wrong", 5, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) < 0 && e.kind == ERR_INVALID);
    ingest_freep(&i);
    EXPECT(!store_has(s, &d));
    /* too long */
    EXPECT(ingest_begin(s, &d, 5, &i, &have, &e) == 0 && have == 0);
    EXPECT(ingest_add(i, "right!", 6, &e) < 0 && strstr(e.text, "larger than the 5 bytes"));
    ingest_freep(&i);
    /* too short */
    EXPECT(ingest_begin(s, &d, 5, &i, &have, &e) == 0 && have == 0);
    EXPECT(ingest_add(i, "rig", 3, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) < 0 && strstr(e.text, "ends after 3 of 5"));
    ingest_freep(&i);
    EXPECT(!store_has(s, &d));
}

TEST(R31_what_was_fetched_is_kept_for_another_process)
{
    auto_place p = new_place();
    struct store *s = opened(p.path, STORE_WRITE);
    struct digest d;
    struct ingest *i;
    uint64_t have;

    EXPECT(digest_of(DIGEST_SHA256, "content", 7, &d, &e) == 0);
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0);
    EXPECT(ingest_add(i, "cont", 4, &e) == 0);
    ingest_freep(&i);
    store_close(s);
    s = opened(p.path, STORE_WRITE);
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0 && have == 4);
    EXPECT(ingest_add(i, "ent", 3, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) == 0);
    ingest_freep(&i);
    EXPECT(store_has(s, &d));
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 1);
    store_close(s);
}

TEST(R31_a_kept_beginning_is_not_trusted)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct digest d;
    struct ingest *i;
    uint64_t have;
    auto_buf name = { 0 };

    EXPECT(digest_of(DIGEST_SHA256, "content", 7, &d, &e) == 0);
    buf_printf(&name, "partial/sha256-%s", digest_encoded(&d));
    write_file(in(&p, name.data), "CONT");
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0 && have == 4);
    EXPECT(ingest_add(i, "ent", 3, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) < 0);
    ingest_freep(&i);
    /* It was thrown away: the next attempt begins anew. One that is too long is, too. */
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0 && have == 0);
    ingest_freep(&i);
    write_file(in(&p, name.data), "longer than it can be");
    EXPECT(ingest_begin(s, &d, 7, &i, &have, &e) == 0 && have == 0);
    EXPECT(ingest_add(i, "con", 3, &e) == 0);
    EXPECT(ingest_restart(i, &e) == 0);
    EXPECT(ingest_add(i, "content", 7, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) == 0);
    ingest_freep(&i);
}

TEST(R37_one_process_at_a_time_fetches_a_blob)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct digest d;
    struct ingest *i = NULL;
    uint64_t have;
    int status = -1, begun[2];
    pid_t pid;

    EXPECT(digest_of(DIGEST_SHA256, "x", 1, &d, &e) == 0);
    EXPECT(pipe(begun) == 0);
    pid = fork();   /* before there is a lock, which would be inherited */
    if (pid == 0) { /* waits for us, then finds it there */
        struct store *other = opened(p.path, STORE_WRITE);
        struct ingest *in_vain;
        char byte;

        if (read(begun[0], &byte, 1) != 1)
            _exit(2);
        _exit(ingest_begin(other, &d, 1, &in_vain, &have, &e) == 1 ? 0 : 1);
    }
    EXPECT(ingest_begin(s, &d, 1, &i, &have, &e) == 0);
    EXPECT(write(begun[1], "x", 1) == 1);
    EXPECT(ingest_add(i, "x", 1, &e) == 0);
    EXPECT(ingest_end(i, NULL, NULL, &e) == 0);
    ingest_freep(&i);
    EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
    close(begun[0]);
    close(begun[1]);
}

TEST(R63_V21_links_and_fifos_in_a_layout_are_not_followed)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct store *other = NULL;
    struct digest d;
    auto_buf name = { 0 }, elsewhere = { 0 };

    EXPECT(digest_of(DIGEST_SHA256, "secret", 6, &d, &e) == 0);
    write_file(in(&p, "outside"), "secret");
    buf_printf(&name, "blobs/sha256/%s", digest_encoded(&d));
    EXPECT(symlink("../../outside", in(&p, name.data)) == 0);
    EXPECT(!store_has(s, &d));
    EXPECT(store_open_blob(s, &d, NULL, &e) < 0 && e.kind == ERR_INVALID);
    unlink(in(&p, name.data));
    EXPECT(mkfifo(in(&p, name.data), 0600) == 0);
    EXPECT(!store_has(s, &d));
    EXPECT(store_open_blob(s, &d, NULL, &e) < 0 && e.kind == ERR_INVALID);
    unlink(in(&p, name.data));
    /* a folder on the way */
    buf_printf(&elsewhere, "%s/elsewhere", p.path);
    EXPECT(rename(in(&p, "blobs/sha256"), elsewhere.data) == 0);
    EXPECT(symlink(elsewhere.data, in(&p, "blobs/sha256")) == 0);
    EXPECT(store_open_blob(s, &d, NULL, &e) < 0 && e.kind == ERR_INVALID);
    /* index.json itself */
    write_file(in(&p, "foreign"), "{\"manifests\":[]}");
    unlink(in(&p, "index.json"));
    EXPECT(symlink("foreign", in(&p, "index.json")) == 0);
    other = opened(p.path, STORE_READ);
    cleanup(store_names_freep) struct store_names *names = NULL;

    EXPECT(store_list(other, &names, &e) < 0 && strstr(e.text, "not a regular file"));
    store_close(other);
}

TEST(R14_a_document_larger_than_4_MiB_is_not_read)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d = { .media_type = (char *)MEDIA_OCI_MANIFEST, .size = DOCUMENT_MAX + 1 };
    auto_free char *big = calloc(1, DOCUMENT_MAX + 1), *text = NULL;
    size_t len;

    EXPECT(store_put(s, big, DOCUMENT_MAX + 1, &d.digest, &e) == 0);
    EXPECT(store_read(s, &d, "manifest", &text, &len, &e) < 0 &&
           strstr(e.text, "larger than 4194304"));
    d.size = DOCUMENT_MAX;
    EXPECT(store_put(s, big, DOCUMENT_MAX, &d.digest, &e) == 0);
    EXPECT(store_read(s, &d, "manifest", &text, &len, &e) == 0 && len == DOCUMENT_MAX);
}

TEST(a_blob_that_was_changed_in_place_is_not_used)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d = put(s, MEDIA_OCI_MANIFEST, "{}");
    auto_free char *text = NULL;
    auto_buf name = { 0 };
    size_t len;

    buf_printf(&name, "blobs/sha256/%s", digest_encoded(&d.digest));
    write_file(in(&p, name.data), "[]");
    EXPECT(store_read(s, &d, "manifest", &text, &len, &e) < 0 && strstr(e.text, "has the digest"));
    write_file(in(&p, name.data), "[1]");
    EXPECT(store_read(s, &d, "manifest", &text, &len, &e) < 0 &&
           strstr(e.text, "has 3 bytes instead of 2"));
    EXPECT(store_drop_damaged(s, &d.digest));
    EXPECT(!store_has(s, &d.digest));
    d = put(s, MEDIA_OCI_MANIFEST, "{}");
    EXPECT(!store_drop_damaged(s, &d.digest));
}

/* --- names --- */

TEST(R62_names_come_move_and_go)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor a = put_image(s, "a"), b = put_image(s, "b");
    char prefix[] = "sha256:0123456";

    EXPECT(store_name(s, &a, "docker.io/library/x:latest", STORE_NAME_NEW, &e) == 0);
    EXPECT_STR(found(s, "x"), a.digest.text);
    EXPECT_STR(found(s, "docker.io/library/x:latest"), a.digest.text);
    EXPECT_STR(found(s, a.digest.text), a.digest.text);
    memcpy(prefix + 7, digest_encoded(&a.digest), 7);
    EXPECT_STR(found(s, prefix), a.digest.text);
    EXPECT_STR(found(s, prefix + 7), a.digest.text);
    prefix[12] = '\0';
    EXPECT(found(s, prefix) == NULL && e.kind == ERR_NOT_FOUND);
    /* V23: a name is not taken away silently */
    EXPECT(store_name(s, &b, "docker.io/library/x:latest", STORE_NAME_NEW, &e) < 0);
    EXPECT(e.kind == ERR_EXISTS);
    EXPECT_STR(found(s, "x"), a.digest.text);
    EXPECT(store_name(s, &b, "docker.io/library/x:latest", STORE_NAME_REPLACE, &e) == 0);
    EXPECT_STR(found(s, "x"), b.digest.text);
    EXPECT_STR(found(s, a.digest.text), a.digest.text); /* without a name, but there */
    EXPECT(store_unname(s, "docker.io/library/x:latest", &e) == 0);
    EXPECT(found(s, "x") == NULL);
    EXPECT_STR(found(s, b.digest.text), b.digest.text);
    EXPECT(store_unname(s, "docker.io/library/x:latest", &e) < 0 && e.kind == ERR_NOT_FOUND);
}

TEST(R62_a_name_keeps_to_the_grammar)
{
    static const char *const bad[] = { "", "-x", "a b", "x\n", "a\\b", "/x", "\xc3\xa4" };
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d = put_image(s, "a");

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (store_name(s, &d, bad[i], STORE_NAME_NEW, &e) == 0)
            EXPECT_STR(bad[i], "refused");
    EXPECT(store_name(s, &d, "localhost:5000/a__b/c+d@e", STORE_NAME_NEW, &e) == 0);
}

TEST(R12_what_others_wrote_into_index_json_stays)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d = put_image(s, "a");
    auto_free char *text = NULL;

    write_file(in(&p, "index.json"),
               "{\"schemaVersion\":2,\"future\":[1],\"manifests\":[{\"mediaType\":\"application/"
               "x-new\",\"digest\":"
               "\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\","
               "\"size\":2,\"more\":{}}]}");
    EXPECT(store_name(s, &d, "n:1", STORE_NAME_NEW, &e) == 0);
    EXPECT(file_read(AT_FDCWD, in(&p, "index.json"), 10000, &text, NULL, &e) == 0);
    EXPECT(strstr(text, "\"future\"") && strstr(text, "\"more\"") &&
           strstr(text, "application/x-new"));
}

TEST(a_name_needs_its_manifest)
{
    auto_place p = new_place();
    auto_store *s = opened(p.path, STORE_WRITE);
    struct descriptor d = { .media_type = (char *)MEDIA_OCI_MANIFEST, .size = 2 };

    EXPECT(digest_of(DIGEST_SHA256, "{}", 2, &d.digest, &e) == 0);
    EXPECT(store_name(s, &d, "x:1", STORE_NAME_NEW, &e) < 0 && e.kind == ERR_NOT_FOUND);
}

TEST_MAIN()
