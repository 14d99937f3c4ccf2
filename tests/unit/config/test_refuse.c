// SPDX-License-Identifier: Apache-2.0
/* test_refuse.c - what a runtime for processes does not do: refused when asked for, and only then.
 */
#include "test.h"

#include "outcome.h"

#include <errno.h>

TEST(a_virtual_machine_is_refused)
{
    auto_outcome o = { 0 };

    EXPECT_STR(outcome_of(&o, spec_parse, ROOT(",'vm':{'kernel':{'path':'/vmlinuz'}}")),
               "vm is not supported");
    EXPECT(o.e.kind == ERR_UNSUPPORTED && o.e.code == EOPNOTSUPP);
}

TEST(empty_and_default_values_are_not_asked_for)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'mounts':[{'destination':'/b','uidMappings':[],'gidMappings':[]}]"), "" },
        { LINUX("'mountLabel':''"), "" },
        { ROOT(",'vm':{}"), "" },
        { ROOT(",'vm':null"), "" },
        { ROOT(",'vm':'x'"), "vm must be an object" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
