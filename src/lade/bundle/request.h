// SPDX-License-Identifier: Apache-2.0
/* request.h - what a user asks of a bundle, beside what the image wants. */
#pragma once

#include "cli/option.h"
#include "lade/bundle/mount_option.h"
#include "lade/bundle/rootfs.h"

/* Filled by option tables; texts belong to the command line. Unset is NULL, false and empty. */
struct bundle_request {
    struct option_list env, mounts, volumes, tmpfs, devices, publish, cap_add, cap_drop,
        security_opts, labels, ulimits;
    const char *entrypoint, *user, *workdir, *hostname, *network, *name, *platform, *runtime;
    const char *memory, *memory_swap, *cpus, *cpuset_cpus, *pids_limit, *shm_size;
    bool read_only, tty, trust_labels, no_volumes, strict_platform;
    int mode; /* enum rootfs_mode */
};

/* The rows of option tables, whose struct has a struct bundle_request named request. */
// clang-format off
#define BUNDLE_ROWS                                                                                \
    LIST("e", "env", "NAME[=VALUE]", request.env,                                                  \
         "set a variable; without a value lade's own is passed on"),                               \
    LIST(NULL, "mount", "KEY=VALUE,...", request.mounts,                                           \
         "mount a bind, volume or tmpfs: type, source, target, readonly"),              \
    LIST("v", "volume", "[SOURCE:]TARGET[:OPTIONS]", request.volumes,                              \
         "mount a path of the host, or a volume by its name"),                                     \
    LIST(NULL, "tmpfs", "TARGET[:OPTIONS]", request.tmpfs, "mount an empty tmpfs"),                \
    LIST(NULL, "device", "PATH[:TARGET][:rwm]", request.devices, "give a device of the host"),     \
    TEXT("u", "user", "USER[:GROUP]", request.user, "run as this user instead of the image's"),    \
    TEXT("w", "workdir", "DIR", request.workdir, "working directory instead of the image's"),      \
    TEXT(NULL, "entrypoint", "COMMAND", request.entrypoint,                                        \
         "program to run instead of the image's; its arguments go, too"),                          \
    TEXT("m", "memory", "SIZE", request.memory, "most memory, such as 512m"),                      \
    TEXT(NULL, "memory-swap", "SIZE", request.memory_swap, "most memory and swap together, -1: any"), \
    TEXT(NULL, "cpus", "N", request.cpus, "share of processors, such as 1.5"),                     \
    TEXT(NULL, "cpuset-cpus", "LIST", request.cpuset_cpus, "processors to run on, such as 0-2,5"), \
    TEXT(NULL, "pids-limit", "N", request.pids_limit,                                              \
         "most processes and threads, -1: any (default: 2048)"),                                   \
    LIST(NULL, "ulimit", "NAME=SOFT[:HARD]", request.ulimits, "set a resource limit of processes"), \
    TEXT(NULL, "shm-size", "SIZE", request.shm_size, "size of /dev/shm (default: 64m)"),           \
    SWITCH(NULL, "read-only", request.read_only, "the root filesystem can't be changed"),          \
    SWITCH("t", "tty", request.tty, "give the container a terminal"),                              \
    TEXT(NULL, "hostname", "NAME", request.hostname, "the container's host name"),                  \
    LIST(NULL, "cap-add", "CAPABILITY", request.cap_add, "add a capability, or ALL"),              \
    LIST(NULL, "cap-drop", "CAPABILITY", request.cap_drop, "drop a capability, or ALL"),           \
    LIST(NULL, "security-opt", "OPTION", request.security_opts,                                    \
         "no-new-privileges=false, seccomp=FILE|unconfined, apparmor=PROFILE, label=LABEL, "       \
         "mask=PATH, unmask=PATH"),                                                                \
    LIST("l", "label", "KEY=VALUE", request.labels, "add an annotation"),                          \
    SWITCH(NULL, "trust-labels", request.trust_labels,                                             \
           "pass labels of the image on that runtimes act on"),                                    \
    SWITCH(NULL, "no-volumes", request.no_volumes, "make no volumes for those that the image names"), \
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", request.platform, "of an image for several"),      \
    TEXT(NULL, "runtime", "PROGRAM", request.runtime, "asked for what it acts on (default: davit)"), \
    CHOICE(NULL, "mode", "auto|overlay|reflink|copy", request.mode, ROOTFS_AUTO,                   \
           "how the root filesystem is made (default: auto)")
// clang-format on

/* Change the spec as the request says, all but the mounts that need places on the host. */
int request_apply(const struct bundle_request *r, struct spec *s, struct err *e);

/* The mounts of all three options in the arena. */
int request_mounts(const struct bundle_request *r, struct arena *a, struct mount_request **ret,
                   size_t *ret_count, struct err *e);
