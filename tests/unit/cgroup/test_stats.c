// SPDX-License-Identifier: Apache-2.0
/* test_stats.c - usage as JSON from made-up directories of v1 and v2, and news of kills on v2. */
#include "../base/scratch.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/stats.h"
#include "hosts.h"
#include "test.h"

#include <unistd.h>

/* The directory that stats_open() finds, instead of one in cgroupfs. */
static struct scratch place;
static bool is_v2;

int stats_open(const struct stats *s, const char *on_v1, const char *on_v2, bool *ret_v2)
{
    *ret_v2 = is_v2;
    return (is_v2 ? on_v2 : on_v1) ? dup(place.fd) : -1;
}

int stats_open_v2(const struct stats *s)
{
    return is_v2 ? dup(place.fd) : -1;
}

static void put_file(const char *name, const char *text)
{
    struct err e = { 0 };

    EXPECT(file_replace(place.fd, name, 0644, text, strlen(text), &e) == 0);
}

/* What area adds to an object, its quotes as single ones. */
static char *area_of(void (*area)(struct stats *s), struct buf *b)
{
    struct stats s = { .out = b };

    buf_puts(b, "{");
    area(&s);
    buf_puts(b, "}");
    for (char *p = b->data; p && *p; p++)
        *p = *p == '"' ? '\'' : *p;
    return b->data;
}

#define EXPECT_AREA(area, want)                                                                    \
    do {                                                                                           \
        auto_buf b_ = { 0 };                                                                       \
        EXPECT_STR(area_of(area, &b_), want);                                                      \
    } while (0)

TEST(reads_memory_of_v2)
{
    place = scratch_make();
    is_v2 = true;
    put_file("memory.current", "4096\n");
    put_file("memory.max", "max\n");
    put_file("memory.peak", "8192\n");
    put_file("memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n");
    put_file("memory.swap.current", "100\n");
    put_file("memory.swap.max", "200\n");
    put_file("memory.stat", "anon 1\nfile 2\nodd\n");
    put_file("memory.pressure", "some avg10=1.50 avg60=0.00 avg300=0.00 total=9\n"
                                "full avg10=0.00 avg60=0.00 avg300=0.25 total=0\n");
    EXPECT_AREA(stats_memory,
                "{'memory':{'cache':2,"
                "'usage':{'limit':18446744073709551615,'usage':4096,'max':8192,'failcnt':7},"
                "'swap':{'limit':18446744073709551615,'usage':4196,'max':0,'failcnt':0},"
                "'raw':{'anon':1,'file':2},"
                "'psi':{'some':{'avg10':1.50,'avg60':0.00,'avg300':0.00,'total':9},"
                "'full':{'avg10':0.00,'avg60':0.00,'avg300':0.25,'total':0}}}}");
    put_file("memory.max", "10000\n");
    put_file("memory.stat", "");
    put_file("memory.pressure", "");
    EXPECT_AREA(stats_memory, "{'memory':{'cache':0,"
                              "'usage':{'limit':10000,'usage':4096,'max':8192,'failcnt':7},"
                              "'swap':{'limit':10200,'usage':4196,'max':0,'failcnt':0},"
                              "'raw':{}}}");
    scratch_done(&place);
}

TEST(reads_cpu_of_v2)
{
    place = scratch_make();
    is_v2 = true;
    put_file("cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 8\n"
                         "nr_throttled 4\nthrottled_usec 6\n");
    EXPECT_AREA(stats_cpu, "{'cpu':{'usage':{'total':5000,'kernel':2000,'user':3000},"
                           "'throttling':{'periods':8,'throttledPeriods':4,"
                           "'throttledTime':6000}}}");
    put_file("cpuset.cpus", "0-2,5\n");
    put_file("cpuset.mems", "\n");
    EXPECT_AREA(stats_cpuset, "{'cpuset':{'cpus':[0,1,2,5],'mems':[]}}");
    scratch_done(&place);
}

TEST(reads_cpu_of_v1)
{
    place = scratch_make();
    is_v2 = false;
    put_file("cpuacct.usage", "30\n");
    put_file("cpuacct.usage_percpu", "10 20 \n");
    put_file("cpuacct.usage_all", "cpu user system\n0 7 3\n1 18 2\n");
    put_file("cpuacct.stat", "user 2\nsystem 0\n");
    put_file("cpu.stat", "nr_periods 8\nnr_throttled 4\nthrottled_time 6\n");
    EXPECT_AREA(stats_cpu, "{'cpu':{'usage':{'total':30,'percpu':[10,20],'percpu_user':[7,18],"
                           "'percpu_kernel':[3,2],'kernel':0,'user':20000000},"
                           "'throttling':{'periods':8,'throttledPeriods':4,'throttledTime':6}}}");
    scratch_done(&place);
}

TEST(reads_block_io)
{
    place = scratch_make();
    is_v2 = true;
    put_file("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 \n"
                        "254:1 rbytes=7 wbytes=8 rios=9 wios=10 dbytes=0 dios=0\n");
    EXPECT_AREA(stats_block_io,
                "{'blkio':{'ioServiceBytesRecursive':["
                "{'major':8,'minor':0,'op':'Read','value':1},"
                "{'major':8,'minor':0,'op':'Write','value':2},"
                "{'major':254,'minor':1,'op':'Read','value':7},"
                "{'major':254,'minor':1,'op':'Write','value':8}],"
                "'ioServicedRecursive':[{'major':8,'minor':0,'op':'Read','value':3},"
                "{'major':8,'minor':0,'op':'Write','value':4},"
                "{'major':254,'minor':1,'op':'Read','value':9},"
                "{'major':254,'minor':1,'op':'Write','value':10}]}}");
    is_v2 = false;
    put_file("blkio.bfq.io_service_bytes_recursive", "Total 0\n");
    put_file("blkio.throttle.io_service_bytes_recursive", "8:0 Read 5\n8:0 Total 5\nTotal 5\n");
    put_file("blkio.bfq.sectors_recursive", "8:0 11\n");
    EXPECT_AREA(stats_block_io, "{'blkio':{'ioServiceBytesRecursive':["
                                "{'major':8,'minor':0,'op':'Read','value':5},"
                                "{'major':8,'minor':0,'op':'Total','value':5}],"
                                "'sectorsRecursive':[{'major':8,'minor':0,'value':11}]}}");
    scratch_done(&place);
}

TEST(makes_do_without_files)
{
    place = scratch_make();
    is_v2 = true;
    EXPECT_AREA(stats_block_io, "{'blkio':{}}");
    EXPECT_AREA(stats_cpuset, "{'cpuset':{}}");
    EXPECT_AREA(stats_cpu, "{'cpu':{'usage':{'total':0,'kernel':0,'user':0},"
                           "'throttling':{'periods':0,'throttledPeriods':0,'throttledTime':0}}}");
    scratch_done(&place);
}

TEST(counts_kills_on_v2)
{
    struct cgroup_oom oom = { .v2 = true };

    place = scratch_make();
    put_file("memory.events", "low 0\noom 3\noom_kill 1\noom_group_kill 0\n");
    oom.fd = oom.file = openat(place.fd, "memory.events", O_RDWR | O_CLOEXEC);
    oom.seen = 1;
    EXPECT(!cgroup_oom_happened(&oom));
    EXPECT(pwrite(oom.file, "low 0\noom 3\noom_kill 2\n", 23, 0) == 23);
    EXPECT(cgroup_oom_happened(&oom));
    EXPECT(!cgroup_oom_happened(&oom));
    cgroup_oom_done(&oom);
    EXPECT(!cgroup_oom_happened(&oom));
    scratch_done(&place);
}

TEST_MAIN()
