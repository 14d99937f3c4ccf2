// SPDX-License-Identifier: Apache-2.0
/* cni.h - the network of a namespace by plugins, CNI specification 1.0 "Execution Protocol". */
#pragma once

#include "lade/network/network.h"

/* Find the configuration list (NAME.conflist, by its "name") and add the namespace to it, plugin by
 * plugin. After a failure what was added is taken away. */
int cni_start(struct network *n, struct err *e);

/* In the opposite order. */
int cni_stop(struct network *n, struct err *e);
