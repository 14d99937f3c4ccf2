// SPDX-License-Identifier: Apache-2.0
/* options.c - the options in front of the verb, and the values of all of them. */
#include "davit/options.h"

#include "davit/error.h"

#include <assert.h>
#include <stdlib.h>

static_assert((int)DAVIT_CGROUP_FS == 0 && (int)DAVIT_CGROUP_SYSTEMD == 1 &&
                  (int)DAVIT_CGROUP_NONE == 2,
              "the words of --cgroup-manager stand in this order");

// clang-format off
const struct option options_global[] = {
    TEXT(NULL, "root", "DIR", global.root,
         "where states are kept (default: /run/NAME, or $XDG_RUNTIME_DIR/NAME without privileges)"),
    TEXT(NULL, "log", "FILE", global.log, "append errors to this file, too; or journald:NAME, syslog:NAME"),
    CHOICE(NULL, "log-format", "text|json", global.log_format, LOG_TEXT, "how FILE is written (default: text)"),
    CHOICE(NULL, "log-level", "error|warning|debug", global.log_level, LEVEL_ERROR,
           "what is reported (default: warning, in FILE error)"),
    FIXED(NULL, "debug", global.log_level, LEVEL_DEBUG, "the same as --log-level debug"),
    FIXED(NULL, "systemd-cgroup", global.cgroup_manager, DAVIT_CGROUP_SYSTEMD,
          "the same as --cgroup-manager systemd"),
    CHOICE(NULL, "cgroup-manager", "cgroupfs|systemd|disabled", global.cgroup_manager, DAVIT_CGROUP_FS,
           "who makes the cgroups (default: cgroupfs)"),
    CHOICE(NULL, "rootless", "auto|true|false", global.rootless, ROOTLESS_AUTO,
           "accepted and checked; privileges are always found out (default: auto)"),
    SWITCH(NULL, "strict", global.strict,
           "follow the specification where engines expect something else"),
    SWITCH("vV", "version", global.version, "print the version and exit"),
    { 0 },
};
// clang-format on

int options_parse(const struct option *options, int stop_after, char **argv,
                  struct option_values *v, struct davit_error *e)
{
    struct option_words words = { 0 };
    struct err err;
    int rc = option_parse(options, options == options_global ? NULL : options_global, stop_after,
                          argv, v, &words, &err);

    v->args = words.args;
    v->n_args = words.n_args;
    v->help = words.help;
    return rc < 0 ? error_from(e, &err) : 0;
}

void option_values_done(struct option_values *v)
{
    free(v->env.items);
    free(v->caps.items);
    free(v->gids.items);
    free(v->cgroups.items);
    *v = (struct option_values){ 0 };
}
