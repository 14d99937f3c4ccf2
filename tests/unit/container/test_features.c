// SPDX-License-Identifier: Apache-2.0
/* test_features.c - features is well-formed, and everything it lists is accepted (features.md). */
#include "container/features.h"

#include "base/cleanup.h"
#include "config/spec.h"
#include "mount/options.h"
#include "security/seccomp.h"

#include "test.h"

#include <json-c/json.h>
#include <linux/capability.h>

static void cleanup_json(json_object **o)
{
    json_object_put(*o);
}

static json_object *features(void)
{
    auto_buf text = { 0 };
    struct err e = { 0 };

    EXPECT(features_json(&text, &e) == 0);
    EXPECT(text.len && text.data[text.len - 1] == '\n');
    return json_tokener_parse(text.data);
}

/* features -> "linux.seccomp.actions" */
static json_object *look_up(json_object *root, const char *path)
{
    char *copy = strdup(path), *rest = copy;
    json_object *o = root;

    for (char *key = strsep(&rest, "."); key; key = strsep(&rest, "."))
        if (!json_object_object_get_ex(o, key, &o))
            o = NULL;
    free(copy);
    return o;
}

TEST(has_the_required_versions)
{
    cleanup(cleanup_json) json_object *root = features();

    EXPECT_STR(json_object_get_string(look_up(root, "ociVersionMin")), "1.0.0");
    EXPECT_STR(json_object_get_string(look_up(root, "ociVersionMax")), "1.3.0");
}

TEST(says_no_to_what_is_not_done)
{
    static const struct {
        const char *path;
        bool want;
    } rows[] = {
        { "linux.cgroup.v1", true },          { "linux.cgroup.v2", true },
        { "linux.cgroup.systemd", true },     { "linux.cgroup.systemdUser", true },
        { "linux.cgroup.rdma", true },        { "linux.seccomp.enabled", true },
        { "linux.apparmor.enabled", true },   { "linux.selinux.enabled", true },
        { "linux.intelRdt.enabled", true },   { "linux.mountExtensions.idmap.enabled", true },
        { "linux.netDevices.enabled", true },
    };
    cleanup(cleanup_json) json_object *root = features();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        json_object *o = look_up(root, rows[i].path);

        EXPECT(json_object_is_type(o, json_type_boolean));
        EXPECT(json_object_get_boolean(o) == rows[i].want);
    }
}

/* A configuration which uses one listed name; %s is where it goes. */
static const struct {
    const char *list;
    size_t count;
    const char *config;
} lists[] = {
    { "hooks", 6, "\"hooks\":{\"%s\":[{\"path\":\"/bin/true\"}]}" },
    { "mountOptions", 62, "\"mounts\":[{\"destination\":\"/x\",\"options\":[\"%s\"]}]" },
    { "linux.namespaces", 8, "\"linux\":{\"namespaces\":[{\"type\":\"%s\"}]}" },
    { "linux.capabilities", CAP_LAST_CAP + 1,
      "\"process\":{\"cwd\":\"/\",\"args\":[\"a\"],\"user\":{\"uid\":0,"
      "\"gid\":0},\"capabilities\":{\"bounding\":[\"%s\"]}}" },
    { "linux.memoryPolicy.flags", 3,
      "\"linux\":{\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\",\"flags\":[\"%s\"]}}" },
    { "linux.seccomp.actions", 9,
      "\"linux\":{\"seccomp\":{\"listenerPath\":\"/x\",\"defaultAction\":\"%s\"}}" },
    { "linux.seccomp.operators", 7,
      "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":["
      "\"read\"],"
      "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"%s\"}]}]}}" },
    { "linux.seccomp.archs", 19,
      "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"architectures\":[\"%s\"]}}" },
    { "linux.seccomp.supportedFlags", 4,
      "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"flags\":[\"%s\"]}}" },
};

/* What the parser leaves to others: option strings and architecture names. */
static void expect_understood(const struct spec *s)
{
    cleanup(arena_done) struct arena arena = { 0 };
    struct mount_options options = { 0 };
    struct err e = { 0 };

    if (s->mount_count) {
        EXPECT(mount_options_parse(&s->mounts[0], "mounts[0]", &arena, &options, &e) == 0);
        EXPECT_STR(options.data, NULL);
    }
    if (s->linux_.seccomp) {
        cleanup(seccomp_program_done) struct seccomp_program p = { 0 };

        /* A foreign byte order is understood, but nothing here could run such programs. */
        if (seccomp_compile(s->linux_.seccomp, -1, &p, &e) < 0)
            EXPECT(strstr(e.text, "has another byte order"));
    }
    EXPECT(s->warnings.count == 0);
}

static void expect_accepted(const char *config, const char *name)
{
    cleanup(spec_freep) struct spec *s = NULL;
    auto_buf text = { 0 };
    struct err e = { 0 };
    const char *gap = strstr(config, "%s");

    buf_puts(&text, "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"rootfs\"},");
    buf_add(&text, config, (size_t)(gap - config));
    buf_puts(&text, name);
    buf_puts(&text, gap + 2);
    buf_puts(&text, "}");
    EXPECT(spec_parse(text.data, text.len, &s, &e) == 0);
    EXPECT_STR(e.text, "");
    if (s)
        expect_understood(s);
}

TEST(everything_listed_is_accepted)
{
    cleanup(cleanup_json) json_object *root = features();

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        json_object *names = look_up(root, lists[i].list);
        size_t count = json_object_array_length(names);

        if (count != lists[i].count)
            printf("# %s: %zu names\n", lists[i].list, count);
        EXPECT(count == lists[i].count);
        for (size_t k = 0; k < count; k++)
            expect_accepted(lists[i].config,
                            json_object_get_string(json_object_array_get_idx(names, k)));
    }
}

/* Some of them want nodes and the others want none. */
TEST(memory_policy_modes_are_listed_and_known)
{
    cleanup(cleanup_json) json_object *root = features();
    json_object *modes = look_up(root, "linux.memoryPolicy.modes");

    EXPECT(json_object_array_length(modes) == 7);
    for (size_t k = 0; k < json_object_array_length(modes); k++) {
        const char *mode = json_object_get_string(json_object_array_get_idx(modes, k));
        bool none = !strcmp(mode, "MPOL_DEFAULT") || !strcmp(mode, "MPOL_LOCAL");

        expect_accepted(none ? "\"linux\":{\"memoryPolicy\":{\"mode\":\"%s\"}}"
                             : "\"linux\":{\"memoryPolicy\":{\"nodes\":\"0\",\"mode\":\"%s\"}}",
                        mode);
    }
}

TEST(annotations_that_change_what_is_done_are_named)
{
    static const char *const want[] = {
        "run.oci.hooks.stderr",         "run.oci.hooks.stdout",
        "run.oci.keep_original_groups", "run.oci.mount_context_type",
        "run.oci.pidfd_receiver",       "run.oci.seccomp_fail_unknown_syscall"
    };
    cleanup(cleanup_json) json_object *root = features();
    json_object *names = look_up(root, "potentiallyUnsafeConfigAnnotations");

    EXPECT(json_object_array_length(names) == ARRAY_SIZE(want));
    for (size_t i = 0; i < ARRAY_SIZE(want); i++)
        EXPECT_STR(json_object_get_string(json_object_array_get_idx(names, i)), want[i]);
}

TEST_MAIN()
