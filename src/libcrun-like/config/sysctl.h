// SPDX-License-Identifier: Apache-2.0
/* sysctl.h - names of kernel parameters and the namespace that each belongs to. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Turn either spelling into a path below /proc/sys: the first separator decides, as sysctl(8) does,
 * so "net.ipv4.conf.eth0/1.forwarding" and "net/ipv4/conf/eth0.1/forwarding" are the same. Returns
 * the length, or -EINVAL for an empty, "." or ".." component, for blanks and control characters,
 * or when size is too small.
 */
int sysctl_path(const char *name, char *ret, size_t size);

/*
 * The namespace (a CLONE_NEW* bit) that owns the parameter at a path from sysctl_path(); 0 when it
 * is the whole host's and a container may not touch it.
 */
uint32_t sysctl_namespace(const char *path);
