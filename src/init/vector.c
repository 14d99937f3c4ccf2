// SPDX-License-Identifier: Apache-2.0
/* vector.c - argument vectors for execve, laid out in anonymous memory; the strings stay in the
 * plan. */
#include "init/init.h"

#include <sys/mman.h>

long vector_map(unsigned long size)
{
    return sys_mmap(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

char **vector_make(const struct plan *p, struct plan_list strings, unsigned extra)
{
    const plan_str *items = plan_items(p, strings);
    long memory = vector_map((strings.count + extra + 1) * sizeof(char *));
    char **vector = (char **)memory;

    if (memory < 0 && memory > -4096)
        return NULL;
    for (uint32_t i = 0; i < strings.count; i++)
        vector[i] = (char *)(uintptr_t)plan_text(p, items[i]);
    return vector;
}
