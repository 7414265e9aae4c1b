/* SPDX-License-Identifier: BSD-2-Clause
 * environ.h - what a session must not inherit from files of the account.
 * in: the PAM environment, where pam_env(8) may have put ~/.pam_environment
 * out: the same without names that make a program run foreign code */
#ifndef WARRANT_PAM_MODULE_ENVIRON_H
#define WARRANT_PAM_MODULE_ENVIRON_H

#include <stdbool.h>

#include <security/pam_modules.h>

struct err;

/* Must a variable of this name ("NAME" or "NAME=value") go?  Those of the
 * dynamic linker and the C library that ld.so(8) ignores for setuid programs,
 * those a shell runs or evaluates at its start, and our own.  Pure. */
bool environ_unsafe(const char *name);

/* Remove all of them.  -1 with *e when one could not be removed. */
int environ_clean(pam_handle_t *pamh, struct err *e);

#endif
