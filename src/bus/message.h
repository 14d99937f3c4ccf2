// SPDX-License-Identifier: Apache-2.0
/*
 * message.h - the conversation with davit-bus, packets of a SOCK_SEQPACKET socket.
 *
 * A packet of davit-bus is a kind, then text, NUL-terminated. It speaks first: the cgroup of the
 * manager ("" for the system's on a host), or why there is none. Then each request is answered by
 * one packet. A request is words, each NUL-terminated:
 *   start UNIT [PROPERTY…]   a transient unit, and wait until it has started
 *   stop UNIT                and wait until it has; one that is not there is no error
 *   set UNIT [PROPERTY…]     until the next boot
 *   attach UNIT PID          move a process of the user's into the unit's cgroup
 * where a property is NAME SIGNATURE COUNT VALUE…, COUNT 1 unless the signature is an array's;
 * numbers are decimal, truth is "true" or "false".
 */
#pragma once

enum { BUS_REQUEST_MAX = 65536, BUS_REPLY_MAX = 1024 };

enum bus_kind { BUS_DONE = 'd', BUS_FAILED = 'f' };
