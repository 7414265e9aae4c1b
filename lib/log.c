/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"

static const char *name = "warrant";
static bool to_stderr;
static bool verbose;

void
log_open(const char *ident, bool foreground)
{
	name = ident;
	to_stderr = foreground;
	if (!foreground)
		openlog(ident, LOG_PID, LOG_AUTHPRIV);
}

void
log_verbose(bool on)
{
	verbose = on;
}

void
log_line(int priority, const char *fmt, ...)
{
	char line[2048], at[CLOCK_TEXT_MAX];
	va_list ap;

	if (priority == LOG_DEBUG && !verbose)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *s = line; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
	if (!to_stderr) {
		syslog(priority, "%s", line);
		return;
	}
	clock_format(clock_wall_us(), at);
	(void)dprintf(STDERR_FILENO, "%s %s[%ld]: %s\n", at, name,
	    (long)getpid(), line);
}
