// SPDX-License-Identifier: Apache-2.0
/* test_document.c - descriptors, manifests and indexes: what is taken, what is refused and why. */
#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "lade/document/chain.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"

#include <stdlib.h>

#define HEX "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define SHA "sha256:" HEX
#define CONFIG                                                                                     \
    "\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG "\",\"digest\":\"" SHA "\",\"size\":2}"
#define LAYER(type) "{\"mediaType\":\"" type "\",\"digest\":\"" SHA "\",\"size\":2}"
#define MANIFEST    "{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER(MEDIA_OCI_LAYER_GZIP) "]}"
#define ENTRY(more)                                                                                \
    "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"" SHA "\",\"size\":2" more "}"
#define INDEX(entries) "{\"schemaVersion\":2,\"manifests\":[" entries "]}"

static struct err e;

/* The error's text, or "" when it is taken. */
static const char *manifest_says(const char *text, const char *type)
{
    cleanup(manifest_freep) struct manifest *m = NULL;

    return manifest_parse(text, strlen(text), type, &m, &e) < 0 ? e.text : "";
}

static const char *index_says(const char *text, const char *type)
{
    cleanup(index_freep) struct index *i = NULL;

    return index_parse(text, strlen(text), type, &i, &e) < 0 ? e.text : "";
}

TEST(reads_a_manifest)
{
    cleanup(manifest_freep) struct manifest *m = NULL;

    EXPECT(manifest_parse(MANIFEST, strlen(MANIFEST), NULL, &m, &e) == 0);
    if (!m)
        return;
    EXPECT(m->layer_count == 1);
    EXPECT_STR(m->layers[0].digest.text, SHA);
    EXPECT(m->config.size == 2);
    EXPECT(manifest_artifact_type(m) == NULL);
    EXPECT(manifest_require_image(m, &e) == 0);
}

TEST(R9_a_size_is_a_number_that_is_not_negative)
{
    EXPECT_STR(index_says("{\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"" SHA
                          "\",\"size\":-1}]}",
                          NULL),
               "index.manifests[0].size must be between 0 and 9223372036854775807");
    EXPECT_STR(index_says("{\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"" SHA
                          "\",\"size\":1.5}]}",
                          NULL),
               "index.manifests[0].size must be an unsigned integer");
    EXPECT_STR(index_says("{\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"" SHA "\"}]}", NULL),
               "index.manifests[0].size is required");
}

TEST(R8_V18_a_digest_is_checked_before_anything_is_done_with_it)
{
    static const char *const bad[] = {
        "sha256:../../etc/x",
        "sha256:abc",
        "sha256:44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A",
        "../x:y",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        auto_buf b = { 0 };

        buf_printf(&b, "{\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"%s\",\"size\":2}]}",
                   bad[i]);
        EXPECT(strstr(index_says(b.data, NULL), "has the invalid digest"));
    }
    /* R7: one of an algorithm that we can't compute is carried. */
    EXPECT_STR(
        index_says("{\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"blake3:abc\",\"size\":2}]}",
                   NULL),
        "");
}

TEST(R11_embedded_data_counts_only_with_its_size_and_digest)
{
    struct descriptor d = { .size = 2, .data = (char *)"e30=" };
    auto_free char *text = NULL;

    EXPECT(digest_parse(SHA, &d.digest, &e) == 0);
    EXPECT(descriptor_data(&d, &text, &e) == 0);
    EXPECT_STR(text, "{}");
    d.data = (char *)"e34=";
    EXPECT(descriptor_data(&d, &text, &e) < 0 && strstr(e.text, "has the digest"));
    d.data = (char *)"e30";
    EXPECT(descriptor_data(&d, &text, &e) < 0 && strstr(e.text, "is not base64"));
    d.data = (char *)"!30=";
    EXPECT(descriptor_data(&d, &text, &e) < 0 && strstr(e.text, "is not base64"));
    d.data = (char *)"e30K";
    EXPECT(descriptor_data(&d, &text, &e) < 0 && strstr(e.text, "has 3 bytes instead of 2"));
}

TEST(R12_what_is_not_known_is_no_error)
{
    EXPECT_STR(manifest_says("{\"schemaVersion\":2,\"new\":[{\"x\":1}]," CONFIG
                             ",\"layers\":[{\"mediaType\":"
                             "\"a/b\",\"digest\":\"" SHA
                             "\",\"size\":2,\"z\":null}],\"annotations\":{\"q\":\"r\"}}",
                             NULL),
               "");
    EXPECT_STR(index_says(INDEX(ENTRY(",\"x\":{\"y\":[]}")), NULL), "");
}

TEST(R13_a_name_that_is_given_twice_is_refused)
{
    EXPECT(strstr(index_says("{\"manifests\":[],\"manifests\":[]}", NULL), "twice"));
    EXPECT(strstr(index_says("{\"manifests\":[], \"a\":\"\xff\"}", NULL), "UTF-8"));
}

TEST(R15_R16_R17_every_media_type_has_its_row)
{
    static const struct {
        const char *name;
        enum media_kind kind;
        bool foreign;
    } rows[] = {
        { "application/vnd.oci.image.index.v1+json", MEDIA_INDEX, false },
        { "application/vnd.oci.image.manifest.v1+json", MEDIA_MANIFEST, false },
        { "application/vnd.oci.image.config.v1+json", MEDIA_CONFIG, false },
        { "application/vnd.oci.image.layer.v1.tar", MEDIA_LAYER, false },
        { "application/vnd.oci.image.layer.v1.tar+gzip", MEDIA_LAYER, false },
        { "application/vnd.oci.image.layer.v1.tar+zstd", MEDIA_LAYER, false },
        { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", MEDIA_LAYER, true },
        { "application/vnd.oci.empty.v1+json", MEDIA_EMPTY, false },
        { "application/vnd.docker.distribution.manifest.list.v2+json", MEDIA_INDEX, false },
        { "application/vnd.docker.distribution.manifest.v2+json", MEDIA_MANIFEST, false },
        { "application/vnd.docker.container.image.v1+json", MEDIA_CONFIG, false },
        { "application/vnd.docker.image.rootfs.diff.tar", MEDIA_LAYER, false },
        { "application/vnd.docker.image.rootfs.diff.tar.gzip", MEDIA_LAYER, false },
        { "application/vnd.docker.image.rootfs.diff.tar.zstd", MEDIA_LAYER, false },
        { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER, true },
        { "application/vnd.docker.distribution.manifest.v1+prettyjws", MEDIA_SCHEMA1, false },
        { "application/vnd.oci.image.index.v1+json; charset=utf-8", MEDIA_INDEX, false },
        { "Application/VND.oci.image.index.v1+json", MEDIA_INDEX, false },
        { "application/vnd.oci.image.index.v1+jsonx", MEDIA_OTHER, false },
        { "", MEDIA_OTHER, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct media_type *t = media_type_find(rows[i].name);

        if (t->kind != rows[i].kind || t->foreign != rows[i].foreign)
            EXPECT_STR(rows[i].name, "of another kind");
    }
    EXPECT(media_type_find(NULL)->kind == MEDIA_OTHER);
}

TEST(R17_schema_1_is_refused_in_words)
{
    const char *text = "{\"schemaVersion\":1,\"name\":\"x\",\"fsLayers\":[],\"signatures\":[]}";

    EXPECT(strstr(manifest_says(text, NULL), "schema 1"));
    EXPECT(e.kind == ERR_UNSUPPORTED);
    EXPECT(strstr(manifest_says(MANIFEST, "application/vnd.docker.distribution.manifest.v1+json"),
                  "schema 1"));
}

TEST(R18_V17_a_document_is_of_one_kind)
{
    EXPECT(strstr(
        manifest_says("{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"manifests\":[]}", NULL),
        "two kinds"));
    EXPECT(
        strstr(index_says("{\"schemaVersion\":2," CONFIG ",\"manifests\":[]}", NULL), "two kinds"));
    EXPECT(strstr(index_says("{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", NULL),
                  "two kinds"));
    /* The descriptor or the Content-Type says otherwise than the document. */
    EXPECT(strstr(
        index_says("{\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}", MEDIA_DOCKER_LIST),
        "was announced"));
    EXPECT(strstr(index_says(INDEX(""), MEDIA_OCI_MANIFEST), "is no index"));
    EXPECT(strstr(manifest_says("{\"mediaType\":\"" MEDIA_OCI_INDEX "\"," CONFIG "}", NULL),
                  "is no manifest"));
    EXPECT_STR(index_says("{\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}",
                          MEDIA_OCI_INDEX "; a=b"),
               "");
}

TEST(R20_an_artifact_is_named_and_is_no_image)
{
    const char *text = "{\"schemaVersion\":2,\"config\":" LAYER(
        MEDIA_OCI_EMPTY) ",\"layers\":[],"
                         "\"artifactType\":\"application/x-sbom\"}";
    const char *older =
        "{\"schemaVersion\":2,\"config\":" LAYER("application/x-helm") ",\"layers\":[]}";
    cleanup(manifest_freep) struct manifest *m = NULL, *n = NULL;

    EXPECT(manifest_parse(text, strlen(text), NULL, &m, &e) == 0);
    EXPECT_STR(manifest_artifact_type(m), "application/x-sbom");
    EXPECT(manifest_require_image(m, &e) < 0 && e.kind == ERR_UNSUPPORTED);
    EXPECT_STR(e.text, "it is no image but an artifact of type 'application/x-sbom'");
    EXPECT(manifest_parse(older, strlen(older), NULL, &n, &e) == 0);
    EXPECT_STR(manifest_artifact_type(n), "application/x-helm");
}

TEST(R61_manifests_may_be_null_but_not_absent)
{
    EXPECT_STR(index_says("{\"schemaVersion\":2,\"manifests\":null}", NULL), "");
    EXPECT_STR(index_says("{\"schemaVersion\":2}", NULL), "index has no manifests");
}

TEST(R62_an_entry_is_known_by_its_annotations)
{
    const char *text =
        INDEX(ENTRY(",\"annotations\":{\"" ANNOTATION_REF_NAME "\":\"v1\"}") "," ENTRY(
            ",\"annotations\":{\"" ANNOTATION_REF_NAME "\":\"v1\",\"" ANNOTATION_CONTAINERD_NAME
            "\":\"docker.io/library/x:v1\"}") "," ENTRY(""));
    cleanup(index_freep) struct index *i = NULL;

    EXPECT(index_parse(text, strlen(text), NULL, &i, &e) == 0);
    if (!i)
        return;
    EXPECT_STR(descriptor_name(&i->manifests[0]), "v1");
    EXPECT_STR(descriptor_name(&i->manifests[1]), "docker.io/library/x:v1");
    EXPECT(descriptor_name(&i->manifests[2]) == NULL);
}

/* Which of the entries is taken for a platform; -1: none, with the error in e. */
static int chosen(const char *text, const char *platform)
{
    cleanup(index_freep) struct index *i = NULL;
    const struct descriptor *d;
    struct arena arena = { 0 };
    struct platform wanted;
    int n = -1;

    EXPECT(index_parse(text, strlen(text), NULL, &i, &e) == 0);
    EXPECT(!platform || platform_parse(&arena, platform, &wanted, &e) == 0);
    if (i && index_choose(i, platform ? &wanted : NULL, &d, &e) == 0)
        n = (int)(d - i->manifests);
    arena_done(&arena);
    return n;
}

#define ON(os, arch) ENTRY(",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}")

TEST(R21_the_first_that_fits_is_chosen_and_never_an_attestation)
{
    const char *text =
        INDEX("{\"mediaType\":\"application/x-new\",\"digest\":\"" SHA
              "\",\"size\":2}," ON("unknown", "unknown") "," ENTRY(
                  ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},"
                  "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-"
                  "manifest\"}") "," ON("linux", "arm64") "," ON("linux", "amd64") "," ON("linux",
                                                                                          "amd64"));

    EXPECT(chosen(text, "linux/amd64") == 4);
    EXPECT(chosen(text, "linux/arm64") == 3);
    EXPECT(chosen(text, "linux/s390x") == -1);
    EXPECT_STR(e.text, "the index holds no image for linux/s390x");
    EXPECT(e.kind == ERR_NOT_FOUND);
    EXPECT(chosen(text, NULL) == -1);
    EXPECT(chosen(INDEX(ON("unknown", "unknown") "," ON("linux", "arm64")), NULL) == 1);
}

TEST(an_entry_without_a_platform_comes_after_those_that_fit)
{
    EXPECT(chosen(INDEX(ENTRY("") "," ON("linux", "amd64")), "linux/amd64") == 1);
    EXPECT(chosen(INDEX(ENTRY("")), "linux/amd64") == 0);
}

TEST(says_of_which_kind_a_document_is)
{
    const char *type;

    EXPECT(document_kind(MANIFEST, strlen(MANIFEST), &type, &e) == MEDIA_MANIFEST);
    EXPECT_STR(type, MEDIA_OCI_MANIFEST);
    EXPECT(document_kind(INDEX(""), strlen(INDEX("")), &type, &e) == MEDIA_INDEX);
    EXPECT(document_kind("[]", 2, &type, &e) < 0);
}

/* Digests of known answers: printf '%s %s' … | sha256sum. */
TEST(computes_chain_ids)
{
    struct digest chain = { 0 }, layer;

    EXPECT(digest_parse(SHA, &layer, &e) == 0);
    EXPECT(chain_next(&chain, &layer, &e) == 0);
    EXPECT_STR(chain.text, SHA);
    EXPECT(chain_next(&chain, &layer, &e) == 0);
    EXPECT_STR(chain.text,
               "sha256:fe7ecc1267e16cfac23a202ed5e9dceaad8f0eedfccce6717069af85f43ba4b7");
}

TEST_MAIN()
