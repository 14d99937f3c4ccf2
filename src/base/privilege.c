// SPDX-License-Identifier: Apache-2.0
/* privilege.c - whose rights we have. */
#include "base/privilege.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool privilege_is_hosts_root(void)
{
    static const char all[] = "         0          0 4294967295";
    auto_free char *map = NULL;
    struct err e;

    return geteuid() == 0 &&
           (file_read(AT_FDCWD, "/proc/self/uid_map", 65536, &map, NULL, &e) < 0 ||
            !strncmp(map, all, sizeof all - 1));
}
