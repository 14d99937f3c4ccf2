// SPDX-License-Identifier: Apache-2.0
/* log.c - errors, warnings and debug lines, as text or JSON, never waiting for a reader. */
#include "davit/log.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "davit/error.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

enum { OPEN_FLAGS = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

/* An existing file may be reached through a link (/dev/stderr); a new one is never made through
 * one. Returns the fd or -1 with errno. */
static int open_or_make(const char *path)
{
    int fd = open(path, OPEN_FLAGS);

    if (fd < 0 && errno == ENOENT)
        fd = open(path, OPEN_FLAGS | O_CREAT | O_EXCL, 0600);
    if (fd < 0 && errno == EEXIST) /* another runtime of the same container made it meanwhile */
        fd = open(path, OPEN_FLAGS);
    return fd;
}

/* "KIND:NAME" as crun has it; anything else is a file's path, colons or not. Returns NAME. */
static const char *take_apart(const char *where, enum log_kind *ret)
{
    static const struct {
        const char *prefix;
        enum log_kind kind;
    } kinds[] = {
        { "file:", LOG_TO_FILE },
        { "journald:", LOG_TO_JOURNAL },
        { "syslog:", LOG_TO_SYSLOG },
    };

    *ret = LOG_TO_FILE;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        size_t len = strlen(kinds[i].prefix);

        if (strncmp(where, kinds[i].prefix, len) == 0) {
            *ret = kinds[i].kind;
            return where + len;
        }
    }
    return where;
}

int log_open(struct log *log, const struct option_globals *global, struct davit_error *e)
{
    auto_fd fd = -EBADF;
    const char *name;

    log->format = global->log_format;
    log->level = global->log_level;
    if (!global->log)
        return 0;
    name = take_apart(global->log, &log->kind);
    if (!*name)
        return error_set(e, DAVIT_ERROR_INVALID, "log '%s': a name is missing behind the colon",
                         global->log);
    log->ident = name;
    fd = log->kind == LOG_TO_FILE ? open_or_make(name) : log_service_connect(log->kind);
    if (fd >= 0 && fd <= STDERR_FILENO) { /* never where the payload expects its streams */
        int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

        cleanup_fd(&fd);
        fd = higher;
    }
    if (fd < 0)
        return error_os(e, errno, "open log '%s'", global->log);
    log->fd = take_fd(&fd);
    return 0;
}

void log_close(struct log *log)
{
    cleanup_fd(&log->fd);
}

static const char *level_name(int level)
{
    return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "debug";
}

static void timestamp(char *ret, size_t size)
{
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(ret, size, "%Y-%m-%dT%H:%M:%SZ", &tm); /* RFC 3339 */
}

/* Field names of the top level of config.json (config.md). */
static bool is_config_root(const char *word, size_t len)
{
    static const char *const roots[] = { "ociVersion", "root",  "process",     "mounts", "hostname",
                                         "domainname", "hooks", "annotations", "linux" };

    for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
        if (strlen(roots[i]) == len && memcmp(roots[i], word, len) == 0)
            return true;
    return false;
}

/* Length of the path that text begins with, or 0. */
static size_t path_length(const char *text)
{
    size_t root = strcspn(text, ".[: "), len = root;

    if (!is_config_root(text, root))
        return 0;
    while (isalnum((unsigned char)text[len]) || (text[len] && strchr(".[]_-", text[len])))
        len++;
    /* "root: ..." is a path, "root of ..." is prose, "mounts[3] /data: ..." is a path again. */
    if (text[len] == ':' || (text[len] == ' ' && len > root))
        return len;
    return 0;
}

const char *log_config_path(const char *text, size_t *ret_len)
{
    for (;;) {
        size_t prefix = strcspn(text, "':"); /* what is quoted is somebody else's text */

        *ret_len = path_length(text);
        if (*ret_len)
            return text;
        if (strncmp(text + prefix, ": ", 2) != 0)
            return NULL;
        text += prefix + 2;
    }
}

void log_add_json(struct buf *line, int level, const char *text, const struct davit_error *e)
{
    char time[32], path[sizeof e->text];
    size_t len;
    const char *found = e ? log_config_path(text, &len) : NULL;

    timestamp(time, sizeof time);
    buf_printf(line, "{\"level\":\"%s\",\"msg\":", level_name(level));
    buf_json_string(line, text);
    buf_printf(line, ",\"time\":\"%s\"", time);
    if (e)
        buf_printf(line, ",\"code\":\"%s\"", err_kind_name((enum err_kind)e->kind));
    if (found) {
        snprintf(path, sizeof path, "%.*s", (int)len, found);
        buf_puts(line, ",\"path\":");
        buf_json_string(line, path);
    }
    buf_puts(line, "}");
}

static void add_text(struct buf *line, int level, const char *text)
{
    char time[32];

    timestamp(time, sizeof time);
    buf_printf(line, "time=\"%s\" level=%s msg=", time, level_name(level));
    buf_json_string(line, text);
}

/* One write per line, so that lines of parallel runtimes do not mix; to a service, one datagram. */
static void write_line(int fd, const struct buf *line)
{
    if (!buf_failed(line) && line->len)
        (void)!write(fd, line->data, line->len);
}

static void write_log(const struct log *log, int level, const char *text,
                      const struct davit_error *e)
{
    auto_buf line = { 0 };

    if (log->fd < 0)
        return;
    if (log->kind == LOG_TO_JOURNAL)
        log_add_journal(&line, log, level, text, e);
    else if (log->kind == LOG_TO_SYSLOG)
        log_add_syslog(&line, log, level, text, e);
    else if (log->format == LOG_JSON)
        log_add_json(&line, level, text, e);
    else
        add_text(&line, level, text);
    if (log->kind == LOG_TO_FILE)
        buf_puts(&line, "\n");
    write_line(log->fd, &line);
}

static void write_stderr(const struct log *log, int level, const char *text)
{
    auto_buf line = { 0 };

    buf_printf(&line, "%s: %s: ", log->name, level_name(level));
    for (; *text; text++) { /* a name from outside must not add lines or move the cursor */
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f;

        buf_add(&line, control ? "?" : text, 1);
    }
    buf_puts(&line, "\n");
    write_line(STDERR_FILENO, &line);
}

void log_error(const struct log *log, const struct davit_error *e)
{
    write_stderr(log, LEVEL_ERROR, e->text);
    write_log(log, LEVEL_ERROR, e->text, e);
}

void log_warning(const struct log *log, const char *line)
{
    if (log->level == LEVEL_ERROR)
        return;
    write_stderr(log, LEVEL_WARNING, line);
    if (log->level != LEVEL_DEFAULT)
        write_log(log, LEVEL_WARNING, line, NULL);
}

void log_debug(const struct log *log, const char *line)
{
    if (log->level != LEVEL_DEBUG)
        return;
    if (log->fd < 0)
        write_stderr(log, LEVEL_DEBUG, line);
    else
        write_log(log, LEVEL_DEBUG, line, NULL);
}
