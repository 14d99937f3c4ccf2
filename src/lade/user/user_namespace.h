// SPDX-License-Identifier: Apache-2.0
/*
 * user_namespace.h - lade of a plain user as root over the ids that are the user's.
 *
 * Files of an image belong to many ids. A plain user has one, and those that /etc/subuid lends:
 * in a user namespace of all these files can get their owners, be looked at and be removed, and
 * layers can be mounted.
 */
#pragma once

#include "lade/report/report.h"
#include "lade/user/own_ids.h"

/* Move this process, which has no other threads, into a new user and mount namespace in which the
 * user is root. *ret: what is mapped there. When no ids are lent, or newuidmap(1) is not installed,
 * that is the user alone. */
int user_namespace_enter(struct report *report, struct own_ids *ret, struct err *e);
