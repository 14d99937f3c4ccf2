// SPDX-License-Identifier: Apache-2.0
/* test_program.c - other programs: their output, their end, and those that go on for ever. */
#include "lade/program/program.h"

#include "base/cleanup.h"
#include "test.h"

#include <signal.h>

static int output(const char *script, const char *input, char **ret, struct err *e)
{
    const char *argv[] = { "sh", "-c", script, NULL };
    const char *env[] = { "PROGRAM_TEST=set", NULL };
    struct program p = { .argv = argv, .env = env, .input = input, .limit = 64, .seconds = 1 };

    return program_output(&p, ret, NULL, e);
}

TEST(gives_output_and_status)
{
    auto_free char *text = NULL;
    struct err e;

    EXPECT(output("cat; echo $PROGRAM_TEST; exit 3", "in ", &text, &e) == 3);
    EXPECT_STR(text, "in set\n");
}

TEST(no_output_is_an_empty_text)
{
    auto_free char *text = NULL;
    struct err e;

    EXPECT(output("kill -9 $$", NULL, &text, &e) == 128 + 9);
    EXPECT_STR(text, "");
}

TEST(one_that_is_not_there_is_an_error)
{
    const char *argv[] = { "no-such-program-at-all", NULL };
    struct program p = { .argv = argv, .limit = 64 };
    char *text = NULL;
    struct err e;

    EXPECT(program_output(&p, &text, NULL, &e) < 0);
    EXPECT(e.code == ENOENT);
    EXPECT(!text);
    EXPECT(program_run(&p, &e) < 0);
}

TEST(too_much_output_is_an_error)
{
    char *text = NULL;
    struct err e;

    EXPECT(output("yes", NULL, &text, &e) < 0);
    EXPECT_STR(e.text, "run 'sh': it wrote more than 64 bytes");
}

TEST(one_without_an_end_is_ended)
{
    char *text = NULL;
    struct err e;

    EXPECT(output("exec sleep 1000", NULL, &text, &e) < 0);
    EXPECT_STR(e.text, "run 'sh': not finished after 1 s");
    EXPECT(output("exec sleep 1000 >&-", NULL, &text, &e) < 0);
    EXPECT_STR(e.text, "run 'sh': not finished after 1 s");
}

TEST(a_signal_is_sent_on)
{
    const char *argv[] = { "sh", "-c",
                           "trap 'exit 7' TERM; kill -TERM $PPID; while :; do sleep 0.01; done",
                           NULL };
    struct program p = { .argv = argv };
    struct err e;

    EXPECT(program_run(&p, &e) == 7);
}

TEST_MAIN()
