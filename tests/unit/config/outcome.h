// SPDX-License-Identifier: Apache-2.0
/*
 * outcome.h - what parsing a configuration comes to, as one text that a table can hold.
 *
 * Configurations are written with single quotes here, which become double ones.
 */
#pragma once

#include "base/cleanup.h"
#include "config/spec.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The smallest configuration, with more members of the root, process or linux object. */
#define ROOT(members)      "{'ociVersion':'1.0.0','root':{'path':'r'}" members "}"
#define PROCESS(members)   ROOT(",'process':{'cwd':'/','args':['sh']" members "}")
#define LINUX(members)     ROOT(",'linux':{" members "}")
#define RESOURCES(members) LINUX("'resources':{" members "}")
#define SECCOMP(members)   LINUX("'seccomp':{'defaultAction':'SCMP_ACT_ERRNO'" members "}")

typedef int outcome_parser(const char *text, size_t len, struct spec **ret, struct err *e);

struct outcome {
    char json[8192];
    struct spec *spec;
    struct err e;
    const char *text; /* "" when accepted, the error otherwise */
};

static void outcome_done(struct outcome *o)
{
    spec_free(o->spec);
}

#define auto_outcome cleanup(outcome_done) struct outcome

/* The parser gets exactly the text, without a NUL behind it, so that a sanitizer sees overruns. */
static inline const char *outcome_of(struct outcome *o, outcome_parser *parse, const char *json)
{
    size_t len = strlen(json);
    auto_free char *exact = malloc(len ? len : 1);
    int rc;

    for (size_t i = 0; i < len; i++)
        exact[i] = json[i] == '\'' ? '"' : json[i];
    spec_freep(&o->spec);
    memset(&o->e, 0, sizeof o->e);
    rc = parse(exact, len, &o->spec, &o->e);
    if ((rc == 0) != (o->spec != NULL) || rc != -o->e.code)
        o->text = "(return value, result and error do not fit together)";
    else
        o->text = o->e.text;
    return o->text;
}

struct outcome_row {
    const char *json, *text;
};

#define EXPECT_OUTCOMES(parse, rows)                                                               \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < ARRAY_SIZE(rows); i_++) {                                         \
            auto_outcome o_ = { 0 };                                                               \
                                                                                                   \
            EXPECT_STR(outcome_of(&o_, parse, (rows)[i_].json), (rows)[i_].text);                  \
        }                                                                                          \
    } while (0)
