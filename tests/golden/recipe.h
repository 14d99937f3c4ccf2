// SPDX-License-Identifier: Apache-2.0
/* recipe.h - a plan from a configuration and a made-up host, as the container code builds it. */
#pragma once

#include "base/err.h"
#include "config/spec.h"
#include "plan/plan.h"

#include <stdbool.h>

enum recipe_host { RECIPE_NONE, RECIPE_V1, RECIPE_V2, RECIPE_HYBRID };

/* What davit would find out by itself. */
struct recipe {
    enum recipe_host host;
    bool rootless, groups_fixed, strict, run, announced, no_keyring, no_pivot, listen, notify;
    bool fake_filter; /* a filter of one instruction instead of what libseccomp makes */
    char id[64], bundle[256];
};

/* A v2 host, root, create, "/bundle". */
void recipe_init(struct recipe *r);
/* Lines "name=value": host=none|v1|v2|hybrid rootless=1 groups-fixed=1 strict=1 run=1 announced=1
 * no-keyring=1 no-pivot=1 notify=1 listen=1 (two sockets) id= bundle= */
int recipe_parse(struct recipe *r, char *facts, struct err *e);

int recipe_plan(const struct recipe *r, const struct spec *s, struct plan **ret, struct err *e);
/* One more process in the container of s. */
int recipe_plan_exec(const struct recipe *r, const struct spec *s, const struct spec_process *p,
                     struct plan **ret, struct err *e);
