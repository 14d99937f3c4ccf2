// SPDX-License-Identifier: Apache-2.0
/* test_process.c - the rules of the process object, alone and inside a configuration. */
#include "test.h"

#include "outcome.h"

#include <linux/capability.h>
#include <sys/resource.h>

TEST(checks_what_runs)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'process':{'cwd':'/'}"), "process.args is required" },
        { ROOT(",'process':{'cwd':'/','args':[]}"), "process.args must not be empty" },
        { ROOT(",'process':{'cwd':'/','args':['']}"), "process.args[0] must not be empty" },
        { ROOT(",'process':{'cwd':'/','args':['x','']}"), "" },
        { ROOT(",'process':{'args':['x']}"), "process.cwd is required" },
        { ROOT(",'process':{'args':['x'],'cwd':''}"), "process.cwd must not be empty" },
        { ROOT(",'process':{'args':['x'],'cwd':'tmp'}"),
          "process.cwd must be an absolute path, not 'tmp'" },
        { ROOT(",'process':{'args':['x'],'cwd':'/\\u0000'}"),
          "process.cwd must not contain a NUL character" },
        { PROCESS(",'env':['A=b','SECRET']"), "process.env[1] must have the form name=value" },
        { PROCESS(",'env':['=x']"), "process.env[0] must have the form name=value" },
        { PROCESS(",'env':['']"), "process.env[0] must have the form name=value" },
        { PROCESS(",'env':['A=','B==']"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(checks_ids_and_numbers)
{
#define ID_RANGE " must be between 0 and 4294967294"
    static const struct outcome_row rows[] = {
        { PROCESS(",'user':{'uid':4294967294,'gid':4294967294}"), "" },
        { PROCESS(",'user':{'uid':4294967295}"), "process.user.uid" ID_RANGE },
        { PROCESS(",'user':{'gid':4294967295}"), "process.user.gid" ID_RANGE },
        { PROCESS(",'user':{'uid':4294967296}"), "process.user.uid" ID_RANGE },
        { PROCESS(",'user':{'uid':18446744073709551615}"), "process.user.uid" ID_RANGE },
        { PROCESS(",'user':{'uid':-1}"), "process.user.uid" ID_RANGE },
        { PROCESS(",'user':{'uid':1.0}"), "process.user.uid must be an unsigned integer" },
        { PROCESS(",'user':{'uid':18446744073709551616}"),
          "process.user.uid must be a number of at most 64 bits" },
        { PROCESS(",'user':{'additionalGids':[0,4294967295]}"),
          "process.user.additionalGids[1]" ID_RANGE },
        { PROCESS(",'user':{'umask':511}"), "" },
        { PROCESS(",'user':{'umask':512}"), "process.user.umask must be between 0 and 511" },
        { PROCESS(",'oomScoreAdj':-1000"), "" },
        { PROCESS(",'oomScoreAdj':1000"), "" },
        { PROCESS(",'oomScoreAdj':-1001"), "process.oomScoreAdj must be between -1000 and 1000" },
        { PROCESS(",'oomScoreAdj':1001"), "process.oomScoreAdj must be between -1000 and 1000" },
        { PROCESS(",'oomScoreAdj':18446744073709551615"),
          "process.oomScoreAdj must be between -1000 and 1000" },
        { PROCESS(",'consoleSize':{'width':1}"), "process.consoleSize.height is required" },
        { PROCESS(",'consoleSize':{'height':65536,'width':1}"),
          "process.consoleSize.height must be between 0 and 65535" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(checks_rlimits)
{
#define LIMIT(type, soft, hard) "{'type':'" type "','soft':" soft ",'hard':" hard "}"
    static const struct outcome_row rows[] = {
        { PROCESS(",'rlimits':[" LIMIT("RLIMIT_NOFILE", "1", "18446744073709551615") "]"), "" },
        { PROCESS(",'rlimits':[" LIMIT("RLIMIT_FILES", "1", "2") "]"),
          "process.rlimits[0].type has the unknown value 'RLIMIT_FILES'" },
        { PROCESS(",'rlimits':[" LIMIT("rlimit_nofile", "1", "2") "]"),
          "process.rlimits[0].type has the unknown value 'rlimit_nofile'" },
        { PROCESS(
              ",'rlimits':[" LIMIT("RLIMIT_AS", "1", "2") "," LIMIT("RLIMIT_CPU", "3", "2") "]"),
          "process.rlimits[1] has a soft limit 3 above the hard limit 2" },
        { PROCESS(",'rlimits':[" LIMIT("RLIMIT_AS", "-1", "2") "]"),
          "process.rlimits[0].soft must be an unsigned integer" },
        { PROCESS(",'rlimits':[" LIMIT("RLIMIT_AS", "1", "1") "," LIMIT("RLIMIT_AS", "1", "1") "]"),
          "process.rlimits has RLIMIT_AS twice" },
        { PROCESS(",'rlimits':[{'type':'RLIMIT_AS','soft':1}]"),
          "process.rlimits[0].hard is required" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(knows_all_rlimits)
{
    static const struct {
        const char *type;
        int resource;
    } rows[] = {
        { "RLIMIT_AS", RLIMIT_AS },           { "RLIMIT_CORE", RLIMIT_CORE },
        { "RLIMIT_CPU", RLIMIT_CPU },         { "RLIMIT_DATA", RLIMIT_DATA },
        { "RLIMIT_FSIZE", RLIMIT_FSIZE },     { "RLIMIT_LOCKS", RLIMIT_LOCKS },
        { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK }, { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
        { "RLIMIT_NICE", RLIMIT_NICE },       { "RLIMIT_NOFILE", RLIMIT_NOFILE },
        { "RLIMIT_NPROC", RLIMIT_NPROC },     { "RLIMIT_RSS", RLIMIT_RSS },
        { "RLIMIT_RTPRIO", RLIMIT_RTPRIO },   { "RLIMIT_RTTIME", RLIMIT_RTTIME },
        { "RLIMIT_STACK", RLIMIT_STACK },     { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
    };

    EXPECT(ARRAY_SIZE(rows) == RLIM_NLIMITS);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_outcome o = { 0 };

        snprintf(o.json, sizeof o.json, PROCESS(",'rlimits':[{'type':'%s','soft':3,'hard':4}]"),
                 rows[i].type);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->process.rlimits[0].resource == rows[i].resource);
        EXPECT(o.spec && o.spec->process.rlimits[0].soft == 3);
        EXPECT(o.spec && o.spec->process.rlimits[0].hard == 4);
        EXPECT_STR(o.spec ? o.spec->process.rlimits[0].type : "", rows[i].type);
    }
}

TEST(unknown_capabilities_are_warnings)
{
    static const char *const unknown[] = {
        "CAP_MAGIC", "cap_kill", "KILL", "5", "CAP_5", "all", ""
    };
    auto_outcome o = { 0 };

    EXPECT_STR(outcome_of(&o, spec_parse,
                          PROCESS(",'capabilities':{'bounding':['CAP_KILL','CAP_MAGIC','cap_kill',"
                                  "'KILL','5','CAP_5','all','','CAP_CHECKPOINT_RESTORE']}")),
               "");
    if (!o.spec)
        return;
    EXPECT(o.spec->process.capabilities.bounding ==
           (UINT64_C(1) << CAP_KILL | UINT64_C(1) << CAP_CHECKPOINT_RESTORE));
    EXPECT(o.spec->warnings.count == ARRAY_SIZE(unknown));
    for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
        char want[200];

        snprintf(want, sizeof want,
                 "process.capabilities.bounding[%zu] has the unknown capability '%s', which is "
                 "left out",
                 i + 1, unknown[i]);
        EXPECT_STR(o.spec->warnings.items[i], want);
    }
}

TEST(warns_once_for_a_set_of_what_cannot_be_granted)
{
    auto_outcome o = { 0 };

    EXPECT_STR(outcome_of(&o, spec_parse,
                          PROCESS(",'capabilities':{'permitted':['CAP_KILL','CAP_CHOWN'],"
                                  "'effective':['CAP_KILL'],'inheritable':['CAP_KILL'],"
                                  "'ambient':['CAP_FOWNER','CAP_KILL','CAP_CHOWN']}")),
               "");
    EXPECT(o.spec && o.spec->warnings.count == 1);
    EXPECT_STR(o.spec ? o.spec->warnings.items[0] : "",
               "process.capabilities.ambient has what is not both permitted and inheritable, which "
               "is left out: cap_chown cap_fowner");
}

TEST(fills_capability_sets)
{
    auto_outcome o = { 0 };
    struct spec_capabilities *c;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          PROCESS(",'capabilities':{'bounding':['CAP_CHOWN'],'effective':"
                                  "['CAP_KILL'],'inheritable':['CAP_SETUID','CAP_SETUID'],"
                                  "'permitted':['CAP_SYS_ADMIN','CAP_BPF'],'ambient':[]}")),
               "");
    if (!o.spec)
        return;
    c = &o.spec->process.capabilities;
    EXPECT(c->bounding == UINT64_C(1) << CAP_CHOWN);
    EXPECT(c->effective == UINT64_C(1) << CAP_KILL);
    EXPECT(c->inheritable == UINT64_C(1) << CAP_SETUID);
    EXPECT(c->permitted == (UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_BPF));
    EXPECT(c->ambient == 0);
}

TEST(fills_the_process)
{
    auto_outcome o = { 0 };
    struct spec_process *p;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          ROOT(",'process':{'terminal':true,'consoleSize':{'height':24,'width':80},"
                               "'user':{'uid':1,'gid':2,'umask':18,'additionalGids':[3,4]},"
                               "'args':['sh','-c'],'env':['A=b'],'cwd':'/w',"
                               "'noNewPrivileges':true,'apparmorProfile':'p','selinuxLabel':'l',"
                               "'oomScoreAdj':-5}")),
               "");
    if (!o.spec)
        return;
    p = &o.spec->process;
    EXPECT(o.spec->has_process && p->terminal && p->no_new_privileges);
    EXPECT(p->console_size.height == 24 && p->console_size.width == 80);
    EXPECT(p->user.uid == 1 && p->user.gid == 2 && p->user.umask.has && p->user.umask.value == 18);
    EXPECT(p->user.additional_gid_count == 2 && p->user.additional_gids[0] == 3 &&
           p->user.additional_gids[1] == 4);
    EXPECT(p->args.count == 2 && p->env.count == 1);
    EXPECT_STR(p->args.items[1], "-c");
    EXPECT_STR(p->env.items[0], "A=b");
    EXPECT_STR(p->cwd, "/w");
    EXPECT_STR(p->apparmor_profile, "p");
    EXPECT_STR(p->selinux_label, "l");
    EXPECT(p->oom_score_adj.has && p->oom_score_adj.value == -5);
}

TEST(absent_and_empty_values_stay_unset)
{
    auto_outcome o = { 0 };
    struct spec_process *p;

    EXPECT_STR(outcome_of(&o, spec_parse, PROCESS(",'apparmorProfile':'','selinuxLabel':''")), "");
    if (!o.spec)
        return;
    p = &o.spec->process;
    EXPECT(!p->user.umask.has && !p->oom_score_adj.has && p->user.uid == 0 && p->user.gid == 0);
    EXPECT(!p->apparmor_profile && !p->selinux_label && p->rlimit_count == 0);
}

TEST(parses_one_process_object)
{
    static const struct outcome_row rows[] = {
        { "{'args':['x'],'cwd':'/'}", "" },
        { "{'args':['x',1],'cwd':'/'}", "process.args[1] must be a string" },
        { "{'args':['x'],'cwd':'/','cwd':'/'}", "cwd is given twice" },
        { "{'args':['x'],'cwd':'/','scheduler':{'policy':'SCHED_LATE'}}",
          "process.scheduler.policy has the unknown value 'SCHED_LATE'" },
        { "[]", "process must be an object" },
        { "null", "process must be an object" },
        { "", "invalid JSON: the text is empty" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse_process, rows);
    EXPECT_STR(outcome_of(&o, spec_parse_process, rows[0].json), "");
    EXPECT(o.spec && o.spec->has_process && !o.spec->root_path);
    EXPECT_STR(o.spec ? o.spec->process.args.items[0] : NULL, "x");
}

TEST_MAIN()
