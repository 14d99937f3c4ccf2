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
        { "file:/no/such/log", "open log 'file:/no/such/log': no such file or directory" },
        { "journald:", "log 'journald:': a name is missing behind the colon" },
        { "syslog:", "log 'syslog:': a name is missing behind the colon" },
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

/* Without the services: what they would get. */
TEST(writes_for_the_journal_and_for_syslog)
{
    static const char entry[] = "MESSAGE\n\32\0\0\0\0\0\0\0mount: mounts[3] /data: \"\n\n"
                                "PRIORITY\n\1\0\0\0\0\0\0\0003\n"
                                "SYSLOG_IDENTIFIER\n\3\0\0\0\0\0\0\0web\n"
                                "DAVIT_CODE\n\7\0\0\0\0\0\0\0invalid\n"
                                "DAVIT_PATH\n\11\0\0\0\0\0\0\0mounts[3]\n";
    static const char text[] = "mount: mounts[3] /data: \"\n";
    const struct davit_error e = { .kind = DAVIT_ERROR_INVALID, .code = EINVAL };
    struct log log = { .fd = -EBADF, .kind = LOG_TO_JOURNAL, .ident = "web" };
    auto_buf journal = { 0 }, syslog = { 0 }, debug = { 0 };
    char tail[64];

    log_add_journal(&journal, &log, LEVEL_ERROR, text, &e);
    EXPECT(journal.len == sizeof entry - 1 && !memcmp(journal.data, entry, sizeof entry - 1));
    log_add_syslog(&syslog, &log, LEVEL_ERROR, text, &e);
    snprintf(tail, sizeof tail, " web[%d]: mount: mounts[3] /data: \"?", getpid());
    EXPECT(!strncmp(syslog.data, "<27>", 4) && !strcmp(syslog.data + 19, tail));
    log.format = LOG_JSON;
    log_add_syslog(&debug, &log, LEVEL_DEBUG, "x", NULL);
    EXPECT(!strncmp(debug.data, "<31>", 4) && strstr(debug.data, "]: {\"level\":\"debug\","));
}

TEST(finds_the_configuration_path)
{
    static const struct {
        const char *text, *path;
    } rows[] = {
        { "process.cwd: must be absolute", "process.cwd" },
        { "mounts[3] /data: open_tree '/srv/x'", "mounts[3]" },
        { "config.json: process.cwd must be absolute", "process.cwd" },
        { "find executable: process.args[0]: 'x': no", "process.args[0]" },
        { "linux.namespaces[0].path: open", "linux.namespaces[0].path" },
        { "root: is missing", "root" },
        { "process.rlimits[2] soft 3 is above hard 2", "process.rlimits[2]" },
        { "root of the container is gone", NULL },
        { "process exited", NULL },
        { "mount '/x'", NULL },
        { "rootfs: no", NULL },
        { "container 'root: x' does not exist", NULL },
        { "open '/x: process.cwd: y'", NULL },
        { "", NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char found[64] = "";
        size_t len;
        const char *path = log_config_path(rows[i].text, &len);

        if (path)
            snprintf(found, sizeof found, "%.*s", (int)len, path);
        EXPECT(!path == !rows[i].path);
        EXPECT_STR(found, rows[i].path ? rows[i].path : "");
    }
}

TEST_MAIN()
