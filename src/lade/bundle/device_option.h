// SPDX-License-Identifier: Apache-2.0
/* device_option.h - --device: devices of the host for the container. */
#pragma once

#include "lade/bundle/spec.h"

/* "PATH[:TARGET][:ACCESS]", or a name of cdi.h. A directory stands for the devices below it. The
 * host's numbers, mode and owner are taken over. */
int device_option_apply(struct spec *s, const char *text, struct err *e);
