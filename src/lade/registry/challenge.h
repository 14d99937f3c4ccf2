// SPDX-License-Identifier: Apache-2.0
/*
 * challenge.h - what a registry demands with 401: WWW-Authenticate, RFC 9110 section 11.
 *
 * One header may hold several challenges, and there may be several headers; commas separate both
 * challenges and the parameters of one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum challenge_scheme { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER };

enum { CHALLENGE_TEXT_SIZE = 2048 };

struct challenge {
    enum challenge_scheme scheme;
    /* Unquoted; "" when absent. */
    char realm[CHALLENGE_TEXT_SIZE];
    char service[CHALLENGE_TEXT_SIZE];
    char scope[CHALLENGE_TEXT_SIZE]; /* separated by spaces */
    char error[64];
};

/* Look at one header's value. *ret is changed when it holds a better one than *ret is: Bearer with
 * a realm before Basic before nothing. What can't be understood is passed over; so is a challenge
 * with a parameter that is too long or holds control characters. */
void challenge_parse(const char *text, struct challenge *ret);
