// SPDX-License-Identifier: Apache-2.0
/* test_yaml.c - YAML as JSON, and what has no like there. */
#include "test.h"

#include "lade/bundle/yaml.h"

static struct err e;

/* The JSON, or "error: " and the words. */
static const char *json_of(const char *yaml, size_t len)
{
    static char text[4096];
    auto_buf b = { 0 };

    e.text[0] = '\0';
    if (yaml_to_json(yaml, len, &b, &e) < 0)
        snprintf(text, sizeof text, "error: %.400s", e.text);
    else
        snprintf(text, sizeof text, "%s", b.data);
    return text;
}

static const char *json(const char *yaml)
{
    return json_of(yaml, strlen(yaml));
}

TEST(collections_in_both_styles)
{
    EXPECT_STR(json("a: {b: [1, x], c: }\nd:\n- e: 1\n  f: 2\n- []\n"),
               "{\"a\":{\"b\":[1,\"x\"],\"c\":null},\"d\":[{\"e\":1,\"f\":2},[]]}");
    EXPECT_STR(json("---\n- 1\n...\n"), "[1]");
    EXPECT_STR(json("{\"a\": [true, null]}"), "{\"a\":[true,null]}");
}

TEST(words_that_are_not_quoted_have_types)
{
    EXPECT_STR(json("[~, null, Null, true, FALSE, yes, nullx]"),
               "[null,null,null,true,false,\"yes\",\"nullx\"]");
    EXPECT_STR(json("['~', \"true\", '1', !!str 1, ! 1]"), "[\"~\",\"true\",\"1\",\"1\",\"1\"]");
    EXPECT_STR(json("[0, -1, +7, 0666, 0o17, 0x1F, 12345678901]"),
               "[0,-1,7,438,15,31,12345678901]");
    EXPECT_STR(json("[0.6.0, 1.5, 089, -0x1, 0x, 1e3, 99999999999999999999, '']"),
               "[\"0.6.0\",\"1.5\",\"089\",\"-0x1\",\"0x\",\"1e3\",\"99999999999999999999\",\"\"]");
    EXPECT_STR(json("1: true"), "{\"1\":true}");
}

TEST(texts_over_several_lines)
{
    EXPECT_STR(json("a: |\n  one\n  two\nb: >-\n  one\n  two\nc: \"\\e\\u00e9\"\n"),
               "{\"a\":\"one\\u000atwo\\u000a\",\"b\":\"one two\",\"c\":\"\\u001bé\"}");
}

TEST(what_json_has_not_is_refused_with_the_line)
{
    static const char *const rows[][2] = {
        { "a: 1\nb: &x 2\n", "error: line 2: anchors can't be read" },
        { "a: &x {}\n", "error: line 1: anchors and tags can't be read" },
        { "a: *x\n", "error: line 1: anchors can't be read" },
        { "a: !!binary aGk=\n", "error: line 1: tags can't be read" },
        { "a: !mine [1]\n", "error: line 1: anchors and tags can't be read" },
        { "? [1]\n: 2\n", "error: line 1: a key that is no text" },
        { "a: 1\n---\nb: 2\n", "error: line 2: a second document" },
        { "", "error: line 1: there is nothing in it" },
        { "# nothing\n", "error: line 2: there is nothing in it" },
        { "a: \"\\0\"\n", "error: line 1: a text with a NUL" },
        { "a: [1\nb: 2\n", "error: line 2: did not find expected ',' or ']'" },
        { "a:\n\t- 1\n", "error: line 2: found character that cannot start any token" },
        { "\xff", "error: line 1: invalid leading UTF-8 octet" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        EXPECT_STR(json(rows[i][0]), rows[i][1]);
}

TEST(depth_has_an_end)
{
    char text[80];

    memset(text, '[', 40);
    memset(text + 40, ']', 40);
    EXPECT_STR(json_of(text, 80), "error: line 1: nested too deeply");
    EXPECT(json_of(text + 10, 60)[0] == '[');
}

TEST_MAIN()
