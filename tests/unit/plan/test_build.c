// SPDX-License-Identifier: Apache-2.0
/* test_build.c - single decisions of the plan; whole plans are in tests/golden. */
#include "plan/plan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "plan_check.h"
#include "test.h"

#include <errno.h>

TEST(paths_are_cleaned_and_dots_kept_for_the_root_to_resolve)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        { "/", "/" },
        { "", "/" },
        { ".", "/" },
        { "/.", "/" },
        { "///", "/" },
        { "a", "/a" },
        { "./a", "/a" },
        { "/a/b", "/a/b" },
        { "/a//b///c/", "/a/b/c" },
        { "/a/./b/.", "/a/b" },
        { "/a/../b", "/a/../b" },
        { "..", "/.." },
        { "/a/..", "/a/.." },
        { "/...", "/..." },
        { "/.a/b.", "/.a/b." },
        { "/a b/\xc3\xa9", "/a b/\xc3\xa9" },
    };
    cleanup(arena_done) struct arena arena = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        EXPECT_STR(plan_clean_path(&arena, rows[i].path), rows[i].want);
}

#define CONFIG(process, linux_members)                                                             \
    "{'ociVersion':'1.0.0','root':{'path':'r'},'process':{'cwd':'/','args':['sh']" process         \
    "},'linux':{'namespaces':[{'type':'mount'},{'type':'network'}]" linux_members "}}"

/* A configuration written with single quotes, and its plan for a host without cgroups. */
struct built {
    struct spec *spec;
    struct plan *plan;
    struct err e;
};

static void built_done(struct built *b)
{
    spec_free(b->spec);
    free(b->plan);
}

#define auto_built cleanup(built_done) struct built

static const struct plan *build_as(struct built *b, const char *json, struct plan_input in)
{
    struct plan_check check;
    char text[2048];
    size_t n = 0;

    for (; json[n] && n < sizeof text - 1; n++)
        text[n] = json[n] == '\'' ? '"' : json[n];
    in.id = "box";
    in.bundle = "/bundle";
    in.rootfs = "/bundle/r";
    if (spec_parse(text, n, &b->spec, &b->e) == 0) {
        in.spec = b->spec;
        (void)plan_build(&in, &b->plan, &b->e);
    }
    if (!b->plan)
        EXPECT_STR(b->e.text, "a plan");
    else
        EXPECT_STR(plan_check(&check, b->plan), NULL);
    return b->plan;
}

static const struct plan *build(struct built *b, const char *json)
{
    return build_as(b, json, (struct plan_input){ 0 });
}

/* "A=1 B=2" */
static void expect_strings(const struct plan *p, struct plan_list list, const char *want)
{
    const plan_str *items = plan_items(p, list);
    auto_buf got = { 0 };

    buf_puts(&got, "");
    for (uint32_t i = 0; i < list.count; i++) {
        buf_puts(&got, i ? " " : "");
        buf_puts(&got, plan_text(p, items[i]));
    }
    EXPECT_STR(got.data, want);
}

TEST(a_variable_given_twice_counts_as_the_last)
{
    static const struct {
        const char *env, *want;
        bool find_home;
    } rows[] = {
        { "", "", true },
        { ",'env':['A=1','B=2']", "A=1 B=2", true },
        { ",'env':['A=1','B=2','A=3']", "B=2 A=3", true },
        { ",'env':['A=1','A=','AB=2']", "A= AB=2", true },
        { ",'env':['A=b=c','A==']", "A==", true },
        { ",'env':['HOME=/x','HOME=/y']", "HOME=/y", false },
        { ",'env':['HOMES=/x']", "HOMES=/x", true },
        { ",'env':['HOME=','A=']", "A=", true },
        { ",'env':['HOME=/x','HOME=']", "", true },
        { ",'env':['HOME=','HOME=/x']", "HOME=/x", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_built b = { 0 };
        char json[1024];
        const struct plan *p;

        snprintf(json, sizeof json, CONFIG("%s", ""), rows[i].env);
        p = build(&b, json);
        if (!p)
            continue;
        expect_strings(p, p->env, rows[i].want);
        EXPECT(!!(p->flags & PLAN_HOME) == rows[i].find_home);
    }
}

TEST(sockets_are_announced_unless_the_configuration_does)
{
    static const struct {
        unsigned fds;
        const char *names, *env, *want;
        bool pid; /* init adds LISTEN_PID */
    } rows[] = {
        { 0, NULL, "'A=1'", "A=1", false },
        { 2, NULL, "'A=1'", "A=1 LISTEN_FDS=2", true },
        { 2, "a:b", "", "LISTEN_FDS=2 LISTEN_FDNAMES=a:b", true },
        { 2, "a:b", "'LISTEN_FDNAMES=c:d','LISTEN_FDS=2'", "LISTEN_FDNAMES=c:d LISTEN_FDS=2",
          true },
        { 1, "a", "'LISTEN_PID=7','LISTEN_FDSX=1'",
          "LISTEN_PID=7 LISTEN_FDSX=1 LISTEN_FDS=1 LISTEN_FDNAMES=a", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_built b = { 0 };
        char json[1024];
        const struct plan *p;

        snprintf(json, sizeof json, CONFIG(",'env':[%s]", ""), rows[i].env);
        p = build_as(
            &b, json,
            (struct plan_input){ .listen_fds = rows[i].fds, .listen_names = rows[i].names });
        if (p) {
            expect_strings(p, p->env, rows[i].want);
            EXPECT(!(p->flags & PLAN_LISTEN_PID) == !rows[i].pid);
        }
    }
}

TEST(the_search_path_is_the_last_one_and_only_for_bare_names)
{
    static const struct {
        const char *process, *want;
    } rows[] = {
        { "", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
        { ",'env':['PATH=/a','PATH=/b:/c']", "/b:/c" },
        { ",'env':['PATH=']", "" },
        { ",'env':['XPATH=/a']", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_built b = { 0 };
        char json[1024];
        const struct plan *p;

        snprintf(json, sizeof json, CONFIG("%s", ""), rows[i].process);
        p = build(&b, json);
        if (p)
            EXPECT_STR(plan_text(p, p->search_path), rows[i].want);
    }
}

TEST(sysctls_are_files_whichever_way_they_are_spelled)
{
    static const struct {
        const char *key, *path;
    } rows[] = {
        { "net.ipv4.ip_forward", "net/ipv4/ip_forward" },
        { "net/ipv4/ip_forward", "net/ipv4/ip_forward" },
        { "net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding" },
        { "net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_built b = { 0 };
        char json[1024];
        const struct plan *p;
        const struct plan_sysctl *s;

        snprintf(json, sizeof json, CONFIG("", ",'sysctl':{'%s':'1'}"), rows[i].key);
        p = build(&b, json);
        if (!p)
            continue;
        s = plan_items(p, p->sysctls);
        EXPECT(p->sysctls.count == 1);
        EXPECT_STR(plan_text(p, s->key), rows[i].key);
        EXPECT_STR(plan_text(p, s->path), rows[i].path);
        EXPECT_STR(plan_text(p, s->value), "1");
    }
}

TEST(an_unset_umask_is_022_or_the_callers)
{
    static const struct {
        const char *user;
        bool strict, has;
        uint32_t umask;
    } rows[] = {
        { "", false, true, 022 },
        { "", true, false, 0 },
        { ",'user':{'umask':0}", false, true, 0 },
        { ",'user':{'umask':63}", true, true, 077 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_built b = { 0 };
        char json[1024];
        const struct plan *p;

        snprintf(json, sizeof json, CONFIG("%s", ""), rows[i].user);
        p = build_as(&b, json, (struct plan_input){ .strict = rows[i].strict });
        if (!p)
            continue;
        EXPECT(!!(p->flags & PLAN_UMASK) == rows[i].has);
        EXPECT(p->umask == rows[i].umask);
    }
}

/* The check itself must be able to fail: break one thing at a time in a good plan. */
TEST(the_check_sees_what_is_broken)
{
    auto_built b = { 0 };
    struct plan_check c;
    struct plan *p;

    if (!build(&b, CONFIG(",'env':['A=1'],'user':{'additionalGids':[7]}",
                          ",'maskedPaths':['/proc/kcore']")))
        return;
    p = b.plan;
#define BROKEN(member, value)                                                                      \
    do {                                                                                           \
        typeof(p->member) saved_ = p->member;                                                      \
                                                                                                   \
        p->member = (value);                                                                       \
        if (!plan_check(&c, p))                                                                    \
            printf("# not seen: %s = %s\n", #member, #value);                                      \
        EXPECT(plan_check(&c, p) != NULL);                                                         \
        p->member = saved_;                                                                        \
        EXPECT_STR(plan_check(&c, p), NULL);                                                       \
    } while (0)
    BROKEN(magic, 0);
    BROKEN(version, PLAN_VERSION + 1);
    BROKEN(size, sizeof *p - 8);
    BROKEN(id, 0);
    BROKEN(bundle, 8);
    BROKEN(rootfs, p->size);
    BROKEN(cwd, p->size - 1);
    BROKEN(hostname, UINT32_MAX);
    BROKEN(env.count, UINT32_MAX);
    BROKEN(env.offset, p->env.offset + 4);
    BROKEN(args.offset, p->size);
    BROKEN(args.count, 0);
    BROKEN(groups.offset, 0);
    BROKEN(masked.count, p->size);
    BROKEN(devices.offset, 8);
    BROKEN(uid, UINT32_MAX);
    BROKEN(umask, 01000);
    BROKEN(join_flags, CLONE_NEWNET);
    BROKEN(clone_flags, 1);
    BROKEN(flags, p->flags | PLAN_SECCOMP);
    BROKEN(flags, p->flags & ~(uint32_t)PLAN_KEYRING);
    BROKEN(clone_flags, p->clone_flags | CLONE_NEWNET);
    BROKEN(clone_flags, p->clone_flags | CLONE_NEWUSER);
#undef BROKEN
}

TEST(text_without_an_end_is_seen)
{
    struct plan_check c;
    auto_built b = { 0 };
    const struct plan *p = build(&b, CONFIG("", ""));
    struct plan *cut;

    if (!p)
        return;
    /* The last text, and 8 bytes that no NUL ends. */
    cut = calloc(1, p->size + 8);
    if (!cut)
        return;
    memcpy(cut, p, p->size);
    memset((char *)cut + p->size, 'x', 8);
    cut->hostname = p->size;
    cut->size = p->size + 8;
    EXPECT(plan_check(&c, cut) && strstr(c.complaint, "has no end"));
    free(cut);
}

TEST_MAIN()
