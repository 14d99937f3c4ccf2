// SPDX-License-Identifier: Apache-2.0
/* record.c - a container's cgroups as they stand in state.json. */
#include "cgroup/cgroup.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_name(const struct cgroup *cg, unsigned i)
{
    return cg->v2[i] ? "v2" : cg->freezer[i] ? "freezer" : "v1";
}

void cgroup_write_json(const struct cgroup *cg, struct buf *b)
{
    buf_puts(b, "[");
    for (unsigned i = 0; i < cg->count; i++) {
        auto_buf item = { 0 };

        if (i > 0)
            buf_puts(b, ",");
        if (!cg->dirs[i]) {
            buf_puts(b, "null");
            continue;
        }
        buf_printf(&item, "%u:%s:%s", cg->made[i], kind_name(cg, i), cg->dirs[i]);
        b->failed |= item.failed;
        if (!item.failed)
            buf_json_string(b, item.data);
    }
    buf_puts(b, "]");
}

/* The path is used for removing directories: it must be what cgroup_locate() can make. */
static bool path_is_plain(const char *path)
{
    size_t components = 0;

    if (path[0] != '/' || strlen(path) >= PATH_MAX)
        return false;
    while (*path) {
        size_t len = strcspn(++path, "/");

        if (len == 0 || (len <= 2 && strspn(path, ".") >= len))
            return false;
        path += len;
        components++;
    }
    return components > 1;
}

static size_t count_components(const char *path)
{
    size_t n = 0;

    for (; *path; path++)
        n += *path == '/';
    return n;
}

static int read_item(const char *text, struct cgroup *cg, unsigned i)
{
    static const char *const KINDS[] = { "v1", "freezer", "v2" };
    const char *kind, *path;
    unsigned long made;
    char *end;
    size_t k = 0;

    if (text[0] < '0' || text[0] > '9')
        return -EINVAL;
    made = strtoul(text, &end, 10);
    kind = *end == ':' ? end + 1 : "";
    path = strchr(kind, ':');
    if (!path || !path_is_plain(path + 1) || made > count_components(path + 1))
        return -EINVAL;
    while (k < ARRAY_SIZE(KINDS) &&
           (strncmp(kind, KINDS[k], (size_t)(path - kind)) != 0 || KINDS[k][path - kind] != '\0'))
        k++;
    if (k == ARRAY_SIZE(KINDS))
        return -EINVAL;
    cg->made[i] = (unsigned)made;
    cg->freezer[i] = k == 1;
    cg->v2[i] = k == 2;
    cg->dirs[i] = strdup(path + 1);
    return cg->dirs[i] ? 0 : -ENOMEM;
}

int cgroup_read_json(struct json_object *array, struct cgroup *ret, struct err *e)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 };
    size_t count;

    if (!json_object_is_type(array, json_type_array))
        return err_set(e, ERR_INVALID, "the record of the cgroups is not an array");
    count = json_object_array_length(array);
    if (count > CGROUP_HIERARCHIES_MAX)
        return err_set(e, ERR_INVALID, "the record has %zu cgroups", count);
    for (unsigned i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(array, i);
        int rc;

        cg.count = i + 1;
        if (!item)
            continue;
        rc = json_object_is_type(item, json_type_string)
                 ? read_item(json_object_get_string(item), &cg, i)
                 : -EINVAL;
        if (rc == -ENOMEM)
            return err_os(e, rc, "read the record of the cgroups");
        if (rc < 0)
            return err_set(e, ERR_INVALID, "the record of the cgroups is damaged at [%u]", i);
    }
    *ret = cg;
    cg = (struct cgroup){ 0 };
    return 0;
}
