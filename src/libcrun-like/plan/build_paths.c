// SPDX-License-Identifier: Apache-2.0
/* build_paths.c - masked and read-only paths of the plan, each of them once. */
#include "plan/writer.h"

#include <stdlib.h>
#include <string.h>

/* Equal paths next to each other, the first of the list in front. */
static int by_path(const void *a, const void *b)
{
    char *const *x = *(char **const *)a, *const *y = *(char **const *)b;
    int order = strcmp(*x, *y);

    return order ? order : x < y ? -1 : x > y;
}

/* Marks what stands further up already: engines append their lists to each other, and every mount
 * costs. NULL without memory. */
static bool *find_repeated(struct plan_writer *w, const struct spec_strings *paths)
{
    char ***sorted = arena_new(&w->arena, paths->count + 1, char **);
    bool *repeated = arena_new(&w->arena, paths->count + 1, bool);

    if (!sorted || !repeated)
        return NULL;
    for (size_t i = 0; i < paths->count; i++)
        sorted[i] = &paths->items[i];
    qsort(sorted, paths->count, sizeof *sorted, by_path);
    for (size_t i = 1; i < paths->count; i++)
        repeated[sorted[i] - paths->items] = !strcmp(*sorted[i - 1], *sorted[i]);
    return repeated;
}

static struct plan_list put_paths(struct plan_writer *w, const struct spec_strings *paths,
                                  const char *field)
{
    struct plan_path *items = arena_new(&w->arena, paths->count + 1, struct plan_path);
    const bool *repeated = find_repeated(w, paths);
    size_t count = 0;

    w->out.failed |= !items || !repeated;
    for (size_t i = 0; items && repeated && i < paths->count; i++)
        if (!repeated[i])
            items[count++] = (struct plan_path){ .where = plan_add_where(w, field, i),
                                                 .path = plan_add_text(w, paths->items[i]) };
    return plan_add_items(w, items, count, sizeof *items);
}

void plan_put_paths(struct plan_writer *w, const struct spec_linux *l)
{
    struct plan_list list = put_paths(w, &l->masked_paths, "linux.maskedPaths");

    plan_header(w)->masked = list;
    list = put_paths(w, &l->readonly_paths, "linux.readonlyPaths");
    plan_header(w)->readonly = list;
}
