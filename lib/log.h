/* SPDX-License-Identifier: BSD-2-Clause
 * log.h - one event, one line.
 * in: what a main or a pam_sm_ function decided; out: syslog(3) LOG_AUTHPRIV,
 * or standard error with the time in front when in the foreground
 *
 * Lines never hold a secret: callers pass reasons, not values.  Control
 * characters are replaced, so one call is one line. */
#ifndef WARRANT_LIB_LOG_H
#define WARRANT_LIB_LOG_H

#include <stdbool.h>
#include <syslog.h>

/* ident as for openlog(3), kept by reference. */
void log_open(const char *ident, bool foreground);

/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG.  Debug
 * lines appear only after log_verbose(true). */
void log_line(int priority, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_verbose(bool on);

#endif
