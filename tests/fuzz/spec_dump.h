// SPDX-License-Identifier: Apache-2.0
/* spec_dump.h - all of a struct spec as text, to hold two of them against each other. */
#pragma once

#include "base/buf.h"
#include "config/spec.h"

void spec_dump(struct buf *b, const struct spec *s);
