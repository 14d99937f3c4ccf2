// SPDX-License-Identifier: Apache-2.0
/* test_publish.c - --publish. */
#include "lade/network/publish.h"

#include "test.h"

TEST(ports_that_lead_in)
{
    static const struct {
        const char *text, *address;
        unsigned host, container;
        bool udp;
    } rows[] = {
        { "8080:80", "", 8080, 80, false },
        { "53:5353/udp", "", 53, 5353, true },
        { "1:65535/tcp", "", 1, 65535, false },
        { "127.0.0.1:8080:80", "127.0.0.1", 8080, 80, false },
        { "[::1]:8080:80/udp", "::1", 8080, 80, true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct published p;
        struct err e;

        EXPECT(published_parse(rows[i].text, &p, &e) == 0);
        EXPECT_STR(p.address, rows[i].address);
        EXPECT(p.host == rows[i].host && p.container == rows[i].container && p.udp == rows[i].udp);
    }
}

TEST(everything_else_is_refused)
{
    static const char *const bad[] = { "",
                                       "80",
                                       "80:",
                                       ":80",
                                       "0:80",
                                       "80:0",
                                       "65536:1",
                                       "1:65536",
                                       "a:80",
                                       "80:80/sctp",
                                       "80:80/",
                                       "-1:80",
                                       "1.2.3:80:80",
                                       "::1:80:80",
                                       "[::1:80:80",
                                       "[x]:80:80",
                                       "localhost:80:80",
                                       " 80:80",
                                       "80:80 ",
                                       "1:2:3:4" };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct published p;
        struct err e;

        if (published_parse(bad[i], &p, &e) >= 0)
            EXPECT_STR(bad[i], "refused");
    }
}

TEST_MAIN()
