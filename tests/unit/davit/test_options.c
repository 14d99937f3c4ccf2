// SPDX-License-Identifier: Apache-2.0
/* test_options.c - command lines as engines and people write them, and what they are read as. */
#include "test.h"

#include "davit/cli.h"
#include "davit/error.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/start.h"

#include <string.h>

enum { WORDS_MAX = 64 };

/* Splits at spaces; '' is an empty word. text is changed. */
static void split(char *text, char **ret_argv)
{
    int n = 0;

    for (char *word = strtok_r(text, " ", &text); word; word = strtok_r(NULL, " ", &text))
        ret_argv[n++] = strcmp(word, "''") == 0 ? word + 2 : word;
    ret_argv[n] = NULL;
}

static int parse(char **argv, struct option_values *v, const struct cli_command **ret,
                 struct davit_error *e)
{
    *ret = NULL;
    TRY(options_parse(options_global, 0, argv, v, e));
    if (v->help || v->n_args == 0)
        return 0;
    *ret = command_find(v->args[0], e);
    return *ret ? command_parse(*ret, v->args + 1, v, e) : -e->code;
}

static void say(struct buf *b, const char *name, const char *value)
{
    if (value)
        buf_printf(b, " %s=%s", name, value);
}

static void say_if(struct buf *b, const char *name, bool on)
{
    if (on)
        buf_printf(b, " %s", name);
}

static void say_list(struct buf *b, const char *name, const struct option_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        say(b, name, list->items[i]);
    EXPECT(!list->items || !list->items[list->n]);
}

static void say_global(struct buf *b, const struct option_globals *g)
{
    static const char *const levels[] = { NULL, "error", "warning", "debug" };
    static const char *const managers[] = { NULL, "systemd", "disabled" };
    static const char *const rootless[] = { NULL, "true", "false" };

    say(b, "root", g->root);
    say(b, "log", g->log);
    say_if(b, "json", g->log_format == LOG_JSON);
    say(b, "level", levels[g->log_level]);
    say(b, "cgroups", managers[g->cgroup_manager]);
    say(b, "rootless", rootless[g->rootless]);
    say_if(b, "strict", g->strict);
    say_if(b, "version", g->version);
}

static void say_create(struct buf *b, const struct davit_create_options *o)
{
    say(b, "bundle", o->bundle);
    say(b, "config", o->config);
    say(b, "console", o->console_socket);
    say(b, "pid", o->pid_file);
    if (o->preserve_fds)
        buf_printf(b, " fds=%u", o->preserve_fds);
    say_if(b, "no-pivot", o->no_pivot);
    say_if(b, "no-keyring", o->no_new_keyring);
    say(b, "trace", o->trace);
}

static void say_exec(struct buf *b, const struct davit_exec_options *o)
{
    say(b, "process", o->process_file);
    say(b, "cwd", o->cwd);
    say(b, "user", o->user);
    say(b, "apparmor", o->apparmor);
    say(b, "label", o->process_label);
    say_if(b, "tty", o->tty);
    say_if(b, "exec-detach", o->detach);
    say_if(b, "nnp", o->no_new_privs);
    say(b, "console", o->console_socket);
    say(b, "pid", o->pid_file);
    if (o->preserve_fds)
        buf_printf(b, " fds=%u", o->preserve_fds);
    say(b, "trace", o->trace);
    say_if(b, "ignore-paused", o->ignore_paused);
}

/* Everything that is not as in an empty command line, in a fixed order. */
static void describe(const struct option_values *v, const struct cli_command *command,
                     struct buf *ret)
{
    buf_puts(ret, command ? command->name : "-");
    say_global(ret, &v->global);
    say_create(ret, &v->run.create);
    say_if(ret, "detach", v->run.detach);
    say_if(ret, "keep", v->run.keep);
    say_exec(ret, &v->exec);
    say_list(ret, "env", &v->env);
    say_list(ret, "cap", &v->caps);
    say_list(ret, "gid", &v->gids);
    say_list(ret, "cgroup", &v->cgroups);
    say_if(ret, "all", v->all);
    say_if(ret, "regex", v->regex);
    say_if(ret, "force", v->force);
    say_if(ret, "quiet", v->quiet);
    say_if(ret, "userns", v->rootless);
    say_if(ret, "json-format", v->format == FORMAT_JSON);
    say(ret, "dir", v->bundle);
    say(ret, "file", v->file);
    say(ret, "id", v->id);
    say(ret, "interval", v->interval);
    say_if(ret, "stats", v->stats);
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (v->limits[i])
            buf_printf(ret, " limit%zu=%s", i, v->limits[i]);
    say(ret, "l3", v->l3_cache_schema);
    say(ret, "mb", v->mem_bw_schema);
    say_if(ret, "help", v->help);
    for (int i = 0; !v->help && i < v->n_args; i++)
        buf_printf(ret, " [%s]", v->args[i]);
    EXPECT(v->help || !v->args[v->n_args]);
}

struct row {
    const char *line, *result;
};

/* The result is what was read, or the error. */
static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[512], *argv[WORDS_MAX];
        struct option_values v = { 0 };
        const struct cli_command *command;
        struct davit_error e = { 0 };
        auto_buf b = { 0 };

        snprintf(text, sizeof text, "%s", rows[i].line);
        split(text, argv);
        if (parse(argv, &v, &command, &e) < 0)
            buf_puts(&b, e.text);
        else
            describe(&v, command, &b);
        EXPECT_STR(b.data, rows[i].result);
        option_values_done(&v);
    }
}

// clang-format off
static const struct row by_engines[] = {
    /* containerd's runc shim, through go-runc */
    { "--root /run/containerd/runc/k8s --log /b/log.json --log-format json --systemd-cgroup create"
      " --bundle /b --pid-file /b/init.pid --console-socket /s --no-pivot --no-new-keyring web",
      "create root=/run/containerd/runc/k8s log=/b/log.json json cgroups=systemd bundle=/b console=/s"
      " pid=/b/init.pid no-pivot no-keyring [web]" },
    { "--root /r --debug --log /l --log-format json --rootless=true start web",
      "start root=/r log=/l json level=debug rootless=true [web]" },
    { "--root /r --log /l --log-format json --systemd-cgroup pause web",
      "pause root=/r log=/l json cgroups=systemd [web]" },
    { "--root /r --log /l --log-format json --systemd-cgroup resume web",
      "resume root=/r log=/l json cgroups=systemd [web]" },
    { "--root /r --log /l --log-format json checkpoint --image-path /i --work-path /w --tcp-established --ext-unix-sk"
      " --shell-job --file-locks --empty-ns network --leave-running web",
      "verb 'checkpoint' is not supported yet" },
    { "--root /r --log /l --log-format json restore --image-path /i --work-path /w --detach --pid-file /b/init.pid"
      " --no-pivot -no-subreaper --bundle /b web",
      "verb 'restore' is not supported yet" },
    { "--root /r --log /l --log-format json delete web", "delete root=/r log=/l json [web]" },
    { "--root /r --log /l --log-format json delete --force web", "delete root=/r log=/l json force [web]" },
    { "--root /r --log /l --log-format json kill web 15", "kill root=/r log=/l json [web] [15]" },
    { "--root /r --log /l --log-format json kill --all web 9", "kill root=/r log=/l json all [web] [9]" },
    { "--root /r --log /l --log-format json exec --process /tmp/runc-process1 --console-socket /s --detach"
      " --pid-file /b/x.pid web",
      "exec root=/r log=/l json process=/tmp/runc-process1 exec-detach console=/s pid=/b/x.pid [web]" },
    { "--root /r --log /l --log-format json update --resources=- web", "update root=/r log=/l json file=- [web]" },
    { "--root /r --log /l --log-format json ps --format json web", "ps root=/r log=/l json json-format [web]" },
    { "--root /r --log /l --log-format json events --interval=5s web", "events root=/r log=/l json interval=5s [web]" },
    { "--root /r --log /l --log-format json events --stats web", "events root=/r log=/l json stats [web]" },
    { "features", "features" },
    { "--version", "- version" },
    /* podman through conmon, and directly */
    { "--systemd-cgroup --log-format=json --log /o/oci-log create --bundle /b --pid-file /p --no-pivot"
      " --no-new-keyring --preserve-fds 2 --console-socket /s 0a1b",
      "create log=/o/oci-log json cgroups=systemd bundle=/b console=/s pid=/p fds=2 no-pivot no-keyring [0a1b]" },
    { "--systemd-cgroup --log-format=json --log /l --cgroup-manager disabled create --bundle /b 0a1b",
      "create log=/l json cgroups=disabled bundle=/b [0a1b]" },
    { "exec --pid-file /p --process /spec --detach --preserve-fds 1 --console-socket /s 0a1b",
      "exec process=/spec exec-detach console=/s pid=/p fds=1 [0a1b]" },
    { "exec --pid-file /p --process /spec --detach 0a1b", "exec process=/spec exec-detach pid=/p [0a1b]" },
    { "restore --bundle /b --pid-file /p --no-pivot --detach --image-path /i --work-path /b 0a1b",
      "verb 'restore' is not supported yet" },
    { "checkpoint --image-path /i --work-path /b --leave-running --leave-running 0a1b",
      "verb 'checkpoint' is not supported yet" },
    { "state 0a1b", "state [0a1b]" },
    { "--x start 0a1b", "unknown option '--x'" },
    { "start 0a1b", "start [0a1b]" },
    { "kill --all 0a1b 15", "kill all [0a1b] [15]" },
    { "delete --force 0a1b", "delete force [0a1b]" },
    { "update --resources=/tmp/podman1 0a1b", "update file=/tmp/podman1 [0a1b]" },
    { "pause 0a1b", "pause [0a1b]" },
    { "resume 0a1b", "resume [0a1b]" },
    { "checkpoint --help", "verb 'checkpoint' is not supported yet" },
    { "restore --lsm-mount-context", "verb 'restore' is not supported yet" },
    /* CRI-O through conmon, and directly */
    { "--systemd-cgroup --root=/run/x create --bundle /b --pid-file /b/pidfile --no-pivot web",
      "create root=/run/x cgroups=systemd bundle=/b pid=/b/pidfile no-pivot [web]" },
    { "--root=/run/x exec --pid-file /t --process /tmp/exec-process-1 --detach web",
      "exec root=/run/x process=/tmp/exec-process-1 exec-detach pid=/t [web]" },
    { "--root /run/x --systemd-cgroup state web", "state root=/run/x cgroups=systemd [web]" },
    { "--root /run/x --systemd-cgroup start web", "start root=/run/x cgroups=systemd [web]" },
    { "--root /run/x --systemd-cgroup delete --force web", "delete root=/run/x cgroups=systemd force [web]" },
    { "--root /run/x pause web", "pause root=/run/x [web]" },
    { "--root /run/x resume web", "resume root=/run/x [web]" },
    { "--root /run/x checkpoint --file-locks --image-path /i --work-path /w web",
      "verb 'checkpoint' is not supported yet" },
    { "--root /run/x kill web KILL", "kill root=/run/x [web] [KILL]" },
    { "--root=/run/x exec --pid-file /t --process /tmp/exec-process-1 --detach --console-socket /s web",
      "exec root=/run/x process=/tmp/exec-process-1 exec-detach console=/s pid=/t [web]" },
    { "--root /run/x update --resources - web", "update root=/run/x file=- [web]" },
    { "--root /run/x kill web TERM", "kill root=/run/x [web] [TERM]" },
    { "--root /run/x kill -a web 9", "kill root=/run/x all [web] [9]" },
    { "--root /run/x --systemd-cgroup exec --process /f web",
      "exec root=/run/x cgroups=systemd process=/f [web]" },
    /* conmon-rs says some things twice */
    { "--log-level=warning --root=/a --systemd-cgroup --root=/b --systemd-cgroup create --bundle /b"
      " --pid-file /p --console-socket=/s web",
      "create root=/b level=warning cgroups=systemd bundle=/b console=/s pid=/p [web]" },
    { "--root=/a exec -d --console-socket=/s --tty --pid-file=/p web ls -la /",
      "exec root=/a tty exec-detach console=/s pid=/p [web] [ls] [-la] [/]" },
    { "--log=journald:conmon-rs --log-level=debug --root=/a --systemd-cgroup --root=/a --systemd-cgroup create"
      " --bundle /b --pid-file /p --no-pivot web",
      "create root=/a log=journald:conmon-rs level=debug cgroups=systemd bundle=/b pid=/p no-pivot [web]" },
    { "--root=/a --systemd-cgroup exec -d --pid-file=/p web ls", "exec root=/a cgroups=systemd exec-detach pid=/p [web] [ls]" },
    /* buildah */
    { "create --bundle /b --pid-file /b/pid --no-new-keyring --no-pivot --console-socket /b/console.sock NAME",
      "create bundle=/b console=/b/console.sock pid=/b/pid no-pivot no-keyring [NAME]" },
    { "--systemd-cgroup create --bundle /b --pid-file /b/pid NAME", "create cgroups=systemd bundle=/b pid=/b/pid [NAME]" },
    { "start NAME", "start [NAME]" },
    { "state NAME", "state [NAME]" },
    { "delete NAME", "delete [NAME]" },
    { "kill NAME", "kill [NAME]" },
    { "kill NAME SIGKILL", "kill [NAME] [SIGKILL]" },
    /* BuildKit */
    { "--log /w/runc-log.json --log-format json run --bundle /b --no-pivot --keep k7",
      "run log=/w/runc-log.json json bundle=/b no-pivot keep [k7]" },
    { "--log /w/runc-log.json --log-format json exec --process /f --pid-file /t k7",
      "exec log=/w/runc-log.json json process=/f pid=/t [k7]" },
    { "--log /w/runc-log.json --log-format json state k7", "state log=/w/runc-log.json json [k7]" },
    { "--log /w/runc-log.json --log-format json kill k7 9", "kill log=/w/runc-log.json json [k7] [9]" },
    { "--log /w/runc-log.json --log-format json delete k7", "delete log=/w/runc-log.json json [k7]" },
    /* go-runc's single dash, youki's tests with options behind the id */
    { "run -no-subreaper --detach --bundle /b web", "run bundle=/b detach [web]" },
    { "create web --bundle /b -pid-file=/p", "create bundle=/b pid=/p [web]" },
};

TEST(reads_what_engines_write)
{
    check(by_engines, ARRAY_SIZE(by_engines));
}

static const struct row by_people[] = {
    { "", "-" },
    { "-v", "- version" },
    { "-V", "- version" },
    { "-version", "- version" },
    { "--help create", "- help" },
    { "-? ", "- help" },
    { "create -h --nonsense", "create help" },
    { "create --nonsense -h", "unknown option '--nonsense'" },
    { "help kill", "help [kill]" },
    { "-- state x", "state [x]" },
    { "state -- -x", "state [-x]" },
    { "kill - 9", "kill [-] [9]" },
    { "-root=/a --root /b state x", "state root=/b [x]" },
    { "--root=a=b state x", "state root=a=b [x]" },
    { "--root --log state x", "state root=--log [x]" },
    { "--debug=false --strict=true state x", "state strict [x]" },
    { "--strict --strict=false state x", "state [x]" },
    { "--debug --log-level error state x", "state level=error [x]" },
    { "--log-level error --debug=false state x", "state level=error [x]" },
    { "--log-level error --debug state x", "state level=debug [x]" },
    { "--systemd-cgroup --systemd-cgroup=false state x", "state [x]" },
    { "--cgroup-manager disabled --systemd-cgroup=false state x", "state cgroups=disabled [x]" },
    { "--cgroup-manager=systemd --cgroup-manager=cgroupfs state x", "state [x]" },
    { "--rootless auto state x", "state [x]" },
    { "--rootless false state x", "state rootless=false [x]" },
    { "create x -b=/b -f other.json --trace /t --no-subreaper=true", "create bundle=/b config=other.json trace=/t [x]" },
    { "create x --preserve-fds 0", "create [x]" },
    { "create x --preserve-fds 1048576", "create fds=1048576 [x]" },
    { "run x -d", "run detach [x]" },
    { "run -d=false x", "run [x]" },
    { "delete x -f", "delete force [x]" },
    { "delete -r -f ^x", "delete regex force [^x]" },
    { "kill --regex x 9", "kill regex [x] [9]" },
    { "list -q", "list quiet" },
    { "list -f json", "list json-format" },
    { "list --format=json --format=table", "list" },
    { "update web --memory 50M --memory-swap -1 --pids-limit=7 -cpu-idle 0",
      "update limit0=50M limit2=-1 limit9=0 limit15=7 [web]" },
    { "update --l3-cache-schema L3:0=1 --mem-bw-schema MB:0=1 web", "update l3=L3:0=1 mb=MB:0=1 [web]" },
    { "ps -f table web -e -x", "ps [web] [-e] [-x]" },
    { "ps web --format json", "ps [web] [--format] [json]" },
    { "ps -- web --help", "ps [web] [--help]" },
    { "spec -b /b -f c.json --rootless", "spec userns dir=/b file=c.json" },
    { "plan", "plan" },
    { "plan /b --format json --id web -f c.json", "plan config=c.json json-format id=web [/b]" },
    { "exec web -- ls -l", "exec [web] [ls] [-l]" },
    { "exec -- web ls -- -l", "exec [web] [ls] [--] [-l]" },
    { "exec web ls --help", "exec [web] [ls] [--help]" },
    { "exec -e A=1 web -e B=2 --env=C= -c CAP_KILL --cap=NET_ADMIN env",
      "exec env=A=1 env=B=2 env=C= cap=CAP_KILL cap=NET_ADMIN [web] [env]" },
    { "exec -g 5 --additional-gids=6 x ls", "exec gid=5 gid=6 [x] [ls]" },
    { "exec --cgroup a --cgroup=memory:b x ls", "exec cgroup=a cgroup=memory:b [x] [ls]" },
    { "exec --ignore-paused web true", "exec ignore-paused [web] [true]" },
    { "exec -t -u 1000:1000 --cwd /w --no-new-privs --apparmor p --process-label l --trace t web sh",
      "exec cwd=/w user=1000:1000 apparmor=p label=l tty nnp trace=t [web] [sh]" },
};

TEST(reads_what_people_write)
{
    check(by_people, ARRAY_SIZE(by_people));
}

static const struct row refused[] = {
    { "create --bundel /b x", "unknown option '--bundel' (did you mean '--bundle'?)" },
    { "create --bundel=/b x", "unknown option '--bundel' (did you mean '--bundle'?)" },
    { "create -bundel x", "unknown option '-bundel' (did you mean '--bundle'?)" },
    { "create --preserve 1 x", "unknown option '--preserve' (did you mean '--preserve-fds'?)" },
    { "create -x id", "unknown option '-x'" },
    { "create --b=/x id", "create bundle=/x [id]" },
    { "create ---bundle /x id", "unknown option '---bundle' (did you mean '--bundle'?)" },
    { "create --=x id", "unknown option '--'" },
    { "create -bd id", "unknown option '-bd'" },
    { "create --root /r id", "option '--root' belongs in front of the verb" },
    { "--sistemd-cgroup state x", "unknown option '--sistemd-cgroup' (did you mean '--systemd-cgroup'?)" },
    { "creat x", "unknown verb 'creat' (did you mean 'create'?)" },
    { "satrt x", "unknown verb 'satrt' (did you mean 'start'?)" },
    { "launch x", "unknown verb 'launch'" },
    { "'' x", "unknown verb ''" },
    { "update --memory= x", "invalid value '' for '--memory' (it must not be empty)" },
    { "update --memori 1 x", "unknown option '--memori' (did you mean '--memory'?)" },
    { "create --bundle", "flag needs an argument: '--bundle'" },
    { "create -b", "flag needs an argument: '--bundle'" },
    { "--log", "flag needs an argument: '--log'" },
    { "create --bundle= x", "invalid value '' for '--bundle' (it must not be empty)" },
    { "--root '' state x", "invalid value '' for '--root' (it must not be empty)" },
    { "--strict=yes state x", "invalid value 'yes' for '--strict' (true|false)" },
    { "--debug= state x", "invalid value '' for '--debug' (true|false)" },
    { "--log-format xml state x", "invalid value 'xml' for '--log-format' (text|json)" },
    { "--log-format= state x", "invalid value '' for '--log-format' (text|json)" },
    { "--log-format text|json state x", "invalid value 'text|json' for '--log-format' (text|json)" },
    { "--log-level info state x", "invalid value 'info' for '--log-level' (error|warning|debug)" },
    { "--cgroup-manager none state x",
      "invalid value 'none' for '--cgroup-manager' (cgroupfs|systemd|disabled)" },
    { "--rootless 1 state x", "invalid value '1' for '--rootless' (auto|true|false)" },
    { "create --preserve-fds x id", "invalid value 'x' for '--preserve-fds' (a number up to 1048576)" },
    { "create --preserve-fds= id", "invalid value '' for '--preserve-fds' (a number up to 1048576)" },
    { "create --preserve-fds -1 id", "invalid value '-1' for '--preserve-fds' (a number up to 1048576)" },
    { "create --preserve-fds 1x id", "invalid value '1x' for '--preserve-fds' (a number up to 1048576)" },
    { "create --preserve-fds 1048577 id",
      "invalid value '1048577' for '--preserve-fds' (a number up to 1048576)" },
    { "create --preserve-fds 18446744073709551617 id",
      "invalid value '18446744073709551617' for '--preserve-fds' (a number up to 1048576)" },
    { "create", "missing argument (usage: create [OPTION]... ID)" },
    { "state", "missing argument (usage: state [OPTION]... ID)" },
    { "exec -t", "missing argument (usage: exec [OPTION]... ID [COMMAND [ARG]...])" },
    { "ps", "missing argument (usage: ps [OPTION]... ID [PS OPTION]...)" },
    { "ps -e web", "unknown option '-e'" },
    { "ps --format yaml web", "invalid value 'yaml' for '--format' (table|json)" },
    { "state a b", "unexpected argument 'b' (usage: state [OPTION]... ID)" },
    { "list x", "unexpected argument 'x' (usage: list [OPTION]...)" },
};

TEST(refuses_with_one_exact_line)
{
    check(refused, ARRAY_SIZE(refused));
}
// clang-format on

TEST(says_of_what_kind_an_error_is)
{
    static const struct {
        const char *line;
        enum davit_error_kind kind;
    } rows[] = {
        { "create", DAVIT_ERROR_INVALID },
        { "create --bogus", DAVIT_ERROR_INVALID },
        { "launch", DAVIT_ERROR_INVALID },
        { "restore x", DAVIT_ERROR_UNSUPPORTED },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[64], *argv[WORDS_MAX];
        struct option_values v = { 0 };
        const struct cli_command *command;
        struct davit_error e = { 0 };

        snprintf(text, sizeof text, "%s", rows[i].line);
        split(text, argv);
        EXPECT(parse(argv, &v, &command, &e) == -e.code);
        EXPECT(e.kind == rows[i].kind);
        option_values_done(&v);
    }
}

TEST(gives_every_kind_its_own_exit_code)
{
    bool seen[256] = { [0] = true, [EXIT_OWN_FAILURE] = true };

    for (int kind = DAVIT_ERROR_OS; kind <= DAVIT_ERROR_BUSY; kind++) {
        int code = exit_code((enum err_kind)kind);

        EXPECT(!seen[code]);
        seen[code] = true;
    }
}

/* A name that is used twice would make the second row unreachable. */
TEST(names_every_option_once)
{
    for (const struct cli_command *const *c = cli_commands; *c; c++)
        for (const struct option *o = (*c)->options; o->name; o++) {
            EXPECT(strcmp(o->name, "help") != 0);
            EXPECT(o->help);
            for (const struct option *p = o + 1; p->name; p++) {
                EXPECT(strcmp(o->name, p->name) != 0);
                EXPECT(!o->letters || !p->letters || !strpbrk(o->letters, p->letters));
            }
        }
}

TEST_MAIN()
