// SPDX-License-Identifier: Apache-2.0
/* test_refuse.c - properties that are not supported yet: refused when asked for, and only then. */
#include "test.h"

#include "outcome.h"

#include <errno.h>

TEST(what_is_asked_for_is_refused_by_name)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'mounts':[{'destination':'/a'},{'destination':'/b','uidMappings':"
               "[{'containerID':0,'hostID':0,'size':1}]}]"),
          "mounts[1].uidMappings is not supported yet" },
        { ROOT(",'mounts':[{'destination':'/b','gidMappings':[{}]}]"),
          "mounts[0].gidMappings is not supported yet" },
        { LINUX("'mountLabel':'system_u:object_r:x_t:s0'"),
          "linux.mountLabel is not supported yet" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        auto_outcome o = { 0 };

        EXPECT_STR(outcome_of(&o, spec_parse, rows[i].json), rows[i].text);
        EXPECT(o.e.kind == ERR_UNSUPPORTED && o.e.code == EOPNOTSUPP);
    }
}

TEST(empty_and_default_values_are_not_asked_for)
{
    static const struct outcome_row rows[] = {
        { ROOT(",'mounts':[{'destination':'/b','uidMappings':[],'gidMappings':[]}]"), "" },
        { LINUX("'mountLabel':''"), "" },
        { ROOT(",'vm':{}"), "" },
    };

    EXPECT_OUTCOMES(spec_parse, rows);
}

TEST_MAIN()
