// SPDX-License-Identifier: Apache-2.0
/* stats.c - what a container uses, as JSON in the shape of runc's events. */
#include "cgroup/stats.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

enum { TEXT_LIMIT = 4 << 20 };

char *stats_text(int dirfd, const char *file)
{
    auto_fd fd = dirfd < 0 ? -1 : cgroup_dir_openat(dirfd, file, O_RDONLY);
    char *text = NULL;
    struct err ignored;

    return fd >= 0 && file_read_fd(fd, TEXT_LIMIT, &text, NULL, &ignored) == 0 ? text : NULL;
}

uint64_t stats_number(int dirfd, const char *file)
{
    char text[64];

    if (dirfd < 0 || cgroup_file_read(dirfd, file, text, sizeof text) < 0)
        return 0;
    return strcmp(text, "max") ? strtoull(text, NULL, 10) : UINT64_MAX;
}

uint64_t stats_value(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line && *line; line += strcspn(line, "\n")) {
        line += *line == '\n';
        if (!strncmp(line, key, len) && line[len] == ' ')
            return strtoull(line + len + 1, NULL, 10);
    }
    return 0;
}

void stats_name(struct stats *s, const char *name)
{
    const struct buf *b = s->out;

    if (b->len && b->data[b->len - 1] != '{')
        buf_puts(s->out, ",");
    buf_json_string(s->out, name);
    buf_puts(s->out, ":");
}

void stats_add(struct stats *s, const char *name, uint64_t value)
{
    stats_name(s, name);
    buf_printf(s->out, "%" PRIu64, value);
}

void stats_begin(struct stats *s, const char *name)
{
    stats_name(s, name);
    buf_puts(s->out, "{");
}

void stats_end(struct stats *s)
{
    buf_puts(s->out, "}");
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
static void add_pressure_line(struct stats *s, const char *line, size_t len)
{
    size_t word = strcspn(line, " ");
    char name[16];

    if (word >= sizeof name || word >= len)
        return;
    snprintf(name, sizeof name, "%.*s", (int)word, line);
    stats_begin(s, name);
    for (const char *p = line + word; p < line + len && *p == ' '; p += strcspn(p, " \n")) {
        size_t key = strcspn(++p, "=");
        size_t digits = p[key] ? strspn(p + key + 1, "0123456789.") : 0;

        if (key >= sizeof name || digits == 0)
            break;
        snprintf(name, sizeof name, "%.*s", (int)key, p);
        stats_name(s, name);
        buf_add(s->out, p + key + 1, digits);
    }
    stats_end(s);
}

void stats_pressure(struct stats *s, const char *file)
{
    auto_fd dir = stats_open_v2(s);
    auto_free char *text = stats_text(dir, file);

    if (!text || !*text)
        return;
    stats_begin(s, "psi");
    for (const char *line = text; *line; line += strcspn(line, "\n")) {
        line += *line == '\n';
        add_pressure_line(s, line, strcspn(line, "\n"));
    }
    stats_end(s);
}

/* Without the controller threads are not counted, but the processes can be. */
static uint64_t count_processes(const struct stats *s)
{
    auto_free pid_t *pids = NULL;
    size_t count = 0;
    struct err ignored;

    return cgroup_pids(s->cg, &pids, &count, &ignored) < 0 ? 0 : count;
}

static void add_pids(struct stats *s)
{
    bool v2 = false;
    auto_fd dir = stats_open(s, "pids", "pids", &v2);
    uint64_t limit = stats_number(dir, "pids.max");

    stats_begin(s, "pids");
    stats_add(s, "current", dir < 0 ? count_processes(s) : stats_number(dir, "pids.current"));
    stats_add(s, "limit", limit == UINT64_MAX ? 0 : limit);
    stats_end(s);
}

static uint64_t huge_page_number(int dir, const char *size, const char *what)
{
    char file[64];

    snprintf(file, sizeof file, "hugetlb.%s.%s", size, what);
    return stats_number(dir, file);
}

static void add_page_size(struct stats *s, int dir, bool v2, const char *size)
{
    auto_free char *events = NULL;
    char file[64];

    stats_begin(s, size);
    stats_add(s, "usage", huge_page_number(dir, size, v2 ? "current" : "usage_in_bytes"));
    if (!v2) {
        stats_add(s, "max", huge_page_number(dir, size, "max_usage_in_bytes"));
        stats_add(s, "failcnt", huge_page_number(dir, size, "failcnt"));
    } else {
        snprintf(file, sizeof file, "hugetlb.%s.events", size);
        events = stats_text(dir, file);
        stats_add(s, "failcnt", stats_value(events, "max"));
    }
    stats_end(s);
}

/* The sizes are those that there are files for: "hugetlb.2MB.current". */
static void add_huge_pages(struct stats *s)
{
    bool v2 = false;
    auto_fd dir = stats_open(s, "hugetlb", "hugetlb", &v2);
    auto_fd listed = dir < 0 ? -1 : openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_dir names = listed < 0 ? NULL : fdopendir(listed);

    stats_begin(s, "hugetlb");
    if (names)
        take_fd(&listed);
    for (struct dirent *d; names && (d = readdir(names));) {
        const char *name = d->d_name + 8;
        char size[16];

        if (strncmp(d->d_name, "hugetlb.", 8) != 0 || strcspn(name, ".") >= sizeof size)
            continue;
        snprintf(size, sizeof size, "%.*s", (int)strcspn(name, "."), name);
        if (!strcmp(name + strlen(size), v2 ? ".current" : ".usage_in_bytes"))
            add_page_size(s, dir, v2, size);
    }
    stats_end(s);
}

int cgroup_stats(const struct cgroup_host *host, const struct cgroup *cg, struct buf *ret,
                 struct err *e)
{
    struct stats s = { .host = host, .cg = cg, .out = ret };

    buf_puts(ret, "{");
    stats_cpu(&s);
    stats_cpuset(&s);
    stats_memory(&s);
    add_pids(&s);
    stats_block_io(&s);
    add_huge_pages(&s);
    /* Of these davit has none; readers of runc's events expect them. */
    buf_puts(ret, ",\"intel_rdt\":{},\"network_interfaces\":null}");
    return buf_failed(ret) ? err_os(e, ENOMEM, "read statistics") : 0;
}
