// SPDX-License-Identifier: Apache-2.0
/* trace.c - the timeline of parent, outer and init as a Chrome trace (JSON, microseconds). */
#include "boot/boot.h"

#include "base/bare.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>

int boot_trace_open(struct boot *b, struct err *e)
{
    auto_fd fd = memfd_create("davit-trace", MFD_CLOEXEC);
    void *p;

    if (fd < 0 || ftruncate(fd, sizeof *b->trace) < 0)
        return err_os(e, errno, "make the trace");
    p = mmap(NULL, sizeof *b->trace, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_os(e, errno, "map the trace");
    b->trace = p;
    b->hello.trace_fd = take_fd(&fd);
    return 0;
}

void boot_trace_row(struct boot *b, uint64_t begin_ns)
{
    uint32_t slot = __atomic_fetch_add(&b->trace->count, 1, __ATOMIC_RELAXED);

    if (slot < BOOT_TRACE_SLOTS)
        b->trace->events[slot] = (struct boot_trace_event){
            .begin_ns = begin_ns, .end_ns = bare_now_ns(), .row = b->row, .actor = ROW_PARENT
        };
}

int boot_trace_write(const struct boot *b, const char *path, struct err *e)
{
    static const char *const actors[] = { "parent", "outer", "init" };
    unsigned rows, count = __atomic_load_n(&b->trace->count, __ATOMIC_RELAXED);
    const struct row_info *row = plan_rows(b->plan->kind, &rows);
    auto_buf out = { 0 };

    buf_puts(&out, "[\n");
    for (int i = 0; i < 3; i++)
        buf_printf(&out,
                   "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":%d,"
                   "\"args\":{\"name\":\"%s\"}},\n",
                   i, actors[i]);
    for (unsigned i = 0; i < count && i < BOOT_TRACE_SLOTS; i++) {
        /* Written by the sealed executable on shared memory: check before use all the same. */
        struct boot_trace_event v = b->trace->events[i];

        if (v.row >= rows || v.actor > ROW_INIT || v.end_ns < v.begin_ns)
            continue;
        buf_printf(&out,
                   "{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"%s\",\"pid\":1,\"tid\":%u,"
                   "\"ts\":%.3f,\"dur\":%.3f},\n",
                   row[v.row].name, actors[v.actor], v.actor, (double)v.begin_ns / 1000,
                   (double)(v.end_ns - v.begin_ns) / 1000);
    }
    buf_puts(
        &out,
        "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"args\":{\"name\":\"davit\"}}\n]\n");
    if (buf_failed(&out))
        return err_os(e, ENOMEM, "write '%s'", path);
    return file_replace(AT_FDCWD, path, 0644, out.data, out.len, e);
}
