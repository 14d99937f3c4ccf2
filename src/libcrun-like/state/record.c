// SPDX-License-Identifier: Apache-2.0
/*
 * record.c - state.json: one JSON object, a version first and a checksum last.
 *
 * Readers of other builds: unknown members are ignored, a higher version is refused.
 */
#include "state/state.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

enum { RECORD_MAX = 4 << 20 };

static const char *const phase_names[] = {
    [STATE_CREATING] = "creating", [STATE_CREATED] = "created"
};
static const char prepared_name[] = ".state.json.next";
static const char check_member[] = ",\"check\":\"";

void state_record_done(struct state_record *r)
{
    free(r->id);
    free(r->bundle);
    free(r->rootfs);
    free(r->created);
    free(r->annotations);
    free(r->resctrl_dir);
    free(r->resctrl_monitor);
    free(r->unit);
    cgroup_done(&r->cgroup);
    *r = (struct state_record){ 0 };
}

/* FNV-1a: finds a torn or mangled record, not a forged one (the directory is its owner's). */
static uint64_t checksum(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void put_string(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(b, ",\"%s\":", name);
    buf_json_string(b, value);
}

static void put_truth(struct buf *b, const char *name, bool value)
{
    buf_printf(b, ",\"%s\":%s", name, value ? "true" : "false");
}

int state_prepare(int dirfd, const struct state_record *r, struct err *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "{\"version\":%d", STATE_VERSION);
    put_string(&b, "id", r->id);
    put_string(&b, "bundle", r->bundle);
    put_string(&b, "rootfs", r->rootfs);
    put_string(&b, "created", r->created);
    put_string(&b, "phase", phase_names[r->phase]);
    put_string(&b, "bootId", r->process.boot_id);
    buf_printf(&b, ",\"pid\":%d,\"startTime\":\"%" PRIu64 "\",\"owner\":%u,\"namespaces\":%u",
               r->process.pid, r->process.start_time, r->owner, r->namespaces);
    put_truth(&b, "hasProcess", r->has_process);
    put_truth(&b, "hooksAfter", r->hooks_after);
    put_truth(&b, "noKeyring", r->no_keyring);
    put_truth(&b, "notifies", r->notifies);
    put_string(&b, "resctrlDir", r->resctrl_dir);
    put_string(&b, "resctrlMonitor", r->resctrl_monitor);
    put_truth(&b, "resctrlOwn", r->resctrl_own);
    put_string(&b, "unit", r->unit);
    put_truth(&b, "unitOfUser", r->unit_of_user);
    if (r->annotations)
        buf_printf(&b, ",\"annotations\":%s", r->annotations);
    buf_puts(&b, ",\"cgroup\":");
    cgroup_write_json(&r->cgroup, &b);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "write state.json");
    buf_printf(&b, "%s%016" PRIx64 "\"}\n", check_member, checksum(b.data, b.len));
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "write state.json");
    /* The name may be left by a creator that was killed; only the holder of the lock writes. */
    return file_make(dirfd, prepared_name, 0600, b.data, b.len, e);
}

int state_commit(int dirfd, struct err *e)
{
    if (renameat(dirfd, prepared_name, dirfd, "state.json") < 0)
        return err_os(e, errno, "replace state.json");
    return 0;
}

static bool check_holds(const char *text, size_t len)
{
    const char *at = NULL;
    char want[sizeof check_member + 20];
    size_t n;

    for (const char *p = text; (p = strstr(p, check_member)); p++)
        at = p;
    if (!at)
        return false;
    /* To the last byte: what is missing or follows after it was not written by davit. */
    n = (size_t)snprintf(want, sizeof want, "%s%016" PRIx64 "\"}\n", check_member,
                         checksum(text, (size_t)(at - text)));
    return (size_t)(text + len - at) == n && !memcmp(at, want, n);
}

static struct json_object *member(struct json_object *o, const char *name, enum json_type type)
{
    struct json_object *value;

    return json_object_object_get_ex(o, name, &value) && json_object_is_type(value, type) ? value
                                                                                          : NULL;
}

static char *copy_string(struct json_object *o, const char *name)
{
    struct json_object *value = member(o, name, json_type_string);

    return value ? strdup(json_object_get_string(value)) : NULL;
}

static int64_t number(struct json_object *o, const char *name, int64_t low, int64_t high)
{
    struct json_object *value = member(o, name, json_type_int);
    int64_t n = value ? json_object_get_int64(value) : low;

    return n < low ? low : n > high ? high : n;
}

static bool truth(struct json_object *o, const char *name)
{
    struct json_object *value = member(o, name, json_type_boolean);

    return value && json_object_get_boolean(value);
}

static void read_process(struct json_object *o, struct state_process *ret)
{
    struct json_object *start = member(o, "startTime", json_type_string);
    struct json_object *boot = member(o, "bootId", json_type_string);

    ret->pid = (pid_t)number(o, "pid", 0, INT_MAX);
    ret->start_time = start ? strtoull(json_object_get_string(start), NULL, 10) : 0;
    snprintf(ret->boot_id, sizeof ret->boot_id, "%s", boot ? json_object_get_string(boot) : "");
}

static int read_members(struct json_object *o, struct state_record *r, struct err *e)
{
    auto_free char *phase = copy_string(o, "phase");
    struct json_object *annotations = member(o, "annotations", json_type_object);
    struct json_object *cgroup = member(o, "cgroup", json_type_array);

    if (number(o, "version", 0, INT_MAX) != STATE_VERSION)
        return err_set(e, ERR_UNSUPPORTED, "state.json is of version %d, this build knows %d",
                       (int)number(o, "version", 0, INT_MAX), STATE_VERSION);
    r->id = copy_string(o, "id");
    r->bundle = copy_string(o, "bundle");
    r->rootfs = copy_string(o, "rootfs");
    r->created = copy_string(o, "created");
    r->annotations =
        strdup(annotations
                   ? json_object_to_json_string_ext(annotations, JSON_C_TO_STRING_PLAIN |
                                                                     JSON_C_TO_STRING_NOSLASHESCAPE)
                   : "{}");
    r->owner = (uid_t)number(o, "owner", 0, UINT32_MAX);
    r->namespaces = (uint32_t)number(o, "namespaces", 0, UINT32_MAX);
    r->has_process = truth(o, "hasProcess");
    r->hooks_after = truth(o, "hooksAfter");
    r->no_keyring = truth(o, "noKeyring");
    r->notifies = truth(o, "notifies");
    r->resctrl_dir = copy_string(o, "resctrlDir");
    r->resctrl_monitor = copy_string(o, "resctrlMonitor");
    r->resctrl_own = truth(o, "resctrlOwn");
    r->unit = copy_string(o, "unit");
    r->unit_of_user = truth(o, "unitOfUser");
    read_process(o, &r->process);
    if (!r->id || !r->bundle || !r->rootfs || !r->created || !r->annotations || !phase || !cgroup)
        return err_set(e, ERR_INVALID, "state.json lacks a member");
    r->phase = !strcmp(phase, "creating") ? STATE_CREATING : STATE_CREATED;
    return cgroup_read_json(cgroup, &r->cgroup, e);
}

static void put_object(struct json_object **o)
{
    if (*o)
        json_object_put(*o);
}

int state_read(int dirfd, const char *id, struct state_record *ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len = 0;
    cleanup(put_object) struct json_object *o = NULL;
    cleanup(state_record_done) struct state_record r = { 0 };

    if (file_read(dirfd, "state.json", RECORD_MAX, &text, &len, e) < 0)
        /* The first thing in the directory: create has not begun, or was killed before it did. */
        return e->code == ENOENT ? err_set(e, ERR_NOT_FOUND, "container '%s' does not exist", id)
                                 : err_wrap(e, "read state of '%s'", id);
    if (!check_holds(text, len))
        return err_set(e, ERR_INVALID, "state.json of '%s' is damaged", id);
    o = json_tokener_parse(text);
    if (!o || !json_object_is_type(o, json_type_object))
        return err_set(e, ERR_INVALID, "state.json of '%s' is damaged", id);
    if (read_members(o, &r, e) < 0)
        return err_wrap(e, "container '%s'", id);
    *ret = r;
    r = (struct state_record){ 0 };
    return 0;
}
