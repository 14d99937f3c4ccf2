// SPDX-License-Identifier: Apache-2.0
/* features.h - what davit understands, as runtime-spec's features structure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Add the JSON text (features.md, features-linux.md), with a newline at its end. It is the same on
 * every host: it says what davit can do, not what the kernel can. */
int features_json(struct buf *ret, struct err *e);
