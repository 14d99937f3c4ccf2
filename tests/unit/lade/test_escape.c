// SPDX-License-Identifier: Apache-2.0
/*
 * test_escape.c - archives that want out of the root.
 *
 * Beside the root lies a directory "outside", whose files, modes, times, attributes and link counts
 * must be the same afterwards, whatever the outcome; the outcome is written with each case.
 */
#include "unpacking.h"

#include <pthread.h>

static char outside_path[256]; /* absolute */
static char before[8192];

static void remember(const char *cwd)
{
    int outside = workspace_dir("outside");

    workspace_file("outside/canary", "canary");
    EXPECT(mkdir("outside/dir", 0700) == 0);
    workspace_file("outside/dir/x", "canary");
    snprintf(outside_path, sizeof outside_path, "%s/outside", cwd);
    snprintf(before, sizeof before, "%s", tree(outside));
    close(outside);
}

static void expect_untouched(const char *what)
{
    auto_fd outside = open(outside_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;

    if (strcmp(tree(outside), before) != 0) {
        printf("# %s\n", what);
        EXPECT_STR(tree(outside), before);
    }
    EXPECT(fstatat(outside, "canary", &st, 0) == 0 && st.st_nlink == 1);
}

/* A link's target "@" is the outside's absolute path, "@/x" something in it. */
struct escape {
    const char *name;
    struct member members[8];
    const char *error; /* "": it is unpacked, inside */
    const char *tree;  /* what then is there; NULL: that does not matter */
};

/* clang-format off */
static const struct escape cases[] = {
    { "V1: the root can't be a link",
      { { ".", .type = '2', .link = "@" } }, "an archive's entry '.' would replace the root", "" },
    { "V1: nor by another name", { { "/.", .type = '2', .link = "@" } }, "an archive's entry '/.' would replace the root", "" },
    { "V1: nor a file", { { "./", .type = '1', .link = "x" } }, "an archive's entry './' would replace the root", "" },
    { "V1: nor by an empty name", { { "", .text = "x" } }, "an archive's entry '' would replace the root", "" },
    { "V1: nor from below", { { "d/..", .type = '2', .link = "@" } }, "an archive's entry 'd/..' would replace the root", "" },
    { "V2: a file through a link",
      { { "etc", .type = '2', .link = "@" }, { "etc/canary", .text = "evil" } }, "", NULL },
    { "V2: a directory takes a link's place",
      { { "etc", .type = '2', .link = "@" }, { "etc/", .type = '5', .mode = 0777 }, { "etc/canary", .text = "x" } },
      "", "etc d 777 0:0 0\netc/canary f 644 0:0 0 x\n" },
    { "V2: a hard link through a link",
      { { "etc", .type = '2', .link = "@" }, { "y", .type = '1', .link = "etc/canary" } }, "link 'y' to 'etc/canary'", NULL },
    { "V2: modes of a link are not those of its target",
      { { "l", .type = '2', .link = "@/canary", .mode = 07777, .mtime = 99, .pax = { "SCHILY.xattr.user.a=b" } } }, "", NULL },
    { "V2: a hard link to a link is the link",
      { { "l", .type = '2', .link = "@/canary" }, { "h", .type = '1', .link = "l", .mode = 0777 }, { "h", .text = "new" } },
      "", NULL },
    { "V3: a name that begins with a slash", { { "/abs", .text = "x" } }, "", "abs f 644 0:0 0 x\n" },
    { "V3: names that go up", { { "../../outside/canary", .text = "x" } }, "",
      "outside d 755 0:0 0\noutside/canary f 644 0:0 0 x\n" },
    { "V3: and down and up", { { "a/b/../../../../outside/canary", .text = "x" } }, "",
      "outside d 755 0:0 0\noutside/canary f 644 0:0 0 x\n" },
    { "V3: superfluous slashes", { { "//a//./b///c", .text = "x" } }, "", "a d 755 0:0 0\na/b d 755 0:0 0\na/b/c f 644 0:0 0 x\n" },
    { "V3: a link that goes up",
      { { "l", .type = '2', .link = "../outside" }, { "l/canary", .text = "x" } }, "",
      "l l 777 0:0 0 -> ../outside\noutside d 755 0:0 0\noutside/canary f 644 0:0 0 x\n" },
    { "V3: a link deep down that goes up far",
      { { "a/b/l", .type = '2', .link = "../../../../../../outside" }, { "a/b/l/canary", .text = "x" } }, "",
      "a d 755 0:0 0\na/b d 755 0:0 0\na/b/l l 777 0:0 0 -> ../../../../../../outside\n"
      "outside d 755 0:0 0\noutside/canary f 644 0:0 0 x\n" },
    { "V3: several hops",
      { { "a", .type = '2', .link = "b" }, { "b", .type = '2', .link = "c/../d" }, { "d", .type = '2', .link = "@" },
        { "c/", .type = '5' }, { "a/canary", .text = "x" } }, "", NULL },
    { "V3: a link to the root, then up",
      { { "r", .type = '2', .link = "/" }, { "r/../../outside/canary", .text = "x" } }, "", NULL },
    { "V3: a link to itself", { { "l", .type = '2', .link = "l" }, { "l/x", .text = "x" } }, "too many links on the way to 'l'", NULL },
    { "V3: links in a circle",
      { { "a", .type = '2', .link = "b" }, { "b", .type = '2', .link = "a" }, { "a/x", .text = "x" } },
      "too many links on the way to", NULL },
    { "V3: a link that leads nowhere is followed inside",
      { { "l", .type = '2', .link = "/none/here" }, { "l/x", .text = "x" } }, "",
      "l l 777 0:0 0 -> /none/here\nnone d 755 0:0 0\nnone/here d 755 0:0 0\nnone/here/x f 644 0:0 0 x\n" },
    { "V3: a directory, a link over it, a directory again",
      { { "foo/", .type = '5' }, { "foo", .type = '2', .link = "/" }, { "foo/", .type = '5' }, { "foo/x", .text = "x" } },
      "", "foo d 755 0:0 0\nfoo/x f 644 0:0 0 x\n" },
    { "V3: a link over a directory with files",
      { { "foo/a", .text = "x" }, { "foo", .type = '2', .link = "@" }, { "foo/canary", .text = "x" } }, "", NULL },
    { "V3: an open directory that becomes a link",
      { { "d/e/a", .text = "x" }, { "d/e", .type = '2', .link = "@" }, { "d/e/canary", .text = "x" }, { "d/e/dir/x", .text = "x" } },
      "", NULL },
    { "V3: an open directory that is gone",
      { { "d/e/a", .text = "x" }, { "d", .text = "f" }, { "d/e/b", .text = "y" } },
      "", "d d 755 0:0 0\nd/e d 755 0:0 0\nd/e/b f 644 0:0 0 y\n" },
    { "V3: a slash behind a file", { { "f/", .type = '2', .link = "@" }, { "f/canary", .text = "x" } }, "", NULL },
    { "V3: an empty link", { { "l", .type = '2' } }, "link 'l' of an archive leads nowhere", "" },
    { "V3: a device through a link", { { "l", .type = '2', .link = "@" }, { "l/dir", .type = '6' } }, "", NULL },
    { "V4: a hard link to what lies outside", { { "h", .type = '1', .link = "canary" } }, "link 'h' to 'canary'", "" },
    { "V4: by going up", { { "h", .type = '1', .link = "../outside/canary" } }, "link 'h' to '../outside/canary'", NULL },
    { "V4: by an absolute path", { { "h", .type = '1', .link = "@/canary" } }, "link 'h' to '", NULL },
    { "V4: to itself", { { "h", .type = '1', .link = "h" } }, "link 'h' to 'h'", "" },
    { "V4: to a directory by a link", { { "l", .type = '2', .link = "@" }, { "h", .type = '1', .link = "l/dir" } }, "link 'h' to 'l/dir'", NULL },
    { "V4: over the root", { { "x", .text = "x" }, { "/", .type = '1', .link = "x" } }, "an archive's entry '/' would replace the root", NULL },
};
/* clang-format on */

/* Puts the outside's path where "@" stands. */
static struct member at_outside(const struct member *m, char link[512])
{
    struct member changed = *m;

    if (m->link && m->link[0] == '@') {
        snprintf(link, 512, "%s%s", outside_path, m->link + 1);
        changed.link = link;
    }
    return changed;
}

/* In the form of overlayfs there are marks, too, which test_whiteout.c looks at. */
static void expect_result(const struct escape *c, const char *error, int root, bool overlay)
{
    bool right = *c->error ? strncmp(error, c->error, strlen(c->error)) == 0 : !*error;
    const char *wanted = overlay ? NULL : c->tree;

    if (!right || (wanted && strcmp(tree(root), wanted) != 0))
        printf("# %s\n", c->name);
    if (!right)
        EXPECT_STR(error, c->error);
    if (wanted)
        EXPECT_STR(tree(root), wanted);
}

/* layers: how many, each with the next part of the members: what one layer can't do two may. */
static void try(const struct escape *c, bool overlay, size_t layers)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        const char *error = "";
        char cwd[200], link[512];

        EXPECT(getcwd(cwd, sizeof cwd));
        remember(cwd);
        EXPECT(chdir("outside") == 0); /* V4: where relative targets must not be looked for */
        for (size_t layer = 0, i = 0; layer < layers && !*error; layer++) {
            auto_buf a = { 0 };

            for (; i < 8 && c->members[i].name; i++) {
                struct member m = at_outside(&c->members[i], link);

                add_member(&a, &m);
                if (layer + 1 < layers && i == layer)
                    break;
            }
            i += layer + 1 < layers;
            error = unpack(root, &a, .overlay = overlay);
        }
        if (layers == 1)
            expect_result(c, error, root, overlay);
        expect_untouched(c->name);
    }
}

TEST(nothing_leaves_the_root)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        try(&cases[i], false, 1);
}

TEST(nor_in_the_form_of_overlayfs)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        try(&cases[i], true, 1);
}

TEST(nor_by_several_layers)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t layers = 2; layers < 4; layers++)
            try(&cases[i], false, layers);
}

/* The layers below may be hostile as well. */
TEST(V3_nor_by_way_of_the_layers_below)
{
    IN_WORKSPACE
    {
        int below = workspace_dir("lower"), root = workspace_dir("root");
        auto_buf a = { 0 }, b = { 0 };
        char cwd[200];

        EXPECT(getcwd(cwd, sizeof cwd));
        remember(cwd);
        add(&a, .name = "l", .type = '2', .link = outside_path);
        add(&a, .name = "d/l", .type = '2', .link = "../../outside");
        add(&b, .name = "l/canary", .text = "x");
        add(&b, .name = "d/l/canary", .text = "x");
        add(&b, .name = "l/.wh.dir", .text = "");
        EXPECT_STR(unpack(below, &a, .overlay = true), "");
        EXPECT_STR(unpack(root, &b, .overlay = true, .lower = below), "");
        expect_untouched("by way of the layers below");
        b.len = 0;
        add(&b, .name = "h", .type = '1', .link = "l/dir/x");
        EXPECT(strncmp(unpack(root, &b, .overlay = true, .lower = below), "link ", 5) == 0);
        expect_untouched("a hard link by way of the layers below");
    }
}

static bool swapping = true;

/* Has a directory and a link to the outside change places all the time. */
static void *swap_places(void *data)
{
    int root = *(int *)data;

    while (__atomic_load_n(&swapping, __ATOMIC_RELAXED))
        renameat2(root, "d", root, "trap", RENAME_EXCHANGE);
    return NULL;
}

TEST(V5_somebody_changes_places_meanwhile)
{
    IN_WORKSPACE
    {
        int root = workspace_dir("root");
        auto_buf a = { 0 };
        char cwd[200];
        pthread_t thread;

        EXPECT(getcwd(cwd, sizeof cwd));
        remember(cwd);
        EXPECT(mkdirat(root, "d", 0755) == 0 && mkdirat(root, "d/dir", 0755) == 0);
        EXPECT(symlinkat(outside_path, root, "trap") == 0);
        for (int i = 0; i < 5; i++) {
            add(&a, .name = "d/canary", .text = "x", .mode = 0777, .mtime = 9);
            add(&a, .name = "other/f", .text = "x");
            add(&a, .name = "d/dir/x", .type = '6', .mode = 0777);
            add(&a, .name = "d/.wh.canary", .text = "");
            add(&a, .name = "d/dir/", .type = '5', .mode = 0777, .mtime = 9);
            add(&a, .name = "d/h", .type = '1', .link = "d/canary");
        }
        EXPECT(pthread_create(&thread, NULL, swap_places, &root) == 0);
        for (int round = 0; round < 400; round++)
            unpack(root, &a); /* may fail; it may not follow */
        __atomic_store_n(&swapping, false, __ATOMIC_RELAXED);
        pthread_join(thread, NULL);
        expect_untouched("swapped");
    }
}

TEST_MAIN()
