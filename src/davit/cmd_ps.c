// SPDX-License-Identifier: Apache-2.0
/* cmd_ps.c - davit ps: the lines of ps(1) that are about a container. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 256 << 20 };

extern char **environ;

static const struct option ps_options[] = {
    CHOICE("f", "format", "table|json", format, FORMAT_FIRST, "how to print (default: table)"),
    { 0 },
};

static void put_json(json_object **o)
{
    json_object_put(*o);
}

static int wait_for(pid_t pid, struct davit_error *e)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_os(e, errno, "wait for ps");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    /* What it had to say about it is on standard error. */
    return error_set(e, DAVIT_ERROR_INVALID, "ps failed with status %d",
                     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Runs ps; *ret gets what it prints. */
static int run_ps(char **argv, char **ret, struct davit_error *e)
{
    auto_fd from = -EBADF, to = -EBADF;
    posix_spawn_file_actions_t actions;
    struct err failure = { 0 };
    int ends[2], rc, waited;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_os(e, errno, "pipe");
    from = ends[0];
    to = ends[1];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc)
        return error_os(e, rc, "run '%s'", argv[0]);
    cleanup_fd(&to);
    rc = file_read_fd(from, OUTPUT_MAX, ret, NULL, &failure);
    cleanup_fd(&from);
    waited = wait_for(pid, e);
    return rc < 0 ? error_os(e, failure.code, "read the output of ps") : waited;
}

/* The word at that place of a line, counted from 0; it has *ret_len bytes, 0 if there is none. */
static const char *word_at(const char *line, size_t place, size_t *ret_len)
{
    static const char white[] = " \t\n";

    for (line += strspn(line, " \t"); place > 0 && *line && *line != '\n'; place--) {
        line += strcspn(line, white);
        line += strspn(line, " \t");
    }
    *ret_len = strcspn(line, white);
    return line;
}

static int find_column(const char *title, size_t *ret, struct davit_error *e)
{
    size_t len;

    for (*ret = 0;; (*ret)++) {
        const char *word = word_at(title, *ret, &len);

        if (len == 0)
            return error_set(e, DAVIT_ERROR_INVALID, "ps printed no column PID");
        if (len == 3 && memcmp(word, "PID", len) == 0)
            return 0;
    }
}

static bool is_among(json_object *pids, const char *word)
{
    for (size_t i = 0; i < json_object_array_length(pids); i++)
        if (strtol(word, NULL, 10) == json_object_get_int(json_object_array_get_idx(pids, i)))
            return true;
    return false;
}

/* The title and the lines of the container's processes. */
static int select_lines(const char *text, json_object *pids, struct buf *ret, struct davit_error *e)
{
    size_t column, len = strcspn(text, "\n");

    TRY(find_column(text, &column, e));
    buf_add(ret, text, len);
    buf_puts(ret, "\n");
    for (const char *line = text + len + (text[len] == '\n'); *line; line += len) {
        size_t word_len;
        const char *word = word_at(line, column, &word_len);

        len = strcspn(line, "\n");
        len += line[len] == '\n';
        if (word_len > 0 && is_among(pids, word))
            buf_add(ret, line, len);
    }
    return buf_failed(ret) ? error_os(e, ENOMEM, "print the processes") : 0;
}

static int ps_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    char name[] = "ps", usual[] = "-ef", *all[] = { name, usual, NULL };
    cleanup(put_json) json_object *pids = NULL;
    auto_free char *json = NULL, *text = NULL;
    auto_buf b = { 0 };
    const char *id = v->args[0];
    char **argv = v->args;

    TRY(davit_ps(cli->context, id, &json, e));
    if (v->format == FORMAT_JSON)
        return output_text(json, e);
    pids = json_tokener_parse(json);
    if (!json_object_is_type(pids, json_type_array))
        return error_set(e, DAVIT_ERROR_PROTOCOL, "read the list of processes: not a JSON array");
    /* The options of ps stand behind the id, whose place its name can take. */
    argv[0] = name;
    TRY(run_ps(argv[1] ? argv : all, &text, e));
    TRY(select_lines(text, pids, &b, e));
    return output_text(b.data, e);
}

const struct cli_command cmd_ps = {
    .name = "ps",
    .args = "ID [PS OPTION]...",
    .summary = "list the processes of a container",
    .options = ps_options,
    .min_args = 1,
    .stop_after = STOP_AT_FIRST,
    .run = ps_run,
};
