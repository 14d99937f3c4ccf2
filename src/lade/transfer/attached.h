// SPDX-License-Identifier: Apache-2.0
/* attached.h - from a registry what accompanies an image: referrers, and cosign's tags. */
#pragma once

#include "lade/transfer/pull.h"

enum attached {
    ATTACHED_SIGNATURES, /* small ones alone; what can't be had is left out with a note */
    ATTACHED_ALL,        /* with what refers to them in turn */
};

/* Into the store. p says how; the referrers get no names, the tags are names. subject: the
 * manifest or index. That there are none is no error. */
int pull_attached(const struct pull *p, const struct digest *subject, enum attached what,
                  struct err *e);
