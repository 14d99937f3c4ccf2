// SPDX-License-Identifier: Apache-2.0
/* yaml_library.h - libyaml's functions, opened when the first YAML file is met: hosts without such
 * files need no libyaml. */
#pragma once

#include "base/err.h"

#include <yaml.h>

struct yaml_library {
    void *handle;
    typeof(yaml_parser_initialize) *parser_initialize;
    typeof(yaml_parser_delete) *parser_delete;
    typeof(yaml_parser_set_input_string) *parser_set_input_string;
    typeof(yaml_parser_parse) *parser_parse;
    typeof(yaml_event_delete) *event_delete;
};

/* ERR_UNSUPPORTED when there is none. */
int yaml_library_open(struct yaml_library *ret, struct err *e);
void yaml_library_close(struct yaml_library *l);
#define auto_yaml_library __attribute__((__cleanup__(yaml_library_close))) struct yaml_library
