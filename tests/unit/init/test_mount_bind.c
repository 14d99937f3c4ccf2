// SPDX-License-Identifier: Apache-2.0
/* test_mount_bind.c - the flags of binds, whichever of the kernel's calls are denied. */
#include "denials.h"
#include "mounted.h"

enum { NOSYMFOLLOW_SET = 256, NOSYMFOLLOW_SEEN = 0x2000 }; /* MS_*, ST_* */

static const unsigned long all_flags =
    ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME | NOSYMFOLLOW_SEEN;

/* A mount with all flags at a place in the scratch directory. */
static void mount_flagged(const struct scratch *s, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", s->path, name);
    EXPECT(mount("tmpfs", path, "tmpfs",
                 MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | NOSYMFOLLOW_SET,
                 NULL) == 0);
}

TEST(what_a_mount_has_is_kept_when_more_is_added)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            int dir = make_sources(&s);
            struct err e = { 0 };
            struct init in;

            EXPECT(mkdirat(dir, "root/mnt", 0755) == 0);
            mount_flagged(&s, "root/mnt");
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'options':['remount','ro']", &e) == 0);
            EXPECT((flags_of(&s, "root/mnt") & (all_flags | ST_RDONLY)) == (all_flags | ST_RDONLY));
        }
}

TEST(a_bind_that_names_a_flag_has_no_other_whichever_call_is_denied)
{
    static const struct {
        const char *options;
        unsigned long flags;
    } rows[] = {
        { "'bind'", all_flags },
        { "'bind','ro'", ST_RDONLY | ST_NOATIME | ST_NODIRATIME },
        { "'bind','dev'", ST_NOATIME | ST_NODIRATIME },
        { "'bind','nosuid','relatime'", ST_NOSUID | ST_RELATIME },
        { "'bind','nodiratime'", ST_NODIRATIME | ST_RELATIME },
    };
    const unsigned long seen = all_flags | ST_RDONLY | ST_RELATIME;
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
            IN_SANDBOX(CLONE_NEWNS)
            {
                struct err e = { 0 };
                struct init in;
                char text[256];

                make_sources(&s);
                mount_flagged(&s, "source");
                deny(&denials[k]);
                snprintf(text, sizeof text, "'type':'bind','source':'SRC/source','options':[%s]",
                         rows[i].options);
                EXPECT(mount_it(&s, &in, text, &e) == 0);
                EXPECT((flags_of(&s, "root/mnt") & seen) == rows[i].flags);
            }
}

/* A user namespace inside the one that made the mount: what it may not clear stays, what is asked
 * for is refused. */
TEST(flags_that_the_kernel_locks_stay)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            make_sources(&s);
            mount_flagged(&s, "source");
            EXPECT(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
            deny(&denials[k]);
            EXPECT(mount_it(&s, &in, "'type':'bind','source':'SRC/source','options':['bind','ro']",
                            &e) == 0);
            EXPECT((flags_of(&s, "root/mnt") & (all_flags | ST_RDONLY)) ==
                   ((all_flags | ST_RDONLY) & ~(unsigned long)NOSYMFOLLOW_SEEN));
            EXPECT(mount_it(&s, &in,
                            "'type':'bind','source':'SRC/source','options':['bind','exec']",
                            &e) == -EPERM);
        }
}

TEST_MAIN()
