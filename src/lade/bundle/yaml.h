// SPDX-License-Identifier: Apache-2.0
/*
 * yaml.h - YAML as JSON, for files that may be written in either.
 *
 * What has no like in JSON is refused: anchors, tags of one's own, keys that are no texts, a second
 * document. Words that are not quoted become null, booleans and integers as in YAML 1.2's core
 * schema; integers also as YAML 1.1 has them (0666 is octal), in which file modes are written.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Append the JSON text, which is still to be held against json_scan() for names that are given
 * twice. ERR_INVALID with the line. Opens libyaml. */
int yaml_to_json(const char *text, size_t len, struct buf *ret, struct err *e);
