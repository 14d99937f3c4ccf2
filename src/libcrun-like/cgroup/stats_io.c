// SPDX-License-Identifier: Apache-2.0
/* stats_io.c - what went to and came from block devices. */
#include "cgroup/stats.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <string.h>

/* How runc calls what v1 counts. The throttler counts two of them, the rest is a scheduler's. */
static const struct {
    const char *name, *file;
} counters[] = {
    { "ioServiceBytesRecursive", "io_service_bytes" },
    { "ioServicedRecursive", "io_serviced" },
    { "ioQueueRecursive", "io_queued" },
    { "ioServiceTimeRecursive", "io_service_time" },
    { "ioWaitTimeRecursive", "io_wait_time" },
    { "ioMergedRecursive", "io_merged" },
    { "ioTimeRecursive", "time" },
    { "sectorsRecursive", "sectors" },
};

static void add_entry(struct stats *s, unsigned long major, unsigned long minor, const char *op,
                      size_t op_len, uint64_t value)
{
    if (s->out->len && s->out->data[s->out->len - 1] != '[')
        buf_puts(s->out, ",");
    buf_printf(s->out, "{\"major\":%lu,\"minor\":%lu", major, minor);
    if (op_len)
        buf_printf(s->out, ",\"op\":\"%.*s\"", (int)op_len, op);
    buf_printf(s->out, ",\"value\":%" PRIu64 "}", value);
}

/* "8:0 Read 4096" or "8:0 4096"; the sum at the end is of no device. */
static void add_line_v1(struct stats *s, const char *line)
{
    char *end;
    unsigned long major = strtoul(line, &end, 10), minor;
    const char *op;
    size_t len;

    if (end == line || *end != ':')
        return;
    minor = strtoul(end + 1, &end, 10);
    op = end + (*end == ' ');
    len = strspn(op, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    add_entry(s, major, minor, op, len, strtoull(op + len, NULL, 10));
}

static char *read_counter(int dir, const char *keeper, const char *file)
{
    char name[64];

    snprintf(name, sizeof name, "blkio.%s.%s_recursive", keeper, file);
    return stats_text(dir, name);
}

static void add_v1(struct stats *s, int dir)
{
    for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
        auto_free char *text = read_counter(dir, "bfq", counters[i].file);

        if (!text || !strchr(text, ':')) {
            cleanup_free(&text);
            text = read_counter(dir, "throttle", counters[i].file);
        }
        if (!text || !strchr(text, ':'))
            continue;
        stats_name(s, counters[i].name);
        buf_puts(s->out, "[");
        for (const char *line = text; *line; line += strcspn(line, "\n")) {
            line += *line == '\n';
            add_line_v1(s, line);
        }
        buf_puts(s->out, "]");
    }
}

/* Of "8:0 rbytes=1 wbytes=2 rios=3 wios=4 …" one pair. */
static void add_pair_v2(struct stats *s, const char *line, const char *key, const char *op)
{
    char *end;
    unsigned long major = strtoul(line, &end, 10), minor;
    const char *at, *stop = line + strcspn(line, "\n");

    if (end == line || *end != ':')
        return;
    minor = strtoul(end + 1, &end, 10);
    at = strstr(end, key);
    if (at && at < stop)
        add_entry(s, major, minor, op, strlen(op), strtoull(at + strlen(key), NULL, 10));
}

static void add_v2(struct stats *s, const char *name, const char *text, const char *read,
                   const char *written)
{
    if (!text || !strchr(text, ':'))
        return;
    stats_name(s, name);
    buf_puts(s->out, "[");
    for (const char *line = text; *line; line += strcspn(line, "\n")) {
        line += *line == '\n';
        add_pair_v2(s, line, read, "Read");
        add_pair_v2(s, line, written, "Write");
    }
    buf_puts(s->out, "]");
}

void stats_block_io(struct stats *s)
{
    bool v2 = false;
    auto_fd dir = stats_open(s, "blkio", "io", &v2);
    auto_free char *text = NULL;

    stats_begin(s, "blkio");
    if (dir >= 0 && v2) {
        text = stats_text(dir, "io.stat");
        add_v2(s, "ioServiceBytesRecursive", text, " rbytes=", " wbytes=");
        add_v2(s, "ioServicedRecursive", text, " rios=", " wios=");
    } else if (dir >= 0) {
        add_v1(s, dir);
    }
    stats_pressure(s, "io.pressure");
    stats_end(s);
}
