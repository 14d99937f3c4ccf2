// SPDX-License-Identifier: Apache-2.0
/* subset.c - leaving images out of an index. */
#include "lade/transfer/subset.h"

#include "base/cleanup.h"
#include "lade/document/edit.h"

#include <json-c/json_object.h>
#include <string.h>

/* 1, 0, or an error: an index in the index would have to be made anew as well. */
static int has_entry(const struct tree *t, struct json_object *entry, struct err *e)
{
    struct json_object *digest = NULL;

    json_object_object_get_ex(entry, "digest", &digest);
    for (size_t i = 0; digest && i + 1 < t->document_count; i++) {
        if (strcmp(t->documents[i].digest.text, json_object_get_string(digest)) != 0)
            continue;
        return t->documents[i].index
                   ? err_set(e, ERR_UNSUPPORTED, "several platforms of an index in an index")
                   : 1;
    }
    return 0;
}

static int leave_out(const struct tree *t, struct json_object *root, struct err *e)
{
    struct json_object *manifests;

    if (!json_object_object_get_ex(root, "manifests", &manifests))
        return err_set(e, ERR_INVALID, "the index has no manifests");
    for (size_t i = json_object_array_length(manifests); i-- > 0;) {
        int rc = has_entry(t, json_object_array_get_idx(manifests, i), e);

        TRY(rc);
        if (rc == 0)
            json_object_array_del_idx(manifests, i, 1);
    }
    return 0;
}

int subset_root(struct tree *t, struct err *e)
{
    struct tree_document *root = &t->documents[t->document_count - 1];
    cleanup(json_putp) struct json_object *o = NULL;
    cleanup(index_freep) struct index *index = NULL;
    auto_buf text = { 0 };
    struct digest digest;

    TRY(json_parse(root->data, root->size, &o, e));
    TRY(leave_out(t, o, e));
    TRY(edit_write(o, &text, e));
    TRY(index_parse(text.data, text.len, root->media_type, &index, e));
    TRY(digest_of(DIGEST_SHA256, text.data, text.len, &digest, e));
    index_freep(&root->index);
    free(root->data);
    root->index = take_ptr(index);
    root->data = text.data;
    root->size = text.len;
    root->digest = digest;
    text = (struct buf){ 0 };
    return 0;
}
