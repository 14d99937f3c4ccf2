// SPDX-License-Identifier: Apache-2.0
/* test_run.c - what a hook gets, how long it may take, and what its end means. Runs /bin/sh. */
#include "hooks/hooks.h"

#include "base/cleanup.h"

#include "test.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { LONG_ENOUGH_MS = 10000 };

static const struct hook_stage nothing = { .state_json = "{}" };

/* The test's stdout, replaced by a pipe which hooks write to. */
struct capture {
    int saved, reader;
};

static struct capture capture_start(void)
{
    struct capture c = { .reader = -1 };
    int ends[2];

    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return c;
    c.saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    c.reader = ends[0];
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    return c;
}

static void capture_end(struct capture *c)
{
    fflush(stdout);
    dup2(c->saved, STDOUT_FILENO);
    close(c->saved);
}

/* True when nobody has the other end any more. */
static bool capture_is_over(const struct capture *c, int timeout_ms)
{
    struct pollfd p = { .fd = c->reader };

    return poll(&p, 1, timeout_ms) == 1 && (p.revents & POLLHUP);
}

static void capture_read(struct capture *c, char *ret, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(c->reader, ret + len, size - 1 - len)) > 0)
        len += (size_t)n;
    ret[len] = '\0';
    close(c->reader);
}

struct sh {
    struct spec_hook hook;
    char *args[3];
};

static void sh_init(struct sh *s, const char *script)
{
    *s = (struct sh){ .args = { (char *)"sh", (char *)"-c", (char *)script } };
    s->hook = (struct spec_hook){ .path = (char *)"/bin/sh", .args = { s->args, 3 } };
}

/* Run one and give what it wrote. */
static int run_hook(const struct spec_hook *h, const char *state, char *ret, size_t size,
                    struct err *e)
{
    struct capture c = capture_start();
    int rc = hook_run(h, "hooks.prestart[0]", &(struct hook_stage){ .state_json = state }, e);

    capture_end(&c);
    capture_read(&c, ret, size);
    return rc;
}

static void expect_output(const char *script, const char *state, const char *want)
{
    char got[4096];
    struct err e = { 0 };
    struct sh s;

    sh_init(&s, script);
    EXPECT(run_hook(&s.hook, state, got, sizeof got, &e) == 0);
    EXPECT_STR(e.text, "");
    EXPECT_STR(got, want);
}

TEST(gives_the_state_on_stdin)
{
    expect_output("cat", "{\"id\":\"x\"}", "{\"id\":\"x\"}");
    expect_output("cat", "", "");
    expect_output("cat", NULL, "");
    expect_output("cat /dev/stdin", "{}", "{}");
}

TEST(does_not_mind_whether_the_state_is_read)
{
    static char big[1 << 20];

    memset(big, 'x', sizeof big - 1);
    expect_output("true", big, "");
    expect_output("echo $(wc -c)", big, "1048575\n");
}

TEST(the_state_cannot_be_changed)
{
    expect_output("echo x 2>/dev/null >/proc/self/fd/0; cat", "{}", "{}");
}

TEST(gives_exactly_the_environment)
{
    char *env[] = { (char *)"A=1", (char *)"PATH=/bin", (char *)"EMPTY=" };
    struct err e = { 0 };
    char got[256];
    struct sh s;

    expect_output("/bin/cat /proc/$$/environ", "{}", "");
    sh_init(&s, "/bin/cat /proc/$$/environ | /usr/bin/tr '\\0' '|'");
    s.hook.env = (struct spec_strings){ env, ARRAY_SIZE(env) };
    EXPECT(run_hook(&s.hook, "{}", got, sizeof got, &e) == 0);
    EXPECT_STR(got, "A=1|PATH=/bin|EMPTY=|");
}

TEST(without_args_the_path_is_the_name)
{
    struct spec_hook h = { .path = (char *)"/bin/false" };
    struct err e = { 0 };
    char got[16];

    EXPECT(run_hook(&h, "{}", got, sizeof got, &e) == -e.code);
    EXPECT_STR(e.text, "hooks.prestart[0] '/bin/false': exited with status 1");
    h.path = (char *)"/bin/pwd"; /* argc is 1: no operand */
    EXPECT(run_hook(&h, "{}", got, sizeof got, &e) == 0);
}

/* Without a fork, for which the shell would open descriptors of its own. */
#define LIST_FDS                                                                                   \
    "i=0; while [ $i -lt 300 ]; do [ -e /proc/self/fd/$i ] && echo $i; i=$((i+1)); done; true"

TEST(gives_three_descriptors)
{
    int high = fcntl(STDERR_FILENO, F_DUPFD, 50); /* not close-on-exec */

    expect_output(LIST_FDS, "{}", "0\n1\n2\n");
    close(high);
}

/* Make close_range(2) fail as an older sandbox around us does. */
static bool forbid_close_range(void)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { ARRAY_SIZE(insns), insns };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* In a process of its own, because the filter stays. */
static void in_child(void (*run)(void))
{
    int status = -1;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        test_failed = false;
        run();
        fflush(stdout);
        _exit(test_failed);
    }
    EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
}

static void list_fds_without_close_range(void)
{
    int high = -1;

    EXPECT(forbid_close_range());
    for (int i = 0; i < 100; i++)
        high = fcntl(STDERR_FILENO, F_DUPFD, 50 + i);
    EXPECT(high >= 149);
    expect_output(LIST_FDS, "{}", "0\n1\n2\n");
}

TEST(gives_three_descriptors_where_close_range_is_forbidden)
{
    in_child(list_fds_without_close_range);
}

static void run_without_stdin(void)
{
    close(STDIN_FILENO);
    expect_output("cat", "{}", "{}");
    expect_output(LIST_FDS, "{}", "0\n1\n2\n");
}

TEST(works_for_a_caller_without_stdin)
{
    in_child(run_without_stdin);
}

TEST(leads_a_session_of_its_own)
{
    expect_output("set -- $(cat /proc/$$/stat); [ $1 = $5 ] && [ $1 = $6 ] && echo leader", "{}",
                  "leader\n");
}

static void handler(int sig)
{
}

static void run_with_odd_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, handler);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    /* exec: a shell that is about to fork blocks signals for itself */
    expect_output("exec grep -E 'Sig(Blk|Ign)' /proc/self/status", "{}",
                  "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    sigprocmask(SIG_SETMASK, NULL, &set);
    EXPECT(sigismember(&set, SIGTERM));
}

TEST(starts_with_default_signals)
{
    in_child(run_with_odd_signals);
}

TEST(names_the_hook_that_failed)
{
    static const struct {
        const char *script;
        const char *text;
    } rows[] = {
        { "exit 3", "hooks.prestart[0] '/bin/sh': exited with status 3" },
        { "kill -9 $$", "hooks.prestart[0] '/bin/sh': killed by signal 9" },
        { "kill -15 $$", "hooks.prestart[0] '/bin/sh': killed by signal 15" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err e = { 0 };
        char got[16];
        struct sh s;

        sh_init(&s, rows[i].script);
        EXPECT(run_hook(&s.hook, "{}", got, sizeof got, &e) == -e.code);
        EXPECT(e.code > 0 && e.kind == ERR_PROTOCOL);
        EXPECT_STR(e.text, rows[i].text);
    }
}

static void expect_not_executed(const char *path, int code, const char *words)
{
    struct spec_hook h = { .path = (char *)path };
    char line[1024], want[1024], got[16];
    struct err e = { 0 };

    EXPECT(run_hook(&h, "{}", got, sizeof got, &e) == -code);
    EXPECT(e.kind == ERR_OS);
    err_format(&e, line, sizeof line);
    snprintf(want, sizeof want, "hooks.prestart[0]: execute '%s': %s", path, words);
    EXPECT_STR(line, want);
}

TEST(says_why_a_program_cannot_be_executed)
{
    char path[] = "/tmp/davit-test-hook-XXXXXX";
    auto_fd fd = mkstemp(path);

    EXPECT(write(fd, "words", 5) == 5);
    cleanup_fd(&fd);
    expect_not_executed("/nowhere/hook", ENOENT, "no such file or directory");
    expect_not_executed(path, EACCES, "permission denied");
    chmod(path, 0700);
    expect_not_executed(path, ENOEXEC, "exec format error");
    unlink(path);
    EXPECT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD); /* nothing is left to reap */
}

TEST(a_timeout_kills_the_whole_group)
{
    struct capture c = capture_start();
    struct err e = { 0 };
    struct sh s;

    sh_init(&s, "sleep 300 & (sleep 300; true) & trap '' TERM; sleep 300; sleep 300");
    s.hook.timeout = 1;
    EXPECT(hook_run(&s.hook, "hooks.poststart[2]", &nothing, &e) == -e.code);
    capture_end(&c);
    EXPECT_STR(e.text, "hooks.poststart[2] '/bin/sh': timed out after 1 s");
    EXPECT(e.kind == ERR_PROTOCOL);
    EXPECT(capture_is_over(&c, LONG_ENOUGH_MS)); /* all four held its other end */
    close(c.reader);
}

TEST(a_hook_within_its_time_is_fine)
{
    struct err e = { 0 };
    char got[16];
    struct sh s;

    sh_init(&s, "echo in time");
    s.hook.timeout = 3600;
    EXPECT(run_hook(&s.hook, "{}", got, sizeof got, &e) == 0);
    EXPECT_STR(got, "in time\n");
}

TEST(does_not_wait_for_a_daemon_that_keeps_stdout)
{
    struct capture c = capture_start();
    struct err e = { 0 };
    char got[32];
    struct sh s;
    pid_t daemon;

    sh_init(&s, "sleep 300 & echo $!");
    EXPECT(hook_run(&s.hook, "hooks.prestart[0]", &nothing, &e) == 0);
    capture_end(&c);
    EXPECT(!capture_is_over(&c, 0)); /* it lives on */
    EXPECT(read(c.reader, got, sizeof got - 1) > 0);
    daemon = (pid_t)strtol(got, NULL, 10);
    EXPECT(daemon > 1 && kill(daemon, SIGKILL) == 0);
    close(c.reader);
}

struct warnings {
    char text[512];
};

static void collect(void *data, const char *line)
{
    struct warnings *w = data;

    strncat(w->text, line, sizeof w->text - strlen(w->text) - 1);
    strncat(w->text, "\n", sizeof w->text - strlen(w->text) - 1);
}

static int run_three(enum spec_hook_kind kind, struct warnings *w, char *ret, size_t size,
                     struct err *e)
{
    static const char *const scripts[] = { "echo one", "echo two; exit 2", "echo three" };
    struct spec_hook items[ARRAY_SIZE(scripts)];
    struct sh s[ARRAY_SIZE(scripts)];
    struct spec_hooks hooks = { 0 };
    struct capture c;
    int rc;

    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        sh_init(&s[i], scripts[i]);
        items[i] = s[i].hook;
    }
    hooks.kind[kind].items = items;
    hooks.kind[kind].count = ARRAY_SIZE(scripts);
    c = capture_start();
    rc = hooks_run(&hooks, kind, &(struct hook_stage){ "{}", NULL, w ? collect : NULL, w }, e);
    capture_end(&c);
    capture_read(&c, ret, size);
    return rc;
}

TEST(runs_in_order_and_stops_at_the_first_failure)
{
    static const struct {
        enum spec_hook_kind kind;
        const char *text;
    } rows[] = {
        { HOOK_PRESTART, "hooks.prestart[1] '/bin/sh': exited with status 2" },
        { HOOK_CREATE_RUNTIME, "hooks.createRuntime[1] '/bin/sh': exited with status 2" },
        { HOOK_CREATE_CONTAINER, "hooks.createContainer[1] '/bin/sh': exited with status 2" },
        { HOOK_START_CONTAINER, "hooks.startContainer[1] '/bin/sh': exited with status 2" },
        { HOOK_POSTSTART, "hooks.poststart[1] '/bin/sh': exited with status 2" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct warnings w = { 0 };
        struct err e = { 0 };
        char got[64];

        EXPECT(run_three(rows[i].kind, &w, got, sizeof got, &e) == -e.code && e.code > 0);
        EXPECT_STR(e.text, rows[i].text);
        EXPECT_STR(got, "one\ntwo\n");
        EXPECT_STR(w.text, "");
    }
}

TEST(after_the_stop_all_run_and_failures_are_warnings)
{
    struct warnings w = { 0 };
    struct err e = { 0 };
    char got[64];

    EXPECT(run_three(HOOK_POSTSTOP, &w, got, sizeof got, &e) == 0);
    EXPECT_STR(e.text, "");
    EXPECT_STR(got, "one\ntwo\nthree\n");
    EXPECT_STR(w.text, "hooks.poststop[1] '/bin/sh': exited with status 2\n");
    EXPECT(run_three(HOOK_POSTSTOP, NULL, got, sizeof got, &e) == 0);
}

TEST(runs_in_the_directory_of_its_stage)
{
    char dir[] = "/tmp/davit-test-hook-XXXXXX", got[128];
    struct hook_stage stage = { .state_json = "{}", .dir = mkdtemp(dir) };
    struct capture c = capture_start();
    struct err e = { 0 };
    struct sh s;

    sh_init(&s, "pwd");
    EXPECT(hook_run(&s.hook, "hooks.prestart[0]", &stage, &e) == 0);
    capture_end(&c);
    capture_read(&c, got, sizeof got);
    got[strcspn(got, "\n")] = '\0';
    EXPECT_STR(got, dir);
    rmdir(dir);
    EXPECT(hook_run(&s.hook, "hooks.prestart[0]", &stage, &e) == -ENOENT);
}

TEST_MAIN()
