// SPDX-License-Identifier: Apache-2.0
/* label.c - labels of an image that a runtime would act on. */
#include "lade/bundle/label.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/program/program.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURES_MAX = 1 << 20, FEATURES_SECONDS = 10 };

/* What crun, runc, containerd's and Kubernetes' parts are known to act on; an older runtime does
 * not tell. */
static const char *const known[] = {
    "run.oci.",     "krun.",          "org.criu.",      "org.systemd.property.",
    "module.wasm.", "io.kubernetes.", "containerd.io/", "io.container.manager",
    "nerdctl/",     "cdi.k8s.io/",    "io.podman.",
};

static bool matches(const char *rule, const char *key)
{
    size_t n = strlen(rule);

    if (n > 0 && (rule[n - 1] == '.' || rule[n - 1] == '/'))
        return strncmp(rule, key, n) == 0;
    return strcmp(rule, key) == 0;
}

bool label_is_active(const struct label_rules *rules, const char *key)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (matches(known[i], key))
            return true;
    for (size_t i = 0; i < rules->count; i++)
        if (matches(rules->items[i], key))
            return true;
    return false;
}

void label_rules_done(struct label_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        free(rules->items[i]);
    free(rules->items);
    *rules = (struct label_rules){ 0 };
}

struct features {
    char **items;
    size_t count;
};

int label_rules_read(const char *json, size_t len, struct label_rules *rules, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_ARRAY(struct features, items, count, "potentiallyUnsafeConfigAnnotations",
                    json_item_not_empty, 0),
    };
    auto_arena arena = { 0 };
    struct json_doc doc = { .name = "features", .arena = &arena };
    cleanup(json_putp) struct json_object *value = NULL;
    struct json_at at = { .doc = &doc };
    struct features f = { 0 };

    if (json_parse(json, len, &value, e) < 0)
        return err_wrap(e, "features");
    at.value = value;
    TRY(json_read_fields(&at, fields, sizeof fields / sizeof fields[0], &f, e));
    label_rules_done(rules);
    rules->items = calloc(f.count + 1, sizeof *rules->items);
    if (!rules->items)
        return json_no_memory(e);
    for (size_t i = 0; i < f.count; i++) {
        rules->items[i] = strdup(f.items[i]);
        if (!rules->items[i])
            return json_no_memory(e);
        rules->count++;
    }
    return 0;
}

int label_rules_ask(const char *runtime, struct label_rules *rules, struct err *e)
{
    const char *argv[] = { runtime, "features", NULL };
    struct program p = { .argv = argv, .limit = FEATURES_MAX, .seconds = FEATURES_SECONDS };
    auto_free char *text = NULL;
    size_t len = 0;
    int status = program_output(&p, &text, &len, e);

    if (status < 0)
        return status;
    return status == 0 ? label_rules_read(text, len, rules, e) : 0;
}
