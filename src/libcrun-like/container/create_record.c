// SPDX-License-Identifier: Apache-2.0
/* create_record.c - what is known of a container before it is made. */
#include "container/create.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* Days since 1970-01-01 to a date of the Gregorian calendar, in eras of 400 years from 0000-03-01.
 * gmtime_r would do it, but reads /etc/localtime first. */
static void date_of(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    int64_t z = days + 719468, era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = yoe + era * 400 + (*ret_month <= 2);
}

static char *now_rfc3339(void)
{
    struct timespec ts;
    unsigned month, day, second;
    int64_t year;
    char *text = NULL;

    clock_gettime(CLOCK_REALTIME, &ts);
    date_of(ts.tv_sec / 86400, &year, &month, &day);
    second = (unsigned)(ts.tv_sec % 86400);
    return asprintf(&text, "%04d-%02u-%02uT%02u:%02u:%02u.%09ldZ", (int)year, month, day,
                    second / 3600, second / 60 % 60, second % 60, ts.tv_nsec) < 0
               ? NULL
               : text;
}

static char *annotations_json(const struct spec *s)
{
    auto_buf b = { 0 };

    buf_puts(&b, "{");
    for (size_t i = 0; i < s->annotation_count; i++) {
        buf_puts(&b, i ? "," : "");
        buf_json_string(&b, s->annotations[i].key);
        buf_puts(&b, ":");
        buf_json_string(&b, s->annotations[i].value);
    }
    buf_puts(&b, "}");
    return buf_failed(&b) ? NULL : take_ptr(b.data);
}

/* How many directories at the end of the path are not there yet, so will be ours to remove. */
static unsigned missing_components(const char *dir, size_t mount_len)
{
    auto_free char *path = strdup(dir);
    unsigned n = 0;

    while (path && strlen(path) > mount_len && access(path, F_OK) < 0 && errno == ENOENT) {
        char *slash = strrchr(path, '/');

        if (!slash || slash == path)
            break;
        *slash = '\0';
        n++;
    }
    return n;
}

int creation_fill_record(struct creation *k, struct err *e)
{
    const struct spec *s = k->bundle.spec;
    struct state_record *r = &k->record;

    r->id = strdup(k->id);
    r->bundle = strdup(k->bundle.path);
    r->rootfs = strdup(k->bundle.rootfs);
    r->created = now_rfc3339();
    r->annotations = annotations_json(s);
    r->owner = geteuid();
    r->phase = STATE_CREATING;
    r->has_process = s->has_process;
    r->no_keyring = k->options->no_new_keyring;
    r->hooks_after = s->hooks.kind[HOOK_POSTSTART].count || s->hooks.kind[HOOK_POSTSTOP].count;
    r->notifies = s->has_process && s->linux_.seccomp && s->linux_.seccomp->notifies;
    for (size_t i = 0; i < s->linux_.namespace_count; i++)
        r->namespaces |= s->linux_.namespaces[i].flag;
    if (!r->id || !r->bundle || !r->rootfs || !r->created || !r->annotations)
        return err_os(e, ENOMEM, "record");
    r->resctrl_dir = take_ptr(k->prepared.resctrl.dir);
    r->resctrl_monitor = take_ptr(k->prepared.resctrl.monitor);
    r->resctrl_own = k->prepared.resctrl.own;
    r->unit = k->prepared.scope.unit.name ? strdup(k->prepared.scope.unit.name) : NULL;
    r->unit_of_user = k->prepared.scope.user;
    if (k->prepared.scope.unit.name && !r->unit)
        return err_os(e, ENOMEM, "record");
    /* The record owns the cgroup from here on, the plan has its own copy. */
    r->cgroup = k->prepared.cgroup;
    k->prepared.cgroup = (struct cgroup){ 0 };
    for (unsigned i = 0; i < r->cgroup.count; i++)
        if (r->cgroup.dirs[i])
            r->cgroup.made[i] = missing_components(r->cgroup.dirs[i], r->cgroup.mount_len[i]);
    return 0;
}
