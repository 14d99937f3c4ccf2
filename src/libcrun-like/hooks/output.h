// SPDX-License-Identifier: Apache-2.0
/* output.h - files for what hooks write, by annotation as crun has it. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* Descriptors above 2, -1 for the caller's own. */
struct hook_output {
    int out, err;
};

/* run.oci.hooks.stdout and run.oci.hooks.stderr: absolute paths of files to append to, made with
 * mode 0600 when missing. A symbolic link is refused, and a FIFO needs its reader: whoever owns the
 * directory must not lead the runtime elsewhere or hold it up. */
int hook_output_open(const struct spec *s, struct hook_output *ret, struct err *e);
void hook_output_done(struct hook_output *o);
