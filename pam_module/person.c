/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/person.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/quote.h"
#include "lib/strictjson.h"
#include "pam_module/identity.h"
#include "pam_module/token.h"

#define USERINFO_DEPTH 16

/* A text for *ret when it is one of name_ok; else *ret stays "". */
static int
keep_text(const json_t *o, const char *name, char ret[IDENTITY_TEXT_MAX + 1],
    struct err *e)
{
	const char *s = NULL;
	int rc = strictjson_text(o, name, &s, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && name_ok(s))
		memcpy(ret, s, strlen(s) + 1);
	return 0;
}

static int
read_email(const json_t *o, struct identity *id, struct err *e)
{
	const json_t *v = json_object_get(o, "email_verified");

	if (v != NULL && !json_is_boolean(v))
		return err_set(e, ERR_INPUT, "email_verified is neither true "
		    "nor false");
	if (keep_text(o, "email", id->email, e) < 0)
		return -1;
	id->email_verified = id->email[0] != '\0' && json_is_true(v);
	return 0;
}

int
person_texts(const json_t *o, const char *username_claim,
    struct identity *id, struct err *e)
{
	if (keep_text(o, "name", id->name, e) < 0 ||
	    keep_text(o, username_claim, id->username, e) < 0)
		return -1;
	return read_email(o, id, e);
}

/* Entra ID leaves the groups out when they are more than 200, and says so
 * (_claim_names, OpenID Connect Core 1.0 section 5.6.2; hasgroups). */
static bool
overage(const json_t *claims, const char *claim)
{
	return json_object_get(json_object_get(claims, "_claim_names"),
	    claim) != NULL || json_object_get(claims, "hasgroups") != NULL;
}

int
person_groups(const json_t *claims, const char *claim, struct identity *id,
    struct err *e)
{
	const json_t *v = claim[0] == '\0' ? NULL :
	    json_object_get(claims, claim), *one;
	size_t i;

	if (claim[0] != '\0' && overage(claims, claim))
		return err_set(e, ERR_DENIED, "the provider left the groups "
		    "out, being too many for a token (overage): let it send "
		    "only groups assigned to this application");
	if (v == NULL)
		return 0;
	id->groups_given = true;
	if (json_is_string(v) && name_ok(json_string_value(v)))
		return names_add(&id->groups, json_string_value(v), e);
	if (!json_is_array(v))
		return err_set(e, ERR_INPUT, "%s is no list of names",
		    quote_str(claim).s);
	json_array_foreach(v, i, one) {
		const char *s = json_string_value(one);

		if (s == NULL || !name_ok(s)) {
			id->groups_dropped++;
			continue;
		}
		if (names_add(&id->groups, s, NULL) < 0)
			return err_set(e, ERR_DENIED, "%zu groups, more than "
			    "%d or %d bytes of names: let the provider send "
			    "only those that roles name", json_array_size(v),
			    NAMES_MAX, NAMES_BYTES);
	}
	return 0;
}

/* What userinfo adds to a copy; the caller takes it over when all is well. */
static int
add_userinfo(const json_t *o, const struct token_policy *p,
    struct identity *id, struct err *e)
{
	const char *sub = NULL;

	if (strictjson_text(o, "sub", &sub, e) < 1)
		return err_set(e, ERR_INPUT, "sub is missing or no string");
	if (strcmp(sub, id->sub) != 0) /* Core 1.0, section 5.3.2 */
		return err_set(e, ERR_DENIED, "sub %s is another person",
		    quote_str(sub).s);
	if (!id->groups_given &&
	    person_groups(o, p->groups_claim, id, e) < 0)
		return -1;
	if ((id->name[0] == '\0' && keep_text(o, "name", id->name, e) < 0) ||
	    (id->username[0] == '\0' &&
	    keep_text(o, p->username_claim, id->username, e) < 0) ||
	    (id->email[0] == '\0' && read_email(o, id, e) < 0))
		return -1;
	return 0;
}

int
person_add_userinfo(const char *text, size_t n, const struct token_policy *p,
    struct identity *id, struct err *e)
{
	struct identity *more;
	json_t *o;
	int rc;

	if (n > PERSON_USERINFO_MAX)
		return err_set(e, ERR_LIMIT, "userinfo of more than %d bytes",
		    PERSON_USERINFO_MAX);
	o = strictjson_object(text, n, USERINFO_DEPTH, e);
	if (o == NULL)
		return err_prefix(e, "userinfo");
	more = malloc(sizeof(*more));
	if (more == NULL) {
		json_decref(o);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*more = *id;
	rc = add_userinfo(o, p, more, e);
	if (rc == 0)
		*id = *more;
	else
		(void)err_prefix(e, "userinfo");
	free(more);
	json_decref(o);
	return rc;
}
