// SPDX-License-Identifier: Apache-2.0
/* hook_state.c - the state that hooks read on their standard input. */
#include "state/hook_state.h"

void hook_state_head(struct buf *b, const char *id, const char *status)
{
    buf_puts(b, "{\"ociVersion\":\"" STATE_OCI_VERSION "\",\"id\":");
    buf_json_string(b, id);
    buf_puts(b, ",\"status\":");
    buf_json_string(b, status);
    buf_puts(b, ",\"pid\":");
}

void hook_state_tail(struct buf *b, const char *bundle, const struct spec_key_value *annotations,
                     size_t annotation_count)
{
    buf_puts(b, ",\"bundle\":");
    buf_json_string(b, bundle);
    buf_puts(b, ",\"annotations\":{");
    for (size_t i = 0; i < annotation_count; i++) {
        buf_puts(b, i ? "," : "");
        buf_json_string(b, annotations[i].key);
        buf_puts(b, ":");
        buf_json_string(b, annotations[i].value);
    }
    buf_puts(b, "}}");
}
