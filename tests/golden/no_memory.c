// SPDX-License-Identifier: Apache-2.0
/*
 * no_memory.c - every golden case again and again, with each of its allocations failing once.
 *
 * usage: no_memory FOLDER
 *
 * Whichever it is, the answer must be ENOMEM: not a plan that lacks something, not another error,
 * not a crash; under a sanitizer also no leak.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "cases.h"
#include "recipe.h"
#include "unit/scarce.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A case's files; those that are not there are NULL. */
struct texts {
    char *config, *facts, *process;
};

static void texts_done(struct texts *t)
{
    free(t->config);
    free(t->facts);
    free(t->process);
}

static int dump(const struct plan *p, struct err *e)
{
    auto_buf json = { 0 }, text = { 0 };

    plan_dump_json(p, &json);
    plan_dump_text(p, &text);
    return buf_failed(&json) || buf_failed(&text) ? err_os(e, ENOMEM, "dump") : 0;
}

static int make_exec(const struct texts *t, const struct recipe *r, const struct spec *s,
                     struct err *e)
{
    cleanup(spec_freep) struct spec *process = NULL;
    auto_free struct plan *plan = NULL;

    TRY(spec_parse_process(t->process, strlen(t->process), &process, e));
    TRY(recipe_plan_exec(r, s, &process->process, &plan, e));
    return dump(plan, e);
}

static int make(const struct texts *t, const struct recipe *r, struct err *e)
{
    cleanup(spec_freep) struct spec *s = NULL;
    auto_free struct plan *plan = NULL;

    TRY(spec_parse(t->config, strlen(t->config), &s, e));
    TRY(recipe_plan(r, s, &plan, e));
    TRY(dump(plan, e));
    return t->process ? make_exec(t, r, s, e) : 0;
}

/* Returns whether every failure was told as what it was. */
static bool try_all(const struct texts *t)
{
    struct recipe r;
    struct err e = { 0 };
    bool good = true, failed = true;

    recipe_init(&r);
    if (t->facts && recipe_parse(&r, t->facts, &e) < 0)
        return false;
    /* A filter that can't be made smaller is taken as it is, and libseccomp is slow. */
    r.fake_filter = true;
    for (unsigned n = 1; failed; n++) {
        int rc;

        e = (struct err){ 0 };
        scarce_begin(n);
        rc = make(t, &r, &e);
        failed = scarce_end();
        if (!failed || (rc == -ENOMEM && e.code == ENOMEM && e.text[0]))
            continue;
        printf("# allocation %u fails: returns %d, error '%s'\n", n, rc, e.text);
        good = false;
    }
    return good;
}

static bool run_case(int top, const char *name)
{
    auto_fd dir = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup(texts_done) struct texts t = { .config = cases_read(dir, "config.json"),
                                           .facts = cases_read(dir, "facts"),
                                           .process = cases_read(dir, "process.json") };

    return t.config && try_all(&t);
}

int main(int argc, char **argv)
{
    auto_fd top = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    auto_free struct dirent **list = NULL;
    int count = top < 0 ? -1 : cases_list(argv[1], &list), failures = 0;

    if (count < 1) {
        fprintf(stderr, "usage: no_memory FOLDER\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < count; i++) {
        bool good = run_case(top, list[i]->d_name);

        printf("%sok %d - %s\n", good ? "" : "not ", i + 1, list[i]->d_name);
        failures += !good;
        free(list[i]);
    }
    printf("1..%d\n", count);
    return failures != 0;
}
