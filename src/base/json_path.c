// SPDX-License-Identifier: Apache-2.0
/* json_path.c - the way to a JSON value as text. */
#include "base/json_path.h"

#include "base/fmt.h"

#include <stdbool.h>
#include <stdint.h>

enum { KEY_SHOWN = 64 };

static bool is_word(const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = key[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-')
            return false;
    }
    return len > 0;
}

static void add(struct json_path *p, const char *before, const char *text, size_t len,
                const char *after)
{
    size_t room = sizeof p->text - p->len;
    size_t n = fmt(p->text + p->len, room, "%s%.*s%s", before, (int)len, text, after);

    for (size_t end = p->len + (n < room ? n : room - 1); p->len < end; p->len++)
        if ((unsigned char)p->text[p->len] < ' ' || p->text[p->len] == 0x7f)
            p->text[p->len] = '?';
}

void json_path_key(struct json_path *p, const char *key, size_t len)
{
    if (len > KEY_SHOWN)
        add(p, "['", key, KEY_SHOWN, "...']");
    else if (is_word(key, len))
        add(p, p->len ? "." : "", key, len, "");
    else
        add(p, "['", key, len, "']");
}

void json_path_index(struct json_path *p, size_t index)
{
    char digits[24];
    size_t n = fmt(digits, sizeof digits, "%zu", index);

    add(p, "[", digits, n, "]");
}
