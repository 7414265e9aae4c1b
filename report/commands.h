/* SPDX-License-Identifier: BSD-2-Clause
 * commands.h - the programs of a recording, and what its screen has said.
 * in: a record; out: a table, or JSON */
#ifndef WARRANT_REPORT_COMMANDS_H
#define WARRANT_REPORT_COMMANDS_H

#include <stdbool.h>
#include <stdio.h>

struct err;
struct tape;

/* A line for each program that was started, with the bytes shown from then
 * to the next; a decision other than log is told. */
int commands_print(int fd, bool json, FILE *out, struct err *e);

/* Each new line of the screen that matches the extended regular expression,
 * with the time of --at that shows it. */
int search_print(int fd, const char *pattern, bool json, FILE *out,
    struct err *e);

/* The screen as text at a time as a person gives it (castline_when); whether
 * it is approximate is told on standard error. */
int screen_print(struct tape *t, const char *when, FILE *out, struct err *e);

#endif
