// SPDX-License-Identifier: Apache-2.0
/* test_device_option.c - --device. */
#include "lade/bundle/device_option.h"

#include "test.h"

static int apply(struct spec *s, const char *text, struct err *e)
{
    s->device_count = 0;
    return device_option_apply(s, text, e);
}

TEST(a_device_is_taken_over_with_its_numbers)
{
    auto_arena a = { 0 };
    struct spec s = { .arena = &a };
    struct err e;

    EXPECT(apply(&s, "/dev/null", &e) == 0);
    EXPECT(s.device_count == 1);
    EXPECT_STR(s.devices[0].path, "/dev/null");
    EXPECT(s.devices[0].type == 'c' && s.devices[0].major == 1 && s.devices[0].minor == 3);
    EXPECT_STR(s.devices[0].access, "rwm");
    EXPECT(apply(&s, "/dev/null:r", &e) == 0);
    EXPECT_STR(s.devices[0].access, "r");
    EXPECT_STR(s.devices[0].path, "/dev/null");
    EXPECT(apply(&s, "/dev/null:/dev/other:rw", &e) == 0);
    EXPECT_STR(s.devices[0].path, "/dev/other");
    EXPECT_STR(s.devices[0].access, "rw");
}

TEST(what_is_none_is_refused)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "/etc/passwd", "--device '/etc/passwd' is no device" },
        { "/dev/no-such-device", "--device '/dev/no-such-device'" },
        { "dev/null", "--device 'dev/null': paths must be absolute" },
        { "/dev/null:x", "--device '/dev/null:x': paths must be absolute" },
        { "/dev/null:/a:rwmr", "--device '/dev/null:/a:rwmr' is not PATH[:TARGET][:ACCESS]" },
        { "/dev/null:/a:r:x", "--device '/dev/null:/a:r:x' is not PATH[:TARGET][:ACCESS]" },
        { "", "--device '': paths must be absolute" },
    };
    auto_arena a = { 0 };
    struct spec s = { .arena = &a };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = { 0 };

        EXPECT(apply(&s, rows[i].text, &e) < 0);
        EXPECT_STR(e.text, rows[i].error);
        EXPECT(s.device_count == 0);
    }
}

TEST_MAIN()
