// SPDX-License-Identifier: Apache-2.0
/*
 * label.h - labels of an image that a runtime would act on.
 *
 * image-spec conversion.md copies Config.Labels into the runtime's annotations, and some runtimes
 * take orders from annotations: run a hook, replace the seccomp filter. An image must not give
 * orders, so such labels are withheld (CVE-2026-53488).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Names, and prefixes that end in '.' or '/'; malloc'd. Zero-initialised knows only lade's own. */
struct label_rules {
    char **items;
    size_t count;
};

/* Ask `runtime features` for its potentiallyUnsafeConfigAnnotations (runtime-spec features.md). A
 * runtime that has no such verb leaves the rules as they are. */
int label_rules_ask(const char *runtime, struct label_rules *rules, struct err *e);
/* The same from the text that the runtime printed. */
int label_rules_read(const char *json, size_t len, struct label_rules *rules, struct err *e);
void label_rules_done(struct label_rules *rules);

bool label_is_active(const struct label_rules *rules, const char *key);
