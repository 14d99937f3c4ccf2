// SPDX-License-Identifier: Apache-2.0
/*
 * options.h - the command line as data: option tables, and the values they fill.
 *
 * Parsing and acting are apart: options_parse() turns words and a table into struct option_values,
 * which the verbs hand to the library. The forms are those of Go's flag package, because engines
 * write their command lines for it: -name, --name, --name=value, --name value, -x value, and
 * switches as --name=true or --name=false. What is said twice counts as said last, so that an
 * engine's own arguments can be overridden by appending to them.
 */
#pragma once

#include "davit.h"

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_SWITCH,  /* bool */
    OPTION_TEXT,    /* const char *, never empty: an unset shell variable must not mean "default" */
    OPTION_NUMBER,  /* unsigned, 0 .. 1048576 (the kernel's own limit on descriptors) */
    OPTION_LIST,    /* struct option_list: every use adds an item */
    OPTION_CHOICE,  /* int: value + the position of the word among those of arg ("text|json") */
    OPTION_FIXED,   /* int: a switch that sets value, and 0 when it is taken back */
    OPTION_IGNORED, /* a switch of other runtimes that has nothing to do here */
};

/* A table ends with a row without a name. */
struct option {
    const char *letters; /* one-letter names, the first is shown; NULL: none */
    const char *name;    /* without dashes */
    const char *arg;     /* what the value is called; NULL: a switch */
    enum option_kind kind;
    size_t offset; /* of the field in struct option_values */
    int value;     /* see OPTION_CHOICE, OPTION_FIXED */
    const char *help;
};

/* items: NULL or NULL-terminated; the strings are the caller's argv. */
struct option_list {
    const char **items;
    size_t n;
};

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

enum { OPTIONS_ANYWHERE = 1 << 30 };

/* Read options from argv (NULL-terminated, without the program's name), which is reordered: the
 * words that are no options move to its front and become v->args. Once more than stop_after of
 * these were seen the rest is left alone (0: options end at the first word; OPTIONS_ANYWHERE:
 * never);
 * "--" ends options as well. At --help, -h or -? parsing ends at once with v->help set. */
int options_parse(const struct option *options, int stop_after, char **argv,
                  struct option_values *v, struct davit_error *e);

/* The table of the options that stand before the verb. */
extern const struct option options_global[];
extern const struct option options_help;

/* Rows of tables. The field's type is checked against the kind by the compiler. */
#define OPTION_FIELD(field, type)                                                                  \
    (offsetof(struct option_values, field) +                                                       \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct option_values *)0)->field),  \
                                                  type)                                            \
                         ? 1                                                                       \
                         : -1]))

#define SWITCH(letters, name, field, help)                                                         \
    {                                                                                              \
        letters, name, NULL, OPTION_SWITCH, OPTION_FIELD(field, bool), 0, help                     \
    }
#define TEXT(letters, name, arg, field, help)                                                      \
    {                                                                                              \
        letters, name, arg, OPTION_TEXT, OPTION_FIELD(field, const char *), 0, help                \
    }
#define NUMBER(letters, name, arg, field, help)                                                    \
    {                                                                                              \
        letters, name, arg, OPTION_NUMBER, OPTION_FIELD(field, unsigned), 0, help                  \
    }
#define LIST(letters, name, arg, field, help)                                                      \
    {                                                                                              \
        letters, name, arg, OPTION_LIST, OPTION_FIELD(field, struct option_list), 0, help          \
    }
#define CHOICE(letters, name, words, field, first, help)                                           \
    {                                                                                              \
        letters, name, words, OPTION_CHOICE, OPTION_FIELD(field, int), first, help                 \
    }
#define FIXED(letters, name, field, value, help)                                                   \
    {                                                                                              \
        letters, name, NULL, OPTION_FIXED, OPTION_FIELD(field, int), value, help                   \
    }
#define IGNORED(name, help)                                                                        \
    {                                                                                              \
        NULL, name, NULL, OPTION_IGNORED, 0, 0, help                                               \
    }
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
               "do not use pivot_root (refused: it can't be done safely yet)"),                    \
        SWITCH(NULL, "no-new-keyring", run.create.no_new_keyring,                                  \
               "keep the caller's session keyring"),                                               \
        NUMBER(NULL, "preserve-fds", "N", run.create.preserve_fds,                                 \
               "pass descriptors 3 to 2+N to the container"),                                      \
        TEXT(NULL, "trace", "FILE", run.create.trace,                                              \
             "write a timeline of the start in Chrome's trace format"),                            \
        IGNORED("no-subreaper", "accepted, without effect: there never is a subreaper"),           \
        TEXT(NULL, "pidfd-socket", "SOCK", run.create.pidfd_socket,                                \
             "unix socket that receives a pidfd of the container's process")
