// SPDX-License-Identifier: Apache-2.0
/* writer.h - lays a plan out: text and lists are appended, offsets come back. Inside plan/ only. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "plan/plan.h"

struct plan_writer {
    struct buf out;     /* struct plan first; alignment is kept at 8 */
    struct arena arena; /* scratch of the builders */
};

void plan_writer_init(struct plan_writer *w);
void plan_writer_done(struct plan_writer *w);

/* The header as it is now; moves with every append. */
struct plan *plan_header(struct plan_writer *w);

plan_str plan_add_text(struct plan_writer *w, const char *text); /* NULL: 0 */
/* Text that was made for the plan: NULL, or a buffer that failed, is lack of memory. */
plan_str plan_add_made(struct plan_writer *w, const char *text);
plan_str plan_add_buf(struct plan_writer *w, const struct buf *text); /* without content: 0 */
struct plan_list plan_add_items(struct plan_writer *w, const void *items, size_t count,
                                size_t size);
struct plan_list plan_add_strings(struct plan_writer *w, char *const *items, size_t count);

/* "mounts[3]" */
plan_str plan_add_where(struct plan_writer *w, const char *field, size_t index);

/* Text for uid_map or gid_map; 0 without mappings. */
plan_str plan_add_map(struct plan_writer *w, const struct spec_id_mapping *m, size_t count);

/* Hands the finished block over. rc: how the builders ended. */
int plan_writer_finish(struct plan_writer *w, int rc, struct plan **ret, struct err *e);

/* build_mounts.c, build_owner.c, build_process.c: the parts */
int plan_put_mounts(struct plan_writer *w, const struct plan_input *in, struct err *e);
/* build_paths.c */
void plan_put_paths(struct plan_writer *w, const struct spec_linux *l);
int plan_put_devices(struct plan_writer *w, const struct plan_input *in, struct err *e);
/* Where the process finds its NOTIFY_SOCKET, as with runc. */
#define PLAN_NOTIFY_DIR "/run/notify"

/* Before the mounts and the process. */
void plan_put_notify(struct plan_writer *w, const struct plan_input *in);
int plan_put_process(struct plan_writer *w, const struct plan_input *in,
                     const struct spec_process *process, struct err *e);
/* build_owner.c: an id of the container as the host sees it; false when it is not mapped. */
bool plan_host_id(const struct spec_id_mapping *maps, size_t count, uint32_t id, uint32_t *ret);
void plan_put_cgroup_owner(struct plan_writer *w, const struct plan_input *in);
