// SPDX-License-Identifier: Apache-2.0
/* publish.h - --publish: ports of the host that lead into the container. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct published {
    char address[64]; /* of the host; "": all */
    uint16_t host, container;
    bool udp;
};

/* "[ADDRESS:]HOST:CONTAINER[/tcp|udp]"; an IPv6 address stands in brackets. */
int published_parse(const char *text, struct published *ret, struct err *e);
