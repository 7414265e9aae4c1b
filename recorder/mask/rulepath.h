/* SPDX-License-Identifier: BSD-2-Clause
 * rulepath.h - the rule files behind the paths of a configuration.
 * in: paths of files and folders; out: each file, in the order of names */
#ifndef WARRANT_RECORDER_MASK_RULEPATH_H
#define WARRANT_RECORDER_MASK_RULEPATH_H

#include <stddef.h>

struct err;

/* Call fn for each file: of a folder, its *.rules by name.  Stops at the
 * first -1 of fn; -1 with *e (ERR_CONFIG) for a path that is not there. */
int rulepath_each(const char *const *paths, size_t n,
    int (*fn)(void *arg, const char *path, struct err *e), void *arg,
    struct err *e);

#endif
