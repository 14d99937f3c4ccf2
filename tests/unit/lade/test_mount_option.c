// SPDX-License-Identifier: Apache-2.0
/* test_mount_option.c - --mount, --volume and --tmpfs, and what becomes of them. */
#include "lade/bundle/mount_option.h"

#include "base/buf.h"
#include "test.h"

typedef int parser(struct arena *a, const char *text, struct mount_request *ret, struct err *e);

/* "bind /a /b ro create private" or the error. */
static const char *parsed(struct arena *a, parser *parse, const char *text)
{
    static const char *const kinds[] = { "bind", "volume", "tmpfs" };
    struct mount_request m;
    auto_buf b = { 0 };
    struct err e;

    if (parse(a, text, &m, &e) < 0)
        return arena_strdup(a, e.text);
    buf_printf(&b, "%s %s %s", kinds[m.kind], m.source ? m.source : "-", m.target);
    buf_puts(&b, m.read_only ? " ro" : "");
    buf_puts(&b, m.no_copy ? " nocopy" : "");
    buf_puts(&b, m.create ? " create" : "");
    for (size_t i = 0; i < m.options.count; i++)
        buf_printf(&b, " %s", m.options.items[i]);
    return arena_strdup(a, b.data);
}

TEST(mount)
{
    auto_arena a = { 0 };

#define IS(text, want) EXPECT_STR(parsed(&a, mount_option_parse, text), want)
    IS("type=bind,source=/a,target=/b", "bind /a /b");
    IS("type=bind,src=/a,dst=/b,readonly,bind-propagation=rslave", "bind /a /b ro rslave");
    IS("type=bind,src=/a,dst=/b,ro=false", "bind /a /b");
    IS("type=volume,source=data,destination=/b,volume-nocopy", "volume data /b nocopy");
    IS("target=/b", "volume - /b");
    IS("type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770", "tmpfs - /t size=67108864 mode=1770");
    IS("type=bind,source=a,target=/b", "--mount 'type=bind,source=a,target=/b': the source of a "
                                       "bind mount must be an absolute path");
    IS("type=bind,target=/b",
       "--mount 'type=bind,target=/b': the source of a bind mount must be an absolute path");
    IS("type=bind,source=/a", "--mount 'type=bind,source=/a': the target must be an absolute path");
    IS("type=bind,source=/a,target=b",
       "--mount 'type=bind,source=/a,target=b': the target must be an absolute path");
    IS("type=bind,source=/a,target=//",
       "--mount 'type=bind,source=/a,target=//': the target must not be the root");
    IS("type=image,target=/b",
       "--mount 'type=image,target=/b': type 'image' is not bind, volume or tmpfs");
    IS("type=tmpfs,target=/b,x=1", "--mount 'type=tmpfs,target=/b,x=1': unknown key 'x'");
    IS("type=tmpfs,source=a,target=/b",
       "--mount 'type=tmpfs,source=a,target=/b': a tmpfs has no source");
    IS("type=volume,source=../x,target=/b",
       "--mount 'type=volume,source=../x,target=/b': not a name for a volume");
    IS("target=/b,ro=maybe", "--mount 'target=/b,ro=maybe': ro 'maybe' is not true or false");
    IS("type=tmpfs,target=/t,tmpfs-size=x",
       "--mount 'type=tmpfs,target=/t,tmpfs-size=x': invalid value 'x' for 'tmpfs-size' (a size "
       "such as 512m or 2g)");
    IS("type=tmpfs,target=/t,tmpfs-mode=9",
       "--mount 'type=tmpfs,target=/t,tmpfs-mode=9': tmpfs-mode '9' is no mode");
    IS("", "--mount '': unknown key ''");
#undef IS
}

TEST(volume)
{
    auto_arena a = { 0 };

#define IS(text, want) EXPECT_STR(parsed(&a, volume_option_parse, text), want)
    IS("/a:/b", "bind /a /b create");
    IS("/a:/b:ro,rslave,noexec", "bind /a /b ro create rslave noexec");
    IS("data:/b:nocopy", "volume data /b nocopy create");
    IS("/b", "volume - /b create");
    IS("./a:/b", "--volume './a:/b': the source of a bind mount must be an absolute path");
    IS("a/b:/b", "--volume 'a/b:/b': not a name for a volume");
    IS("/a:b", "--volume '/a:b': the target must be an absolute path");
    IS("/a:/b:z", "--volume '/a:/b:z': unknown option 'z'");
    IS("/a:/b:upperdir=/x", "--volume '/a:/b:upperdir=/x': unknown option 'upperdir=/x'");
    IS("", "--volume '': the target must be an absolute path");
#undef IS
    EXPECT_STR(parsed(&a, tmpfs_option_parse, "/t:size=1m,noexec,ro"),
               "tmpfs - /t ro size=1m noexec");
    EXPECT_STR(parsed(&a, tmpfs_option_parse, "t"),
               "--tmpfs 't': the target must be an absolute path");
}

static const char *options_of(struct arena *a, const struct spec_mount *m)
{
    auto_buf b = { 0 };

    for (size_t i = 0; i < m->options.count; i++)
        buf_printf(&b, "%s%s", i ? "," : "", m->options.items[i]);
    return arena_strdup(a, b.data);
}

TEST(a_mount_is_safe_unless_asked_and_replaces_the_default)
{
    auto_arena a = { 0 };
    struct spec s = { .arena = &a };
    struct mount_request m;
    struct err e;
    size_t before;

    EXPECT(spec_defaults(&s, &e) == 0);
    before = s.mount_count;
    EXPECT(volume_option_parse(&a, "/a:/b:ro", &m, &e) == 0);
    EXPECT(mount_request_apply(&s, &m, "/a", &e) == 0);
    EXPECT(s.mount_count == before + 1);
    EXPECT_STR(options_of(&a, spec_mount_at(&s, "/b")), "rbind,nosuid,nodev,ro");
    EXPECT(volume_option_parse(&a, "/a:/c:suid,dev,bind", &m, &e) == 0);
    EXPECT(mount_request_apply(&s, &m, "/a", &e) == 0);
    EXPECT_STR(options_of(&a, spec_mount_at(&s, "/c")), "suid,dev,bind,rw");
    EXPECT(tmpfs_option_parse(&a, "/dev/shm:size=1g", &m, &e) == 0);
    EXPECT(mount_request_apply(&s, &m, NULL, &e) == 0);
    EXPECT(s.mount_count == before + 2);
    EXPECT_STR(options_of(&a, spec_mount_at(&s, "/dev/shm")), "nosuid,nodev,size=1g,rw");
}

TEST_MAIN()
