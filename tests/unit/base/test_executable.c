// SPDX-License-Identifier: Apache-2.0
/* test_executable.c - a program that nobody can change; where memfds can't be executed see
 * tests/bats/fallbacks.bats. */
#include "base/executable.h"

#include "base/cleanup.h"
#include "test.h"

#include <fcntl.h>

static const char program[] = "#!/bin/true\n";

TEST(what_was_sealed_can_not_be_written)
{
    struct err e = { 0 };
    auto_fd fd = executable_seal("test", program, sizeof program, &e), again = -EBADF;
    char path[40], bytes[sizeof program + 1];

    EXPECT(fd >= 0 && executable_is_sealed(fd));
    EXPECT(pread(fd, bytes, sizeof bytes, 0) == sizeof program);
    EXPECT(!memcmp(bytes, program, sizeof program));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = open(path, O_RDWR | O_CLOEXEC);
    EXPECT(again < 0 || pwrite(again, "x", 1, 0) < 0);
    EXPECT(again < 0 || ftruncate(again, 0) < 0);
}

TEST(an_ordinary_file_is_not_sealed)
{
    char name[] = "/tmp/test_executable.XXXXXX";
    auto_fd fd = mkostemp(name, O_CLOEXEC);

    EXPECT(fd >= 0 && unlink(name) == 0);
    EXPECT(!executable_is_sealed(fd));
}

TEST_MAIN()
