// SPDX-License-Identifier: Apache-2.0
/* cmd_update.c - davit update: limits by name become the JSON that the library understands. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

enum { RESOURCES_MAX = 16 << 20 };

#define LIMIT(name, arg, which, help) TEXT(NULL, name, arg, limits[which], help)

// clang-format off
static const struct option update_options[] = {
    TEXT("r", "resources", "FILE", file,
         "read a linux.resources object from this file, '-' is standard input; instead of options"),
    LIMIT("memory", "BYTES", LIMIT_MEMORY, "memory limit; K, M, G or T may follow, -1 is unlimited"),
    LIMIT("memory-reservation", "BYTES", LIMIT_MEMORY_RESERVATION, "memory that is left to it when memory is short"),
    LIMIT("memory-swap", "BYTES", LIMIT_MEMORY_SWAP, "limit of memory and swap together"),
    LIMIT("kernel-memory", "BYTES", LIMIT_KERNEL_MEMORY, "limit of kernel memory (few kernels have it)"),
    LIMIT("kernel-memory-tcp", "BYTES", LIMIT_KERNEL_MEMORY_TCP, "limit of TCP buffers (cgroup v1)"),
    LIMIT("cpu-share", "N", LIMIT_CPU_SHARE, "share of CPU time compared with others, 2 to 262144"),
    LIMIT("cpu-quota", "USECS", LIMIT_CPU_QUOTA, "CPU time in a period, -1 is unlimited"),
    LIMIT("cpu-period", "USECS", LIMIT_CPU_PERIOD, "length of a period"),
    LIMIT("cpu-burst", "USECS", LIMIT_CPU_BURST, "unused CPU time that may be saved up, 0 for none"),
    LIMIT("cpu-idle", "0|1", LIMIT_CPU_IDLE, "run only when others are idle"),
    LIMIT("cpu-rt-runtime", "USECS", LIMIT_CPU_RT_RUNTIME, "realtime CPU time in a period (cgroup v1)"),
    LIMIT("cpu-rt-period", "USECS", LIMIT_CPU_RT_PERIOD, "length of a realtime period (cgroup v1)"),
    LIMIT("cpuset-cpus", "LIST", LIMIT_CPUSET_CPUS, "CPUs to run on, like 0-3,7"),
    LIMIT("cpuset-mems", "LIST", LIMIT_CPUSET_MEMS, "memory nodes to use"),
    LIMIT("blkio-weight", "N", LIMIT_BLKIO_WEIGHT, "share of disk time compared with others, 10 to 1000"),
    LIMIT("pids-limit", "N", LIMIT_PIDS, "number of processes and threads, -1 is unlimited"),
    TEXT(NULL, "l3-cache-schema", "TEXT", l3_cache_schema, "L3 cache schema (resctrl)"),
    TEXT(NULL, "mem-bw-schema", "TEXT", mem_bw_schema, "memory bandwidth schema (resctrl)"),
    { 0 },
};

/* Where each goes, areas together. */
static const struct {
    const char *area, *member;
    enum { NUMBER_VALUE, BYTES_VALUE, TEXT_VALUE } kind;
} places[LIMIT_COUNT] = {
    [LIMIT_MEMORY] = { "memory", "limit", BYTES_VALUE },
    [LIMIT_MEMORY_RESERVATION] = { "memory", "reservation", BYTES_VALUE },
    [LIMIT_MEMORY_SWAP] = { "memory", "swap", BYTES_VALUE },
    [LIMIT_KERNEL_MEMORY] = { "memory", "kernel", BYTES_VALUE },
    [LIMIT_KERNEL_MEMORY_TCP] = { "memory", "kernelTCP", BYTES_VALUE },
    [LIMIT_CPU_SHARE] = { "cpu", "shares", NUMBER_VALUE },
    [LIMIT_CPU_QUOTA] = { "cpu", "quota", NUMBER_VALUE },
    [LIMIT_CPU_PERIOD] = { "cpu", "period", NUMBER_VALUE },
    [LIMIT_CPU_BURST] = { "cpu", "burst", NUMBER_VALUE },
    [LIMIT_CPU_IDLE] = { "cpu", "idle", NUMBER_VALUE },
    [LIMIT_CPU_RT_RUNTIME] = { "cpu", "realtimeRuntime", NUMBER_VALUE },
    [LIMIT_CPU_RT_PERIOD] = { "cpu", "realtimePeriod", NUMBER_VALUE },
    [LIMIT_CPUSET_CPUS] = { "cpu", "cpus", TEXT_VALUE },
    [LIMIT_CPUSET_MEMS] = { "cpu", "mems", TEXT_VALUE },
    [LIMIT_BLKIO_WEIGHT] = { "blockIO", "weight", NUMBER_VALUE },
    [LIMIT_PIDS] = { "pids", "limit", NUMBER_VALUE },
};
// clang-format on

static const char *name_of(size_t limit)
{
    const struct option *o = update_options;

    while (o->offset != offsetof(struct option_values, limits[0]) + limit * sizeof(const char *))
        o++;
    return o->name;
}

/* Ranges are the library's to check; here it only has to be a number. */
static int add_number(struct buf *b, size_t limit, const char *text, struct davit_error *e)
{
    const char *digits = text + (*text == '-');
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || digits[n])
        return error_set(e, DAVIT_ERROR_INVALID, "invalid value '%s' for '--%s' (a whole number)",
                         text, name_of(limit));
    while (digits[0] == '0' && digits[1])
        digits++;
    buf_printf(b, "%s%s", *text == '-' ? "-" : "", digits);
    return 0;
}

/* 50M, 50m, 50MB and 50MiB are all 50 * 2^20, as runc has it. Returns the power of two or -1. */
static int unit_of(const char *suffix)
{
    static const char units[] = "kmgtp";
    const char *unit = *suffix ? strchr(units, tolower((unsigned char)*suffix)) : NULL;

    suffix += unit != NULL;
    if (unit && tolower((unsigned char)suffix[0]) == 'i' &&
        tolower((unsigned char)suffix[1]) == 'b')
        suffix++;
    suffix += tolower((unsigned char)*suffix) == 'b';
    if (*suffix)
        return -1;
    return unit ? 10 * (int)(unit - units + 1) : 0;
}

static int add_bytes(struct buf *b, size_t limit, const char *text, struct davit_error *e)
{
    size_t n = strspn(text, "0123456789");
    int unit = unit_of(text + n);
    uint64_t bytes = 0;
    bool large = false;

    if (!strcmp(text, "-1")) {
        buf_puts(b, text);
        return 0;
    }
    if (n == 0 || unit < 0)
        return error_set(e, DAVIT_ERROR_INVALID,
                         "invalid value '%s' for '--%s' (a number of bytes, like 1048576 or 1M)",
                         text, name_of(limit));
    for (size_t i = 0; i < n; i++)
        large |= __builtin_mul_overflow(bytes, 10, &bytes) ||
                 __builtin_add_overflow(bytes, (uint64_t)(text[i] - '0'), &bytes);
    if (large || __builtin_mul_overflow(bytes, UINT64_C(1) << unit, &bytes))
        return error_set(e, DAVIT_ERROR_INVALID, "invalid value '%s' for '--%s' (too large)", text,
                         name_of(limit));
    buf_printf(b, "%llu", (unsigned long long)bytes);
    return 0;
}

static int add_value(struct buf *b, size_t limit, const char *text, struct davit_error *e)
{
    switch (places[limit].kind) {
    case NUMBER_VALUE:
        return add_number(b, limit, text, e);
    case BYTES_VALUE:
        return add_bytes(b, limit, text, e);
    case TEXT_VALUE:
        buf_json_string(b, text);
        break;
    }
    return 0;
}

static int add_limits(struct buf *b, const char *const *limits, struct davit_error *e)
{
    const char *area = NULL;

    buf_puts(b, "{");
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        bool same = area && !strcmp(area, places[i].area);

        if (!limits[i])
            continue;
        if (!same)
            buf_printf(b, "%s\"%s\":{", area ? "}," : "", places[i].area);
        buf_printf(b, "%s\"%s\":", same ? "," : "", places[i].member);
        TRY(add_value(b, i, limits[i], e));
        area = places[i].area;
    }
    buf_puts(b, area ? "}}" : "}");
    return buf_failed(b) ? error_os(e, ENOMEM, "read the command line") : 0;
}

/* The file says it all: an option beside it would be lost silently. */
static int read_resources(const struct option_values *v, char **ret, struct davit_error *e)
{
    bool stdin_meant = !strcmp(v->file, "-");
    struct err failure = { 0 };
    char text[sizeof e->text];
    size_t len = 0;
    int rc;

    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (v->limits[i])
            return error_set(e, DAVIT_ERROR_INVALID,
                             "option '--%s' can't be used together with '--resources'", name_of(i));
    rc = stdin_meant ? file_read_fd(STDIN_FILENO, RESOURCES_MAX, ret, &len, &failure)
                     : file_read(AT_FDCWD, v->file, RESOURCES_MAX, ret, &len, &failure);
    if (rc < 0) {
        err_format(&failure, text, sizeof text);
        return error_set(e, (enum davit_error_kind)failure.kind, "%s%s",
                         stdin_meant ? "standard input: " : "", text);
    }
    if (strlen(*ret) != len)
        return error_set(e, DAVIT_ERROR_INVALID, "invalid JSON: a NUL byte in '%s'", v->file);
    return 0;
}

static bool has_limit(const struct option_values *v)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (v->limits[i])
            return true;
    return v->file || v->l3_cache_schema || v->mem_bw_schema;
}

static int update_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    struct davit_update_options options = {
        .size = sizeof options,
        .l3_cache_schema = v->l3_cache_schema,
        .mem_bw_schema = v->mem_bw_schema,
    };
    auto_free char *text = NULL;
    auto_buf b = { 0 };

    if (!has_limit(v))
        return error_set(e, DAVIT_ERROR_INVALID, "nothing to update (see '%s update --help')",
                         cli->name);
    if (v->file)
        TRY(read_resources(v, &text, e));
    else
        TRY(add_limits(&b, v->limits, e));
    options.resources = v->file ? text : b.data;
    return davit_update(cli->context, v->args[0], &options, e);
}

const struct cli_command cmd_update = {
    .name = "update",
    .args = "ID",
    .summary = "change the limits of a container",
    .options = update_options,
    .min_args = 1,
    .max_args = 1,
    .run = update_run,
};
