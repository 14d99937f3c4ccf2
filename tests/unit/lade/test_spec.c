// SPDX-License-Identifier: Apache-2.0
/* test_spec.c - the default configuration. That runtimes take it is shown by the lade ring. */
#include "lade/bundle/capability.h"
#include "lade/bundle/spec.h"

#include "base/json_fields.h"
#include "test.h"

#include <json-c/json.h>

static struct json_object *written(struct spec *s)
{
    struct json_object *value = NULL;
    auto_buf b = { 0 };
    struct err e;

    spec_write(s, &b);
    EXPECT(!buf_failed(&b));
    EXPECT(json_parse(b.data, b.len, &value, &e) == 0);
    return value;
}

static struct json_object *at(struct json_object *o, const char *a, const char *b)
{
    return json_object_object_get(json_object_object_get(o, a), b);
}

TEST(the_default_is_hardened)
{
    auto_arena arena = { 0 };
    struct spec s = { .arena = &arena };
    struct json_object *o, *process;
    struct err e;

    EXPECT(spec_defaults(&s, &e) == 0);
    o = written(&s);
    process = json_object_object_get(o, "process");
    EXPECT(json_object_get_boolean(json_object_object_get(process, "noNewPrivileges")));
    EXPECT(json_object_array_length(at(process, "capabilities", "bounding")) == 11);
    EXPECT(!at(process, "capabilities", "ambient"));
    EXPECT(!at(process, "capabilities", "inheritable"));
    EXPECT(json_object_array_length(at(o, "linux", "namespaces")) == 6);
    EXPECT(json_object_array_length(at(o, "linux", "maskedPaths")) > 10);
    EXPECT(at(o, "linux", "seccomp"));
    EXPECT(json_object_get_int(
               json_object_object_get(at(o, "linux", "seccomp"), "defaultErrnoRet")) == 38);
    json_object_put(o);
}

TEST(only_root_has_its_capabilities_from_the_start)
{
    auto_arena arena = { 0 };
    struct spec s = { .arena = &arena };
    struct json_object *o;
    struct err e;

    EXPECT(spec_defaults(&s, &e) == 0);
    s.user.uid = 1000;
    o = written(&s);
    EXPECT(json_object_array_length(
               at(json_object_object_get(o, "process"), "capabilities", "effective")) == 0);
    EXPECT(json_object_array_length(
               at(json_object_object_get(o, "process"), "capabilities", "bounding")) == 11);
    json_object_put(o);
}

TEST(variables_and_annotations_are_replaced_by_name)
{
    auto_arena arena = { 0 };
    struct spec s = { .arena = &arena };
    struct err e;

    EXPECT(spec_set_env(&s, "A=1", &e) == 0);
    EXPECT(spec_set_env(&s, "AB=2", &e) == 0);
    EXPECT(spec_set_env(&s, "A=3", &e) == 0);
    EXPECT(s.env.count == 2);
    EXPECT_STR(spec_env(&s, "A"), "3");
    EXPECT_STR(spec_env(&s, "AB"), "2");
    EXPECT(!spec_env(&s, "B"));
    for (int i = 0; i < 20; i++)
        EXPECT(texts_add(&arena, &s.args, "x", &e) == 0);
    EXPECT(s.args.count == 20);
    EXPECT(spec_set_annotation(&s, "k", "1", &e) == 0);
    EXPECT(spec_set_annotation(&s, "k", "2", &e) == 0);
    EXPECT(s.annotation_count == 1);
    EXPECT_STR(spec_annotation(&s, "k"), "2");
}

TEST(capabilities_are_known_by_any_spelling)
{
    uint64_t one = 0, same = 0, all = 0;
    struct err e;

    EXPECT(capability_parse("CAP_NET_RAW", &one, &e) == 0);
    EXPECT(capability_parse("net_raw", &same, &e) == 0);
    EXPECT(one == same && one == UINT64_C(1) << 13);
    EXPECT(capability_parse("all", &all, &e) == 0);
    EXPECT((all & one) && all == (UINT64_C(1) << 41) - 1);
    EXPECT(capability_parse("CAP_NOPE", &one, &e) < 0);
    EXPECT_STR(e.text, "unknown capability 'CAP_NOPE'");
    EXPECT_STR(capability_name(0), "CAP_CHOWN");
    EXPECT(!capability_name(41));
}

TEST_MAIN()
