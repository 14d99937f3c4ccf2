// SPDX-License-Identifier: Apache-2.0
/*
 * cdi.h - devices by name, Container Device Interface specification 0.8: "vendor.com/class=name".
 *
 * A vendor's file says what a container needs for a device: nodes, mounts, variables, hooks. Such
 * files are the administrator's, in /etc/cdi and /var/run/cdi. Those in JSON are read; YAML is not
 * (vendors' tools write both).
 */
#pragma once

#include "lade/bundle/spec.h"

/* Does the text of --device have that form? */
bool cdi_is_name(const char *text);

/* ERR_NOT_FOUND, with what is known of the vendor's class, when no file has it. */
int cdi_apply(struct spec *s, const char *name, struct err *e);
