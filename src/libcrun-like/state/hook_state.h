// SPDX-License-Identifier: Apache-2.0
/* hook_state.h - the state that hooks read on their standard input (runtime.md "State"). */
#pragma once

#include "base/buf.h"
#include "config/spec.h"

#define STATE_OCI_VERSION "1.3.0"

/* {"ociVersion":…,"id":…,"status":…,"pid": — whoever knows the pid writes it between head and tail.
 */
void hook_state_head(struct buf *b, const char *id, const char *status);
/* ,"bundle":…,"annotations":{…}} */
void hook_state_tail(struct buf *b, const char *bundle, const struct spec_key_value *annotations,
                     size_t annotation_count);
