// SPDX-License-Identifier: Apache-2.0
/* quantity.h - sizes and times as people read and write them. */
#pragma once

#include "base/err.h"

#include <stdint.h>

enum { QUANTITY_TEXT_SIZE = 32 };

/* "0 B", "999 B", "1.0 kB", "25.3 MB": powers of 1000, as registries and disks are labelled. */
void quantity_bytes(uint64_t bytes, char ret[QUANTITY_TEXT_SIZE]);

/* How long ago, roughly: "5 minutes", "3 weeks"; "-" for what is not known (0). */
void quantity_age(int64_t then, int64_t now, char ret[QUANTITY_TEXT_SIZE]);

/* "2026-11-25T01:10:04Z" with or without a fraction and an offset, RFC 3339; seconds since 1970,
 * or 0 when it is none (or NULL). */
int64_t quantity_time(const char *text);

/* The other way, in UTC. */
void quantity_timestamp(int64_t time, char ret[QUANTITY_TEXT_SIZE]);

/* "90", "90s", "15m", "36h", "30d" as seconds; ERR_INVALID naming option. */
int quantity_parse_duration(const char *text, const char *option, uint64_t *ret, struct err *e);

/* "1000", "10k", "10M", "10G" (powers of 1000), "10Ki", "10Mi", "10Gi" (of 1024) as bytes. */
int quantity_parse_size(const char *text, const char *option, uint64_t *ret, struct err *e);
