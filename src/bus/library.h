// SPDX-License-Identifier: Apache-2.0
/* library.h - the calls of libsystemd that davit-bus makes, opened when it starts. */
#pragma once

#include <systemd/sd-bus.h>

#define LIBRARY_CALLS(X)                                                                           \
    X(sd_bus_new)                                                                                  \
    X(sd_bus_set_address)                                                                          \
    X(sd_bus_start)                                                                                \
    X(sd_bus_open_user)                                                                            \
    X(sd_bus_open_system)                                                                          \
    X(sd_bus_get_property_string)                                                                  \
    X(sd_bus_match_signal)                                                                         \
    X(sd_bus_process)                                                                              \
    X(sd_bus_wait)                                                                                 \
    X(sd_bus_call)                                                                                 \
    X(sd_bus_message_new_method_call)                                                              \
    X(sd_bus_message_open_container)                                                               \
    X(sd_bus_message_close_container)                                                              \
    X(sd_bus_message_append_basic)                                                                 \
    X(sd_bus_message_append)                                                                       \
    X(sd_bus_message_read)

#define LIBRARY_MEMBER(name) __typeof__(name) *name;
struct library {
    LIBRARY_CALLS(LIBRARY_MEMBER)
};
extern struct library lib;

/* Fill lib. Returns NULL, or what was missing. */
const char *library_open(void);
