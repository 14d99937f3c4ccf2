// SPDX-License-Identifier: Apache-2.0
/* test_work.c - a few threads that take one thing after the other. */
#include "test.h"

#include "lade/transfer/work.h"

#include <errno.h>
#include <stdint.h>

struct done {
    atomic_uint count;
    size_t fails; /* this one */
};

static int note(void *user, size_t n, struct err *e)
{
    struct done *d = user;

    atomic_fetch_add(&d->count, 1);
    return n == d->fails ? err_set(e, ERR_INVALID, "the %zuth", n) : 0;
}

static int work(struct done *d, size_t count, atomic_bool *stopped, struct err *e)
{
    const struct work w = {
        .each = note, .user = d, .count = count, .jobs = 3, .stopped = stopped
    };

    return work_do(&w, e);
}

TEST(each_is_done_once)
{
    struct done d = { .fails = SIZE_MAX };
    atomic_bool stopped = false;
    struct err e;

    EXPECT(work(&d, 100, &stopped, &e) == 0);
    EXPECT(d.count == 100 && !stopped);
    EXPECT(work(&d, 0, &stopped, &e) == 0);
}

TEST(the_first_failure_is_told_and_stops_the_others)
{
    struct done d = { .fails = 0 };
    atomic_bool stopped = false;
    struct err e;

    EXPECT(work(&d, 100, &stopped, &e) < 0);
    EXPECT_STR(e.text, "the 0th");
    EXPECT(stopped);
}

TEST(what_was_stopped_before_it_was_done_is_no_success)
{
    struct done d = { .fails = SIZE_MAX };
    atomic_bool stopped = true;
    struct err e;

    EXPECT(work(&d, 2, &stopped, &e) < 0 && e.code == ECANCELED);
    EXPECT(d.count == 0);
    EXPECT(work(&d, 0, &stopped, &e) == 0);
}

TEST_MAIN()
