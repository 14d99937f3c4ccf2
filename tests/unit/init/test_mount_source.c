// SPDX-License-Identifier: Apache-2.0
/* test_mount_source.c - what outer opens for later: trees whose ids are mapped. */
#include "sandbox.h"

#define MAP(container, host) "[{'containerID':" #container ",'hostID':" #host ",'size':1}]"
#define MAPPED(where, container, host)                                                             \
    "{'destination':'" where "','type':'bind','source':'SRC','options':['bind','idmap'],"          \
    "'uidMappings':" MAP(container, host) ",'gidMappings':" MAP(container, host) "}"

/* What a sandbox may clone of the root directory is all of it. */
#define ALL_OF_ROOT(more)                                                                          \
    ",'mounts':[{'destination':'/a','type':'bind','source':'/','options':['rbind','ridmap']" more  \
    "}]"

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* A tmpfs with a file of user and group 5, and an init for these mounts, SRC being the tmpfs. */
static struct init prepare(const struct scratch *s, const char *mounts)
{
    int dir = sandbox_root(s);
    char top[2048] = ",'mounts':[";
    size_t n = strlen(top);

    EXPECT(mknodat(dir, "file", S_IFREG | 0644, 0) == 0 && fchownat(dir, "file", 5, 5, 0) == 0);
    for (const char *p = mounts; *p; p++)
        if (!strncmp(p, "SRC", 3)) {
            n += (size_t)snprintf(top + n, sizeof top - n, "%s", s->path);
            p += 2;
        } else {
            top[n++] = *p;
        }
    snprintf(top + n, sizeof top - n, "]");
    return sandbox_init(PLAN(.top = top));
}

static uid_t owner_in(int tree)
{
    struct stat st = { .st_uid = (uid_t)-1 };

    EXPECT(fstatat(tree, "file", &st, 0) == 0 && st.st_uid == st.st_gid);
    return st.st_uid;
}

static void open_or_skip(struct init *in)
{
    struct err e = { 0 };
    int rc = row_open_sources(in, &e);

    if (rc == -EINVAL && strstr(e.text, "filesystem may not be able to"))
        _exit(SANDBOX_NO_IDMAP);
    EXPECT(rc == 0);
    EXPECT_STR(e.text, "");
}

TEST(the_ids_of_a_tree_are_mapped_and_those_of_its_source_stay)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in;

        sandbox_needs_ids();
        in = prepare(&s, MAPPED("/a", 5, 20));
        open_or_skip(&in);
        EXPECT(owner_in(in.sources[0]) == 20);
        EXPECT(owner_in(sandbox_open(&s, ".", O_PATH | O_DIRECTORY)) == 5);
    }
}

TEST(one_user_namespace_serves_all_mounts_with_the_same_maps)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in;

        sandbox_needs_ids();
        in = prepare(&s, MAPPED("/a", 5, 20) "," MAPPED("/b", 5, 20) "," MAPPED("/c", 5, 30));
        open_or_skip(&in);
        EXPECT(owner_in(in.sources[1]) == 20 && owner_in(in.sources[2]) == 30);
        EXPECT(fake_count(__NR_clone) == 2);
    }
}

/* idmap without mappings: those of the user namespace that the container joins. */
TEST(a_namespace_that_is_joined_gives_its_maps)
{
    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(
            PLAN(.namespaces = "{'type':'mount'},{'type':'user','path':'/proc/self/ns/user'}",
                 .top = ALL_OF_ROOT()));
        struct fake_arguments asked = { 0 };
        struct err e = { 0 };

        fake_rule(&(struct fake_rule){ .call = __NR_mount_setattr, .any_second = true });
        EXPECT(row_open_sources(&in, &e) == 0);
        EXPECT(fake_last(__NR_mount_setattr, &asked) && asked.c == (AT_EMPTY_PATH | AT_RECURSIVE));
        EXPECT(fake_count(__NR_clone) == 0);
        fake_forget();
        fake_deny(__NR_mount_setattr, EINVAL);
        EXPECT_ERROR(row_open_sources(&in, &e), e, EINVAL,
                     "mounts[0] /a: map ids, which its filesystem may not be able to");
    }
}

TEST(whichever_call_fails_the_mount_and_its_maps_are_named)
{
    static const struct {
        long call;
        unsigned skip;
        int code;
        const char *text;
    } rows[] = {
        { __NR_open_tree, 0, EPERM, "mounts[0] /a: map ids: open_tree '/'" },
        { __NR_clone, 0, ENOSPC, "mounts[0] /a: map ids: clone into a user namespace" },
        { __NR_openat, 0, EMFILE, "mounts[0] /a: map ids: open '/proc/PID'" },
        { __NR_openat, 1, EACCES, "mounts[0] /a: map ids: uidMappings: write uid_map" },
        { __NR_openat, 2, EACCES, "mounts[0] /a: map ids: gidMappings: write gid_map" },
        { __NR_openat, 3, EMFILE, "mounts[0] /a: map ids: open '/proc/PID/ns/user'" },
        { __NR_write, 0, EPERM, "mounts[0] /a: map ids: uidMappings: write uid_map" },
        { __NR_write, 1, EPERM, "mounts[0] /a: map ids: gidMappings: write gid_map" },
        { __NR_mount_setattr, 0, EPERM, "mounts[0] /a: map ids" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            char *number;

            sandbox_needs_ids();
            in = sandbox_init(
                PLAN(.top = ALL_OF_ROOT(",'uidMappings':" MAP(0, 7) ",'gidMappings':" MAP(0, 7))));
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .any_second = true,
                                           .skip = rows[i].skip,
                                           .times = 1,
                                           .answer = -rows[i].code });
            EXPECT(row_open_sources(&in, &e) == -rows[i].code);
            number = strstr(e.text, "/proc/");
            if (number) { /* the helper's pid is not known before */
                number += strlen("/proc/");
                memmove(number + 3, number + strspn(number, "0123456789"),
                        strlen(number + strspn(number, "0123456789")) + 1);
                memcpy(number, "PID", 3);
            }
            EXPECT_STR(e.text, rows[i].text);
            EXPECT(waitpid(-1, NULL, __WALL | WNOHANG) < 0 && errno == ECHILD);
        }
}

/* Such a filesystem is made by outer, with the mode of the directory that it will cover. */
TEST(a_filesystem_whose_ids_are_mapped_has_the_mode_of_what_it_covers)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct stat st = { 0 };
        struct init in;

        sandbox_needs_ids();
        in = prepare(&s, "{'destination':'/covered','type':'tmpfs','options':['idmap'],"
                         "'uidMappings':" MAP(0, 20) ",'gidMappings':" MAP(0, 20) "}");
        EXPECT(fchdir(sandbox_open(&s, ".", O_PATH | O_DIRECTORY)) == 0);
        EXPECT(mkdir("covered", 0) == 0 && chmod("covered", 01751) == 0);
        open_or_skip(&in);
        EXPECT(fstat(in.sources[0], &st) == 0);
        EXPECT((st.st_mode & 07777) == 01751 && st.st_uid == 20);
        fake_deny(__NR_fsopen, ENOSYS);
        EXPECT_ERROR(row_open_sources(&in, &e), e, ENOSYS,
                     "mounts[0] /covered: map ids: make tmpfs");
    }
}

TEST(a_source_that_outer_may_not_clone_is_left_to_init)
{
    static const int codes[] = { EPERM, EMFILE, ENFILE, ENOSYS };

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(
                PLAN(.top = ",'mounts':[{'destination':'/a','type':'bind','source':'/'}]"));
            struct err e = { 0 };

            fake_deny(__NR_open_tree, codes[i]);
            EXPECT(row_open_sources(&in, &e) == 0 && in.sources[0] == -1);
        }
}

TEST_MAIN()
