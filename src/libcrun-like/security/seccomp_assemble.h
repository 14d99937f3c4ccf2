// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_assemble.h - write a BPF program from its end to its start.
 *
 * Jumps of BPF only go forward, so written backwards every target is known before the jumps to it.
 * An instruction is named by its distance from the end: the last one is 0. What is out of a
 * conditional jump's reach (255) is reached over an unconditional one.
 */
#pragma once

#include "base/buf.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

enum { ASSEMBLE_RETURNS = 16 };

struct assembly {
    struct buf reversed; /* of struct sock_filter, the program's last one first */
    struct {
        uint32_t action, at;
    } returns[ASSEMBLE_RETURNS]; /* the newest RET of some actions */
    size_t return_count;
};

void assembly_done(struct assembly *a);

/* Each returns the name of what does the wanted, which may have been there before. */
uint32_t assemble_return(struct assembly *a, uint32_t action);
uint32_t assemble_test(struct assembly *a, uint16_t code, uint32_t k, uint32_t yes, uint32_t no);
uint32_t assemble_plain(struct assembly *a, uint16_t code, uint32_t k, uint32_t next);

/* The program in its own order, malloc'd; NULL without memory. */
struct sock_filter *assembly_program(const struct assembly *a, size_t *ret_count);
