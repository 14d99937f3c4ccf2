// SPDX-License-Identifier: Apache-2.0
/* test_api.c - what davit.h promises to programs of another version, and errors across it. */
#include "test.h"

#include "davit.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static davit_context *make_context(const char *root)
{
    const struct davit_context_options o = { .size = sizeof o, .root = root };
    davit_context *c = NULL;

    EXPECT(davit_context_new(&o, &c, NULL) == 0 && c);
    return c;
}

TEST(options_must_be_there_and_say_their_size)
{
    const struct davit_context_options unset = { .root = "/nowhere" };
    struct davit_error e = { 0 };
    davit_context *c = NULL;

    EXPECT(davit_context_new(NULL, &c, &e) == -EINVAL && !c);
    EXPECT_STR(e.text, "options are missing");
    EXPECT(e.code == EINVAL && e.kind == DAVIT_ERROR_INVALID);
    EXPECT(davit_context_new(&unset, &c, &e) == -EINVAL && !c);
    EXPECT_STR(e.text, "the options' size is not set");
}

/* What an older program does not know counts as zero, whatever lies behind its options. */
TEST(smaller_options_are_an_older_program_s)
{
    struct davit_context_options o = { .size = sizeof o, .root = "/proc/version" };
    struct davit_error e = { 0 };
    auto_free char *json = NULL;
    davit_context *c = NULL;

    EXPECT(setenv("XDG_RUNTIME_DIR", "/nowhere", 1) == 0);
    EXPECT(davit_context_new(&o, &c, &e) == 0);
    EXPECT(davit_list(c, &json, &e) == -ENOTDIR && !json);
    davit_context_free(c);
    o.size = offsetof(struct davit_context_options, root);
    EXPECT(davit_context_new(&o, &c, &e) == 0);
    EXPECT(davit_list(c, &json, &e) == 0 && json);
    davit_context_free(c);
}

TEST(larger_options_are_a_newer_program_s_who_may_not_use_what_is_new)
{
    struct {
        struct davit_context_options known;
        void *newer;
    } o = { .known = { .size = sizeof o, .root = "/nowhere" } };
    struct davit_error e = { 0 };
    davit_context *c = NULL;

    EXPECT(davit_context_new(&o.known, &c, &e) == 0 && c);
    davit_context_free(c);
    c = NULL;
    o.newer = &o;
    EXPECT(davit_context_new(&o.known, &c, &e) == -EOPNOTSUPP && !c);
    EXPECT_STR(e.text, "an option is newer than this library");
    EXPECT(e.kind == DAVIT_ERROR_UNSUPPORTED);
}

TEST(every_call_with_options_looks_at_their_size)
{
    davit_context *c = make_context("/nowhere");
    const struct davit_create_options create = { 0 };
    const struct davit_run_options run = { 0 };
    const struct davit_exec_options exec = { 0 };
    struct davit_error e = { 0 };
    int status;

    EXPECT(davit_create(c, "x", &create, &e) == -EINVAL);
    EXPECT_STR(e.text, "the options' size is not set");
    e.text[0] = '\0';
    EXPECT(davit_run(c, "x", &run, &status, &e) == -EINVAL);
    EXPECT_STR(e.text, "the options' size is not set");
    e.text[0] = '\0';
    EXPECT(davit_exec(c, "x", &exec, &status, &e) == -EINVAL);
    EXPECT_STR(e.text, "the options' size is not set");
    davit_context_free(c);
}

TEST(an_error_needs_no_room_to_be_one)
{
    davit_context *c = make_context("/nowhere/at/all");
    auto_free char *json = NULL;

    EXPECT(davit_state(c, "none", &json, NULL) < 0 && !json);
    davit_context_free(c);
}

TEST(an_unknown_container_is_not_found)
{
    davit_context *c = make_context("/nowhere/at/all");
    struct davit_error e = { 0 };

    EXPECT(davit_kill(c, "none", 15, false, &e) == -ENOENT);
    EXPECT(e.kind == DAVIT_ERROR_NOT_FOUND && strstr(e.text, "none") != NULL);
    davit_context_free(c);
}

TEST(no_context_can_be_freed)
{
    davit_context_free(NULL);
}

TEST_MAIN()
