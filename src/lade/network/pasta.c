// SPDX-License-Identifier: Apache-2.0
/* pasta.c - the network of a namespace by pasta(1). */
#include "lade/network/pasta.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "lade/program/program.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

enum { ARGS_MAX = 32, SECONDS = 20, OUTPUT_MAX = 4096 };

bool pasta_is_possible(void)
{
    return program_is_installed("pasta") && access("/dev/net/tun", R_OK | W_OK) == 0;
}

/* pasta's own form: "ADDRESS/HOST:CONTAINER", separated by commas; "none" for none. */
static const char *port_list(struct arena *a, const struct network *n, bool udp)
{
    const char *list = NULL;

    for (size_t i = 0; i < n->port_count; i++) {
        const struct published *p = &n->ports[i];

        if (p->udp != udp)
            continue;
        list = arena_printf(a, "%s%s%s%s%u:%u", list ? list : "", list ? "," : "", p->address,
                            p->address[0] ? "/" : "", p->host, p->container);
        if (!list)
            return NULL;
    }
    return list ? list : "none";
}

/* It goes to the background by itself once the network is there; its pid is in a file then. */
static int run(const char *const *argv, struct err *e)
{
    struct program p = { .argv = argv, .limit = OUTPUT_MAX, .seconds = SECONDS };
    auto_free char *output = NULL;
    int status = program_output(&p, &output, NULL, e);

    if (status > 0)
        return err_set(e, ERR_PROTOCOL, "pasta failed with status %d", status);
    return status;
}

static int read_pid(const char *path, pid_t *ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(file_read(AT_FDCWD, path, 32, &text, &len, e));
    *ret = (pid_t)strtol(text, NULL, 10);
    return *ret > 1 ? 0 : err_set(e, ERR_PROTOCOL, "pasta has left no process id");
}

int pasta_start(struct network *n, const char *dir, struct err *e)
{
    auto_arena a = { 0 };
    const char *pid_file = arena_printf(&a, "%s/pasta.pid", dir);
    const char *tcp = port_list(&a, n, false), *udp = port_list(&a, n, true);
    /* Nothing of the host's loopback is to be reached from inside (-T, -U), and no port but those
     * that are named leads in. */
    size_t at = 0;
    const char *argv[ARGS_MAX] = { "pasta",  "--config-net", "--quiet", "--no-map-gw", "--pid",
                                   pid_file, "-t",           tcp,       "-u",          udp,
                                   "-T",     "none",         "-U",      "none",        "--netns",
                                   n->netns, "--netns-only" };

    /* Its own choice, nobody, could not enter a namespace of root's. */
    if (geteuid() == 0) {
        while (argv[at])
            at++;
        argv[at] = "--runas";
        argv[at + 1] = "0";
    }

    if (!pid_file || !tcp || !udp)
        return err_os(e, ENOMEM, "start pasta");
    TRY(run(argv, e));
    return read_pid(pid_file, &n->pasta, e);
}

void pasta_stop(struct network *n)
{
    if (n->pasta > 1)
        kill(n->pasta, SIGTERM);
    n->pasta = 0;
}
