// SPDX-License-Identifier: Apache-2.0
/* options.h - what davit's command lines can say; the verbs hand it to the library. */
#pragma once

#include "cli/option.h"
#include "davit.h"

#include <stdbool.h>
#include <stddef.h>

enum option_log_level { LEVEL_DEFAULT, LEVEL_ERROR, LEVEL_WARNING, LEVEL_DEBUG };
enum option_log_format { LOG_TEXT, LOG_JSON };
enum option_rootless { ROOTLESS_AUTO, ROOTLESS_TRUE, ROOTLESS_FALSE };
enum option_format { FORMAT_FIRST, FORMAT_JSON }; /* the first is table or text */

struct option_globals {
    const char *root, *log;
    int log_format, log_level, cgroup_manager, rootless;
    bool strict, version;
};

/* The limits that update knows by name. */
enum option_limit {
    LIMIT_MEMORY,
    LIMIT_MEMORY_RESERVATION,
    LIMIT_MEMORY_SWAP,
    LIMIT_KERNEL_MEMORY,
    LIMIT_KERNEL_MEMORY_TCP,
    LIMIT_CPU_SHARE,
    LIMIT_CPU_QUOTA,
    LIMIT_CPU_PERIOD,
    LIMIT_CPU_BURST,
    LIMIT_CPU_IDLE,
    LIMIT_CPU_RT_RUNTIME,
    LIMIT_CPU_RT_PERIOD,
    LIMIT_CPUSET_CPUS,
    LIMIT_CPUSET_MEMS,
    LIMIT_BLKIO_WEIGHT,
    LIMIT_PIDS,
    LIMIT_COUNT,
};

/* What the words of one command line say. The text belongs to argv. */
struct option_values {
    struct option_globals global;
    bool help;
    struct davit_run_options run;   /* create and plan use run.create */
    struct davit_exec_options exec; /* without argv and the lists */
    struct option_list env, caps, gids, cgroups;
    bool all, force, quiet, regex, rootless, stats;
    int signal; /* of kill; no option */
    int format;
    const char *bundle, *file, *id, *interval;
    const char *limits[LIMIT_COUNT]; /* as written */
    const char *l3_cache_schema, *mem_bw_schema;
    char **args; /* what is no option, NULL-terminated */
    int n_args;
};

void option_values_done(struct option_values *v);

/* option_parse() into *v. */
int options_parse(const struct option *options, int stop_after, char **argv,
                  struct option_values *v, struct davit_error *e);

/* The table of the options that stand before the verb. */
extern const struct option options_global[];

#define OPTION_VALUES struct option_values

/* The rows that create and run share. */
#define CREATE_ROWS                                                                                \
    TEXT("b", "bundle", "DIR", run.create.bundle,                                                  \
         "the bundle's directory (default: the working directory)"),                               \
        TEXT("f", "config", "FILE", run.create.config,                                             \
             "name of the configuration inside the bundle (default: config.json)"),                \
        TEXT(NULL, "console-socket", "SOCK", run.create.console_socket,                            \
             "unix socket that receives the terminal of a detached container"),                    \
        TEXT(NULL, "pid-file", "FILE", run.create.pid_file,                                        \
             "write the process id of the container here, digits only"),                           \
        SWITCH(NULL, "no-pivot", run.create.no_pivot,                                              \
               "do without pivot_root on a host that runs from its initramfs"),                    \
        SWITCH(NULL, "no-new-keyring", run.create.no_new_keyring,                                  \
               "keep the caller's session keyring"),                                               \
        NUMBER(NULL, "preserve-fds", "N", run.create.preserve_fds,                                 \
               "pass descriptors 3 to 2+N to the container"),                                      \
        TEXT(NULL, "trace", "FILE", run.create.trace,                                              \
             "write a timeline of the start in Chrome's trace format"),                            \
        IGNORED("no-subreaper", "accepted, without effect: there never is a subreaper"),           \
        TEXT(NULL, "pidfd-socket", "SOCK", run.create.pidfd_socket,                                \
             "unix socket that receives a pidfd of the container's process")
