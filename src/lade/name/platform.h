// SPDX-License-Identifier: Apache-2.0
/*
 * platform.h - which of an index's images runs here, image-spec image-index.md "platform".
 *
 * Members may be NULL, which is the same as "". Texts are borrowed, or made in the arena that a
 * function takes. What is not known is carried and compared as it is (riscv64's rva20u64).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLATFORM_TEXT_SIZE = 128 };

struct platform {
    const char *os, *architecture, *variant, *os_version;
};

/* "linux/arm64/v8", "linux/amd64", or "arm64" alone (the os is linux then). Normalised. */
int platform_parse(struct arena *arena, const char *text, struct platform *ret, struct err *e);

/* That of this machine. */
int platform_host(struct arena *arena, struct platform *ret, struct err *e);

/* Usual names: x86_64 is amd64, aarch64 is arm64, and a variant that says nothing goes away. */
struct platform platform_normalise(const struct platform *p);

/* How well an image for `offered` serves where `wanted` is asked for: 0 is best, negative is not at
 * all. Of several equal ones the first in the index is to be taken. */
int platform_rank(const struct platform *wanted, const struct platform *offered);

/* Whether an image that says so is one for `wanted`: the same system and architecture. What it does
 * not say is no lie. */
bool platform_agrees(const struct platform *wanted, const struct platform *said);

/* "linux/arm/v7", cut at the size. */
void platform_format(const struct platform *p, char ret[PLATFORM_TEXT_SIZE]);

/* The variant ("v7") that a 32-bit ARM machine's /proc/cpuinfo tells of, or "" when it does not. */
const char *platform_arm_variant(const char *cpuinfo);
