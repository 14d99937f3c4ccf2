// SPDX-License-Identifier: Apache-2.0
/*
 * golden.c - every folder here is a case: what config.json compiles to stands in plan.json.
 *
 * usage: golden [--update] FOLDER
 *
 * A case holds config.json, and as needed: facts (see recipe.h), process.json for an exec plan in
 * exec.json, plan.txt and exec.txt for the plan as people see it, and error or exec-error with the
 * line that is expected instead of a plan. refused has changes of config.json, and what is said to
 * each (see refused.h). --update writes what is there now; read the diff.
 * The last tests fail when a row or a field of the plan is not covered by any case.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "config/generate.h"
#include "cases.h"
#include "coverage.h"
#include "recipe.h"
#include "refused.h"
#include "unit/plan/plan_check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static struct {
    bool update;
    int number, failures;
    struct coverage coverage;
} run;

struct golden {
    const char *name;
    int dir;
    bool failed;
};

static void complain(struct golden *g, const char *what, const char *text)
{
    printf("# %s: %s%s%s\n", g->name, what, text ? ": " : "", text ? text : "");
    g->failed = true;
}

static void report(bool failed, const char *name)
{
    printf("%sok %d - %s\n", failed ? "not " : "", ++run.number, name);
    run.failures += failed;
}

/* Say which line is the first that differs. */
static void complain_difference(struct golden *g, const char *file, const char *got,
                                const char *want)
{
    unsigned line = 1;
    size_t start = 0, i;

    for (i = 0; got[i] && got[i] == want[i]; i++)
        if (got[i] == '\n') {
            line++;
            start = i + 1;
        }
    printf("# %s/%s:%u: got  %.*s\n", g->name, file, line, (int)strcspn(got + start, "\n"),
           got + start);
    printf("# %s/%s:%u: want %.*s\n", g->name, file, line, (int)strcspn(want + start, "\n"),
           want + start);
    g->failed = true;
}

static void compare(struct golden *g, const char *file, const char *got)
{
    auto_free char *want = cases_read(g->dir, file);
    struct err e;

    if (want && !strcmp(want, got))
        return;
    if (run.update) {
        if (file_replace(g->dir, file, 0644, got, strlen(got), &e) < 0)
            complain(g, "write", e.text);
    } else if (!want) {
        complain(g, file, "not there; look at --update");
    } else {
        complain_difference(g, file, got, want);
    }
}

static void compare_error(struct golden *g, const char *file, const struct err *e)
{
    char line[ERR_TEXT_MAX + 128];

    err_format(e, line, sizeof line - 1);
    strcat(line, "\n");
    if (faccessat(g->dir, file, F_OK, 0) < 0)
        complain(g, "unexpected error", line);
    else
        compare(g, file, line);
}

static void check_columns(struct golden *g, const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t columns = 0;

        for (size_t i = 0; line[i] != '\n'; i++)
            columns += ((unsigned char)line[i] & 0xc0) != 0x80;
        if (columns > 100)
            complain(g, "line of the text dump is too long", line);
    }
}

static void compare_plan(struct golden *g, const struct plan *p, const char *json_file,
                         const char *text_file)
{
    auto_buf json = { 0 }, text = { 0 };
    struct plan_check check;

    if (plan_check(&check, p)) {
        complain(g, json_file, check.complaint);
        return;
    }
    coverage_add(&run.coverage, p);
    plan_dump_json(p, &json);
    plan_dump_text(p, &text);
    if (buf_failed(&json) || buf_failed(&text)) {
        complain(g, "no memory", NULL);
        return;
    }
    compare(g, json_file, json.data);
    check_columns(g, text.data);
    if (faccessat(g->dir, text_file, F_OK, 0) == 0)
        compare(g, text_file, text.data);
}

static int build(struct golden *g, struct spec **ret, struct recipe *r, struct plan **ret_plan,
                 struct err *e)
{
    auto_free char *facts = cases_read(g->dir, "facts");

    recipe_init(r);
    if (facts)
        TRY(recipe_parse(r, facts, e));
    TRY(spec_load(g->dir, "config.json", ret, e));
    return recipe_plan(r, *ret, ret_plan, e);
}

static int build_exec(const char *text, const struct spec *s, const struct recipe *r,
                      struct plan **ret, struct err *e)
{
    cleanup(spec_freep) struct spec *process = NULL;

    TRY(spec_parse_process(text, strlen(text), &process, e));
    return recipe_plan_exec(r, s, &process->process, ret, e);
}

/* The configurations that `davit spec` prints are cases, too. */
static void compare_generated(struct golden *g)
{
    auto_buf text = { 0 };
    struct err e;

    if (strcmp(g->name, "default") && strcmp(g->name, "rootless"))
        return;
    if (spec_generate(!strcmp(g->name, "rootless"), 1000, 1000, &text, &e) < 0)
        complain(g, "generate", e.text);
    else
        compare(g, "config.json", text.data);
}

static void compare_refused(struct golden *g, const struct recipe *r)
{
    auto_free char *list = cases_read(g->dir, "refused");
    auto_free char *config = list ? cases_read(g->dir, "config.json") : NULL;
    auto_buf told = { 0 };
    struct err e;

    if (!config)
        return;
    if (refused_retell(config, list, r, &told, &e) < 0)
        complain(g, "refused", e.text);
    else
        compare(g, "refused", told.data);
}

static void run_case(struct golden *g)
{
    cleanup(spec_freep) struct spec *s = NULL;
    auto_free struct plan *plan = NULL, *exec = NULL;
    auto_free char *process = cases_read(g->dir, "process.json");
    struct recipe r;
    struct err e = { 0 };

    compare_generated(g);
    if (build(g, &s, &r, &plan, &e) < 0)
        compare_error(g, "error", &e);
    else if (faccessat(g->dir, "error", F_OK, 0) == 0)
        complain(g, "is accepted", NULL);
    else
        compare_plan(g, plan, "plan.json", "plan.txt");
    compare_refused(g, &r);
    if (!process || !s)
        return;
    if (build_exec(process, s, &r, &exec, &e) < 0)
        compare_error(g, "exec-error", &e);
    else
        compare_plan(g, exec, "exec.json", "exec.txt");
}

static void run_folder(int top, const char *name)
{
    struct golden g = { .name = name,
                        .dir = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

    if (g.dir < 0)
        complain(&g, "open", "not a folder");
    else if (faccessat(g.dir, "config.json", F_OK, 0) < 0)
        complain(&g, "has no config.json", NULL);
    else
        run_case(&g);
    cleanup_fd(&g.dir);
    report(g.failed, name);
}

static int run_all(const char *path)
{
    auto_fd top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_free struct dirent **list = NULL;
    int count = cases_list(path, &list);

    for (int i = 0; i < count; i++) {
        run_folder(top, list[i]->d_name);
        free(list[i]);
    }
    report(count < 1, "there are cases");
    report(!coverage_of_rows(&run.coverage, PLAN_CREATE), "every BOOT row runs and is skipped");
    report(!coverage_of_rows(&run.coverage, PLAN_EXEC), "every JOIN row runs and is skipped");
    report(!coverage_of_fields(&run.coverage), "every field of the plan is used");
    printf("1..%d\n", run.number);
    return run.failures != 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    run.update = argc == 3 && !strcmp(argv[1], "--update");
    if (argc != 2 + run.update) {
        fprintf(stderr, "usage: golden [--update] FOLDER\n");
        return 2;
    }
    return run_all(argv[argc - 1]);
}
