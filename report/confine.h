/* SPDX-License-Identifier: BSD-2-Clause
 * confine.h - what draws and parses a hostile recording can do little else.
 * in: a program that has opened what it reads; out: seccomp(2) filters */
#ifndef WARRANT_REPORT_CONFINE_H
#define WARRANT_REPORT_CONFINE_H

#include <stdbool.h>

struct err;

/* No program, network or other process from now on, and no file is opened or
 * changed by its name, unless one is to be written. */
int confine(bool files, struct err *e);

#endif
