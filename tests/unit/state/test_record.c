// SPDX-License-Identifier: Apache-2.0
/* test_record.c - state.json comes back as it was written, or not at all. */
#include "state/state.h"

#include "../base/scratch.h"
#include "base/file.h"
#include "test.h"

#include <inttypes.h>

static struct state_record sample(void)
{
    return (struct state_record){
        .id = strdup("box"),
        .bundle = strdup("/srv/a \"b\"\n\xc3\xa9"),
        .rootfs = strdup("/srv/a/rootfs"),
        .created = strdup("2024-01-02T03:04:05.678Z"),
        .annotations = strdup("{\"a\":\"/b\",\"check\":\"x\"}"),
        .owner = 4000000000U,
        .phase = STATE_CREATED,
        .process = { .pid = 1234, .start_time = UINT64_MAX - 1, .boot_id = "0f0f-11" },
        .namespaces = 0x7c020080,
        .has_process = true,
        .hooks_after = true,
        .no_keyring = true,
        .cgroup = { .dirs = { strdup("/sys/fs/cgroup/box"), NULL },
                    .v2 = { true },
                    .count = 2,
                    .made = { 1 } },
    };
}

static void expect_same(const struct state_record *got, const struct state_record *want)
{
    EXPECT_STR(got->id, want->id);
    EXPECT_STR(got->bundle, want->bundle);
    EXPECT_STR(got->rootfs, want->rootfs);
    EXPECT_STR(got->created, want->created);
    EXPECT_STR(got->annotations, want->annotations ? want->annotations : "{}");
    EXPECT(got->owner == want->owner);
    EXPECT(got->phase == want->phase);
    EXPECT(got->process.pid == want->process.pid);
    EXPECT(got->process.start_time == want->process.start_time);
    EXPECT_STR(got->process.boot_id, want->process.boot_id);
    EXPECT(got->namespaces == want->namespaces);
    EXPECT(got->has_process == want->has_process);
    EXPECT(got->hooks_after == want->hooks_after);
    EXPECT(got->no_keyring == want->no_keyring);
    EXPECT(got->cgroup.count == want->cgroup.count);
    for (unsigned i = 0; i < want->cgroup.count; i++) {
        EXPECT_STR(got->cgroup.dirs[i], want->cgroup.dirs[i]);
        EXPECT(got->cgroup.v2[i] == want->cgroup.v2[i]);
        EXPECT(got->cgroup.made[i] == want->cgroup.made[i]);
    }
}

static void expect_round_trip(const struct state_record *r)
{
    auto_scratch s = scratch_make();
    cleanup(state_record_done) struct state_record back = { 0 };
    struct err e = { 0 };

    EXPECT(state_prepare(s.fd, r, &e) == 0);
    EXPECT(state_commit(s.fd, &e) == 0);
    EXPECT(state_read(s.fd, "box", &back, &e) == 0);
    EXPECT_STR(e.text, "");
    expect_same(&back, r);
}

TEST(a_record_comes_back_as_it_was_written)
{
    cleanup(state_record_done) struct state_record full = sample(), bare = { 0 };

    expect_round_trip(&full);
    bare = (struct state_record){ .id = strdup("box"),
                                  .bundle = strdup(""),
                                  .rootfs = strdup("/"),
                                  .created = strdup(""),
                                  .phase = STATE_CREATING };
    expect_round_trip(&bare);
}

TEST(a_prepared_record_is_not_seen_before_its_commit)
{
    auto_scratch s = scratch_make();
    cleanup(state_record_done) struct state_record r = sample(), back = { 0 };
    struct err e = { 0 };

    EXPECT(state_prepare(s.fd, &r, &e) == 0);
    EXPECT(state_read(s.fd, "box", &back, &e) == -ENOENT);
    EXPECT_STR(e.text, "container 'box' does not exist");
    EXPECT(state_commit(s.fd, &e) == 0);
    EXPECT(state_commit(s.fd, &e) == -ENOENT);
    EXPECT_STR(e.text, "replace state.json");
    /* The new one takes the old one's place, also over a half-written one of a killed process. */
    EXPECT(file_make(s.fd, ".state.json.next", 0600, "{", 1, &e) == 0);
    r.process.pid = 77;
    EXPECT(state_prepare(s.fd, &r, &e) == 0 && state_commit(s.fd, &e) == 0);
    EXPECT(state_read(s.fd, "box", &back, &e) == 0);
    EXPECT(back.process.pid == 77);
}

/* state.json's text, as a build of ours writes it. */
static char *sample_text(size_t *ret_len)
{
    auto_scratch s = scratch_make();
    cleanup(state_record_done) struct state_record r = sample();
    char *text = NULL;
    struct err e = { 0 };

    EXPECT(state_prepare(s.fd, &r, &e) == 0 && state_commit(s.fd, &e) == 0);
    EXPECT(file_read(s.fd, "state.json", 1 << 20, &text, ret_len, &e) == 0);
    return text;
}

static int read_text(int dirfd, const char *text, size_t len, struct err *e)
{
    cleanup(state_record_done) struct state_record r = { 0 };

    *e = (struct err){ 0 };
    EXPECT(file_replace(dirfd, "state.json", 0600, text, len, e) == 0);
    return state_read(dirfd, "box", &r, e);
}

TEST(every_truncation_is_damage)
{
    auto_scratch s = scratch_make();
    size_t len = 0;
    auto_free char *text = sample_text(&len);
    struct err e;

    EXPECT(read_text(s.fd, text, len, &e) == 0);
    for (size_t n = 0; n < len; n++) {
        EXPECT(read_text(s.fd, text, n, &e) == -EINVAL);
        EXPECT_STR(e.text, "state.json of 'box' is damaged");
    }
}

TEST(a_changed_byte_anywhere_is_damage)
{
    auto_scratch s = scratch_make();
    size_t len = 0;
    auto_free char *text = sample_text(&len);
    struct err e;

    for (size_t i = 0; i < len; i++) {
        static const char other[] = { 1, ' ', '\x80' };

        for (size_t j = 0; j < ARRAY_SIZE(other); j++) {
            text[i] = (char)(text[i] ^ other[j]);
            EXPECT(read_text(s.fd, text, len, &e) == -EINVAL);
            EXPECT_STR(e.text, "state.json of 'box' is damaged");
            text[i] = (char)(text[i] ^ other[j]);
        }
    }
}

TEST(what_follows_the_record_is_damage)
{
    static const struct {
        const char *tail;
        size_t len;
    } rows[] = { { " ", 1 }, { "{}", 2 }, { "\n", 1 }, { "\0", 1 }, { "\0\n", 2 } };
    auto_scratch s = scratch_make();
    size_t len = 0;
    auto_free char *text = sample_text(&len);
    struct err e;

    text = realloc(text, len + 8);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        memcpy(text + len, rows[i].tail, rows[i].len);
        EXPECT(read_text(s.fd, text, len + rows[i].len, &e) == -EINVAL);
        EXPECT_STR(e.text, "state.json of 'box' is damaged");
    }
}

/* FNV-1a over everything before the check: what version 1 of the record says of itself. */
static char *with_check(const char *body)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    char *text;

    for (const char *p = body; *p; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    if (asprintf(&text, "%s,\"check\":\"%016" PRIx64 "\"}\n", body, hash) < 0)
        abort();
    return text;
}

#define HEAD    "{\"version\":1,\"id\":\"box\",\"bundle\":\"/b\",\"rootfs\":\"/r\",\"created\":\"now\""
#define PROCESS ",\"phase\":\"created\",\"bootId\":\"x\",\"pid\":1,\"startTime\":\"5\""
#define CGROUP  ",\"cgroup\":[]"

TEST(other_builds_records_are_read_or_refused_by_name)
{
    static const struct {
        const char *body, *text;
    } rows[] = {
        { HEAD PROCESS CGROUP, "" },
        { HEAD PROCESS CGROUP ",\"later\":{\"a\":[1,null]}", "" },
        { HEAD PROCESS ",\"annotations\":[]" CGROUP, "" },
        { "{\"version\":2,\"anything\":true",
          "container 'box': state.json is of version 2, this build knows 1" },
        { "{\"version\":4000000000",
          "container 'box': state.json is of version 2147483647, this build knows 1" },
        { "{\"version\":0", "container 'box': state.json is of version 0, this build knows 1" },
        { "{\"version\":\"1\"", "container 'box': state.json is of version 0, this build knows 1" },
        { "{\"id\":\"box\"", "container 'box': state.json is of version 0, this build knows 1" },
        { HEAD PROCESS, "container 'box': state.json lacks a member" },
        { HEAD CGROUP, "container 'box': state.json lacks a member" },
        { HEAD PROCESS ",\"cgroup\":{}", "container 'box': state.json lacks a member" },
        { HEAD PROCESS ",\"cgroup\":[5]",
          "container 'box': the record of the cgroups is damaged at [0]" },
        { "{\"version\":1,\"id\":7" PROCESS CGROUP, "container 'box': state.json lacks a member" },
        { "{\"version\":1 \"id\"", "state.json of 'box' is damaged" },
        { "[\"version\"", "state.json of 'box' is damaged" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_free char *text = with_check(rows[i].body);
        struct err e;
        int rc = read_text(s.fd, text, strlen(text), &e);

        EXPECT_STR(e.text, rows[i].text);
        EXPECT(rc == -e.code);
    }
}

TEST(a_record_that_is_no_file_is_refused_without_waiting)
{
    auto_scratch s = scratch_make();
    cleanup(state_record_done) struct state_record r = { 0 };
    struct err e = { 0 };

    EXPECT(mkfifoat(s.fd, "state.json", 0600) == 0);
    EXPECT(state_read(s.fd, "box", &r, &e) < 0);
    EXPECT_STR(e.text, "read state of 'box': 'state.json' is not a regular file");
    EXPECT(unlinkat(s.fd, "state.json", 0) == 0 && mkdirat(s.fd, "state.json", 0700) == 0);
    EXPECT(state_read(s.fd, "box", &r, &e) < 0);
    EXPECT_STR(e.text, "read state of 'box': 'state.json' is not a regular file");
}

TEST_MAIN()
