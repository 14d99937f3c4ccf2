// SPDX-License-Identifier: Apache-2.0
/* test_barrier.c - a created container wakes for `start`, and for nothing else. */
#include "sandbox.h"

#include <sys/un.h>

/* The barrier's listener in the scratch directory, and a connection of a start. */
static int listen_in(const struct scratch *s, struct sockaddr_un *ret)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(ret->sun_path, sizeof ret->sun_path, "%.90s/start", s->path);
    EXPECT(bind(fd, (struct sockaddr *)ret, sizeof *ret) == 0 && listen(fd, 8) == 0);
    return fd;
}

static int start_with(const struct sockaddr_un *a, const struct barrier_packet *p, size_t size)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    EXPECT(connect(fd, (const struct sockaddr *)a, sizeof *a) == 0);
    EXPECT(!size || send(fd, p, size, MSG_NOSIGNAL) == (ssize_t)size);
    return fd;
}

TEST(only_a_start_opens_the_barrier)
{
    const struct barrier_packet good = { BARRIER_MAGIC, BARRIER_VERSION, BARRIER_START, 0, 0, "" };
    const struct barrier_packet later = { BARRIER_MAGIC, 99, BARRIER_START, 0, 0, "" };
    const struct barrier_packet odd = { 1, BARRIER_VERSION, BARRIER_START, 0, 0, "" };
    const struct barrier_packet other = { BARRIER_MAGIC, BARRIER_VERSION, 77, 0, 0, "" };
    auto_scratch s = scratch_make();

    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct sockaddr_un address;
        struct err e = { 0 };
        int pair[2], last;
        char end;

        EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        in.sync = pair[1];
        in.grants.barrier_fd = listen_in(&s, &address);
        start_with(&address, &odd, sizeof odd);
        start_with(&address, &other, sizeof other);
        start_with(&address, &good, 8);
        close(start_with(&address, NULL, 0));
        last = start_with(&address, &later, sizeof later);
        fake_rule(&(struct fake_rule){
            .call = __NR_accept4, .any_second = true, .times = 1, .answer = -ECONNABORTED });
        EXPECT(row_barrier(&in, &e) == 0);
        EXPECT(in.start >= 0 && in.grants.barrier_fd < 0 && in.sync < 0);
        EXPECT(read(pair[0], &end, 1) == 0);
        init_report(&in, &e);
        EXPECT(recv(last, &end, 1, 0) == 1);
    }
}

TEST(a_barrier_that_can_not_be_watched_is_an_error)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT_ERROR(row_barrier(&in, &e), e, EBADF, "accept");
    }
}

TEST_MAIN()
