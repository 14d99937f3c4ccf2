/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davit.h - libdavit, the davit container runtime as a library. The only installed header.
 *
 * Every call takes a context (which root directory, which cgroup manager, where warnings go) and an
 * error value that the caller owns. Calls return 0 or more on success and a negative errno on
 * failure with *e filled. JSON is the language at the boundary: configurations go in as bundles on
 * disk, states and features come out as JSON text which the caller frees with free().
 *
 * Option structs begin with their own size: set it to sizeof the struct and zero the rest; a newer
 * library reads an older caller's shorter struct and fills in defaults.
 *
 * The library may be used from threaded programs. While davit_create, davit_run or davit_exec runs,
 * the caller's process gets children of its own (reaped by pidfd inside); it must not reap them
 * with waitpid(-1). Working directory and umask of the caller are never changed.
 */
#ifndef DAVIT_H
#define DAVIT_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DAVIT_PUBLIC __attribute__((visibility("default")))

/* Same numbers as the names in JSON logs: os, invalid, not-found, ... */
enum davit_error_kind {
    DAVIT_ERROR_OS,
    DAVIT_ERROR_INVALID,
    DAVIT_ERROR_NOT_FOUND,
    DAVIT_ERROR_EXISTS,
    DAVIT_ERROR_BAD_STATE,
    DAVIT_ERROR_UNSUPPORTED,
    DAVIT_ERROR_PROTOCOL,
    DAVIT_ERROR_BUSY,
};

struct davit_error {
    int code; /* positive errno */
    enum davit_error_kind kind;
    char text[512]; /* one line for a person, complete */
};

typedef struct davit_context davit_context;

enum davit_cgroup_manager { DAVIT_CGROUP_FS, DAVIT_CGROUP_SYSTEMD, DAVIT_CGROUP_NONE };

struct davit_context_options {
    size_t size;
    const char *root; /* state directory; NULL: /run/NAME or $XDG_RUNTIME_DIR/NAME */
    const char *name; /* NAME above; NULL: "davit" */
    enum davit_cgroup_manager cgroup_manager;
    bool strict; /* follow the specification where engines expect otherwise (umask, delete) */
    /* Called with one line per warning; NULL: warnings are dropped. */
    void (*warn)(void *data, const char *line);
    void *data;
    /* The address of sd_notify(3) that hears from davit_run() and davit_start() when the container
     * says that it is ready; they return then, or when it has ended. NULL: nobody. */
    const char *notify_socket;
};

/* Does not touch the disk. The strings are copied. */
DAVIT_PUBLIC int davit_context_new(const struct davit_context_options *options, davit_context **ret,
                                   struct davit_error *e);
DAVIT_PUBLIC void davit_context_free(davit_context *c);

struct davit_create_options {
    size_t size;
    const char *bundle; /* NULL: the working directory */
    const char *config; /* file name of the configuration inside the bundle; NULL: config.json */
    const char *console_socket; /* path, or NULL; required for and only with a detached terminal */
    const char *pid_file;       /* path, or NULL */
    unsigned preserve_fds;      /* descriptors 3 .. 3+n-1 go to the container */
    bool no_pivot, no_new_keyring;
    const char *trace;        /* write a Chrome trace (JSON) to this file */
    unsigned listen_fds;      /* the first so many of 3 and up are sockets as in sd_listen_fds(3);
                                 those of preserve_fds come behind them */
    const char *listen_names; /* their names with colons between; may be NULL */
    const char *pidfd_socket; /* unix socket that receives a pidfd of the process, or NULL */
};

/* runtime-spec runtime.md "create". On failure nothing is left behind. */
DAVIT_PUBLIC int davit_create(davit_context *c, const char *id,
                              const struct davit_create_options *options, struct davit_error *e);
DAVIT_PUBLIC int davit_start(davit_context *c, const char *id, struct davit_error *e);

struct davit_run_options {
    size_t size;
    struct davit_create_options create;
    bool detach; /* return when the process has started */
    bool keep;   /* do not delete when it has ended */
};

/* create + start; unless detached also waits, forwards signals and the terminal, and deletes.
 * *ret_status gets the exit code, 128 + signal when killed (0 when detached). */
DAVIT_PUBLIC int davit_run(davit_context *c, const char *id,
                           const struct davit_run_options *options, int *ret_status,
                           struct davit_error *e);

struct davit_exec_options {
    size_t size;
    const char *process_file; /* JSON process object, or NULL and: */
    const char *const *argv;  /* NULL-terminated command line */
    const char *const
        *env;         /* NULL-terminated KEY=VALUE, added to the container's env; may be NULL */
    const char *cwd;  /* NULL: the container's */
    const char *user; /* "USER[:GROUP]", numbers or the container's names; NULL: the container's */
    const char *const *caps; /* bounding, effective, permitted, and ambient if inheritable */
    const char *apparmor, *process_label;
    bool tty, detach, no_new_privs;
    const char *console_socket, *pid_file;
    unsigned preserve_fds;
    const char *trace;
    const char *const *additional_gids; /* NULL-terminated numbers, added to the container's groups;
                                           may be NULL */
    const char *const *cgroups; /* NULL-terminated "[CONTROLLER,...:]PATH": the sub-cgroups to join,
                                   relative to the container's own; may be NULL */
    bool ignore_paused; /* in a paused container, too: it begins when the container is resumed */
    const char *pidfd_socket; /* this one and the next two as in davit_create_options */
    unsigned listen_fds;
    const char *listen_names;
};

/* Run another process in a running container. *ret_status as in davit_run. */
DAVIT_PUBLIC int davit_exec(davit_context *c, const char *id,
                            const struct davit_exec_options *options, int *ret_status,
                            struct davit_error *e);

/* State as JSON (runtime.md "State" plus rootfs, created, owner). Caller frees *ret_json. */
DAVIT_PUBLIC int davit_state(davit_context *c, const char *id, char **ret_json,
                             struct davit_error *e);
/* sig is a number; davit_signal_parse() understands "TERM", "SIGTERM", "15", "RTMIN+1". */
DAVIT_PUBLIC int davit_kill(davit_context *c, const char *id, int sig, bool all,
                            struct davit_error *e);
DAVIT_PUBLIC int davit_signal_parse(const char *text, struct davit_error *e); /* or < 0 */
/* force: kill first; an unknown id is then success. */
DAVIT_PUBLIC int davit_delete(davit_context *c, const char *id, bool force, struct davit_error *e);
/* Stop all processes of a created or running container at once; let those of a paused one go on. */
DAVIT_PUBLIC int davit_pause(davit_context *c, const char *id, struct davit_error *e);
DAVIT_PUBLIC int davit_resume(davit_context *c, const char *id, struct davit_error *e);
struct davit_update_options {
    size_t size;
    const char *resources; /* a linux.resources object as JSON; NULL: none */
    /* For a container with linux.intelRdt; NULL: unchanged. */
    const char *l3_cache_schema, *mem_bw_schema;
};

/* Change the limits of a created, running or paused container: those in resources, and all of them
 * or, on failure, none. What resources does not mention stays. 0 is no limit to set, except for
 * pids.limit, cpu.burst and cpu.idle; -1 is unlimited. */
DAVIT_PUBLIC int davit_update(davit_context *c, const char *id,
                              const struct davit_update_options *options, struct davit_error *e);
/* Bind mounts of json ({"mounts": [...]} as in config.json) into a created, running or paused
 * container, all or none; Linux 5.12. Missing targets are made. */
DAVIT_PUBLIC int davit_mounts_add(davit_context *c, const char *id, const char *json,
                                  struct davit_error *e);
/* Detach what is mounted at the destinations of json, whoever mounted it; nothing else of it
 * counts. On failure those before the one that the error names are gone. */
DAVIT_PUBLIC int davit_mounts_remove(davit_context *c, const char *id, const char *json,
                                     struct davit_error *e);
/* What a created, running or paused container uses, as one JSON object on one line:
 * {"type":"stats","id":ID,"data":{...}} as runc has it. Caller frees *ret_json. */
DAVIT_PUBLIC int davit_stats(davit_context *c, const char *id, char **ret_json,
                             struct davit_error *e);

struct davit_events_options {
    size_t size;
    unsigned interval_ms; /* between two statistics; 0: none */
    /* Called with one JSON object on one line, of type "stats" or "oom". A negative errno ends
     * davit_events(), which fails with it. */
    int (*event)(void *data, const char *json);
    void *data;
};

/* Tell of a container's events until it ends. */
DAVIT_PUBLIC int davit_events(davit_context *c, const char *id,
                              const struct davit_events_options *options, struct davit_error *e);
/* JSON array of the pids of all processes in the container's cgroups, ascending; empty when it has
 * stopped. Caller frees *ret_json. */
DAVIT_PUBLIC int davit_ps(davit_context *c, const char *id, char **ret_json, struct davit_error *e);
/* JSON array of states: id, pid, status, bundle, rootfs, created, annotations, owner. */
DAVIT_PUBLIC int davit_list(davit_context *c, char **ret_json, struct davit_error *e);

/* A starting configuration (`davit spec`). rootless: for the calling user, with a user namespace.
 */
DAVIT_PUBLIC int davit_spec(bool rootless, char **ret_json, struct davit_error *e);
/* What this host offers and what davit will do with it: a JSON array of objects with the texts
 * "area", "what", "found" and "so". Changes nothing. */
DAVIT_PUBLIC int davit_check(char **ret_json, struct davit_error *e);
/* features.md: what this build can do. */
DAVIT_PUBLIC int davit_features(char **ret_json, struct davit_error *e);
/* What a bundle compiles to, without touching the system. json: machine-readable. Needs no root. */
DAVIT_PUBLIC int davit_plan(davit_context *c, const char *id,
                            const struct davit_create_options *options, bool json, char **ret_text,
                            struct davit_error *e);

/* "1.2.3", the version of the library. */
DAVIT_PUBLIC const char *davit_version(void);
/* The runtime-spec version it implements. */
DAVIT_PUBLIC const char *davit_spec_version(void);

#ifdef __cplusplus
}
#endif
#endif
