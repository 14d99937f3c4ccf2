// SPDX-License-Identifier: Apache-2.0
/* test_convert.c - image-spec conversion.md: R84 to R87, V24 to V27. */
#include "lade/bundle/convert.h"

#include "../base/scratch.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static const char passwd[] =
    "root:x:0:0:::\napp:x:1000:1001:::\n4294967296:x:0:0:::\n0x0:x:0:0:::\n";
static const char group[] = "root:x:0:\napp:x:1001:\nextra:x:50:app,other\n";

static void put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static struct scratch make_root(void)
{
    struct scratch s = scratch_make();

    EXPECT(mkdirat(s.fd, "etc", 0755) == 0);
    put(s.fd, "etc/passwd", passwd);
    put(s.fd, "etc/group", group);
    return s;
}

/* The members of "config", put into a whole document. */
static struct image_config *image_of(const char *config)
{
    struct image_config *image = NULL;
    char text[4096];
    struct err e;
    int n =
        snprintf(text, sizeof text,
                 "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\",\"author\":\"a\","
                 "\"config\":{%s},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
                 config);

    EXPECT(n > 0 && (size_t)n < sizeof text);
    EXPECT(image_config_parse(text, (size_t)n, &image, &e) == 0);
    return image;
}

struct made {
    struct arena arena;
    struct spec spec;
    struct image_config *image;
    size_t withheld;
    struct err e;
    int rc;
};

static struct made make(int root, const char *config, const struct convert_options *o)
{
    struct made m = { .image = image_of(config) };

    m.spec.arena = &m.arena;
    EXPECT(spec_defaults(&m.spec, &m.e) == 0);
    m.rc = spec_from_image(&m.spec, m.image, root, o, &m.withheld, &m.e);
    m.spec.arena = NULL; /* the copy below has another address */
    return m;
}

static void done(struct made *m)
{
    arena_done(&m->arena);
    image_config_freep(&m->image);
}

TEST(r84_command_variables_and_directory)
{
    char x[] = "x", y[] = "y", *words[] = { x, y, NULL };
    auto_scratch root = make_root();
    struct label_rules none = { 0 };
    struct convert_options o = { .rules = &none };
    struct made m = make(root.fd,
                         "\"Entrypoint\":[\"/e\"],\"Cmd\":[\"c\"],\"Env\":[\"A=1\",\"PATH=/"
                         "p\"],\"WorkingDir\":\"/w\"",
                         &o);

    EXPECT(m.rc == 0);
    EXPECT(m.spec.args.count == 2);
    EXPECT_STR(m.spec.args.items[0], "/e");
    EXPECT_STR(m.spec.args.items[1], "c");
    EXPECT_STR(spec_env(&m.spec, "PATH"), "/p");
    EXPECT(m.spec.env.count == 2);
    EXPECT_STR(m.spec.cwd, "/w");
    done(&m);
    o.args = words;
    o.n_args = 2;
    m = make(root.fd, "\"Entrypoint\":[\"/e\"],\"Cmd\":[\"c\"]", &o);
    EXPECT(m.spec.args.count == 3);
    EXPECT_STR(m.spec.args.items[2], "y");
    EXPECT(spec_env(&m.spec, "PATH"));
    EXPECT_STR(m.spec.cwd, "/");
    done(&m);
    o = (struct convert_options){ .rules = &none, .entrypoint = "/other" };
    m = make(root.fd, "\"Entrypoint\":[\"/e\"],\"Cmd\":[\"c\"]", &o);
    EXPECT(m.spec.args.count == 1);
    EXPECT_STR(m.spec.args.items[0], "/other");
    done(&m);
    o = (struct convert_options){ .rules = &none };
    m = make(root.fd, "", &o);
    EXPECT(m.rc < 0);
    EXPECT_STR(m.e.text, "the image names no command: say which one to run");
    done(&m);
}

TEST(r85_annotations_and_v24_labels_that_act)
{
    static const char config[] =
        "\"Cmd\":[\"c\"],\"StopSignal\":\"SIGQUIT\",\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},"
        "\"Labels\":{\"plain\":\"1\",\"run.oci.hooks.stdout\":\"/etc/x\","
        "\"org.opencontainers.image.os\":\"mine\"}";
    auto_scratch root = make_root();
    struct label_rules none = { 0 };
    struct convert_options o = { .rules = &none };
    struct made m = make(root.fd, config, &o);

    EXPECT(m.rc == 0 && m.withheld == 1);
    EXPECT_STR(spec_annotation(&m.spec, "plain"), "1");
    EXPECT_STR(spec_annotation(&m.spec, "org.opencontainers.image.os"), "mine");
    EXPECT_STR(spec_annotation(&m.spec, "org.opencontainers.image.architecture"), "arm64");
    EXPECT_STR(spec_annotation(&m.spec, "org.opencontainers.image.variant"), "v8");
    EXPECT_STR(spec_annotation(&m.spec, "org.opencontainers.image.stopSignal"), "SIGQUIT");
    EXPECT_STR(spec_annotation(&m.spec, "org.opencontainers.image.exposedPorts"), "80/tcp,53/udp");
    EXPECT(!spec_annotation(&m.spec, "run.oci.hooks.stdout"));
    EXPECT_STR(spec_annotation(&m.spec, WITHHELD_PREFIX "run.oci.hooks.stdout"), "/etc/x");
    done(&m);
    o.rules = NULL;
    m = make(root.fd, config, &o);
    EXPECT(m.withheld == 0);
    EXPECT_STR(spec_annotation(&m.spec, "run.oci.hooks.stdout"), "/etc/x");
    done(&m);
}

TEST(r86_r87_users_and_v27_their_groups)
{
    static const struct {
        const char *user;
        uint32_t uid, gid;
        size_t groups;
    } rows[] = {
        { "", 0, 0, 1 },         { "app", 1000, 1001, 2 },   { "1000", 1000, 1001, 1 },
        { "4242", 4242, 0, 1 },  { "app:root", 1000, 0, 1 }, { "1000:50", 1000, 50, 1 },
        { "0:extra", 0, 50, 1 },
    };
    auto_scratch root = make_root();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct label_rules none = { 0 };
        struct convert_options o = { .rules = &none, .user = rows[i].user };
        struct made m = make(root.fd, "\"Cmd\":[\"c\"]", &o);
        bool own = false;

        EXPECT(m.rc == 0);
        EXPECT(m.spec.user.uid == rows[i].uid && m.spec.user.gid == rows[i].gid);
        EXPECT(m.spec.group_count == rows[i].groups);
        for (size_t g = 0; g < m.spec.group_count; g++)
            own |= m.spec.groups[g] == rows[i].gid;
        EXPECT(own);
        done(&m);
    }
}

TEST(v25_numbers_out_of_range_are_no_names)
{
    static const char *const bad[] = { "4294967296", "4294967295", "99999999999", "-1",
                                       "0x1",        " 0",         "nobody",      "app:nogroup" };
    auto_scratch root = make_root();

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct label_rules none = { 0 };
        struct convert_options o = { .rules = &none, .user = bad[i] };
        struct made m = make(root.fd, "\"Cmd\":[\"c\"]", &o);

        EXPECT(m.rc < 0 && m.e.kind == ERR_INVALID);
        done(&m);
    }
}

TEST_MAIN()
