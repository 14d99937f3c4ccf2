// SPDX-License-Identifier: Apache-2.0
/* log_service.c - the host's own logs: the journal, and what listens at /dev/log. Both take
 * datagrams, so no library is needed, and an absent service is heard of at once. */
#include "davit/log.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <ctype.h>
#include <endian.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

int log_service_connect(enum log_kind kind)
{
    const struct sockaddr_un journal = { AF_UNIX, "/run/systemd/journal/socket" };
    const struct sockaddr_un syslog = { AF_UNIX, "/dev/log" };
    const struct sockaddr_un *address = kind == LOG_TO_JOURNAL ? &journal : &syslog;
    auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) < 0)
        return -1;
    return take_fd(&fd);
}

static int priority_of(int level)
{
    return level == LEVEL_ERROR ? LOG_ERR : level == LEVEL_WARNING ? LOG_WARNING : LOG_DEBUG;
}

/* systemd's JOURNAL_NATIVE_PROTOCOL, in the form that any value fits in. */
static void add_field(struct buf *entry, const char *name, const char *value, size_t len)
{
    uint64_t size = htole64(len);

    buf_puts(entry, name);
    buf_add(entry, "\n", 1);
    buf_add(entry, &size, sizeof size);
    buf_add(entry, value, len);
    buf_add(entry, "\n", 1);
}

void log_add_journal(struct buf *entry, const struct log *log, int level, const char *text,
                     const struct davit_error *e)
{
    const char priority = (char)('0' + priority_of(level));
    const char *code = e ? err_kind_name((enum err_kind)e->kind) : NULL;
    size_t len;
    const char *path = e ? log_config_path(text, &len) : NULL;

    add_field(entry, "MESSAGE", text, strlen(text));
    add_field(entry, "PRIORITY", &priority, 1);
    add_field(entry, "SYSLOG_IDENTIFIER", log->ident, strlen(log->ident));
    if (code)
        add_field(entry, "DAVIT_CODE", code, strlen(code));
    if (path)
        add_field(entry, "DAVIT_PATH", path, len);
}

/* As syslog(3) writes it; RFC 3164 has no field for more. */
void log_add_syslog(struct buf *line, const struct log *log, int level, const char *text,
                    const struct davit_error *e)
{
    time_t now = time(NULL);
    char stamp[32];
    struct tm tm;

    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &tm);
    buf_printf(line, "<%d>%s %s[%d]: ", LOG_DAEMON | priority_of(level), stamp, log->ident,
               getpid());
    if (log->format == LOG_JSON) {
        log_add_json(line, level, text, e);
        return;
    }
    for (; *text; text++) /* one line, whatever a name from outside holds */
        buf_add(line, iscntrl((unsigned char)*text) ? "?" : text, 1);
}
