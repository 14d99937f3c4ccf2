// SPDX-License-Identifier: Apache-2.0
/* test_seccomp.c - the rules of linux.seccomp. */
#include "test.h"

#include "outcome.h"

#include <linux/seccomp.h>

#define SYSCALL(rest)  SECCOMP(",'syscalls':[{'names':['read']," rest "}]")
#define ARGUMENT(rest) SYSCALL("'action':'SCMP_ACT_ALLOW','args':[{" rest "}]")
#define DEFAULT(rest)  LINUX("'seccomp':{'defaultAction':" rest "}")

TEST(checks_actions)
{
    static const struct outcome_row rows[] = {
        { LINUX("'seccomp':{}"), "linux.seccomp.defaultAction is required" },
        { DEFAULT("'SCMP_ACT_DENY'"),
          "linux.seccomp.defaultAction has the unknown value 'SCMP_ACT_DENY'" },
        { DEFAULT("'SCMP_ACT_NOTIFY'"),
          "linux.seccomp.listenerPath is required by SCMP_ACT_NOTIFY" },
        { SYSCALL("'action':'SCMP_ACT_NOTIFY'"),
          "linux.seccomp.listenerPath is required by SCMP_ACT_NOTIFY" },
        { DEFAULT("'SCMP_ACT_NOTIFY','listenerPath':'/run/x'"), "" },
        { SYSCALL("'action':'allow'"),
          "linux.seccomp.syscalls[0].action has the unknown value 'allow'" },
        { SECCOMP(",'syscalls':[{'names':['read']}]"),
          "linux.seccomp.syscalls[0].action is required" },
        { SECCOMP(",'syscalls':[{'action':'SCMP_ACT_ALLOW'}]"),
          "linux.seccomp.syscalls[0].names is required" },
        { SECCOMP(",'syscalls':[{'names':[],'action':'SCMP_ACT_ALLOW'}]"),
          "linux.seccomp.syscalls[0].names must not be empty" },
        { SECCOMP(",'syscalls':[{'names':['a',''],'action':'SCMP_ACT_ALLOW'}]"),
          "linux.seccomp.syscalls[0].names[1] must not be empty" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(takes_an_errno_only_where_one_is_returned)
{
    static const struct outcome_row rows[] = {
        { DEFAULT("'SCMP_ACT_ALLOW','defaultErrnoRet':1"),
          "linux.seccomp.defaultErrnoRet is given for an action that returns none" },
        { DEFAULT("'SCMP_ACT_ERRNO','defaultErrnoRet':4095"), "" },
        { DEFAULT("'SCMP_ACT_ERRNO','defaultErrnoRet':4096"),
          "linux.seccomp.defaultErrnoRet must be between 0 and 4095" },
        { DEFAULT("'SCMP_ACT_TRACE','defaultErrnoRet':65535"), "" },
        { DEFAULT("'SCMP_ACT_TRACE','defaultErrnoRet':65536"),
          "linux.seccomp.defaultErrnoRet must be between 0 and 65535" },
        { SYSCALL("'action':'SCMP_ACT_KILL','errnoRet':0"),
          "linux.seccomp.syscalls[0].errnoRet is given for an action that returns none" },
        { SYSCALL("'action':'SCMP_ACT_LOG','errnoRet':0"),
          "linux.seccomp.syscalls[0].errnoRet is given for an action that returns none" },
        { SYSCALL("'action':'SCMP_ACT_TRAP','errnoRet':0"),
          "linux.seccomp.syscalls[0].errnoRet is given for an action that returns none" },
        { SYSCALL("'action':'SCMP_ACT_ERRNO','errnoRet':4096"),
          "linux.seccomp.syscalls[0].errnoRet must be between 0 and 4095" },
        { SYSCALL("'action':'SCMP_ACT_TRACE','errnoRet':1"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(checks_words_and_arguments)
{
    static const struct outcome_row rows[] = {
        { SECCOMP(",'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_VAX']"),
          "linux.seccomp.architectures[1] has the unknown value 'SCMP_ARCH_VAX'" },
        { SECCOMP(",'flags':['SECCOMP_FILTER_FLAG_NEW_LISTENER']"),
          "linux.seccomp.flags[0] has the unknown value 'SECCOMP_FILTER_FLAG_NEW_LISTENER'" },
        { SECCOMP(",'flags':['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']"), "" },
        { SECCOMP(",'listenerPath':'/run/x','listenerMetadata':'x'"), "" },
        { SECCOMP(",'listenerPath':'run/x'"),
          "linux.seccomp.listenerPath must be an absolute path, not 'run/x'" },
        { SECCOMP(",'listenerMetadata':'x'"),
          "linux.seccomp.listenerMetadata must not be set without listenerPath" },
        { SECCOMP(",'listenerPath':'','listenerMetadata':''"), "" },
        { ARGUMENT("'value':0,'op':'SCMP_CMP_EQ'"),
          "linux.seccomp.syscalls[0].args[0].index is required" },
        { ARGUMENT("'index':6,'value':0,'op':'SCMP_CMP_EQ'"),
          "linux.seccomp.syscalls[0].args[0].index must be between 0 and 5" },
        { ARGUMENT("'index':0,'op':'SCMP_CMP_EQ'"),
          "linux.seccomp.syscalls[0].args[0].value is required" },
        { ARGUMENT("'index':0,'value':0"), "linux.seccomp.syscalls[0].args[0].op is required" },
        { ARGUMENT("'index':0,'value':0,'op':'=='"),
          "linux.seccomp.syscalls[0].args[0].op has the unknown value '=='" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST(knows_whether_an_agent_is_needed)
{
    static const struct {
        const char *json;
        bool notifies;
    } rows[] = {
        { SECCOMP(",'listenerPath':'/run/x'"), false },
        { DEFAULT("'SCMP_ACT_NOTIFY','listenerPath':'/run/x'"), true },
        { SECCOMP(",'listenerPath':'/run/x','listenerMetadata':'m','syscalls':"
                  "[{'names':['a'],'action':'SCMP_ACT_ALLOW'},"
                  "{'names':['b'],'action':'SCMP_ACT_NOTIFY'}]"),
          true },
    };
    auto_outcome o = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        EXPECT_STR(outcome_of(&o, spec_parse, rows[i].json), "");
        EXPECT(o.spec && o.spec->linux_.seccomp->notifies == rows[i].notifies);
        EXPECT_STR(o.spec ? o.spec->linux_.seccomp->listener_path : NULL, "/run/x");
    }
    EXPECT_STR(o.spec ? o.spec->linux_.seccomp->listener_metadata : NULL, "m");
}

TEST(fills_actions_and_operators)
{
    static const struct {
        const char *text;
        enum spec_seccomp_action action;
    } actions[] = {
        { "SCMP_ACT_KILL", ACT_KILL },   { "SCMP_ACT_KILL_THREAD", ACT_KILL },
        { "SCMP_ACT_TRAP", ACT_TRAP },   { "SCMP_ACT_KILL_PROCESS", ACT_KILL_PROCESS },
        { "SCMP_ACT_ERRNO", ACT_ERRNO }, { "SCMP_ACT_TRACE", ACT_TRACE },
        { "SCMP_ACT_ALLOW", ACT_ALLOW }, { "SCMP_ACT_LOG", ACT_LOG },
    };
    static const char *const operators[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
    auto_outcome o = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        snprintf(o.json, sizeof o.json, DEFAULT("'%s','syscalls':[{'names':['x'],'action':'%s'}]"),
                 actions[i].text, actions[i].text);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->linux_.seccomp->default_action == actions[i].action);
        EXPECT(o.spec && o.spec->linux_.seccomp->rules[0].action == actions[i].action);
    }
    for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
        snprintf(o.json, sizeof o.json, ARGUMENT("'index':0,'value':0,'op':'SCMP_CMP_%s'"),
                 operators[i]);
        EXPECT_STR(outcome_of(&o, spec_parse, o.json), "");
        EXPECT(o.spec && o.spec->linux_.seccomp->rules[0].args[0].op == (int)i + 1);
    }
}

TEST(fills_the_filter)
{
    auto_outcome o = { 0 };
    struct spec_seccomp *s;

    EXPECT_STR(outcome_of(&o, spec_parse,
                          SECCOMP(",'defaultErrnoRet':38,'architectures':['SCMP_ARCH_X86_64',"
                                  "'SCMP_ARCH_RISCV64'],'flags':['SECCOMP_FILTER_FLAG_TSYNC',"
                                  "'SECCOMP_FILTER_FLAG_LOG','SECCOMP_FILTER_FLAG_SPEC_ALLOW'],"
                                  "'syscalls':[{'names':['a','b'],'action':'SCMP_ACT_ERRNO',"
                                  "'errnoRet':1,'args':[{'index':5,'value':18446744073709551615,"
                                  "'valueTwo':2,'op':'SCMP_CMP_MASKED_EQ'}]}]")),
               "");
    if (!o.spec)
        return;
    s = o.spec->linux_.seccomp;
    EXPECT(s->default_errno_ret.has && s->default_errno_ret.value == 38);
    EXPECT(s->architectures.count == 2);
    EXPECT_STR(s->architectures.items[1], "SCMP_ARCH_RISCV64");
    EXPECT(s->has_flags && s->flags == (SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));
    EXPECT(s->rule_count == 1 && s->rules[0].names.count == 2);
    EXPECT_STR(s->rules[0].names.items[1], "b");
    EXPECT(s->rules[0].errno_ret.has && s->rules[0].errno_ret.value == 1);
    EXPECT(s->rules[0].arg_count == 1 && s->rules[0].args[0].index == 5 &&
           s->rules[0].args[0].value == UINT64_MAX && s->rules[0].args[0].value_two == 2);
}

TEST(tells_absent_flags_from_no_flags)
{
    auto_outcome o = { 0 };

    EXPECT_STR(outcome_of(&o, spec_parse, SECCOMP(",'flags':[]")), "");
    EXPECT(o.spec && o.spec->linux_.seccomp->has_flags && o.spec->linux_.seccomp->flags == 0);
    EXPECT_STR(outcome_of(&o, spec_parse, SECCOMP("")), "");
    EXPECT(o.spec && !o.spec->linux_.seccomp->has_flags);
    EXPECT_STR(outcome_of(&o, spec_parse, LINUX("")), "");
    EXPECT(o.spec && !o.spec->linux_.seccomp);
}

TEST_MAIN()
