// SPDX-License-Identifier: Apache-2.0
/* curl_library.h - libcurl's functions, opened by the verbs that talk to a registry: loading it
 * takes longer than the whole of a local verb. */
#pragma once

#include "base/err.h"

#include <curl/curl.h>

/* curl.h's macros check the types of variadic arguments; a pointer of the table passes them by. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

struct curl_library {
    void *handle;
    typeof(curl_global_init) *global_init;
    typeof(curl_version_info) *version_info;
    typeof(curl_easy_init) *easy_init;
    typeof(curl_easy_cleanup) *easy_cleanup;
    typeof(curl_easy_reset) *easy_reset;
    typeof(curl_easy_setopt) *easy_setopt;
    typeof(curl_easy_getinfo) *easy_getinfo;
    typeof(curl_easy_perform) *easy_perform;
    typeof(curl_easy_strerror) *easy_strerror;
    typeof(curl_slist_append) *slist_append;
    typeof(curl_slist_free_all) *slist_free_all;
    typeof(curl_url) *url;
    typeof(curl_url_cleanup) *url_cleanup;
    typeof(curl_url_set) *url_set;
    typeof(curl_url_get) *url_get;
    typeof(curl_free) *free;
};

/* Not thread-safe: once, before there are threads. It is never closed: libcrypto's own handlers at
 * the end of the process would be gone. */
int curl_library_open(struct curl_library *ret, struct err *e);
