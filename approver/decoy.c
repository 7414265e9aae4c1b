/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/decoy.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define EXPIRES_S 300

/* Characters of one kind, among which a provider chooses: RFC 8628, 6.1. */
static const char *const kinds[] = { "BCDFGHJKLMNPQRSTVWXZ", "0123456789",
	"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" };

static char
another(char c, uint8_t random)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (c != '\0' && strchr(kinds[i], c) != NULL)
			return kinds[i][random % strlen(kinds[i])];
	return c;
}

/* like->uri_complete with the code of ret in it. */
static void
complete(const struct device_code *like, struct device_code *ret)
{
	const char *at = strstr(like->uri_complete, like->user_code);

	ret->uri_complete[0] = '\0';
	if (at == NULL)
		return;
	(void)snprintf(ret->uri_complete, sizeof(ret->uri_complete),
	    "%.*s%s%s", (int)(at - like->uri_complete), like->uri_complete,
	    ret->user_code, at + strlen(like->user_code));
}

void
decoy_code(const struct device_code *like, const char *issuer,
    const uint8_t random[USER_CODE_MAX], struct device_code *ret)
{
	bool known = like->user_code[0] != '\0';

	*ret = (struct device_code){ .expires_s = known ? like->expires_s :
		EXPIRES_S, .interval_s = known ? like->interval_s :
		INTERVAL_DEFAULT };
	(void)snprintf(ret->user_code, sizeof(ret->user_code), "%s", known ?
	    like->user_code : "BCDF-GHJK");
	for (size_t i = 0; ret->user_code[i] != '\0'; i++)
		ret->user_code[i] = another(ret->user_code[i], random[i]);
	if (known) {
		(void)snprintf(ret->uri, sizeof(ret->uri), "%s", like->uri);
		complete(like, ret);
	} else {
		(void)snprintf(ret->uri, sizeof(ret->uri), "%s%sdevice",
		    issuer, issuer[strlen(issuer) - 1] == '/' ? "" : "/");
	}
}
