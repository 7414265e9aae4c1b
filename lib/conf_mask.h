/* SPDX-License-Identifier: BSD-2-Clause
 * conf_mask.h - the mask profiles of a role.
 * in: [role NAME] mask, [mask] profiles; out: "pci,secrets,ids", which also
 *     names the table that is compiled for them (warrant-maskc(8)) */
#ifndef WARRANT_LIB_CONF_MASK_H
#define WARRANT_LIB_CONF_MASK_H

#define CONF_PROFILES_MAX 512

struct conf;
struct conf_section;

/* role may be NULL: those of [mask].  Cut at a whole name. */
void conf_profiles(const struct conf *c, const struct conf_section *role,
    char ret[CONF_PROFILES_MAX]);

#endif
