// SPDX-License-Identifier: Apache-2.0
/* test_idmap.c - "idmap=uids=...;gids=...", absolute and relative to the container. */
#include "mount/idmap.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "test.h"

static void put(struct buf *b, const char *name, const struct spec_id_mapping *m, size_t count)
{
    buf_puts(b, name);
    for (size_t i = 0; i < count; i++)
        buf_printf(b, " %u-%u-%u", m[i].container_id, m[i].host_id, m[i].size);
}

/* "u 0-1-2 g 3-4-5", or the error; a container that maps 0 to 1000, and 10 to 15 to 5000. */
static void expect(const char *text, const char *want)
{
    static struct spec_id_mapping uids[] = { { 0, 1000, 1 }, { 10, 5000, 6 } };
    static struct spec_id_mapping gids[] = { { 0, 4294967290, 5 } };
    const struct spec_linux l = {
        .uid_mappings = uids, .uid_mapping_count = 2, .gid_mappings = gids, .gid_mapping_count = 1
    };
    cleanup(arena_done) struct arena arena = { 0 };
    struct mount_idmap m = { 0 };
    struct err e = { 0 };
    auto_buf got = { 0 };

    if (mount_idmap_parse(text, &l, &arena, &m, &e) < 0) {
        EXPECT_STR(e.text, want);
        EXPECT(!m.uids && !m.uid_count);
        return;
    }
    put(&got, "u", m.uids, m.uid_count);
    put(&got, " g", m.gids, m.gid_count);
    EXPECT_STR(got.data, want);
}

TEST(ranges_are_disk_host_and_size)
{
    expect("uids=0-1-10#10-11-10;gids=0-100-10", "u 0-1-10 10-11-10 g 0-100-10");
    expect("gids=1-2-3;uids=4-5-6", "u 4-5-6 g 1-2-3");
    expect("uids=4294967294-0-1;gids=0-4294967294-1", "u 4294967294-0-1 g 0-4294967294-1");
}

TEST(a_range_can_be_relative_to_the_containers_namespace)
{
    expect("uids=@7-0-1#@9-12-4#3-3-3;gids=@0-4-1", "u 7-1000-1 9-5002-4 3-3-3 g 0-4294967294-1");
    expect("uids=@7-1-1;gids=0-0-1", "idmap: '@7-1-1' is in no range of linux.uidMappings");
    expect("uids=@7-12-5;gids=0-0-1", "idmap: '@7-12-5' is in no range of linux.uidMappings");
    expect("uids=0-0-1;gids=@7-5-1", "idmap: '@7-5-1' is in no range of linux.gidMappings");
}

TEST(anything_else_is_refused)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "1",
                                       "1-2",
                                       "1-2-",
                                       "1-2-0",
                                       "a-2-3",
                                       "1-2-3x",
                                       "1-2-3#",
                                       "#1-2-3",
                                       "1-2-3##1-2-3",
                                       "+1-2-3",
                                       " 1-2-3",
                                       "1-2-3-4",
                                       "@",
                                       "@@1-2-3",
                                       "4294967296-0-1",
                                       "4294967295-0-1",
                                       "0-4294967294-2",
                                       "00000000000-1-2" };
    char text[64];

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct err e = { 0 };
        struct mount_idmap m;
        cleanup(arena_done) struct arena arena = { 0 };

        snprintf(text, sizeof text, "uids=%s;gids=0-1-2", bad[i]);
        EXPECT(mount_idmap_parse(text, &(struct spec_linux){ 0 }, &arena, &m, &e) < 0);
        EXPECT(strstr(e.text, "is not ID-ID-SIZE"));
    }
    expect("", "idmap: '' is not uids= or gids=, each once");
    expect("uids=0-1-2;", "idmap: '' is not uids= or gids=, each once");
    expect("uids=0-1-2;uids=0-1-2", "idmap: 'uids=0-1-2' is not uids= or gids=, each once");
    expect("both=0-1-2", "idmap: 'both=0-1-2' is not uids= or gids=, each once");
    expect("uids=0-1-2", "idmap: uids= needs gids=, too");
    expect("gids=0-1-2", "idmap: gids= needs uids=, too");
}

TEST_MAIN()
