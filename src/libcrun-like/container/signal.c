// SPDX-License-Identifier: Apache-2.0
/* signal.c - signal names: "TERM", "SIGTERM", "15", "RTMIN+3". */
#include "container/container.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

enum { SIGNAL_MAX = 64, REALTIME_MIN = 34 }; /* the kernel's range above what libc keeps */

static const struct {
    const char *name;
    int number;
} names[] = {
    { "HUP", SIGHUP },   { "INT", SIGINT },     { "QUIT", SIGQUIT }, { "ILL", SIGILL },
    { "TRAP", SIGTRAP }, { "ABRT", SIGABRT },   { "IOT", SIGIOT },   { "BUS", SIGBUS },
    { "FPE", SIGFPE },   { "KILL", SIGKILL },   { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV },
    { "USR2", SIGUSR2 }, { "PIPE", SIGPIPE },   { "ALRM", SIGALRM }, { "TERM", SIGTERM },
    { "STKFLT", 16 },    { "CHLD", SIGCHLD },   { "CLD", SIGCHLD },  { "CONT", SIGCONT },
    { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },   { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },
    { "URG", SIGURG },   { "XCPU", SIGXCPU },   { "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM },
    { "PROF", SIGPROF }, { "WINCH", SIGWINCH }, { "IO", SIGIO },     { "POLL", SIGIO },
    { "PWR", SIGPWR },   { "SYS", SIGSYS },
};

/* A whole decimal number of at most two digits, or -1. */
static int small_number(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > 2 || strspn(s, "0123456789") != n)
        return -1;
    return n == 1 ? s[0] - '0' : (s[0] - '0') * 10 + s[1] - '0';
}

static int realtime(const char *name)
{
    int offset;

    if (!strcasecmp(name, "RTMIN"))
        return REALTIME_MIN;
    if (!strcasecmp(name, "RTMAX"))
        return SIGNAL_MAX;
    offset = strlen(name) < 7 ? -1 : small_number(name + 6);
    if (offset < 0 || offset > SIGNAL_MAX - REALTIME_MIN)
        return -1;
    if (!strncasecmp(name, "RTMIN+", 6))
        return REALTIME_MIN + offset;
    return !strncasecmp(name, "RTMAX-", 6) ? SIGNAL_MAX - offset : -1;
}

int signal_parse(const char *text, struct err *e)
{
    const char *name = strncasecmp(text, "SIG", 3) ? text : text + 3;
    int n = small_number(text);

    if (n < 0)
        n = realtime(name);
    for (size_t i = 0; n < 0 && i < ARRAY_SIZE(names); i++)
        if (!strcasecmp(names[i].name, name))
            n = names[i].number;
    if (n < 0 || n > SIGNAL_MAX)
        return err_set(e, ERR_INVALID, "unknown signal '%s'", text);
    return n;
}
