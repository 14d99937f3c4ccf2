// SPDX-License-Identifier: Apache-2.0
/* parse.h - what the files of this folder share; others include spec.h. */
#pragma once

#include "base/json_fields.h"
#include "config/spec.h"

/* The highest user or group id: -1 is the kernel's "no change". */
#define ID_MAX (UINT32_MAX - 1)

/* dev_t has 12 and 20 bits in the kernel's system calls: more would name another device. */
enum { MAJOR_MAX = 4095, MINOR_MAX = 1048575 };

/* Readers of whole objects. ret: the struct named after them. */
json_reader spec_read_process;   /* struct spec_process */
json_reader spec_read_mount;     /* struct spec_mount */
json_reader spec_read_mapping;   /* struct spec_id_mapping */
json_reader spec_read_hooks;     /* struct spec_hooks */
json_reader spec_read_linux;     /* struct spec_linux */
json_reader spec_read_resources; /* struct spec_resources */
json_reader spec_read_seccomp;   /* struct spec_seccomp * */

/* parse_scheduling.c: how the kernel treats a process. */
json_reader spec_read_scheduler;     /* struct spec_scheduler */
json_reader spec_read_io_priority;   /* struct spec_io_priority */
json_reader spec_read_exec_affinity; /* struct spec_exec_affinity */
json_reader spec_read_personality;   /* struct spec_personality */
json_reader spec_read_memory_policy; /* struct spec_memory_policy */

/* parse_process.c: an item of an environment, process.env or a hook's. ret: char *. */
json_reader spec_read_environment_entry;

json_reader spec_read_numbers; /* struct spec_numbers, from a text such as "0-3,7" */
/* Parts of linux.resources. ret: the whole struct spec_resources. */
json_reader spec_read_block_io, spec_read_network, spec_read_rdma, spec_read_unified;

/* Read an object of strings: names not empty, each once (json_scan() saw to that). */
int spec_read_map(const struct json_at *at, struct spec_key_value **ret, size_t *ret_count,
                  struct err *e);

json_reader spec_read_intel_rdt;   /* struct spec_intel_rdt */
json_reader spec_read_net_devices; /* struct spec_linux */

/* Add a line to the warnings of the spec that is being read: the path, then the text. */
int spec_warn(const struct json_at *at, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What one object alone cannot show: properties that need a namespace. */
int spec_validate(const struct spec *s, struct err *e);
