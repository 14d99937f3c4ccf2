// SPDX-License-Identifier: Apache-2.0
/* commands.h - the verbs there are. */
#pragma once

#include "lade/cli.h"

extern const struct cli_command cmd_blob;
extern const struct cli_command cmd_bundle;
extern const struct cli_command cmd_commit;
extern const struct cli_command cmd_completion;
extern const struct cli_command cmd_config;
extern const struct cli_command cmd_copy;
extern const struct cli_command cmd_df;
extern const struct cli_command cmd_diff;
extern const struct cli_command cmd_export;
extern const struct cli_command cmd_gc;
extern const struct cli_command cmd_help;
extern const struct cli_command cmd_history;
extern const struct cli_command cmd_images;
extern const struct cli_command cmd_index;
extern const struct cli_command cmd_import;
extern const struct cli_command cmd_inspect;
extern const struct cli_command cmd_load;
extern const struct cli_command cmd_login;
extern const struct cli_command cmd_logout;
extern const struct cli_command cmd_mount;
extern const struct cli_command cmd_pull;
extern const struct cli_command cmd_push;
extern const struct cli_command cmd_remote;
extern const struct cli_command cmd_rmi;
extern const struct cli_command cmd_run;
extern const struct cli_command cmd_save;
extern const struct cli_command cmd_tag;
extern const struct cli_command cmd_tags;
extern const struct cli_command cmd_umount;
extern const struct cli_command cmd_untag;
extern const struct cli_command cmd_verify;
extern const struct cli_command cmd_volume;

/* All of them, in the order of the help; ends with NULL. */
extern const struct cli_command *const cli_commands[];
