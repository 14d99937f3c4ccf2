// SPDX-License-Identifier: Apache-2.0
/* test_hooks.c - createContainer and startContainer hooks: how they run and what their end means.
 */
#include "sandbox.h"

/* One createContainer hook that is a shell script. */
static struct init prepare(const char *script, const char *more)
{
    char top[1024];

    snprintf(top, sizeof top,
             ",'hooks':{'createContainer':[{'path':'/bin/sh','args':['sh','-c','%s']%s}]}", script,
             more);
    return sandbox_init(PLAN(.top = top));
}

TEST(the_hook_s_end_decides)
{
    static const int codes[] = { 0, ENOSYS };
    static const struct {
        const char *script, *more, *text;
    } rows[] = {
        { "exit 0", "", "" },
        { "exit 7", "", "hooks.createContainer[0] '/bin/sh': exited with status 7" },
        { "kill -9 $$", "", "hooks.createContainer[0] '/bin/sh': killed by signal 9" },
        { "exec sleep 30", ",'timeout':1",
          "hooks.createContainer[0] '/bin/sh': timed out after 1 s" },
        { "[ $A = 1 ]", ",'env':['A=1'],'timeout':10", "" },
        { "[ -z $A ]", "", "" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
            IN_SANDBOX(0)
            {
                struct init in = prepare(rows[i].script, rows[i].more);
                struct err e = { 0 };

                if (codes[k])
                    fake_deny(__NR_pidfd_open, codes[k]);
                EXPECT((row_container_hooks(&in, &e) < 0) == (rows[i].text[0] != '\0'));
                EXPECT_STR(e.text, rows[i].text);
            }
}

TEST(what_can_not_be_executed_is_an_error_with_its_cause)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.top = ",'hooks':{'startContainer':[{'path':'/nowhere/hook'}]}"));
        struct err e = { 0 };

        EXPECT_ERROR(row_start_hooks(&in, &e), e, ENOENT,
                     "hooks.startContainer[0] '/nowhere/hook': execve");
    }
}

TEST(the_hook_reads_the_state_with_our_pid)
{
    auto_scratch s = scratch_make();
    char script[320], path[256], want[64];

    snprintf(path, sizeof path, "%s/state", s.path);
    snprintf(script, sizeof script, "cat > %s", path);
    IN_SANDBOX(0)
    {
        struct init in = prepare(script, "");
        struct err e = { 0 };

        EXPECT(row_container_hooks(&in, &e) == 0);
        snprintf(want, sizeof want, "\"pid\":%d", getpid());
        EXPECT(strstr(sandbox_read(path), want) && strstr(sandbox_read(path), "\"id\":\"box\""));
    }
}

TEST(no_descriptor_but_the_streams_reaches_a_hook)
{
    static const int codes[] = { 0, ENOSYS, EPERM };

    for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
        IN_SANDBOX(0)
        {
            struct init in = prepare("[ ! -e /proc/$$/fd/9 ] && [ ! -e /proc/$$/fd/1500 ]", "");
            struct err e = { 0 };

            EXPECT(dup2(0, 9) == 9 && dup2(0, 1500) == 1500);
            if (codes[k])
                fake_deny(__NR_close_range, codes[k]);
            EXPECT(row_container_hooks(&in, &e) == 0);
            EXPECT_STR(e.text, "");
        }
}

TEST(a_hook_that_can_not_be_started_is_an_error)
{
    static const struct {
        long call;
        const char *text;
    } rows[] = {
        { __NR_memfd_create, "memfd_create" },
        { __NR_pipe2, "pipe" },
        { __NR_clone, "clone" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = prepare("exit 0", "");
            struct err e = { 0 };

            fake_deny(rows[i].call, EAGAIN);
            EXPECT_ERROR(row_container_hooks(&in, &e), e, EAGAIN, rows[i].text);
        }
}

TEST_MAIN()
