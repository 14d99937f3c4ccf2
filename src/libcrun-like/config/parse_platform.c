// SPDX-License-Identifier: Apache-2.0
/* parse_platform.c - the linux object: namespaces, mappings, devices, sysctl and the paths that are
 * protected. */
#include "config/parse.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <sys/stat.h>

static const struct json_word namespace_types[] = {
    { "pid", CLONE_NEWPID },       { "network", CLONE_NEWNET }, { "mount", CLONE_NEWNS },
    { "ipc", CLONE_NEWIPC },       { "uts", CLONE_NEWUTS },     { "user", CLONE_NEWUSER },
    { "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
};

static int read_namespace(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_namespace, flag, "type", namespace_types, JSON_REQUIRED),
        FIELD_STRING(struct spec_namespace, path, "path", JSON_EMPTY_NULL | JSON_ABSOLUTE),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static const char *namespace_name(uint32_t flag)
{
    for (size_t i = 0; i < ARRAY_SIZE(namespace_types); i++)
        if (namespace_types[i].value == flag)
            return namespace_types[i].text;
    return "";
}

/* config-linux.md, "Namespaces": the same type twice must be an error. */
static int read_namespaces(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_linux *l = ret;
    uint32_t seen = 0;
    void *items = NULL;

    TRY(json_read_array(at, sizeof(struct spec_namespace), read_namespace, &items,
                        &l->namespace_count, e));
    l->namespaces = items;
    for (size_t i = 0; i < l->namespace_count; i++) {
        uint32_t flag = l->namespaces[i].flag;

        if (seen & flag)
            return json_error(at, e, "has '%s' twice", namespace_name(flag));
        seen |= flag;
    }
    return 0;
}

/* The kernel wants first + size to fit in 32 bits, on either side. */
int spec_read_mapping(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_id_mapping, container_id, "containerID", 0, ID_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_id_mapping, host_id, "hostID", 0, ID_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_id_mapping, size, "size", 1, UINT32_MAX, JSON_REQUIRED),
    };
    struct spec_id_mapping *m = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), m, e));
    if (m->size > UINT32_MAX - m->container_id || m->size > UINT32_MAX - m->host_id)
        return json_error(at, e, "reaches beyond the last id, 4294967294");
    return 0;
}

static int read_time_offset(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_time_offset, secs, "secs", INT64_MIN, INT64_MAX, 0),
        FIELD_INT(struct spec_time_offset, nanosecs, "nanosecs", 0, 999999999, 0),
    };
    struct spec_time_offset *offset = ret;

    offset->has = true;
    return json_read_fields(at, fields, ARRAY_SIZE(fields), offset, e);
}

static int read_time_offsets(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_linux, boottime, "boottime", read_time_offset, 0),
        FIELD_OTHER(struct spec_linux, monotonic, "monotonic", read_time_offset, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static const struct json_word device_types[] = {
    { "c", S_IFCHR },
    { "u", S_IFCHR },
    { "b", S_IFBLK },
    { "p", S_IFIFO },
};

static int read_device(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct spec_device, path, "path", JSON_REQUIRED | JSON_ABSOLUTE),
        FIELD_WORD(struct spec_device, type, "type", device_types, JSON_REQUIRED),
        /* Some writers pass st_mode, type bits and all. */
        FIELD_OPT(struct spec_device, file_mode, "fileMode", 0, S_IFMT | 07777, 0),
        FIELD_INT(struct spec_device, uid, "uid", 0, ID_MAX, 0),
        FIELD_INT(struct spec_device, gid, "gid", 0, ID_MAX, 0),
    };
    static const struct json_field numbers[] = {
        FIELD_INT(struct spec_device, major, "major", 0, MAJOR_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_device, minor, "minor", 0, MINOR_MAX, JSON_REQUIRED),
    };
    struct spec_device *d = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), d, e));
    d->file_mode.value &= 07777;
    return d->type == S_IFIFO ? 0 : json_read_fields(at, numbers, ARRAY_SIZE(numbers), d, e);
}

static int read_linux_resources(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_linux *l = ret;

    l->has_resources = true;
    return spec_read_resources(at, &l->resources, e);
}

static int read_sysctl(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_linux *l = ret;

    return spec_read_map(at, &l->sysctl, &l->sysctl_count, e);
}

static const struct json_word propagations[] = {
    { "", PROPAGATION_UNSET },  { "shared", MS_SHARED },         { "rshared", MS_SHARED },
    { "slave", MS_SLAVE },      { "rslave", MS_SLAVE },          { "private", MS_PRIVATE },
    { "rprivate", MS_PRIVATE }, { "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE },
};

/* runtime-spec config-linux.md, in its order. */
static const struct json_field linux_fields[] = {
    FIELD_WHOLE("namespaces", read_namespaces, 0),
    FIELD_ARRAY(struct spec_linux, uid_mappings, uid_mapping_count, "uidMappings",
                spec_read_mapping, 0),
    FIELD_ARRAY(struct spec_linux, gid_mappings, gid_mapping_count, "gidMappings",
                spec_read_mapping, 0),
    FIELD_WHOLE("timeOffsets", read_time_offsets, 0),
    FIELD_ARRAY(struct spec_linux, devices, device_count, "devices", read_device, 0),
    FIELD_STRING(struct spec_linux, cgroups_path, "cgroupsPath", JSON_EMPTY_NULL),
    FIELD_WHOLE("netDevices", spec_read_net_devices, 0),
    FIELD_WHOLE("resources", read_linux_resources, 0),
    FIELD_OTHER(struct spec_linux, intel_rdt, "intelRdt", spec_read_intel_rdt, 0),
    FIELD_WHOLE("sysctl", read_sysctl, 0),
    FIELD_OTHER(struct spec_linux, seccomp, "seccomp", spec_read_seccomp, 0),
    FIELD_WORD(struct spec_linux, rootfs_propagation, "rootfsPropagation", propagations, 0),
    FIELD_ARRAY(struct spec_linux, masked_paths.items, masked_paths.count, "maskedPaths",
                json_item_absolute, 0),
    FIELD_ARRAY(struct spec_linux, readonly_paths.items, readonly_paths.count, "readonlyPaths",
                json_item_absolute, 0),
    FIELD_STRING(struct spec_linux, mount_label, "mountLabel", JSON_EMPTY_NULL),
    FIELD_OTHER(struct spec_linux, personality, "personality", spec_read_personality, 0),
    FIELD_OTHER(struct spec_linux, memory_policy, "memoryPolicy", spec_read_memory_policy, 0),
};

int spec_read_linux(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_fields(at, linux_fields, ARRAY_SIZE(linux_fields), ret, e);
}
