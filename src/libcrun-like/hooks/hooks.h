// SPDX-License-Identifier: Apache-2.0
/* hooks.h - hooks that run in the runtime's namespaces (prestart, createRuntime, poststart,
 * poststop). */
#pragma once

#include "base/err.h"
#include "config/spec.h"
#include "hooks/output.h"

/* What all hooks of one stage of the life share. */
struct hook_stage {
    const char *state_json; /* comes on standard input */
    const char *dir; /* working directory: the bundle, as with the peers; NULL: the caller's */
    void (*warn)(void *data, const char *line); /* hears of failed poststop hooks; may be NULL */
    void *data;                                 /* of warn */
    const struct hook_output *output;           /* where they write; NULL: as the caller */
};

/* Run one hook; where is "hooks.prestart[1]". The hook gets its own session; an absent env is an
 * empty environment; descriptors 0-2 only. At the timeout (seconds of CLOCK_MONOTONIC) its whole
 * process group is killed. A non-zero exit, a signal or a timeout is an error that names the hook.
 * Never waits for anybody but the hook itself (a grandchild that keeps a pipe open does not
 * matter). */
int hook_run(const struct spec_hook *h, const char *where, const struct hook_stage *s,
             struct err *e);

/* All of one kind in the listed order; stops at the first failure. For HOOK_POSTSTOP every hook is
 * run and failures go to the stage's warn; the result is then 0. */
int hooks_run(const struct spec_hooks *hooks, enum spec_hook_kind kind, const struct hook_stage *s,
              struct err *e);
