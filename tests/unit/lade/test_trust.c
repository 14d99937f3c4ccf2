// SPDX-License-Identifier: Apache-2.0
/* test_trust.c - keys, signatures and statements: published vectors, and what is no such thing. */
#include "test.h"

#include "base/cleanup.h"
#include "lade/registry/credential.h"
#include "lade/store/attached.h"
#include "lade/trust/envelope.h"
#include "lade/trust/public_key.h"
#include "lade/trust/statement.h"

#define BEGIN "-----BEGIN PUBLIC KEY-----\n"
#define END   "\n-----END PUBLIC KEY-----\n"
#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* RFC 6979 A.2.5 and RFC 8032 7.1. */
static const char p256[] =
    BEGIN "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
          "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==" END;
static const char p256_sample[] =
    "MEYCIQDv1IsqrLao/RFA3ZzUXoHWnSyHe1aq+ZHDTQ6oTq83FgIhAPfLHJQtZXxB1DbHobbin2Xz6QDbua/"
    "0Bk3Eqy+EOs2o";
static const char ed25519[] =
    BEGIN "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=" END;
static const char ed25519_r[] =
    "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsu"
    "rrQwKu6wDSkWErsMAA==";
static const char p384[] =
    BEGIN "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE9iwXFVWzBEbVL8NLAMzgY6/0wBoZklLX\n"
          "PhvBFhVlJcjAFTKxLDrWwyWSib4oSBOouw78A3l1hB8ZkV092ncpRaes2OgdZe9E\n"
          "i6zJjmzFeZMrkBNmBRUhu7q6PbB6y7YW" END;

static struct err e;

static struct public_key *key(const char *text)
{
    struct public_key *k = NULL;

    e.text[0] = '\0';
    public_key_parse(text, strlen(text), "k", &k, &e);
    return k;
}

/* The signature with one bit of byte `broken` turned over; a negative one: none. */
static bool holds(const struct public_key *k, const char *data, const char *base64, int broken)
{
    size_t len;
    auto_free char *signature = base64_decode(base64, &len);

    EXPECT(signature && k);
    if (!signature || !k)
        return false;
    if (broken >= 0)
        signature[(size_t)broken % len] ^= 1;
    return public_key_signed(k, data, strlen(data), signature, len);
}

static void try_vector(const char *pem, const char *data, const char *other, const char *signature)
{
    struct public_key *k = key(pem);

    EXPECT(holds(k, data, signature, -1));
    EXPECT(!holds(k, other, signature, -1));
    for (int i = 0; i < 72; i++)
        EXPECT(!holds(k, data, signature, i));
    EXPECT(k && !public_key_signed(k, data, strlen(data), "", 0));
    public_key_free(k);
}

TEST(a_signature_of_rfc_6979_holds)
{
    try_vector(p256, "sample", "sampl", p256_sample);
}

TEST(a_signature_of_rfc_8032_holds)
{
    try_vector(ed25519, "r", "s", ed25519_r);
}

TEST(a_signature_of_one_key_is_none_of_another)
{
    struct public_key *k = key(ed25519);

    EXPECT(!holds(k, "sample", p256_sample, -1));
    public_key_free(k);
}

TEST(other_keys_are_refused_in_words)
{
    EXPECT(!key(p384));
    EXPECT_STR(e.text, "k: only ECDSA P-256 and Ed25519 keys can be used");
    EXPECT(!key(""));
    EXPECT_STR(e.text, "k: no public key in PEM");
    EXPECT(!key(BEGIN "MCowBQYDK2VwAyEA" END));
    EXPECT(!key("-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n"));
}

/* --- statements --- */

#define PAYLOAD(identity, digest, type)                                                            \
    "{\"critical\":{\"identity\":{" identity "},\"image\":{\"docker-manifest-digest\":\"" digest   \
    "\"},\"type\":\"" type "\"},\"optional\":{\"creator\":\"x\"}}"
#define NAMED "\"docker-reference\":\"host/app\""
#define TYPE  "cosign container image signature"

static bool reads_payload(const char *text, struct statement *ret)
{
    static struct arena arena;

    e.text[0] = '\0';
    return simple_signing_parse(text, strlen(text), &arena, ret, &e) == 0;
}

TEST(a_payload_names_digest_and_repository)
{
    struct statement s;

    EXPECT(reads_payload(PAYLOAD(NAMED, "sha256:" HEX64, TYPE), &s));
    EXPECT_STR(s.digest.text, "sha256:" HEX64);
    EXPECT_STR(s.reference, "host/app");
}

TEST(what_is_critical_must_be_known)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"critical\":null}",
        "{\"critical\":{}}",
        PAYLOAD("", "sha256:" HEX64, TYPE),
        PAYLOAD("\"docker-reference\":null", "sha256:" HEX64, TYPE),
        PAYLOAD("\"docker-reference\":7", "sha256:" HEX64, TYPE),
        PAYLOAD(NAMED ",\"more\":1", "sha256:" HEX64, TYPE),
        PAYLOAD(NAMED "," NAMED, "sha256:" HEX64, TYPE),
        PAYLOAD(NAMED, "sha256:../../x", TYPE),
        PAYLOAD(NAMED, "", TYPE),
        PAYLOAD(NAMED, "sha256:" HEX64, "atomic container signature"),
        PAYLOAD(NAMED, "sha256:" HEX64, TYPE "\",\"expires\":\"1"),
        PAYLOAD(NAMED, "sha256:" HEX64, TYPE) "x",
    };
    struct statement s;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (reads_payload(bad[i], &s))
            EXPECT_STR(bad[i], "refused");
}

#define SUBJECT "{\"name\":\"host/app\",\"digest\":{\"sha256\":\"" HEX64 "\",\"sha512\":\"00\"}}"
#define STATEMENT(type, predicate, subjects)                                                       \
    "{\"_type\":\"https://in-toto.io/" type "\",\"predicateType\":\"" predicate                    \
    "\",\"subject\":[" subjects "],\"predicate\":{\"a\":[1]}}"
#define SIGN "https://sigstore.dev/cosign/sign/v1"

static bool reads_statement(const char *text, struct statement *ret)
{
    static struct arena arena;

    e.text[0] = '\0';
    return in_toto_parse(text, strlen(text), &arena, ret, &e) == 0;
}

TEST(a_statement_names_one_digest)
{
    struct statement s;

    EXPECT(reads_statement(STATEMENT("Statement/v1", SIGN, SUBJECT), &s));
    EXPECT_STR(s.digest.text, "sha256:" HEX64);
    EXPECT_STR(s.reference, "host/app");
    EXPECT(reads_statement(
        STATEMENT("Statement/v0.1", SIGN, "{\"digest\":{\"sha256\":\"" HEX64 "\"}}"), &s));
    EXPECT_STR(s.reference, "");
}

TEST(a_statement_about_something_else_is_no_signature)
{
    static const char *const bad[] = {
        STATEMENT("Statement/v2", SIGN, SUBJECT),
        STATEMENT("Statement/v1", "https://slsa.dev/provenance/v1", SUBJECT),
        STATEMENT("Statement/v1", SIGN, ""),
        STATEMENT("Statement/v1", SIGN, SUBJECT "," SUBJECT),
        STATEMENT("Statement/v1", SIGN, "{\"digest\":{\"sha1\":\"00\"}}"),
        STATEMENT("Statement/v1", SIGN, "{\"digest\":{\"sha256\":\"00\"}}"),
        STATEMENT("Statement/v1", SIGN, "{\"digest\":{\"sha256\":\"" HEX64 "/..\"}}"),
    };
    struct statement s;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (reads_statement(bad[i], &s))
            EXPECT_STR(bad[i], "refused");
}

/* --- bundles --- */

#define BUNDLE(type, material, content)                                                            \
    "{\"mediaType\":\"" type "\",\"verificationMaterial\":{" material "}," content "}"
#define KEY "\"publicKey\":{\"hint\":\"x\"},\"tlogEntries\":[{\"logIndex\":\"1\"}]"
#define SIG "{\"sig\":\"c2ln\",\"keyid\":\"\"}"
#define DSSE(sig)                                                                                  \
    "\"dsseEnvelope\":{\"payload\":\"aGVsbG8=\",\"payloadType\":\"text/x\",\"signatures\":[" sig   \
    "]}"

static bool reads_bundle(const char *text, struct arena *arena, struct envelope *ret)
{
    e.text[0] = '\0';
    return envelope_parse(text, strlen(text), arena, ret, &e) == 0;
}

TEST(an_envelope_is_signed_with_type_and_lengths)
{
    auto_arena arena = { 0 };
    struct envelope x = { 0 };

    EXPECT(reads_bundle(BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, DSSE(SIG)), &arena, &x));
    EXPECT_STR(x.payload, "hello");
    EXPECT_STR(x.signed_bytes, "DSSEv1 6 text/x 5 hello");
    EXPECT(x.signed_len == 23 && x.signature_len == 3);
    EXPECT_STR(x.signature, "sig");
}

TEST(what_needs_more_than_a_key_is_refused)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        { BUNDLE("application/vnd.dev.sigstore.bundle+json;version=0.2", KEY, DSSE(SIG)),
          "unknown type" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, "\"certificate\":{}", DSSE(SIG)), "(keyless)" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY ",\"x509CertificateChain\":{}", DSSE(SIG)),
          "(keyless)" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, "\"x\":1", DSSE(SIG)), "without a key" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, "\"messageSignature\":{}"), "without a statement" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, "\"x\":1"), "no signature" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, DSSE("")), "0 signatures" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, DSSE(SIG "," SIG)), "2 signatures" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, DSSE("{\"sig\":\"%\"}")), "base64" },
        { BUNDLE(MEDIA_SIGSTORE_BUNDLE, KEY, DSSE("{}")), "no 'sig'" },
    };
    auto_arena arena = { 0 };
    struct envelope x;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        if (reads_bundle(bad[i].text, &arena, &x))
            EXPECT_STR(bad[i].text, "refused");
        if (!strstr(e.text, bad[i].why))
            EXPECT_STR(e.text, bad[i].why);
    }
}

/* --- cosign's tags --- */

TEST(a_tag_of_cosign_is_made_of_a_digest)
{
    char tag[TAG_MAX + 1];
    struct digest d, found;

    EXPECT(digest_parse("sha256:" HEX64, &d, &e) == 0);
    EXPECT(attached_tag(&d, ".sig", tag));
    EXPECT_STR(tag, "sha256-" HEX64 ".sig");
    EXPECT(attached_name("host:5000/app:sha256-" HEX64 ".att", &found));
    EXPECT(digest_equal(&d, &found));
    EXPECT(digest_parse("sha512:" HEX64 HEX64, &d, &e) == 0);
    EXPECT(!attached_tag(&d, ".sig", tag));
}

TEST(other_names_are_no_tags_of_cosign)
{
    static const char *const other[] = { "host/app:v1",       "host/app",
                                         "app:sha256-" HEX64, "app:sha256-" HEX64 ".sig.sig",
                                         "app:sha256-12.sig", "app:v1-2.sig",
                                         "app@sha256:" HEX64 };
    struct digest found;

    for (size_t i = 0; i < ARRAY_SIZE(other); i++)
        if (attached_name(other[i], &found))
            EXPECT_STR(other[i], "not taken");
    EXPECT(!attached_name(NULL, &found));
}

TEST_MAIN()
