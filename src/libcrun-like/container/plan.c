// SPDX-License-Identifier: Apache-2.0
/* plan.c - the plan verb: what a bundle compiles to, without doing any of it. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "container/prepare.h"

int container_plan(davit_context *c, const char *id, const struct davit_create_options *o,
                   bool json, char **ret_text, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { 0 };
    cleanup(prepared_done) struct prepared p = { 0 };
    struct prepare_options options = {
        .id = id,
        .bundle = &b,
        .rootfd = -1,
        .barrier = true,
        .only_plan = true,
        .no_keyring = o->no_new_keyring,
        .no_pivot = o->no_pivot,
        .listen_fds = o->listen_fds,
        .listen_names = o->listen_names,
    };
    auto_buf out = { 0 };

    TRY(state_check_id(id, e));
    TRY(bundle_read(o->bundle, o->config, &b, e));
    TRY(bundle_parse(&b, e));
    TRY(prepare_create(c, &options, &p, e));
    if (json)
        plan_dump_json(p.plan, &out);
    else
        plan_dump_text(p.plan, &out);
    if (buf_failed(&out))
        return err_os(e, ENOMEM, "print the plan");
    *ret_text = take_ptr(out.data);
    return 0;
}
