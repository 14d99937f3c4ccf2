// SPDX-License-Identifier: Apache-2.0
/* attached.c - telling what accompanies an image from images. */
#include "lade/store/attached.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/store/reach.h"

#include <string.h>

const char *const attached_endings[] = { ".sig", ".att", ".sbom" };

bool attached_tag(const struct digest *subject, const char *ending, char ret[TAG_MAX + 1])
{
    int algorithm = (int)strcspn(subject->text, ":");

    if (strlen(subject->text) + strlen(ending) > TAG_MAX)
        return false;
    fmt(ret, TAG_MAX + 1, "%.*s-%s%s", algorithm, subject->text, digest_encoded(subject), ending);
    return reference_is_tag(ret);
}

static bool has_ending(const char *tag, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(attached_endings); i++)
        if (strcmp(tag + len, attached_endings[i]) == 0)
            return true;
    return false;
}

bool attached_name(const char *name, struct digest *ret_subject)
{
    const char *colon = name ? strrchr(name, ':') : NULL;
    const char *dash = colon ? strchr(colon, '-') : NULL;
    size_t len = dash ? strcspn(dash, ".") : 0;
    char text[TAG_MAX + 1];
    struct err unused;

    if (!dash || strlen(colon + 1) > TAG_MAX || !has_ending(dash, len))
        return false;
    fmt(text, sizeof text, "%.*s:%.*s", (int)(dash - colon - 1), colon + 1, (int)len - 1, dash + 1);
    return digest_parse(text, ret_subject, &unused) == 0 && ret_subject->algorithm != DIGEST_OTHER;
}

bool attached_entry(struct store *s, const struct store_entry *entry, struct digest *ret_subject)
{
    struct reach r = { .store = s };

    if (entry->name)
        return attached_name(entry->name, ret_subject);
    return reach_subject(&r, &entry->descriptor->digest, ret_subject);
}
