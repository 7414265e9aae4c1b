/* SPDX-License-Identifier: BSD-2-Clause
 * person.h - what is said about a person: names, address, groups.
 * in: claims of a token, or a response of the userinfo endpoint
 * out: the fields of struct identity behind iss and sub */
#ifndef WARRANT_PAM_MODULE_PERSON_H
#define WARRANT_PAM_MODULE_PERSON_H

#include <stddef.h>

#include <jansson.h>

struct err;
struct identity;
struct token_policy;

#define PERSON_USERINFO_MAX (1024 * 1024)	/* bytes of a response */

/* name, username_claim (preferred_username), email and email_verified (Core
 * 1.0, section 5.1).  A text that is no name (names.h) counts as absent; another type is
 * -1 with *e (ERR_INPUT).  Pure. */
int person_texts(const json_t *claims, const char *username_claim,
    struct identity *id, struct err *e);

/* The groups, under the name the policy gives; of a token or of userinfo.
 * A list of names, or one name.  Entries that are no name are counted and
 * dropped, which can only take rights away; too many, or Entra ID's notice
 * that there are too many to send, is ERR_DENIED: nobody is let in by half
 * of their groups. */
int person_groups(const json_t *claims, const char *claim,
    struct identity *id, struct err *e);

/* Add what the userinfo endpoint says (Core 1.0, section 5.3) to a verified
 * identity: its sub must be the same, its groups are taken when the token
 * had none, name, preferred_username and email where the token had none.
 * -1 with *e set and *id as it was. */
int person_add_userinfo(const char *text, size_t n,
    const struct token_policy *p, struct identity *id, struct err *e);

#endif
