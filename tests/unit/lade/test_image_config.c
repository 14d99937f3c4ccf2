// SPDX-License-Identifier: Apache-2.0
/* test_image_config.c - image configurations: read, and changed without losing anything. */
#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/edit.h"
#include "lade/document/image_config.h"

#include <json-c/json.h>

#define SHA "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static struct err e;

static const char *says(const char *text)
{
    cleanup(image_config_freep) struct image_config *c = NULL;

    return image_config_parse(text, strlen(text), &c, &e) < 0 ? e.text : "";
}

TEST(reads_all_that_it_says)
{
    const char *text =
        "{\"created\":\"2026-01-02T03:04:05Z\",\"author\":\"A\",\"architecture\":\"arm64\",\"os\":"
        "\"linux\","
        "\"variant\":\"v8\",\"config\":{\"User\":\"1:2\",\"Env\":[\"A=b\"],\"Entrypoint\":[\"/"
        "x\"],\"Cmd\":[\"y\","
        "\"z\"],\"WorkingDir\":\"/"
        "w\",\"Labels\":{\"k\":\"v\"},\"StopSignal\":\"SIGINT\",\"Volumes\":{\"/v\":{}},"
        "\"ExposedPorts\":{\"80/"
        "tcp\":{}},\"Healthcheck\":{\"Test\":[\"CMD\"]}},\"rootfs\":{\"type\":\"layers\","
        "\"diff_ids\":[\"" SHA "\"]},\"history\":[{\"created_by\":\"c\"},{\"empty_layer\":true}]}";
    cleanup(image_config_freep) struct image_config *c = NULL;

    EXPECT(image_config_parse(text, strlen(text), &c, &e) == 0);
    if (!c)
        return;
    EXPECT_STR(c->user, "1:2");
    EXPECT_STR(c->platform.architecture, "arm64");
    EXPECT_STR(c->platform.variant, "v8");
    EXPECT(c->env.count == 1 && c->entrypoint.count == 1 && c->cmd.count == 2);
    EXPECT_STR(c->cmd.items[1], "z");
    EXPECT_STR(annotation_find(&c->labels, "k"), "v");
    EXPECT_STR(c->volumes.items[0], "/v");
    EXPECT_STR(c->ports.items[0], "80/tcp");
    EXPECT(c->has_healthcheck && c->history_count == 2 && c->history[1].empty_layer);
    EXPECT(c->diff_id_count == 1);
}

TEST(takes_a_null_for_an_absence)
{
    EXPECT_STR(says("{\"config\":{\"Env\":null,\"Cmd\":null,\"Labels\":null,\"Volumes\":null},"
                    "\"history\":null,"
                    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}"),
               "");
    EXPECT_STR(says("{\"config\":null,\"rootfs\":{\"type\":\"layers\"}}"), "");
}

TEST(R67_a_rootfs_is_made_of_layers)
{
    EXPECT(strstr(says("{\"rootfs\":{\"type\":\"other\"}}"), "must be 'layers'"));
    EXPECT(strstr(says("{\"rootfs\":{}}"), "type is required"));
    EXPECT(strstr(says("{}"), "rootfs is required"));
    EXPECT(strstr(says("{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:../x\"]}}"),
                  "invalid digest"));
}

/* What edit() makes of a document, as text. */
static const char *edited(const char *text, int (*edit)(struct json_object *o), struct buf *ret)
{
    cleanup(json_putp) struct json_object *o = NULL;

    buf_done(ret);
    EXPECT(json_parse(text, strlen(text), &o, &e) == 0);
    EXPECT(edit(o) == 0);
    EXPECT(edit_write(o, ret, &e) == 0);
    return ret->data;
}

static int set_variables(struct json_object *o)
{
    TRY(edit_variable(o, "Env", "A=2", &e));
    return edit_variable(o, "Env", "AB=3", &e);
}

static int set_all(struct json_object *o)
{
    static const char *const words[] = { "a", "b c" };

    TRY(edit_text(o, "User", "7", &e));
    TRY(edit_texts(o, "Cmd", words, 2, &e));
    TRY(edit_pair(o, "Labels", "k=v=w", &e));
    TRY(edit_key(o, "Volumes", "/v", &e));
    return edit_text(o, "Gone", NULL, &e);
}

static int remove_some(struct json_object *o)
{
    edit_remove(o, "Env", "A");
    edit_remove(o, "Labels", "k");
    edit_remove(o, "Nothing", "k");
    return 0;
}

TEST(changes_members_and_keeps_those_it_does_not_know)
{
    auto_buf b = { 0 };

    EXPECT_STR(edited("{\"x\":{\"y\":[1.50,18446744073709551615]},\"Env\":[\"A=1\",\"B=1\"]}",
                      set_variables, &b),
               "{\"x\":{\"y\":[1.50,18446744073709551615]},\"Env\":[\"A=2\",\"B=1\",\"AB=3\"]}");
    EXPECT_STR(edited("{\"Gone\":1,\"Labels\":{\"z\":\"/\"}}", set_all, &b),
               "{\"Labels\":{\"z\":\"/\",\"k\":\"v=w\"},\"User\":\"7\",\"Cmd\":[\"a\",\"b "
               "c\"],\"Volumes\":{\"/v\":{}}}");
    EXPECT_STR(edited("{\"Env\":[\"AB=1\",\"A=2\"],\"Labels\":{\"k\":\"v\"}}", remove_some, &b),
               "{\"Env\":[\"AB=1\"],\"Labels\":{}}");
}

TEST(refuses_what_does_not_fit)
{
    cleanup(json_putp) struct json_object *o = NULL;

    EXPECT(json_parse("{\"Env\":{},\"Labels\":[]}", 22, &o, &e) == 0);
    EXPECT(edit_variable(o, "Env", "A=1", &e) < 0);
    EXPECT_STR(e.text, "Env is not an array");
    EXPECT(edit_pair(o, "Labels", "a=b", &e) < 0);
    EXPECT_STR(e.text, "Labels is not an object");
    EXPECT(edit_variable(o, "Env", "A", &e) < 0);
    EXPECT_STR(e.text, "'A' is not NAME=VALUE");
    EXPECT(edit_pair(o, "Labels", "=b", &e) < 0);
    EXPECT_STR(e.text, "'=b' is not KEY=VALUE");
}

TEST_MAIN()
