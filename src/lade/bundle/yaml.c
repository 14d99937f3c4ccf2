// SPDX-License-Identifier: Apache-2.0
/* yaml.c - writing the events of libyaml as JSON. */
#include "lade/bundle/yaml.h"

#include "base/cleanup.h"
#include "lade/bundle/yaml_library.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

struct translation {
    struct yaml_library library;
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    struct buf *to;
};

static int failed(const struct translation *t, struct err *e, const char *why)
{
    return err_set(e, ERR_INVALID, "line %zu: %s", t->event.start_mark.line + 1, why);
}

/* To the next event, which is t->event. */
static int next(struct translation *t, struct err *e)
{
    if (t->has_event)
        t->library.event_delete(&t->event);
    t->has_event = t->library.parser_parse(&t->parser, &t->event);
    if (t->has_event)
        return 0;
    if (t->parser.error == YAML_MEMORY_ERROR)
        return err_os(e, ENOMEM, "read YAML");
    return err_set(e, ERR_INVALID, "line %zu: %s", t->parser.problem_mark.line + 1,
                   t->parser.problem ? t->parser.problem : "not YAML");
}

/* --- texts --- */

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* "12", "-12", "0x1f", "0o17" and "017"; what is larger than JSON's readers take stays a text. */
static bool read_integer(const char *text, int64_t *ret)
{
    const char *digits = text + (*text == '-' || *text == '+');
    int base = 10;
    char *end;

    if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'o')) {
        base = digits[1] == 'x' ? 16 : 8;
        if (digits != text)
            return false;
        digits += 2;
        text = digits;
    } else if (digits[0] == '0' && digits[1])
        base = 8;
    if (!digits[0] || !strchr("0123456789abcdefABCDEF", digits[0]))
        return false;
    errno = 0;
    *ret = strtoll(text, &end, base);
    return !*end && errno == 0;
}

static void put_plain(struct buf *b, const char *text)
{
    static const char *const nothing[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const yes[] = { "true", "True", "TRUE", NULL };
    static const char *const no[] = { "false", "False", "FALSE", NULL };
    int64_t number;

    if (is_one_of(text, nothing))
        buf_puts(b, "null");
    else if (is_one_of(text, yes) || is_one_of(text, no))
        buf_puts(b, is_one_of(text, yes) ? "true" : "false");
    else if (read_integer(text, &number))
        buf_printf(b, "%" PRId64, number);
    else
        buf_json_string(b, text);
}

static int put_scalar(struct translation *t, bool is_key, struct err *e)
{
    const char *text = (const char *)t->event.data.scalar.value;
    const char *tag = (const char *)t->event.data.scalar.tag;
    bool plain = t->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !tag;

    if (t->event.data.scalar.anchor)
        return failed(t, e, "anchors can't be read");
    if (tag && strcmp(tag, YAML_STR_TAG) != 0 && strcmp(tag, "!") != 0)
        return failed(t, e, "tags can't be read");
    if (strlen(text) != t->event.data.scalar.length)
        return failed(t, e, "a text with a NUL");
    if (plain && !is_key)
        put_plain(t->to, text);
    else
        buf_json_string(t->to, text);
    return 0;
}

/* --- collections --- */

static int put_node(struct translation *t, unsigned depth, struct err *e);

static int put_sequence(struct translation *t, unsigned depth, struct err *e)
{
    const char *comma = "";

    if (t->event.data.sequence_start.anchor || t->event.data.sequence_start.tag)
        return failed(t, e, "anchors and tags can't be read");
    buf_puts(t->to, "[");
    TRY(next(t, e));
    for (; t->event.type != YAML_SEQUENCE_END_EVENT; comma = ",") {
        buf_puts(t->to, comma);
        TRY(put_node(t, depth + 1, e));
        TRY(next(t, e));
    }
    buf_puts(t->to, "]");
    return 0;
}

static int put_mapping(struct translation *t, unsigned depth, struct err *e)
{
    const char *comma = "";

    if (t->event.data.mapping_start.anchor || t->event.data.mapping_start.tag)
        return failed(t, e, "anchors and tags can't be read");
    buf_puts(t->to, "{");
    TRY(next(t, e));
    for (; t->event.type != YAML_MAPPING_END_EVENT; comma = ",") {
        if (t->event.type != YAML_SCALAR_EVENT)
            return failed(t, e, "a key that is no text");
        buf_puts(t->to, comma);
        TRY(put_scalar(t, true, e));
        buf_puts(t->to, ":");
        TRY(next(t, e));
        TRY(put_node(t, depth + 1, e));
        TRY(next(t, e));
    }
    buf_puts(t->to, "}");
    return 0;
}

static int put_node(struct translation *t, unsigned depth, struct err *e)
{
    if (depth > DEPTH_MAX)
        return failed(t, e, "nested too deeply");
    switch (t->event.type) {
    case YAML_SCALAR_EVENT:
        return put_scalar(t, false, e);
    case YAML_SEQUENCE_START_EVENT:
        return put_sequence(t, depth, e);
    case YAML_MAPPING_START_EVENT:
        return put_mapping(t, depth, e);
    default:
        return failed(t, e, "anchors can't be read"); /* an alias is all that is left */
    }
}

/* Events around the only document: stream and document begin, a node, both end. */
static int put_document(struct translation *t, struct err *e)
{
    TRY(next(t, e));
    TRY(next(t, e));
    if (t->event.type != YAML_DOCUMENT_START_EVENT)
        return failed(t, e, "there is nothing in it");
    TRY(next(t, e));
    TRY(put_node(t, 0, e));
    TRY(next(t, e));
    TRY(next(t, e));
    return t->event.type == YAML_STREAM_END_EVENT ? 0 : failed(t, e, "a second document");
}

int yaml_to_json(const char *text, size_t len, struct buf *ret, struct err *e)
{
    auto_yaml_library library = { 0 };
    struct translation t = { .to = ret };
    int rc;

    TRY(yaml_library_open(&library, e));
    t.library = library;
    if (!t.library.parser_initialize(&t.parser))
        return err_os(e, ENOMEM, "read YAML");
    t.library.parser_set_input_string(&t.parser, (const unsigned char *)text, len);
    rc = put_document(&t, e);
    if (t.has_event)
        t.library.event_delete(&t.event);
    t.library.parser_delete(&t.parser);
    if (rc == 0 && buf_failed(ret))
        return err_os(e, ENOMEM, "read YAML");
    return rc;
}
