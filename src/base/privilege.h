// SPDX-License-Identifier: Apache-2.0
/* privilege.h - whose rights we have. */
#pragma once

#include <stdbool.h>

/* Are we root of a whole host, not a user or the root of a user namespace of some ids? Without
 * /proc, root is taken for it. */
bool privilege_is_hosts_root(void);
