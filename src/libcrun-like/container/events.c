// SPDX-License-Identifier: Apache-2.0
/* events.c - what a container uses, once or again and again, and its running out of memory. */
#include "container/open.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* A container that is being looked at. */
struct watch {
    struct found found;
    struct cgroup_host host;
    struct cgroup cg;
    struct cgroup_oom oom;
    int process; /* pidfd of init */
};

static void watch_done(struct watch *w)
{
    cgroup_oom_done(&w->oom);
    cleanup_fd(&w->process);
    cgroup_host_done(&w->host);
    found_done(&w->found);
}

#define auto_watch cleanup(watch_done) struct watch

#define NO_WATCH                                                                                   \
    {                                                                                              \
        .found = { .rootfd = -1, .dirfd = -1, .lock = -1 }, .host = { .v2 = -1 },                  \
        .oom = { .fd = -1, .file = -EBADF }, .process = -EBADF                                     \
    }

static int watch_open(davit_context *c, const char *id, struct watch *w, struct err *e)
{
    const char *status;

    TRY(found_open(c, id, false, false, &w->found, e));
    status = state_status(w->found.dirfd, &w->found.record);
    w->process = state_process_open(&w->found.record.process);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating") || w->process < 0)
        return err_set(e, ERR_BAD_STATE, "container not running");
    TRY(found_check_cgroups(&w->found, e));
    TRY(cgroup_host_read(&w->host, e));
    cgroup_match(&w->found.record.cgroup, &w->host, &w->cg);
    return 0;
}

static int put_stats(const struct watch *w, struct buf *b, struct err *e)
{
    buf_puts(b, "{\"type\":\"stats\",\"id\":");
    buf_json_string(b, w->found.id);
    buf_puts(b, ",\"data\":");
    TRY(cgroup_stats(&w->host, &w->cg, b, e));
    buf_puts(b, "}");
    return buf_failed(b) ? err_os(e, ENOMEM, "read statistics") : 0;
}

int container_stats(davit_context *c, const char *id, char **ret_json, struct err *e)
{
    auto_watch w = NO_WATCH;
    auto_buf b = { 0 };

    TRY(watch_open(c, id, &w, e));
    TRY(put_stats(&w, &b, e));
    *ret_json = take_ptr(b.data);
    return 0;
}

static int tell(const struct davit_events_options *o, const char *json, struct err *e)
{
    int rc = o->event(o->data, json);

    return rc < 0 ? err_os(e, rc, "hand over an event") : 0;
}

static int tell_stats(const struct watch *w, const struct davit_events_options *o, struct err *e)
{
    auto_buf b = { 0 };

    TRY(put_stats(w, &b, e));
    return tell(o, b.data, e);
}

static int tell_oom(struct watch *w, const struct davit_events_options *o, struct err *e)
{
    auto_buf b = { 0 };

    if (!cgroup_oom_happened(&w->oom))
        return 0;
    buf_puts(&b, "{\"type\":\"oom\",\"id\":");
    buf_json_string(&b, w->found.id);
    buf_puts(&b, "}");
    return buf_failed(&b) ? err_os(e, ENOMEM, "oom event") : tell(o, b.data, e);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* How long to wait; -1: for ever. */
static int time_left(int64_t due)
{
    int64_t left = due - now_ms();

    if (due == 0)
        return -1;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

int container_events(davit_context *c, const char *id, const struct davit_events_options *o,
                     struct err *e)
{
    int64_t due = o->interval_ms ? now_ms() + o->interval_ms : 0;
    struct pollfd p[2] = { { .events = POLLIN } };
    auto_watch w = NO_WATCH;

    if (!o->event)
        return err_set(e, ERR_INVALID, "options have nobody to tell of events");
    TRY(watch_open(c, id, &w, e));
    TRY(cgroup_oom_open(&w.host, &w.cg, &w.oom, e));
    p[0].fd = w.process;
    p[1].fd = w.oom.fd;
    p[1].events = w.oom.events;
    for (;;) {
        if (poll(p, 2, time_left(due)) < 0 && errno != EINTR)
            return err_os(e, errno, "poll");
        /* First: it may be what the container has ended of. */
        TRY(tell_oom(&w, o, e));
        if (p[0].revents)
            return 0;
        if (due && now_ms() >= due) {
            TRY(tell_stats(&w, o, e));
            due = now_ms() + o->interval_ms;
        }
    }
}
