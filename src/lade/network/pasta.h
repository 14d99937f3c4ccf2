// SPDX-License-Identifier: Apache-2.0
/* pasta.h - the network of a namespace by pasta(1). */
#pragma once

#include "lade/network/network.h"

/* Installed, and the device that it needs is there for us. */
bool pasta_is_possible(void);

/* Runs in the background until pasta_stop(). Returns when the network is there. */
int pasta_start(struct network *n, const char *dir, struct err *e);
void pasta_stop(struct network *n);
