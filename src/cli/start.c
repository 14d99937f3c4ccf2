// SPDX-License-Identifier: Apache-2.0
/* start.c - names, signals, privileges and exit codes of the command line programs. */
#include "cli/start.h"

#include "base/file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

const char *start_name(const char *argv0, const char *fallback)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
    const char *name = slash ? slash + 1 : argv0;

    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return fallback;
    return name;
}

bool start_allowed(const char *name)
{
    char line[160];
    int n;

    if (!getauxval(AT_SECURE))
        return true;
    n = snprintf(line, sizeof line,
                 "%.40s: error: refuse to run with raised privileges (setuid, setgid, file "
                 "capabilities)\n",
                 name);
    write_all(STDERR_FILENO, line, (size_t)n);
    return false;
}

static void keep_going(int sig)
{
}

void start_survive_sigpipe(void)
{
    struct sigaction ours = { .sa_handler = keep_going, .sa_flags = SA_RESTART }, callers;

    if (sigaction(SIGPIPE, &ours, &callers) == 0 && callers.sa_handler == SIG_IGN)
        sigaction(SIGPIPE, &callers, NULL);
}

int exit_code(enum err_kind kind)
{
    switch (kind) {
    case ERR_OS:
        return 1;
    case ERR_INVALID:
        return 2;
    case ERR_NOT_FOUND:
        return 3;
    case ERR_EXISTS:
        return 4;
    case ERR_BAD_STATE:
        return 5;
    case ERR_UNSUPPORTED:
        return 6;
    case ERR_PROTOCOL:
        return 7;
    case ERR_BUSY:
        return 8;
    }
    return 1;
}
