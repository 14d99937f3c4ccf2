// SPDX-License-Identifier: Apache-2.0
/* test_json_write.c - JSON that is written reads back, and looks as people write it. */
#include "base/json_write.h"

#include "test.h"

TEST(indents_and_separates)
{
    auto_buf b = { 0 };
    struct json_writer w = { .to = &b };

    json_begin(&w, NULL, '{');
    json_put_string(&w, "a", "x\"y");
    json_put_string(&w, "absent", NULL);
    json_begin(&w, "list", '[');
    json_put_int(&w, NULL, -1);
    json_put_uint(&w, NULL, UINT64_MAX);
    json_put_bool(&w, NULL, true);
    json_end(&w);
    json_begin(&w, "none", '{');
    json_end(&w);
    json_put_text(&w, "t", "abc", 2);
    json_put_raw(&w, "raw", "{\"k\":1}");
    json_end(&w);
    EXPECT_STR(b.data, "{\n"
                       "  \"a\": \"x\\\"y\",\n"
                       "  \"list\": [\n"
                       "    -1,\n"
                       "    18446744073709551615,\n"
                       "    true\n"
                       "  ],\n"
                       "  \"none\": {},\n"
                       "  \"t\": \"ab\",\n"
                       "  \"raw\": {\"k\":1}\n"
                       "}\n");
}

TEST_MAIN()
