// SPDX-License-Identifier: Apache-2.0
/*
 * cli.h - the verbs: one struct each, from which the help is made.
 *
 * A verb's file has its own struct of values and its own option table:
 *
 *     struct tag_values { bool force; };
 *     #define OPTION_VALUES struct tag_values
 *     static const struct option tag_options[] = { SWITCH("f", "force", force, "…"), { 0 } };
 *     static int tag_run(struct cli *cli, const void *values, struct err *e) { … }
 *     const struct cli_command cmd_tag = { .name = "tag", .values_size = sizeof(struct tag_values),
 * … };
 *
 * and a line in commands.c, in commands.h and in meson.build.
 */
#pragma once

#include "base/buf.h"
#include "cli/option.h"
#include "lade/layer/inflate.h"
#include "lade/report/report.h"
#include "lade/store/store.h"
#include "lade/user/own_ids.h"

#include <stdbool.h>
#include <stddef.h>

/* What stands in front of the verb. The text belongs to argv. */
struct cli_globals {
    const char *store;
    struct option_list factories;
    int log_level, progress;
    bool quiet, version, low_mem;
};

/* One run of the program. */
struct cli {
    const char *name; /* what it was called as, without folders */
    struct cli_globals global;
    const struct cli_command *command; /* NULL until it is known */
    char **args;                       /* what is no option, NULL-terminated */
    int n_args;
    bool help;
    struct report *report;
    bool entered; /* a plain user, root of the user namespace that was made for the verb */
    struct own_ids own_ids; /* those that it maps */
};

enum { ANY_ARGS = -1 };

struct cli_command {
    const char *name;
    const char *args;    /* synopsis of what follows the options */
    const char *summary; /* half a line */
    const struct option *options;
    size_t values_size;     /* of the struct that the options fill; zeroed before */
    int min_args, max_args; /* max_args may be ANY_ARGS */
    int stop_after;         /* options end at the word behind so many; 0: nowhere */
    bool owns_files;        /* it works on files of many owners: see user_namespace.h */
    bool passes_status;     /* its exit code is the container's */
    /* Returns the exit status, or a negative errno with *e filled. */
    int (*run)(struct cli *cli, const void *values, struct err *e);
};

/* lade's own failure in run, whose other codes are those of the container. */
enum { EXIT_OWN_FAILURE = 255 };

extern const struct option cli_options[];

/* Of the checkout that this was built from, or "unknown". */
extern const char lade_commit[];

/* The row of verbs that take one image out of several. */
#define PLATFORM_ROW                                                                               \
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform,                                          \
         "which of an index's images (default: this machine's)")

#define STRICT_PLATFORM_ROW(member)                                                                \
    SWITCH(NULL, "strict-platform", member,                                                        \
           "fail when the image says that it is for another platform")

/* The row of verbs that print. */
#define JSON_ROW SWITCH(NULL, "json", json, "print JSON")

/* Rows of verbs that make layers; see cli_compression(). */
#define COMPRESSION_ROW                                                                            \
    CHOICE(NULL, "compression", "zstd|gzip|none", compression, 0,                                  \
           "how the new layer is compressed (default: zstd)")
#define LEVEL_ROW NUMBER(NULL, "level", "N", level, "how well: zstd 1 to 19 (3), gzip 1 to 9 (6)")

/* The verb of that name, or NULL with *e filled, naming the nearest. */
const struct cli_command *command_find(const char *name, struct err *e);

/* Reads the words behind the verb into cli and *ret_values, which is malloc'd, and counts them.
 * With cli->help set nothing else counts. */
int command_parse(struct cli *cli, char **argv, void **ret_values, struct err *e);

/* Free the lists that a table of options has filled. */
void command_free_lists(const struct option *options, void *values);

/* The store that the global options mean. */
int cli_open_store(struct cli *cli, enum store_access access, struct store **ret, struct err *e);

/* What --platform says, or this machine. */
int cli_platform(struct arena *arena, const char *text, struct platform *ret, struct err *e);

/* What --compression says. */
enum compression cli_compression(int choice);

/* Tell which image a verb has made; name may be NULL. */
int cli_print_image(struct cli *cli, const char *name, const struct descriptor *d, bool json,
                    struct err *e);

/* A store that was opened for one image in it. Zeroed before, done after use in any case. */
struct cli_image {
    struct store *store;
    struct store_names *names;
    const struct store_entry *entry;
};
int cli_find(struct cli *cli, enum store_access access, const char *text, struct cli_image *ret,
             struct err *e);
void cli_image_done(struct cli_image *i);
#define auto_cli_image __attribute__((__cleanup__(cli_image_done))) struct cli_image

/* To standard output. Return 0 (the exit status) or a negative errno. */
int help_program(const char *name, struct err *e);
int help_command(const char *name, const struct cli_command *command, struct err *e);
int help_version(const char *name, struct err *e);
int output_text(const char *text, struct err *e); /* ends it with a newline */
int output_buf(const struct buf *b, struct err *e);
