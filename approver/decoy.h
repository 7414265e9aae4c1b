/* SPDX-License-Identifier: BSD-2-Clause
 * decoy.h - a sign-in that cannot succeed, for accounts that do not exist.
 * in: the last true code of the provider; out: one that looks like it
 *
 * With [login] unknown = decoy whoever asks for an account that is not there
 * sees what everybody sees, and the provider hears nothing of it. */
#ifndef WARRANT_APPROVER_DECOY_H
#define WARRANT_APPROVER_DECOY_H

#include <stddef.h>
#include <stdint.h>

#include "approver/discover.h"

/* like: the last code (user_code "" when there was none yet, then of the form
 * BCDF-GHJK at ISSUER/device); random: USER_CODE_MAX bytes.  device_code of
 * *ret is "".  Pure. */
void decoy_code(const struct device_code *like, const char *issuer,
    const uint8_t random[USER_CODE_MAX], struct device_code *ret);

#endif
