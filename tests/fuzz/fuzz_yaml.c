// SPDX-License-Identifier: Apache-2.0
/* fuzz_yaml.c - any bytes as YAML: what is accepted is JSON but for names that are given twice. */
#include "lade/bundle/yaml.h"

#include "base/json_fields.h"
#include "base/cleanup.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup(json_putp) struct json_object *o = NULL;
    auto_buf json = { 0 };
    struct err e = { 0 };
    int rc = yaml_to_json((const char *)data, size, &json, &e);

    if (rc < 0) {
        if (rc != -e.code || !e.text[0] || strchr(e.text, '\n'))
            __builtin_trap();
        return 0;
    }
    if (json_parse(json.data, json.len, &o, &e) < 0 && !strstr(e.text, "twice"))
        __builtin_trap();
    return 0;
}
