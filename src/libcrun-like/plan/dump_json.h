// SPDX-License-Identifier: Apache-2.0
/* dump_json.h - the parts of a plan as JSON, and what they are made of; for dump_json*.c only. */
#pragma once

#include "plan/dump.h"
#include "plan/json_writer.h"

void dump_put_names(struct json_writer *w, const char *key, const struct dump_names *names);
void dump_put_string(struct json_writer *w, const struct plan *p, const char *key, plan_str s);
/* An absent string takes no room in the lines of lists. */
void dump_put_given(struct json_writer *w, const struct plan *p, const char *key, plan_str s);
void dump_put_strings(struct json_writer *w, const struct plan *p, const char *key,
                      struct plan_list list);
/* The text of a kernel file, one item for each of its lines. */
void dump_put_lines(struct json_writer *w, const struct plan *p, const char *key, plan_str s);
void dump_put_mode(struct json_writer *w, const char *key, uint32_t mode); /* octal, as text */

void dump_put_mounts(struct json_writer *w, const struct plan *p);
void dump_put_devices(struct json_writer *w, const struct plan *p);
void dump_put_paths(struct json_writer *w, const struct plan *p, const char *key,
                    struct plan_list list);
void dump_put_sysctls(struct json_writer *w, const struct plan *p);
void dump_put_process(struct json_writer *w, const struct plan *p);
void dump_put_seccomp(struct json_writer *w, const struct plan *p);
