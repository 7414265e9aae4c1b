/* SPDX-License-Identifier: BSD-2-Clause
 * verified.h - tell the ledger who signed in, or why not.
 * in: a verified identity and the account it was mapped to
 * out: the ledger's login id; an event either way */
#ifndef WARRANT_PAM_MODULE_VERIFIED_H
#define WARRANT_PAM_MODULE_VERIFIED_H

#include "lib/id.h"

struct account;
struct err;
struct identity;

/* Op login.verified.  0 with the one-time id, or -1 with *e. */
int verified_tell(const char *rundir, const struct account *a,
    const struct identity *id, char login[ID_MAX], struct err *e);

/* Op login.rejected, for the record only: nobody is let in or kept out by
 * its answer.  id: as far as it is known (all zeros: not). */
void verified_rejected(const char *rundir, const struct account *a,
    const struct identity *id, const struct err *why);

#endif
