// SPDX-License-Identifier: Apache-2.0
/* netns.h - a network namespace that a file keeps alive. */
#pragma once

#include "base/err.h"

/* Make one, its loopback up, and pin it to a new file. */
int netns_make(const char *path, struct err *e);

/* Let it go, and remove the file. What is not there is no error. */
int netns_remove(const char *path, struct err *e);
