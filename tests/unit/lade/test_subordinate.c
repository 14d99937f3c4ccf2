// SPDX-License-Identifier: Apache-2.0
/* test_subordinate.c - /etc/subuid: whose lines count, and what is in them. */
#include "test.h"

#include "lade/user/subordinate.h"

static struct id_range found[4];

static size_t parse(const char *text)
{
    return subordinate_parse(text, "me", 1000, found, 4);
}

static bool is(size_t i, uint32_t inside, uint32_t outside, uint32_t count)
{
    return found[i].inside == inside && found[i].outside == outside && found[i].count == count;
}

TEST(a_line_lends_ids_from_one_on)
{
    EXPECT(parse("you:1:2\nme:100000:65536\n") == 1);
    EXPECT(is(0, 1, 100000, 65536));
}

TEST(names_and_numbers_stand_for_a_user_and_lines_add_up)
{
    EXPECT(parse("1000:100000:10\nmore:1:1\nme:300000:5") == 2);
    EXPECT(is(0, 1, 100000, 10));
    EXPECT(is(1, 11, 300000, 5));
    EXPECT(parse("10001:5:5\n100:5:5\nmee:5:5\nm:5:5\n") == 0);
}

TEST(what_is_no_line_is_left_out)
{
    EXPECT(parse("") == 0);
    EXPECT(
        parse(
            "me\nme:\nme:1\nme:1:\nme:x:1\nme:1:x\nme:-1:5\nme: 1:5\nme:1:5:6\nme:1:0\n\n:1:1\n") ==
        0);
    EXPECT(parse("me:4294967295:1\nme:99999999999999999999:1\nme:4294967000:1000\n") == 0);
}

TEST(ids_end_where_numbers_end_and_no_more_are_written_than_there_is_room_for)
{
    EXPECT(parse("me:0:4294967294\nme:5:5\n") == 1);
    EXPECT(is(0, 1, 0, 4294967293));
    EXPECT(parse("me:1:1\nme:2:1\nme:3:1\nme:4:1\nme:5:1\n") == 4);
}

TEST_MAIN()
