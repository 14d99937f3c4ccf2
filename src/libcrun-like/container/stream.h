// SPDX-License-Identifier: Apache-2.0
/* stream.h - connections to stream sockets that others listen on: consoles, seccomp agents. */
#pragma once

#include <stddef.h>

/* Both give up with -ETIMEDOUT when the other side takes nothing for ten seconds. */

/* Connect to the socket at path, of any length. Returns a descriptor or a negative errno. */
int stream_connect(const char *path);

/* Send all of data; fd goes with the first byte. 0 or a negative errno. */
int stream_send(int sock, const void *data, size_t len, int fd);
