// SPDX-License-Identifier: Apache-2.0
/* report.c - lines on standard error, and the block of bars that stays below them. */
#include "lade/report/report.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/table.h"
#include "lade/report/quantity.h"

#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

enum {
    REDRAW_MS = 100,
    PLAIN_MS = 10000, /* between two lines about the same thing */
    WIDTH_DEFAULT = 80,
    BAR_WIDTH = 24,
};

struct progress {
    struct report *report; /* NULL: nothing shows */
    struct progress *next; /* in the order of their beginning */
    char what[80];
    uint64_t total, done;
    int64_t shown; /* ms; when a plain or JSON line was last written */
};

struct report {
    const char *name;
    int level, progress;
    bool quiet;
    pthread_mutex_t lock; /* guards all below, and the order of lines */
    struct progress *first;
    int drawn;       /* lines of the block as they stand on the terminal */
    int64_t redrawn; /* ms */
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct report *report_new(const char *name)
{
    struct report *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->name = name;
    r->progress = PROGRESS_NONE; /* until it is known what was asked for */
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void report_configure(struct report *r, int level, int progress, bool quiet)
{
    const char *term = getenv("TERM");

    r->level = level;
    r->quiet = quiet;
    r->progress = quiet ? PROGRESS_NONE : progress;
    if (r->progress == PROGRESS_AUTO &&
        (!isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0))
        r->progress = PROGRESS_PLAIN;
}

void report_free(struct report *r)
{
    if (r)
        pthread_mutex_destroy(&r->lock);
    free(r);
}

/* One write, so that lines of several processes do not mix. What nobody takes is lost. */
static void flush(const struct buf *b)
{
    if (!buf_failed(b) && b->len)
        write_all(STDERR_FILENO, b->data, b->len);
}

static int columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
        return WIDTH_DEFAULT;
    return size.ws_col;
}

static void add_amount(struct buf *b, const struct progress *p)
{
    char done[QUANTITY_TEXT_SIZE], total[QUANTITY_TEXT_SIZE];

    quantity_bytes(p->done, done);
    quantity_bytes(p->total, total);
    if (p->total)
        buf_printf(b, "%s of %s", done, total);
    else
        buf_puts(b, done);
}

/* One line of the block, cut so that it never wraps: the block is taken back line by line. */
static void add_bar(struct buf *b, const struct progress *p, int width)
{
    auto_buf line = { 0 };
    int full = p->total ? (int)(p->done * BAR_WIDTH / p->total) : 0;

    if (full > BAR_WIDTH)
        full = BAR_WIDTH;
    buf_printf(&line, "%-24.40s", p->what);
    if (p->total) {
        buf_puts(&line, " [");
        for (int i = 0; i < BAR_WIDTH; i++)
            buf_puts(&line, i < full ? "=" : i == full ? ">" : " ");
        buf_puts(&line, "]");
    }
    buf_puts(&line, " ");
    add_amount(&line, p);
    if (buf_failed(&line))
        return;
    buf_printf(b, "%.*s\n", width - 1, line.data);
}

static void add_removal(struct buf *b, int lines)
{
    if (lines)
        buf_printf(b, "\033[%dA\r\033[J", lines);
}

static void redraw(struct report *r, struct buf *b)
{
    int width = columns();

    add_removal(b, r->drawn);
    r->drawn = 0;
    for (const struct progress *p = r->first; p; p = p->next) {
        add_bar(b, p, width);
        r->drawn++;
    }
    r->redrawn = now_ms();
}

/* A line above the block. */
static void write_line(struct report *r, const char *prefix, const char *text)
{
    auto_buf b = { 0 };

    pthread_mutex_lock(&r->lock);
    add_removal(&b, r->drawn);
    r->drawn = 0;
    if (prefix)
        buf_printf(&b, "%s: %s: ", r->name, prefix);
    add_printable(&b, text);
    buf_puts(&b, "\n");
    if (r->progress == PROGRESS_AUTO && r->first)
        redraw(r, &b);
    flush(&b);
    pthread_mutex_unlock(&r->lock);
}

__attribute__((format(printf, 3, 0))) static void
write_message(struct report *r, const char *prefix, const char *fmt, va_list args)
{
    char text[1024];

    vsnprintf(text, sizeof text, fmt, args);
    write_line(r, prefix, text);
}

void report_failure(struct report *r, const struct err *e)
{
    char text[ERR_TEXT_MAX + 128];

    err_format(e, text, sizeof text);
    write_line(r, "error", text);
}

void report_warning(struct report *r, const char *fmt, ...)
{
    va_list args;

    if (!r || r->level == REPORT_ERROR)
        return;
    va_start(args, fmt);
    write_message(r, "warning", fmt, args);
    va_end(args);
}

void report_note(struct report *r, const char *fmt, ...)
{
    va_list args;

    if (!r || r->quiet || r->level == REPORT_ERROR)
        return;
    va_start(args, fmt);
    write_message(r, NULL, fmt, args);
    va_end(args);
}

void report_debug(struct report *r, const char *fmt, ...)
{
    va_list args;

    if (!r || r->level != REPORT_DEBUG)
        return;
    va_start(args, fmt);
    write_message(r, "debug", fmt, args);
    va_end(args);
}

/* event: "begin", "progress", or the outcome. */
static void write_event(struct progress *p, const char *event)
{
    auto_buf b = { 0 };

    if (p->report->progress == PROGRESS_JSON) {
        buf_puts(&b, "{\"what\":");
        buf_json_string(&b, p->what);
        buf_puts(&b, ",\"event\":");
        buf_json_string(&b, event);
        buf_printf(&b, ",\"bytes\":%llu,\"total\":%llu}\n", (unsigned long long)p->done,
                   (unsigned long long)p->total);
    } else if (strcmp(event, "begin") != 0) { /* plain lines: the begin is not worth one */
        add_printable(&b, p->what);
        buf_puts(&b, ": ");
        if (strcmp(event, "progress") != 0)
            buf_printf(&b, "%s, ", event);
        add_amount(&b, p);
        buf_puts(&b, "\n");
    }
    p->shown = now_ms();
    flush(&b);
}

static void show(struct progress *p, const char *event)
{
    auto_buf b = { 0 };

    if (p->report->progress != PROGRESS_AUTO) {
        write_event(p, event);
        return;
    }
    redraw(p->report, &b);
    flush(&b);
}

/* What is handed out when there is nothing to show with; never written to. */
static const struct progress nothing;

struct progress *progress_begin(struct report *r, const char *what, uint64_t total, uint64_t done)
{
    struct progress *p, **end;
    auto_buf text = { 0 };

    if (!r || r->progress == PROGRESS_NONE || !(p = calloc(1, sizeof *p)))
        return (struct progress *)&nothing;
    add_printable(&text, what);
    *p = (struct progress){ .report = r, .total = total, .done = done };
    snprintf(p->what, sizeof p->what, "%s", text.data ? text.data : "");
    pthread_mutex_lock(&r->lock);
    for (end = &r->first; *end; end = &(*end)->next)
        ;
    *end = p;
    show(p, "begin");
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void show_now_and_then(struct progress *p)
{
    const struct report *r = p->report;
    bool bars = r->progress == PROGRESS_AUTO;
    int64_t last = bars ? r->redrawn : p->shown;
    int64_t pause = r->progress == PROGRESS_PLAIN ? PLAIN_MS : REDRAW_MS;

    if (now_ms() - last >= pause)
        show(p, "progress");
}

void progress_add(struct progress *p, uint64_t bytes)
{
    struct report *r = p->report;

    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    p->done += bytes;
    show_now_and_then(p);
    pthread_mutex_unlock(&r->lock);
}

void progress_restart(struct progress *p)
{
    struct report *r = p->report;

    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    p->done = 0;
    pthread_mutex_unlock(&r->lock);
}

void progress_end(struct progress *p, const char *outcome)
{
    struct report *r = p->report;
    struct progress **at;
    auto_buf b = { 0 };

    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    for (at = &r->first; *at != p; at = &(*at)->next)
        ;
    *at = p->next;
    if (r->progress == PROGRESS_AUTO) {
        /* It becomes a line of its own above those that go on. */
        add_removal(&b, r->drawn);
        r->drawn = 0;
        buf_printf(&b, "%-24.40s %s, ", p->what, outcome);
        add_amount(&b, p);
        buf_puts(&b, "\n");
        redraw(r, &b);
        flush(&b);
    } else {
        write_event(p, outcome);
    }
    pthread_mutex_unlock(&r->lock);
    free(p);
}
