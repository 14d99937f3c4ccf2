// SPDX-License-Identifier: Apache-2.0
/* public_key.c - reading public keys and checking signatures, by libcrypto. */
#include "lade/trust/public_key.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

enum { KEY_FILE_MAX = 64 << 10 };

struct public_key {
    EVP_PKEY *key;
    const EVP_MD *hash; /* NULL: the scheme has its own */
};

/* What stands in front of a key's bits, behind the outer length: the algorithm's identifier with
 * the named curve. To compare it is simpler than to ask, which OpenSSL 1.1.1 and 3 do differently.
 */
static const unsigned char p256[] = { 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                      0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
                                      0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const unsigned char ed25519[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };

static void bio_freep(BIO **b)
{
    BIO_free(*b);
}

static void context_freep(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static void der_freep(unsigned char **der)
{
    OPENSSL_free(*der);
}

void public_key_free(struct public_key *k)
{
    if (k)
        EVP_PKEY_free(k->key);
    free(k);
}

/* A public key has no pass phrase; OpenSSL would ask the terminal for one. */
static int no_pass_phrase(char *buf, int size, int writing, void *user)
{
    return -1;
}

static bool begins_with(const unsigned char *der, int len, const unsigned char *want, size_t size)
{
    enum { OUTER = 2 };

    return (size_t)len > OUTER + size && memcmp(der + OUTER, want, size) == 0;
}

static int find_scheme(struct public_key *k, const char *name, struct err *e)
{
    cleanup(der_freep) unsigned char *der = NULL;
    int len = i2d_PUBKEY(k->key, &der);

    if (begins_with(der, len, p256, sizeof p256))
        k->hash = EVP_sha256();
    else if (!begins_with(der, len, ed25519, sizeof ed25519))
        return err_set(e, ERR_UNSUPPORTED, "%s: only ECDSA P-256 and Ed25519 keys can be used",
                       name);
    return 0;
}

int public_key_parse(const char *text, size_t len, const char *name, struct public_key **ret,
                     struct err *e)
{
    cleanup(bio_freep) BIO *bio = BIO_new_mem_buf(text, (int)len);
    struct public_key *k = calloc(1, sizeof *k);
    int rc;

    if (bio && k)
        k->key = PEM_read_bio_PUBKEY(bio, NULL, no_pass_phrase, NULL);
    if (!bio || !k)
        rc = err_os(e, ENOMEM, "read a key");
    else if (!k->key)
        rc = err_set(e, ERR_INVALID, "%s: no public key in PEM", name);
    else
        rc = find_scheme(k, name, e);
    ERR_clear_error();
    if (rc < 0) {
        public_key_free(k);
        return rc;
    }
    *ret = k;
    return 0;
}

int public_key_read(const char *path, struct public_key **ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(file_read(AT_FDCWD, path, KEY_FILE_MAX, &text, &len, e));
    return public_key_parse(text, len, path, ret, e);
}

bool public_key_signed(const struct public_key *k, const void *data, size_t len,
                       const void *signature, size_t signature_len)
{
    cleanup(context_freep) EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c && EVP_DigestVerifyInit(c, NULL, k->hash, NULL, k->key) == 1 &&
                EVP_DigestVerify(c, signature, signature_len, data, len) == 1;

    ERR_clear_error();
    return good;
}
