// SPDX-License-Identifier: Apache-2.0
/* subordinate.h - the ids that /etc/subuid and /etc/subgid lend to a user, subuid(5). */
#pragma once

#include "lade/layer/ids.h"

#include <stddef.h>

/* Text of such a file; name or uid stand in the first column. Ranges become ids from 1 on, in the
 * file's order, cut where the ids end; at most max. Lines that are none are left out. Returns their
 * number. */
size_t subordinate_parse(const char *text, const char *name, uint32_t uid, struct id_range *ret,
                         size_t max);
