// SPDX-License-Identifier: Apache-2.0
/* test_route.c - registries.conf: what is read, what is refused, where images come from. */
#include "test.h"

#include "lade/registry/route.h"

#include <stdlib.h>
#include <unistd.h>

static struct route routes[ROUTES_MAX];

/* Where the image is asked for, "host/repository" separated by blanks; "!" in front of mirrors; or
 * the error. */
static const char *find(const char *conf, const char *image, bool pull)
{
    static char text[ROUTES_MAX * sizeof(struct route)];
    char path[] = "/tmp/lade-route-XXXXXX";
    int fd = mkstemp(path);
    struct routes *r = NULL;
    struct reference reference;
    struct err e = { 0 };
    size_t n = 0;
    char *to = text;
    int rc = write(fd, conf, strlen(conf)) < 0 || routes_open(path, &r, &e) < 0 ||
             reference_parse(image, &reference, &e) < 0 ||
             routes_find(r, &reference, pull, routes, &n, &e) < 0;

    close(fd);
    unlink(path);
    text[0] = '\0';
    if (rc) {
        const char *name = strstr(e.text, ": line");

        snprintf(text, ERR_TEXT_MAX, "%s", name ? name + 2 : e.text);
    }
    for (size_t i = 0; i < n; i++)
        to += snprintf(to, sizeof text / ROUTES_MAX, "%s%s%s/%s", i ? " " : "",
                       routes[i].mirror ? "!" : "", routes[i].host, routes[i].repository);
    routes_free(r);
    return text;
}

static const char conf[] =
    "unqualified-search-registries = [\n  'a', # one\n  \"b\" ]\n"
    "[aliases]\n\"x\" = \"y/z\"\n"
    "[[registry]]\nprefix = 'h.example'\nlocation = \"other.example:5000/p/\"\n"
    "[[registry.mirror]]\nlocation = 'm1.example'\n"
    "pull-from-mirror = \"digest-only\"\n"
    "[[registry.mirror]]\nlocation = 'm2.example/q'\n"
    "[[registry]]\nprefix = 'h.example/deep'\nblocked = false\ninsecure=true\n"
    "[[registry]]\nprefix = '*.wild.example'\nlocation = 'w.example'\n"
    "[[registry]]\nlocation = 'docker.io/library'\n"
    "[[registry.mirror]]\nlocation = 'm3.example/hub'\n";

TEST(R57_finds_mirrors_and_rewrites)
{
    EXPECT_STR(find(conf, "x.example/a:t", true), "x.example/a");
    EXPECT_STR(find(conf, "h.example/a:t", true), "!m2.example/q/a other.example:5000/p/a");
    EXPECT_STR(find(conf, "h.example/a:t", false), "other.example:5000/p/a");
    EXPECT_STR(find(conf,
                    "h.example/a@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78"
                    "52b855",
                    true),
               "!m1.example/a !m2.example/q/a other.example:5000/p/a");
    EXPECT_STR(find(conf, "h.example/deeper/a", true),
               "!m2.example/q/deeper/a other.example:5000/p/deeper/a");
    EXPECT_STR(find(conf, "h.example/deep/a", true), "h.example/deep/a");
    EXPECT(routes[0].insecure);
    EXPECT_STR(find(conf, "one.wild.example/a", true), "w.example/a");
    EXPECT_STR(find(conf, "wild.example/a", true), "wild.example/a");
    EXPECT_STR(find(conf, "busybox", true), "!m3.example/hub/busybox docker.io/library/busybox");
}

TEST(R57_blocks)
{
    EXPECT_STR(find("[[registry]]\nprefix = 'h.example'\nblocked = true\n", "h.example/a", true),
               "'h.example' is blocked by registries.conf");
}

TEST(names_the_line_of_what_it_cannot_read)
{
    EXPECT_STR(find("a = 1\n[[registry]\n", "x", true), "line 2: a table's name has no end");
    EXPECT_STR(find("[[registry]]\nprefix = 'x'\ninsecure = 'yes'\n", "x", true),
               "line 3: insecure must be a boolean");
    EXPECT_STR(find("x = {a = 1}", "x", true), "line 1: inline tables are not read here");
    EXPECT_STR(find("x = \"\"\"a\"\"\"", "x", true),
               "line 1: strings of several lines are not read here");
    EXPECT_STR(find("x = 'a", "x", true), "line 1: a string has no end");
    EXPECT_STR(find("x = [1, 2", "x", true), "line 1: an array has no end");
    EXPECT_STR(find("x = 1 2", "x", true), "line 1: something follows the value");
    EXPECT_STR(find("[[registry.mirror]]\n", "x", true), "line 1: a mirror outside of a registry");
    EXPECT_STR(find("x", "x", true), "line 1: a key is not followed by '='");
}

TEST(refuses_what_makes_no_name)
{
    EXPECT(strstr(
        find("[[registry]]\nprefix = 'h.example'\nlocation = 'H/../x'\n", "h.example/a", true),
        "registries.conf makes"));
    EXPECT(strstr(find("[[registry]]\ninsecure = true\n", "x", true), "neither prefix"));
}

TEST_MAIN()
