// SPDX-License-Identifier: Apache-2.0
/*
 * inside.c - the container's process in the validation: it looks around and says what it sees.
 *
 * Each argument is one thing to do, in order: a word, or WORD=OPERAND. Each answers with one line
 * of JSON: {"do":ARGUMENT,"errno":0,"value":TEXT}. The program is static, and needs nothing in the
 * root file system but itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { VALUE_MAX = 1 << 18 };

static char value[VALUE_MAX];
static size_t length;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(value + length, sizeof value - length, format, args);
    va_end(args);
    if (n > 0)
        length += (size_t)n < sizeof value - length ? (size_t)n : sizeof value - length - 1;
}

static void put_string(const char *s, size_t n)
{
    putchar('"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void answer(const char *what, int code)
{
    printf("{\"do\":");
    put_string(what, strlen(what));
    printf(",\"errno\":%d,\"value\":", code);
    put_string(value, length);
    printf("}\n");
    fflush(stdout);
    length = 0;
}

/* --- the process --- */

static long do_ids(const char *arg)
{
    uid_t r, e, s;
    gid_t list[256];
    int n = getgroups(256, list);

    getresuid(&r, &e, &s);
    say("uid %u %u %u", r, e, s);
    getresgid(&r, &e, &s);
    say(" gid %u %u %u groups", r, e, s);
    for (int i = 0; i < n; i++)
        say(" %u", list[i]);
    return 0;
}

static long do_umask(const char *arg)
{
    mode_t old = umask(0);

    umask(old);
    say("%03o", old);
    return 0;
}

static long do_cwd(const char *arg)
{
    char path[PATH_MAX];

    if (!getcwd(path, sizeof path))
        return -1;
    say("%s", path);
    return 0;
}

static long do_names(const char *arg)
{
    struct utsname u;

    uname(&u);
    say("%s %s %s", u.nodename, u.domainname, u.machine);
    return 0;
}

static long do_env(const char *arg)
{
    for (char **e = environ; *e; e++)
        say("%s\n", *e);
    return 0;
}

static long do_rlimit(const char *arg)
{
    struct rlimit l;

    if (getrlimit((enum __rlimit_resource)atoi(arg), &l) < 0)
        return -1;
    say("%ju %ju", (uintmax_t)l.rlim_cur, (uintmax_t)l.rlim_max);
    return 0;
}

static long do_no_new_privs(const char *arg)
{
    say("%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    return 0;
}

static long do_scheduler(const char *arg)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
        uint32_t util_min, util_max;
    } a = { 0 };

    if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) < 0)
        return -1;
    say("policy %u nice %d priority %u flags %ju runtime %ju deadline %ju period %ju", a.policy,
        a.nice, a.priority, (uintmax_t)a.flags, (uintmax_t)a.runtime, (uintmax_t)a.deadline,
        (uintmax_t)a.period);
    return 0;
}

static long do_io_priority(const char *arg)
{
    long p = syscall(SYS_ioprio_get, 1, 0);

    if (p < 0)
        return -1;
    say("class %ld priority %ld", p >> 13, p & 0x1fff);
    return 0;
}

static long do_personality(const char *arg)
{
    say("%#x", (unsigned)personality(0xffffffff));
    return 0;
}

static long do_memory_policy(const char *arg)
{
    unsigned long nodes[16] = { 0 };
    int mode = 0;

    if (syscall(SYS_get_mempolicy, &mode, nodes, 8 * sizeof nodes, NULL, 0) < 0)
        return -1;
    say("mode %d nodes %#lx", mode, nodes[0]);
    return 0;
}

static long do_affinity(const char *arg)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            say("%d ", i);
    return 0;
}

static long do_fds(const char *arg)
{
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            say("%d ", fd);
    return 0;
}

static long do_process(const char *arg)
{
    say("pid %d ppid %d sid %d", getpid(), getppid(), getsid(0));
    return 0;
}

static long do_clocks(const char *arg)
{
    struct timespec m, b;

    clock_gettime(CLOCK_MONOTONIC, &m);
    clock_gettime(CLOCK_BOOTTIME, &b);
    say("monotonic %jd boottime %jd", (intmax_t)m.tv_sec, (intmax_t)b.tv_sec);
    return 0;
}

static long do_terminal(const char *arg)
{
    struct winsize w = { 0 };

    for (int fd = 0; fd < 3; fd++)
        say("%d ", isatty(fd));
    ioctl(0, TIOCGWINSZ, &w);
    say("rows %d columns %d", w.ws_row, w.ws_col);
    return 0;
}

/* --- files --- */

static long do_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = 0;

    if (fd < 0)
        return -1;
    while (length < sizeof value - 1 &&
           (n = read(fd, value + length, sizeof value - length - 1)) > 0)
        length += (size_t)n;
    close(fd);
    return n;
}

static long do_link(const char *path)
{
    ssize_t n = readlink(path, value, sizeof value);

    if (n >= 0)
        length = (size_t)n;
    return n;
}

static long do_list(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            say("%s\n", entry->d_name);
    closedir(dir);
    return 0;
}

static char kind_of(mode_t mode)
{
    static const struct {
        mode_t type;
        char letter;
    } kinds[] = { { S_IFREG, 'f' }, { S_IFDIR, 'd' }, { S_IFLNK, 'l' }, { S_IFCHR, 'c' },
                  { S_IFBLK, 'b' }, { S_IFIFO, 'p' }, { S_IFSOCK, 's' } };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if ((mode & S_IFMT) == kinds[i].type)
            return kinds[i].letter;
    return '?';
}

static long do_stat(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return -1;
    say("%c %04o %u:%u", kind_of(st.st_mode), st.st_mode & 07777, st.st_uid, st.st_gid);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        say(" %u:%u", major(st.st_rdev), minor(st.st_rdev));
    return 0;
}

static long do_statfs(const char *path)
{
    struct statfs s;

    if (statfs(path, &s) < 0)
        return -1;
    say("%#lx", (unsigned long)s.f_type);
    return 0;
}

/* Opens for writing what is there, or makes it where it is missing; writes nothing. */
static long do_write(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_CREAT, 0666);

    return fd < 0 ? -1 : close(fd);
}

static long do_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

    return fd < 0 ? -1 : close(fd);
}

static long do_mkdir(const char *path)
{
    return mkdir(path, 0755);
}

/* put=PATH:TEXT */
static long do_put(const char *arg)
{
    char path[PATH_MAX];
    const char *text = strchr(arg, ':');
    ssize_t n;
    int fd;

    if (!text)
        return -1;
    snprintf(path, sizeof path, "%.*s", (int)(text - arg), arg);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    n = write(fd, text + 1, strlen(text + 1));
    close(fd);
    return n < 0 ? -1 : 0;
}

/* run=PATH: executes it in a child. */
static long do_run(const char *path)
{
    pid_t pid = vfork();
    int code = 0;

    if (pid == 0) {
        execl(path, path, (char *)NULL);
        code = errno;
        _exit(127);
    }
    errno = code;
    return code ? -1 : 0;
}

/* call=NUMBER[,ARGUMENT…]: any system call. */
static long do_call(const char *arg)
{
    unsigned long a[7] = { 0 };
    char *end = (char *)(uintptr_t)arg;

    for (int i = 0; i < 7 && *end; i++) {
        a[i] = strtoul(end, &end, 0);
        if (*end == ',')
            end++;
    }
    long rc = syscall((long)a[0], a[1], a[2], a[3], a[4], a[5], a[6]);

    say("%ld", rc);
    return rc;
}

/* --- time and the end --- */

static long do_sleep(const char *arg)
{
    struct timespec t = { atoi(arg), 0 };

    return nanosleep(&t, NULL);
}

static long do_exit(const char *arg)
{
    exit(atoi(arg));
}

/* Answers with the signals that come, one line each; TERM ends it, KILL can't be answered. */
static long do_signals(const char *arg)
{
    sigset_t all;
    int sig;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    say("ready");
    answer("signals", 0);
    while (sigwait(&all, &sig) == 0 && sig != SIGTERM) {
        say("%d", sig);
        answer("signal", 0);
    }
    say("%d", sig);
    return 0;
}

static const struct {
    const char *word;
    long (*run)(const char *arg);
} actions[] = {
    { "affinity", do_affinity },
    { "call", do_call },
    { "clocks", do_clocks },
    { "cwd", do_cwd },
    { "env", do_env },
    { "exit", do_exit },
    { "fds", do_fds },
    { "file", do_file },
    { "ids", do_ids },
    { "ioPriority", do_io_priority },
    { "link", do_link },
    { "list", do_list },
    { "memoryPolicy", do_memory_policy },
    { "mkdir", do_mkdir },
    { "names", do_names },
    { "noNewPrivs", do_no_new_privs },
    { "open", do_open },
    { "personality", do_personality },
    { "process", do_process },
    { "put", do_put },
    { "rlimit", do_rlimit },
    { "run", do_run },
    { "scheduler", do_scheduler },
    { "signals", do_signals },
    { "sleep", do_sleep },
    { "stat", do_stat },
    { "statfs", do_statfs },
    { "terminal", do_terminal },
    { "umask", do_umask },
    { "write", do_write },
};

static void act(const char *what)
{
    const char *operand = strchr(what, '=');
    size_t n = operand ? (size_t)(operand - what) : strlen(what);

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strlen(actions[i].word) == n && memcmp(actions[i].word, what, n) == 0) {
            long rc = actions[i].run(operand ? operand + 1 : "");

            answer(what, rc < 0 ? errno : 0);
            return;
        }
    say("no such action");
    answer(what, ENOSYS);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        act(argv[i]);
    return 0;
}
