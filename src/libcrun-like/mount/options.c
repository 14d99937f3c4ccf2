// SPDX-License-Identifier: Apache-2.0
/* options.c - what each mount option means, as one sorted table. */
#include "mount/options.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/sys.h"

#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>

/*
 * How it works: every name is a row of the table, and the row's effect says which fields of struct
 * mount_options its two numbers go to. What has no row belongs to the filesystem and is joined into
 * data (config.md: unknown options are passed to mount(2) as a comma-separated string).
 *
 * Access times are a mode, not bits: mount_setattr(2) wants all of MOUNT_ATTR__ATIME cleared
 * whenever one is chosen, and knows no "not noatime". So `atime` and `nostrictatime` mean the
 * kernel's default (relatime) unless an earlier option chose a mode they don't speak against, and
 * `norelatime` changes nothing, all as with mount(8).
 */
enum effect {
    NOTHING,     /* understood, asks for nothing */
    ATTR,        /* set and clear are MOUNT_ATTR_* of this mount */
    ATIME,       /* set is the access-time mode of this mount */
    ATIME_NOT,   /* set is the mode that is no longer wanted */
    R_ATTR,      /* the same three for the whole tree */
    R_ATIME,     /* needs mount_setattr(AT_RECURSIVE), kernel 5.12 */
    R_ATIME_NOT, /* */
    SUPERBLOCK,  /* set and clear are MS_* of the filesystem */
    PROPAGATION, /* set is MS_SHARED and so on */
    BIND,
    RBIND,
    REMOUNT,
    IDMAP,
    R_IDMAP,
    COPY_UP, /* of a tmpfs: begin with what the directory below holds */
};

struct option {
    const char *name;
    enum effect effect;
    uint32_t set, clear;
};

/* Sorted by strcmp(); the unit test checks it. */
// clang-format off
#define OPTIONS(X)                                                                                 \
    X("async",          SUPERBLOCK,  0, MS_SYNCHRONOUS)                                            \
    X("atime",          ATIME_NOT,   MOUNT_ATTR_NOATIME, 0)                                        \
    X("bind",           BIND,        0, 0)                                                         \
    X("defaults",       NOTHING,     0, 0)                                                         \
    X("dev",            ATTR,        0, MOUNT_ATTR_NODEV)                                          \
    X("diratime",       ATTR,        0, MOUNT_ATTR_NODIRATIME)                                     \
    X("dirsync",        SUPERBLOCK,  MS_DIRSYNC, 0)                                                \
    X("exec",           ATTR,        0, MOUNT_ATTR_NOEXEC)                                         \
    X("idmap",          IDMAP,       0, 0)                                                         \
    X("iversion",       SUPERBLOCK,  MS_I_VERSION, 0)                                              \
    X("lazytime",       SUPERBLOCK,  MS_LAZYTIME, 0)                                               \
    X("loud",           SUPERBLOCK,  0, MS_SILENT)                                                 \
    X("mand",           SUPERBLOCK,  MS_MANDLOCK, 0)                                               \
    X("noatime",        ATIME,       MOUNT_ATTR_NOATIME, 0)                                        \
    X("nodev",          ATTR,        MOUNT_ATTR_NODEV, 0)                                          \
    X("nodiratime",     ATTR,        MOUNT_ATTR_NODIRATIME, 0)                                     \
    X("noexec",         ATTR,        MOUNT_ATTR_NOEXEC, 0)                                         \
    X("noiversion",     SUPERBLOCK,  0, MS_I_VERSION)                                              \
    X("nolazytime",     SUPERBLOCK,  0, MS_LAZYTIME)                                               \
    X("nomand",         SUPERBLOCK,  0, MS_MANDLOCK)                                               \
    X("norelatime",     NOTHING,     0, 0)                                                         \
    X("nostrictatime",  ATIME_NOT,   MOUNT_ATTR_STRICTATIME, 0)                                    \
    X("nosuid",         ATTR,        MOUNT_ATTR_NOSUID, 0)                                         \
    X("nosymfollow",    ATTR,        MOUNT_ATTR_NOSYMFOLLOW, 0)                                    \
    X("private",        PROPAGATION, MS_PRIVATE, 0)                                                \
    X("ratime",         R_ATIME_NOT, MOUNT_ATTR_NOATIME, 0)                                        \
    X("rbind",          RBIND,       0, 0)                                                         \
    X("rdev",           R_ATTR,      0, MOUNT_ATTR_NODEV)                                          \
    X("rdiratime",      R_ATTR,      0, MOUNT_ATTR_NODIRATIME)                                     \
    X("relatime",       ATIME,       MOUNT_ATTR_RELATIME, 0)                                       \
    X("remount",        REMOUNT,     0, 0)                                                         \
    X("rexec",          R_ATTR,      0, MOUNT_ATTR_NOEXEC)                                         \
    X("ridmap",         R_IDMAP,     0, 0)                                                         \
    X("rnoatime",       R_ATIME,     MOUNT_ATTR_NOATIME, 0)                                        \
    X("rnodev",         R_ATTR,      MOUNT_ATTR_NODEV, 0)                                          \
    X("rnodiratime",    R_ATTR,      MOUNT_ATTR_NODIRATIME, 0)                                     \
    X("rnoexec",        R_ATTR,      MOUNT_ATTR_NOEXEC, 0)                                         \
    X("rnorelatime",    NOTHING,     0, 0)                                                         \
    X("rnostrictatime", R_ATIME_NOT, MOUNT_ATTR_STRICTATIME, 0)                                    \
    X("rnosuid",        R_ATTR,      MOUNT_ATTR_NOSUID, 0)                                         \
    X("rnosymfollow",   R_ATTR,      MOUNT_ATTR_NOSYMFOLLOW, 0)                                    \
    X("ro",             ATTR,        MOUNT_ATTR_RDONLY, 0)                                         \
    X("rprivate",       PROPAGATION, MS_PRIVATE | MS_REC, 0)                                       \
    X("rrelatime",      R_ATIME,     MOUNT_ATTR_RELATIME, 0)                                       \
    X("rro",            R_ATTR,      MOUNT_ATTR_RDONLY, 0)                                         \
    X("rrw",            R_ATTR,      0, MOUNT_ATTR_RDONLY)                                         \
    X("rshared",        PROPAGATION, MS_SHARED | MS_REC, 0)                                        \
    X("rslave",         PROPAGATION, MS_SLAVE | MS_REC, 0)                                         \
    X("rstrictatime",   R_ATIME,     MOUNT_ATTR_STRICTATIME, 0)                                    \
    X("rsuid",          R_ATTR,      0, MOUNT_ATTR_NOSUID)                                         \
    X("rsymfollow",     R_ATTR,      0, MOUNT_ATTR_NOSYMFOLLOW)                                    \
    X("runbindable",    PROPAGATION, MS_UNBINDABLE | MS_REC, 0)                                    \
    X("rw",             ATTR,        0, MOUNT_ATTR_RDONLY)                                         \
    X("shared",         PROPAGATION, MS_SHARED, 0)                                                 \
    X("silent",         SUPERBLOCK,  MS_SILENT, 0)                                                 \
    X("slave",          PROPAGATION, MS_SLAVE, 0)                                                  \
    X("strictatime",    ATIME,       MOUNT_ATTR_STRICTATIME, 0)                                    \
    X("suid",           ATTR,        0, MOUNT_ATTR_NOSUID)                                         \
    X("symfollow",      ATTR,        0, MOUNT_ATTR_NOSYMFOLLOW)                                    \
    X("sync",           SUPERBLOCK,  MS_SYNCHRONOUS, 0)                                            \
    X("tmpcopyup",      COPY_UP,     0, 0)                                                         \
    X("unbindable",     PROPAGATION, MS_UNBINDABLE, 0)
// clang-format on

#define ROW(name, effect, set, clear)  { name, effect, set, clear },
#define NAME(name, effect, set, clear) name,

static const struct option options[] = { OPTIONS(ROW) };
static const char *const names[] = { OPTIONS(NAME) };

const char *const *mount_options_names(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(names);
    return names;
}

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct option *)row)->name);
}

/* "idmap=uids=..." is crun's spelling, which podman passes on. */
static bool apply_ranges(const char *name, struct mount_options *m)
{
    bool recursive = *name == 'r';

    if (strncmp(name + recursive, "idmap=", 6) != 0)
        return false;
    m->idmap = true;
    m->recursive_idmap |= recursive;
    m->idmap_ranges = name + recursive + 6;
    return true;
}

/* The later option wins: what it sets is no longer cleared, and the other way round. */
static void apply_attr(const struct option *o, uint64_t *set, uint64_t *clear)
{
    *set = (*set & ~(uint64_t)o->clear) | o->set;
    *clear = (*clear & ~(uint64_t)o->set) | o->clear;
}

static void apply_atime(uint32_t mode, uint64_t *set, uint64_t *clear)
{
    *set = (*set & ~(uint64_t)MOUNT_ATTR__ATIME) | mode;
    *clear |= MOUNT_ATTR__ATIME;
}

static void apply_atime_not(uint32_t unwanted, uint64_t *set, uint64_t *clear)
{
    bool chosen = *clear & MOUNT_ATTR__ATIME;

    if (!chosen || (*set & MOUNT_ATTR__ATIME) == unwanted)
        apply_atime(MOUNT_ATTR_RELATIME, set, clear);
}

static int apply_propagation(const struct option *o, const char *where, struct mount_options *m,
                             struct err *e)
{
    if (m->propagation_count == MOUNT_PROPAGATIONS_MAX)
        return err_set(e, ERR_INVALID, "%s.options: more than %d propagation options", where,
                       MOUNT_PROPAGATIONS_MAX);
    m->propagation[m->propagation_count++] = o->set;
    return 0;
}

static int apply(const struct option *o, const char *where, struct mount_options *m, struct err *e)
{
    switch (o->effect) {
    case NOTHING:
        break;
    case ATTR:
        apply_attr(o, &m->set, &m->clear);
        break;
    case ATIME:
        apply_atime(o->set, &m->set, &m->clear);
        break;
    case ATIME_NOT:
        apply_atime_not(o->set, &m->set, &m->clear);
        break;
    case R_ATTR:
        apply_attr(o, &m->rec_set, &m->rec_clear);
        break;
    case R_ATIME:
        apply_atime(o->set, &m->rec_set, &m->rec_clear);
        break;
    case R_ATIME_NOT:
        apply_atime_not(o->set, &m->rec_set, &m->rec_clear);
        break;
    case SUPERBLOCK:
        m->sb_set = (m->sb_set & ~o->clear) | o->set;
        m->sb_clear = (m->sb_clear & ~o->set) | o->clear;
        break;
    case PROPAGATION:
        return apply_propagation(o, where, m, e);
    case BIND:
        m->bind = true;
        break;
    case RBIND:
        m->bind = true;
        m->recursive_bind = true;
        break;
    case REMOUNT:
        m->remount = true;
        break;
    case R_IDMAP:
        m->recursive_idmap = true;
        m->idmap = true;
        break;
    case IDMAP:
        m->idmap = true;
        break;
    case COPY_UP:
        m->copy_up = true;
        break;
    }
    return 0;
}

int mount_options_parse(const struct spec_mount *m, const char *where, struct arena *arena,
                        struct mount_options *ret, struct err *e)
{
    struct mount_options parsed = { 0 };
    auto_buf data = { 0 };

    for (size_t i = 0; i < m->options.count; i++) {
        const char *name = m->options.items[i];
        const struct option *o =
            bsearch(name, options, ARRAY_SIZE(options), sizeof options[0], compare_name);

        if (apply_ranges(name, &parsed))
            continue;
        if (o) {
            TRY(apply(o, where, &parsed, e));
        } else if (*name) {
            buf_puts(&data, data.len ? "," : "");
            buf_puts(&data, name);
        }
    }
    /* Without the option it is an engine's way to say the same. */
    if (m->type && !strcmp(m->type, "bind"))
        parsed.bind = true;
    if (parsed.bind && data.len)
        return err_set(e, ERR_INVALID, "%s.options: a bind mount cannot take '%s'", where,
                       data.data);
    if (data.len)
        parsed.data = arena_strdup(arena, data.data);
    if (buf_failed(&data) || (data.len && !parsed.data))
        return err_os(e, ENOMEM, "%s.options", where);
    *ret = parsed;
    return 0;
}
