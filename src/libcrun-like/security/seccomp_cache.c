// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_cache.c - compiled filters kept in a directory.
 *
 * How it works: an entry is one file, a fixed header and the instructions. It is used only if it is
 * a regular file of ours that nobody else can write, its checksum is right, it holds the key it is
 * named after (so a file that was renamed is no use to anybody), and the libseccomp that made it is
 * still the same file: an upgrade that corrects a compiler bug must reach every filter.
 */
#include "security/seccomp_cache.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum {
    NAME_LENGTH = 2 * SHA256_SIZE + 4, /* hex and ".bpf" */
    LIBRARY_MAX = 192,
    EVICTIONS_MAX = 4 /* per write: catches up when several writers overshot */
};

/* Raise when the meaning of an entry or the way programs are made changes. */
static const char magic[8] = "davitb2";

struct library_id {
    uint64_t dev, ino, size, seconds, nanoseconds;
    char path[LIBRARY_MAX];
};

struct entry_header {
    char magic[8];
    uint64_t checksum; /* over the rest of the header and the instructions */
    uint8_t key[SHA256_SIZE];
    uint64_t count;
    struct library_id library;
};

static void add_u64(struct sha256 *h, uint64_t value)
{
    sha256_add(h, &value, sizeof value);
}

static void add_optional(struct sha256 *h, const struct spec_opt_u64 *o)
{
    add_u64(h, o->has);
    add_u64(h, o->has ? o->value : 0);
}

static void add_strings(struct sha256 *h, const struct spec_strings *s)
{
    add_u64(h, s->count);
    for (size_t i = 0; i < s->count; i++)
        sha256_add(h, s->items[i], strlen(s->items[i]) + 1); /* the NUL keeps neighbours apart */
}

void seccomp_cache_key(const struct spec_seccomp *s, struct seccomp_key *ret)
{
    const char *platform = (const char *)getauxval(AT_PLATFORM); /* "x86_64", "aarch64", ... */
    struct sha256 h;

    sha256_init(&h);
    sha256_add(&h, magic, sizeof magic);
    if (platform)
        sha256_add(&h, platform, strlen(platform));
    add_u64(&h, sizeof(void *));
    add_u64(&h, s->default_action);
    add_optional(&h, &s->default_errno_ret);
    add_strings(&h, &s->architectures);
    add_u64(&h, s->rule_count);
    for (size_t i = 0; i < s->rule_count; i++) {
        const struct spec_seccomp_rule *r = &s->rules[i];

        add_strings(&h, &r->names);
        add_u64(&h, r->action);
        add_optional(&h, &r->errno_ret);
        add_u64(&h, r->arg_count);
        for (size_t a = 0; a < r->arg_count; a++) {
            add_u64(&h, r->args[a].index);
            add_u64(&h, r->args[a].value);
            add_u64(&h, r->args[a].value_two);
            add_u64(&h, (uint64_t)r->args[a].op);
        }
    }
    sha256_end(&h, ret->digest);
}

static void entry_name(const struct seccomp_key *key, char ret[NAME_LENGTH + 1])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < SHA256_SIZE; i++) {
        ret[2 * i] = hex[key->digest[i] >> 4];
        ret[2 * i + 1] = hex[key->digest[i] & 15];
    }
    memcpy(ret + NAME_LENGTH - 4, ".bpf", 5);
}

/* FNV-1a by 64-bit words; against disks and kills, not against people, whom the owner check stops.
 */
static uint64_t checksum(uint64_t sum, const void *data, size_t size)
{
    const char *p = data;

    for (size_t i = 0; i + sizeof sum <= size; i += sizeof sum) {
        uint64_t word;

        memcpy(&word, p + i, sizeof word);
        sum = (sum ^ word) * 0x100000001b3ULL;
        sum ^= sum >> 32;
    }
    return sum;
}

static uint64_t entry_checksum(const struct entry_header *h, const struct sock_filter *insns)
{
    size_t start = offsetof(struct entry_header, key);
    uint64_t sum = checksum(0xcbf29ce484222325ULL, (const char *)h + start, sizeof *h - start);

    return checksum(sum, insns, h->count * sizeof *insns);
}

static bool identify_library(const char *path, struct library_id *ret)
{
    struct stat st;

    if (!path || path[0] != '/' || strlen(path) >= sizeof ret->path || stat(path, &st) < 0)
        return false;
    *ret = (struct library_id){
        .dev = st.st_dev,
        .ino = st.st_ino,
        .size = (uint64_t)st.st_size,
        .seconds = (uint64_t)st.st_mtim.tv_sec,
        .nanoseconds = (uint64_t)st.st_mtim.tv_nsec,
    };
    memcpy(ret->path, path, strlen(path));
    return true;
}

static bool is_trusted_file(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
           !(st->st_mode & (S_IWGRP | S_IWOTH)) &&
           st->st_size > (off_t)sizeof(struct entry_header) &&
           st->st_size <=
               (off_t)(sizeof(struct entry_header) + BPF_MAXINSNS * sizeof(struct sock_filter));
}

static bool is_right_entry(const struct entry_header *h, const struct seccomp_key *key,
                           const struct sock_filter *insns, size_t insns_size)
{
    struct library_id now;

    return memcmp(h->magic, magic, sizeof magic) == 0 &&
           memcmp(h->key, key->digest, sizeof h->key) == 0 &&
           h->count == insns_size / sizeof *insns && insns_size % sizeof *insns == 0 &&
           h->checksum == entry_checksum(h, insns) &&
           memchr(h->library.path, '\0', sizeof h->library.path) &&
           identify_library(h->library.path, &now) && memcmp(&now, &h->library, sizeof now) == 0;
}

bool seccomp_cache_read(int dirfd, const struct seccomp_key *key, struct seccomp_program *ret)
{
    char name[NAME_LENGTH + 1];
    auto_free struct sock_filter *insns = NULL;
    auto_fd fd = -EBADF;
    struct entry_header h;
    struct stat st;
    size_t size;

    entry_name(key, name);
    fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0 || !is_trusted_file(&st))
        return false;
    size = (size_t)st.st_size - sizeof h;
    insns = malloc(size);
    if (!insns)
        return false;
    if (readv(fd, (struct iovec[]){ { &h, sizeof h }, { insns, size } }, 2) != st.st_size ||
        !is_right_entry(&h, key, insns, size))
        return false;
    ret->insns = take_ptr(insns);
    ret->count = h.count;
    return true;
}

/* An entry, or the temporary file of one. */
static bool is_entry_name(const char *name)
{
    if (*name == '.')
        name++;
    return strspn(name, "0123456789abcdef") == 2 * SHA256_SIZE &&
           strncmp(name + 2 * SHA256_SIZE, ".bpf", 4) == 0;
}

static bool is_older(const struct stat *a, const struct stat *b)
{
    if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
        return a->st_mtim.tv_sec < b->st_mtim.tv_sec;
    return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* Returns how many entries there were. */
static size_t evict_oldest(int dirfd)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_dir dir = fd < 0 ? NULL : fdopendir(fd);
    char oldest_name[NAME_LENGTH + 8] = "";
    struct stat oldest = { 0 };
    size_t count = 0;
    struct dirent *entry;

    if (!dir) {
        cleanup_fd(&fd);
        return 0;
    }
    while ((entry = readdir(dir))) {
        struct stat st;

        if (!is_entry_name(entry->d_name) || strlen(entry->d_name) >= sizeof oldest_name ||
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        count++;
        if (!*oldest_name || is_older(&st, &oldest)) {
            memcpy(oldest_name, entry->d_name, strlen(entry->d_name) + 1);
            oldest = st;
        }
    }
    if (count > SECCOMP_CACHE_ENTRIES_MAX)
        unlinkat(fd, oldest_name, 0);
    return count;
}

void seccomp_cache_write(int dirfd, const struct seccomp_key *key, const char *library,
                         const struct seccomp_program *p)
{
    char name[NAME_LENGTH + 1];
    struct entry_header h = { .count = p->count };
    auto_buf file = { 0 };
    struct err ignored;

    if (!identify_library(library, &h.library))
        return;
    memcpy(h.magic, magic, sizeof h.magic);
    memcpy(h.key, key->digest, sizeof h.key);
    h.checksum = entry_checksum(&h, p->insns);
    buf_add(&file, &h, sizeof h);
    buf_add(&file, p->insns, p->count * sizeof *p->insns);
    entry_name(key, name);
    if (buf_failed(&file) || file_replace(dirfd, name, 0600, file.data, file.len, &ignored) < 0)
        return;
    for (int i = 0; i < EVICTIONS_MAX; i++)
        if (evict_oldest(dirfd) <= SECCOMP_CACHE_ENTRIES_MAX + 1)
            break;
}
