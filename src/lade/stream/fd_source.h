// SPDX-License-Identifier: Apache-2.0
/* fd_source.h - a descriptor as a source of bytes. */
#pragma once

#include "lade/stream/stream.h"

/* fd points to the descriptor, which stays its owner's and outlives the source. */
struct byte_source fd_source(const int *fd);
