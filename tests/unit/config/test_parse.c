// SPDX-License-Identifier: Apache-2.0
/* test_parse.c - the document, its root object, mounts, hooks and annotations. */
#include "test.h"

#include "outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

TEST(refuses_what_is_no_configuration)
{
    static const struct outcome_row rows[] = {
        { "", "invalid JSON: the text is empty" },
        { "  \n", "invalid JSON: the text is empty" },
        { "null", "the top-level value must be an object" },
        { "[]", "the top-level value must be an object" },
        { "7", "the top-level value must be an object" },
        { "{}", "ociVersion is required" },
        { "{'ociVersion':'1.0.0'", "invalid JSON at line 1, column 22: the text ends where ',' or "
                                   "'}' should be" },
        { ROOT("") "x", "invalid JSON at line 1, column 43: 'x' where the end of the text should "
                        "be" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(accepts_every_version_1_and_no_other)
{
#define VERSION(v)      "{'ociVersion':'" v "','root':{'path':'r'}}"
#define NOT_SEMANTIC(v) "ociVersion must be a semantic version, not '" v "'"
    static const struct outcome_row rows[] = {
        { VERSION("1.0.0"), "" },
        { VERSION("1.3.0"), "" },
        { VERSION("1.0.2-dev"), "" },
        { VERSION("1.1.0+dev"), "" },
        { VERSION("1.0.0-rc5-dev"), "" },
        { VERSION("1.0.0-rc.1+build.1"), "" },
        { VERSION("1.99.100"), "" },
        { VERSION("0.9.0"), "ociVersion '0.9.0' is not supported, only 1.x is" },
        { VERSION("2.0.0"), "ociVersion '2.0.0' is not supported, only 1.x is" },
        { VERSION("10.0.0"), "ociVersion '10.0.0' is not supported, only 1.x is" },
        { VERSION(""), NOT_SEMANTIC("") },
        { VERSION("1"), NOT_SEMANTIC("1") },
        { VERSION("1.0"), NOT_SEMANTIC("1.0") },
        { VERSION("1.0.0.0"), NOT_SEMANTIC("1.0.0.0") },
        { VERSION("v1.0.0"), NOT_SEMANTIC("v1.0.0") },
        { VERSION("01.0.0"), NOT_SEMANTIC("01.0.0") },
        { VERSION("1.00.0"), NOT_SEMANTIC("1.00.0") },
        { VERSION("1.0.0-"), NOT_SEMANTIC("1.0.0-") },
        { VERSION("1.0.0-a..b"), NOT_SEMANTIC("1.0.0-a..b") },
        { VERSION("1.0.0+"), NOT_SEMANTIC("1.0.0+") },
        { VERSION(" 1.0.0"), NOT_SEMANTIC(" 1.0.0") },
        { VERSION("1.0.0\\n"), NOT_SEMANTIC("1.0.0?") },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(checks_root_and_names)
{
#define H64 "0123456789012345678901234567890123456789012345678901234567890123"
    static const struct outcome_row rows[] = {
        { "{'ociVersion':'1.0.0'}", "root is required" },
        { "{'ociVersion':'1.0.0','root':{}}", "root.path is required" },
        { "{'ociVersion':'1.0.0','root':{'path':''}}", "root.path must not be empty" },
        { ROOT(",'hostname':'x'"), "hostname needs a uts namespace in linux.namespaces" },
        { ROOT(",'domainname':'x'"), "domainname needs a uts namespace in linux.namespaces" },
        { ROOT(",'hostname':'','domainname':''"), "" },
        { ROOT(",'hostname':'x','linux':{'namespaces':[{'type':'uts'}]}"), "" },
        { ROOT(",'hostname':'" H64 "','linux':{'namespaces':[{'type':'uts'}]}"), "" },
        { ROOT(",'hostname':'" H64 "x'"), "hostname must be at most 64 bytes long" },
        { ROOT(",'annotations':{'':'x'}"), "annotations must not have an empty name" },
        { ROOT(",'annotations':{'a':'x\\u0000'}"),
          "annotations.a must not contain a NUL character" },
        { ROOT(",'vm':{'kernel':{'path':'/k'}}"), "vm is not supported" },
        { ROOT(",'solaris':{'milestone':'x'},'windows':1,'freebsd':[],'zos':{'a':'b'}"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(checks_mounts_and_hooks)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'mounts':[{'type':'proc'}]"), "mounts[0].destination is required" },
        { ROOT(",'mounts':[{'destination':''}]"), "mounts[0].destination must not be empty" },
        { ROOT(
              ",'mounts':[{'destination':'/a','uidMappings':[{'containerID':0,'hostID':0,'size':1}]"
              "}]"),
          "mounts[0] has uidMappings and needs gidMappings, too" },
        { ROOT(",'mounts':[{'destination':'/a','uidMappings':[],'gidMappings':[{'containerID':0,"
               "'hostID':0,'size':1}]}]"),
          "mounts[0] has gidMappings and needs uidMappings, too" },
        { ROOT(",'mounts':[{'destination':'/a','gidMappings':[{'containerID':0,'hostID':1,"
               "'size':4294967295}]}]"),
          "mounts[0].gidMappings[0] reaches beyond the last id, 4294967294" },
        { ROOT(",'hooks':{'prestart':[{}]}"), "hooks.prestart[0].path is required" },
        { ROOT(",'hooks':{'prestart':[{'path':''}]}"), "hooks.prestart[0].path must not be empty" },
        { ROOT(",'hooks':{'createRuntime':[{'path':'/a'},{'path':'b'}]}"),
          "hooks.createRuntime[1].path must be an absolute path, not 'b'" },
        { ROOT(",'hooks':{'poststart':[{'path':'/a','timeout':0}]}"),
          "hooks.poststart[0].timeout must be between 1 and 4294967295" },
        { ROOT(",'hooks':{'poststart':[{'path':'/a','timeout':-1}]}"),
          "hooks.poststart[0].timeout must be between 1 and 4294967295" },
        { ROOT(",'hooks':{'poststart':[{'path':'/a','timeout':4294967296}]}"),
          "hooks.poststart[0].timeout must be between 1 and 4294967295" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(errors_stay_on_one_line)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'annotations':{'a\\nb\\u001b[1m':1}"), "annotations['a?b?[1m'] must be a string" },
        { ROOT(",'hooks':{'poststop':[{'path':'a\\nb\\u007f'}]}"),
          "hooks.poststop[0].path must be an absolute path, not 'a?b?'" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(long_texts_do_not_push_the_verdict_out)
{
    auto_outcome o = { 0 };
    char name[3000];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(o.json, sizeof o.json, ROOT(",'annotations':{'%s':1}"), name);
    outcome_of(&o, spec_parse, o.json);
    EXPECT(strncmp(o.text, "annotations['nnn", 16) == 0);
    EXPECT_STR(strrchr(o.text, '.'), ".'] must be a string");
}

TEST(fills_the_root_object)
{
    auto_outcome o = { 0 };

    EXPECT_STR(outcome_of(&o, spec_parse,
                          "{'ociVersion':'1.2.0','root':{'path':'a/b','readonly':true},"
                          "'hostname':'h','domainname':'d','annotations':{'k':'v','e':''},"
                          "'linux':{'namespaces':[{'type':'uts','path':'/ns'}]}}"),
               "");
    if (!o.spec)
        return;
    EXPECT_STR(o.spec->oci_version, "1.2.0");
    EXPECT_STR(o.spec->root_path, "a/b");
    EXPECT(o.spec->root_readonly && !o.spec->has_process);
    EXPECT_STR(o.spec->hostname, "h");
    EXPECT_STR(o.spec->domainname, "d");
    EXPECT(o.spec->annotation_count == 2);
    EXPECT_STR(o.spec->annotations[0].key, "k");
    EXPECT_STR(o.spec->annotations[0].value, "v");
    EXPECT_STR(o.spec->annotations[1].value, "");
    EXPECT(o.spec->warnings.count == 0 && o.spec->mount_count == 0);
}

TEST(fills_mounts)
{
    auto_outcome o = { 0 };

    EXPECT_STR(
        outcome_of(&o, spec_parse,
                   ROOT(",'mounts':[{'destination':'/p','type':'proc','source':'proc',"
                        "'options':['ro','']},{'destination':'q','type':'','source':'/s'}]")),
        "");
    if (!o.spec)
        return;
    EXPECT(o.spec->mount_count == 2);
    EXPECT_STR(o.spec->mounts[0].destination, "/p");
    EXPECT_STR(o.spec->mounts[0].type, "proc");
    EXPECT(o.spec->mounts[0].options.count == 2);
    EXPECT_STR(o.spec->mounts[0].options.items[1], "");
    EXPECT_STR(o.spec->mounts[1].type, NULL);
    EXPECT_STR(o.spec->mounts[1].source, "/s");
    EXPECT(o.spec->mounts[1].options.count == 0);
    EXPECT(o.spec->warnings.count == 1);
    EXPECT_STR(o.spec->warnings.items[0], "mounts[1] has the relative destination 'q', taken from "
                                          "/");
}

TEST(fills_id_mappings_and_the_label_of_mounts)
{
    auto_outcome o = { 0 };
    const struct spec_mount *m;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          ROOT(",'mounts':[{'destination':'/a','uidMappings':[{'containerID':1,"
                               "'hostID':2,'size':3},{'containerID':4,'hostID':5,'size':6}],"
                               "'gidMappings':[{'containerID':7,'hostID':8,'size':9}]}],"
                               "'linux':{'mountLabel':'a:b:c:s0'}")),
               "");
    if (!o.spec)
        return;
    m = o.spec->mounts;
    EXPECT(m->uid_mapping_count == 2 && m->gid_mapping_count == 1);
    EXPECT(m->uid_mappings[1].container_id == 4 && m->uid_mappings[1].host_id == 5);
    EXPECT(m->gid_mappings[0].size == 9);
    EXPECT_STR(o.spec->linux_.mount_label, "a:b:c:s0");
}

TEST(fills_all_six_kinds_of_hooks)
{
    auto_outcome o = { 0 };

    EXPECT_STR(
        outcome_of(&o, spec_parse,
                   ROOT(",'hooks':{'prestart':[{'path':'/0'}],'createRuntime':[{'path':'/1'}]"
                        ",'createContainer':[{'path':'/2'}],'startContainer':[{'path':'/3'}]"
                        ",'poststart':[{'path':'/4'}],'poststop':[{'path':'/5','args':['a'],"
                        "'env':['A=x'],'timeout':9},{'path':'/6'}]}")),
        "");
    if (!o.spec)
        return;
    for (int i = 0; i < HOOK_KINDS; i++) {
        char path[3] = { '/', (char)('0' + i) };

        EXPECT(o.spec->hooks.kind[i].count == (i == HOOK_POSTSTOP ? 2 : 1));
        EXPECT_STR(o.spec->hooks.kind[i].items[0].path, path);
    }
    EXPECT(o.spec->hooks.kind[HOOK_POSTSTOP].items[0].timeout == 9);
    EXPECT_STR(o.spec->hooks.kind[HOOK_POSTSTOP].items[0].args.items[0], "a");
    EXPECT_STR(o.spec->hooks.kind[HOOK_POSTSTOP].items[0].env.items[0], "A=x");
    EXPECT(o.spec->hooks.kind[HOOK_PRESTART].items[0].timeout == 0);
}

TEST(the_result_is_left_alone_on_failure)
{
    struct spec *mark = (struct spec *)&mark, *s = mark;
    struct err e;

    EXPECT(spec_parse("{}", 2, &s, &e) == -EINVAL);
    EXPECT(s == mark);
    EXPECT(spec_parse_process("{}", 2, &s, &e) == -EINVAL);
    EXPECT(s == mark);
}

/* A directory of its own, removed by its cleanup. */
struct directory {
    char path[64];
    int fd;
};

static void directory_done(struct directory *d)
{
    unlinkat(d->fd, "config.json", 0);
    close(d->fd);
    rmdir(d->path);
}

static void directory_make(struct directory *d)
{
    const char *base = getenv("TMPDIR");

    snprintf(d->path, sizeof d->path, "%.40s/spec.XXXXXX", base ? base : "/tmp");
    EXPECT(mkdtemp(d->path) != NULL);
    d->fd = open(d->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

TEST(loads_a_regular_file_of_16_mib_at_most)
{
    static const char json[] = "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}";
    cleanup(directory_done) struct directory d;
    cleanup(spec_freep) struct spec *s = NULL;
    char line[600];
    struct err e;
    auto_fd fd = -EBADF;

    directory_make(&d);
    EXPECT(spec_load(d.fd, "config.json", &s, &e) == -ENOENT);
    err_format(&e, line, sizeof line);
    EXPECT_STR(line, "open 'config.json': no such file or directory");
    fd = openat(d.fd, "config.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    EXPECT(write(fd, json, strlen(json)) == (ssize_t)strlen(json));
    EXPECT(spec_load(d.fd, "config.json", &s, &e) == 0);
    EXPECT_STR(s ? s->root_path : NULL, "r");
    EXPECT(ftruncate(fd, 100 << 20) == 0);
    EXPECT(spec_load(d.fd, "config.json", &s, &e) == -EINVAL);
    EXPECT_STR(e.text, "'config.json' is larger than 16777216 bytes");
    EXPECT(spec_load(d.fd, ".", &s, &e) == -EINVAL);
    EXPECT_STR(e.text, "'.' is not a regular file");
}

TEST(refuses_a_text_above_the_limit_unread)
{
    struct spec *s = NULL;
    struct err e;

    EXPECT(spec_parse(NULL, (16 << 20) + 1, &s, &e) == -EINVAL);
    EXPECT_STR(e.text, "invalid JSON: larger than 16777216 bytes");
}

TEST_MAIN()
