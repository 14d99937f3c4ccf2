// SPDX-License-Identifier: Apache-2.0
/* test_log.c - what ends up in the log file, byte by byte but for the time. */
#include "test.h"

#include "davit/error.h"
#include "davit/log.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with one log, removed at the end. */
struct place {
    char dir[32], path[64];
};

static void place_make(struct place *p)
{
    strcpy(p->dir, "/tmp/davit-log-XXXXXX");
    EXPECT(mkdtemp(p->dir));
    snprintf(p->path, sizeof p->path, "%s/log", p->dir);
}

static void place_done(struct place *p)
{
    unlink(p->path);
    EXPECT(rmdir(p->dir) == 0);
}

/* What is in the file; digits of times become 0. */
static const char *content(const struct place *p, char *ret, size_t size)
{
    auto_fd fd = open(p->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);
    char *time;

    ret[n < 0 ? 0 : n] = '\0';
    for (time = ret; (time = strstr(time, "20")); time++)
        for (int i = 0; i < 20; i++)
            if (time[i] >= '0' && time[i] <= '9')
                time[i] = '0';
    return ret;
}

/* Standard error would disturb the output of the test. */
static int mute(void)
{
    int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    dup2(null, STDERR_FILENO);
    close(null);
    return saved;
}

static void unmute(int saved)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static void write_all_levels(const struct option_globals *global, const char *error)
{
    struct log log = { .name = "davit", .fd = -EBADF };
    struct davit_error e = { .kind = DAVIT_ERROR_NOT_FOUND, .code = ENOENT };
    int saved = mute();

    EXPECT(log_open(&log, global, &e) == 0);
    log_warning(&log, "a warning");
    log_debug(&log, "a detail");
    snprintf(e.text, sizeof e.text, "%s", error);
    log_error(&log, &e);
    log_close(&log);
    EXPECT(log.fd < 0);
    unmute(saved);
}

TEST(writes_the_lines_of_the_level)
{
    static const struct {
        int format, level;
        const char *error, *lines;
    } rows[] = {
        /* One engine reads the whole file as one object: nothing but the error by default. */
        { LOG_JSON, LEVEL_DEFAULT, "container 'x' does not exist",
          "{\"level\":\"error\",\"msg\":\"container 'x' does not exist\","
          "\"time\":\"0000-00-00T00:00:00Z\",\"code\":\"not-found\"}\n" },
        { LOG_JSON, LEVEL_ERROR, "mounts[3] /data: \"\n",
          "{\"level\":\"error\",\"msg\":\"mounts[3] /data: \\\"\\u000a\","
          "\"time\":\"0000-00-00T00:00:00Z\",\"code\":\"not-found\",\"path\":\"mounts[3]\"}\n" },
        { LOG_TEXT, LEVEL_WARNING, "x",
          "time=\"0000-00-00T00:00:00Z\" level=warning msg=\"a warning\"\n"
          "time=\"0000-00-00T00:00:00Z\" level=error msg=\"x\"\n" },
        { LOG_JSON, LEVEL_DEBUG, "x",
          "{\"level\":\"warning\",\"msg\":\"a warning\",\"time\":\"0000-00-00T00:00:00Z\"}\n"
          "{\"level\":\"debug\",\"msg\":\"a detail\",\"time\":\"0000-00-00T00:00:00Z\"}\n"
          "{\"level\":\"error\",\"msg\":\"x\",\"time\":\"0000-00-00T00:00:00Z\","
          "\"code\":\"not-found\"}\n" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct place p;
        struct option_globals global = { .log_format = rows[i].format, .log_level = rows[i].level };
        char text[1024];
        struct stat st;

        place_make(&p);
        global.log = p.path;
        write_all_levels(&global, rows[i].error);
        EXPECT_STR(content(&p, text, sizeof text), rows[i].lines);
        EXPECT(stat(p.path, &st) == 0 && (st.st_mode & 0177) == 0);
        place_done(&p);
    }
}

TEST(appends)
{
    struct place p;
    struct option_globals global = { .log_format = LOG_TEXT };
    char text[1024];

    place_make(&p);
    global.log = p.path;
    write_all_levels(&global, "one");
    write_all_levels(&global, "two");
    EXPECT_STR(content(&p, text, sizeof text),
               "time=\"0000-00-00T00:00:00Z\" level=error msg=\"one\"\n"
               "time=\"0000-00-00T00:00:00Z\" level=error msg=\"two\"\n");
    place_done(&p);
}

TEST(refuses_what_it_cannot_write)
{
    static const struct {
        const char *path, *text;
    } rows[] = {
        { "/no/such/folder/log", "open log '/no/such/folder/log': no such file or directory" },
        { "/", "open log '/': is a directory" },
        { "journald:web", "log to 'journald:web': only files are supported yet" },
        { "syslog:web", "log to 'syslog:web': only files are supported yet" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct option_globals global = { .log = rows[i].path };
        struct log log = { .fd = -EBADF };
        struct davit_error e = { 0 };

        EXPECT(log_open(&log, &global, &e) == -e.code && e.code > 0);
        EXPECT_STR(e.text, rows[i].text);
        EXPECT(log.fd < 0);
    }
}

TEST(never_waits_for_a_fifo)
{
    struct place p;
    struct option_globals global = { 0 };
    struct log log = { .name = "davit", .fd = -EBADF };
    struct davit_error e = { 0 };
    char page[4096] = { 0 };
    auto_fd reader = -EBADF;
    int saved;

    place_make(&p);
    global.log = p.path;
    EXPECT(mkfifo(p.path, 0600) == 0);
    EXPECT(log_open(&log, &global, &e) == -ENXIO);
    reader = open(p.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT(log_open(&log, &global, &e) == 0);
    while (write(log.fd, page, sizeof page) > 0)
        ;
    saved = mute();
    log_error(&log, &e); /* the pipe is full: the line is lost, the test goes on */
    unmute(saved);
    log_close(&log);
    place_done(&p);
}

TEST(keeps_off_the_standard_streams)
{
    struct place p;
    struct option_globals global = { 0 };
    struct log log = { .name = "davit", .fd = -EBADF };
    struct davit_error e = { 0 };
    int saved = dup(STDIN_FILENO);

    place_make(&p);
    global.log = p.path;
    close(STDIN_FILENO);
    EXPECT(log_open(&log, &global, &e) == 0);
    EXPECT(log.fd > STDERR_FILENO);
    EXPECT(fcntl(log.fd, F_GETFD) & FD_CLOEXEC);
    EXPECT(fcntl(STDIN_FILENO, F_GETFD) < 0);
    log_close(&log);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    place_done(&p);
}

TEST(finds_the_configuration_path)
{
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { "process.cwd: must be absolute", 11 },
        { "mounts[3] /data: open_tree '/srv/x'", 9 },
        { "linux.namespaces[0].path: open", 24 },
        { "root: is missing", 4 },
        { "process.rlimits[2] soft 3 is above hard 2", 18 },
        { "root of the container is gone", 0 },
        { "process exited", 0 },
        { "mount '/x'", 0 },
        { "rootfs: no", 0 },
        { "container 'root: x' does not exist", 0 },
        { "", 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        EXPECT(log_config_path(rows[i].text) == rows[i].len);
}

TEST_MAIN()
