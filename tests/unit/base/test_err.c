// SPDX-License-Identifier: Apache-2.0
/* test_err.c - one error value: codes by kind, wrapping, and what a person reads. */
#include "base/err.h"

#include "test.h"

#include <errno.h>
#include <stdlib.h>

TEST(a_system_call_keeps_its_errno_whatever_its_sign)
{
    struct err e = { 0 };

    EXPECT(err_os(&e, ENOENT, "open '%s'", "/x") == -ENOENT);
    EXPECT(e.code == ENOENT && e.kind == ERR_OS);
    EXPECT_STR(e.text, "open '/x'");
    EXPECT(err_os(&e, -EPERM, "write") == -EPERM);
    EXPECT(e.code == EPERM);
    /* A filled error never has the code 0. */
    EXPECT(err_os(&e, 0, "read") == -EIO);
}

TEST(every_kind_has_a_code_and_a_name)
{
    static const struct {
        enum err_kind kind;
        int code;
        const char *name;
    } rows[] = {
        { ERR_OS, EIO, "os" },
        { ERR_INVALID, EINVAL, "invalid" },
        { ERR_NOT_FOUND, ENOENT, "not-found" },
        { ERR_EXISTS, EEXIST, "exists" },
        { ERR_BAD_STATE, EBADFD, "bad-state" },
        { ERR_UNSUPPORTED, EOPNOTSUPP, "unsupported" },
        { ERR_PROTOCOL, EPROTO, "protocol" },
        { ERR_BUSY, EBUSY, "busy" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = { 0 };

        EXPECT(err_set(&e, rows[i].kind, "%d", 1) == -rows[i].code);
        EXPECT(e.code == rows[i].code && e.kind == rows[i].kind);
        EXPECT_STR(err_kind_name(rows[i].kind), rows[i].name);
    }
    EXPECT_STR(err_kind_name((enum err_kind)99), "unknown");
}

TEST(wrapping_puts_context_in_front_and_keeps_the_rest)
{
    struct err e = { 0 };

    err_set(&e, ERR_BUSY, "inner");
    EXPECT(err_wrap(&e, "middle %d", 2) == -EBUSY);
    EXPECT(err_wrap(&e, "outer") == -EBUSY);
    EXPECT(e.kind == ERR_BUSY && e.code == EBUSY);
    EXPECT_STR(e.text, "outer: middle 2: inner");
    /* Its own text may be among the arguments. */
    err_wrap(&e, "<%s>", e.text);
    EXPECT_STR(e.text, "<outer: middle 2: inner>: outer: middle 2: inner");
}

TEST(too_long_a_text_is_cut_and_terminated)
{
    char big[ERR_TEXT_MAX * 2];
    struct err e;

    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = '\0';
    memset(&e, '#', sizeof e);
    err_set(&e, ERR_INVALID, "%s", big);
    EXPECT(strlen(e.text) == ERR_TEXT_MAX - 1);
    err_wrap(&e, "front");
    EXPECT(strlen(e.text) == ERR_TEXT_MAX - 1);
    EXPECT(strncmp(e.text, "front: xxx", 10) == 0);
    err_set(&e, ERR_INVALID, "short");
    err_wrap(&e, "%s", big);
    EXPECT(strlen(e.text) == ERR_TEXT_MAX - 1);
}

TEST(a_person_reads_the_words_of_the_errno)
{
    char line[64];
    struct err e;

    err_os(&e, ENOENT, "open '/x'");
    err_format(&e, line, sizeof line);
    EXPECT_STR(line, "open '/x': no such file or directory");
    err_set(&e, ERR_INVALID, "id is empty");
    err_format(&e, line, sizeof line);
    EXPECT_STR(line, "id is empty");
    err_format(&e, line, 4);
    EXPECT_STR(line, "id ");
}

TEST(the_words_of_an_errno_are_in_lower_case_but_for_names)
{
    char words[ERR_WORDS_MAX], few[4];

    EXPECT_STR(err_errno_words(EACCES, words, sizeof words), "permission denied");
    EXPECT_STR(err_errno_words(EIO, words, sizeof words), "input/output error");
    EXPECT_STR(err_errno_words(EDOTDOT, words, sizeof words), "RFS specific error");
    EXPECT_STR(err_errno_words(EISDIR, few, sizeof few), "is ");
}

static int fail_with(int code)
{
    TRY(code);
    return 7;
}

TEST(try_forwards_a_failure_and_nothing_else)
{
    EXPECT(fail_with(-ENOMEM) == -ENOMEM);
    EXPECT(fail_with(0) == 7);
    EXPECT(fail_with(3) == 7);
}

TEST_MAIN()
