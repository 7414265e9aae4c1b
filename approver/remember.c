/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/remember.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET4_BYTES 3
#define NET6_BYTES 8

void
remember_net(const char *rhost, char ret[REMEMBER_NET_MAX])
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0xff, 0xff };
	unsigned char a[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET, rhost, a) == 1) {
		a[NET4_BYTES] = 0;
		(void)inet_ntop(AF_INET, a, text, sizeof(text));
		(void)snprintf(ret, REMEMBER_NET_MAX, "%s/24", text);
	} else if (inet_pton(AF_INET6, rhost, a) == 1 &&
	    memcmp(a, mapped, sizeof(mapped)) == 0) {
		(void)inet_ntop(AF_INET, a + sizeof(mapped), text,
		    sizeof(text));
		remember_net(text, ret);
	} else if (inet_pton(AF_INET6, rhost, a) == 1) {
		memset(a + NET6_BYTES, 0, sizeof(a) - NET6_BYTES);
		(void)inet_ntop(AF_INET6, a, text, sizeof(text));
		(void)snprintf(ret, REMEMBER_NET_MAX, "%s/64", text);
	} else {
		(void)snprintf(ret, REMEMBER_NET_MAX, "%s", rhost);
	}
}

static const char *
text_of(const json_t *msg, const char *key)
{
	const char *s = json_string_value(json_object_get(msg, key));

	return s == NULL ? "" : s;
}

static bool
same(const json_t *a, const json_t *b, const char *key)
{
	return text_of(a, key)[0] != '\0' &&
	    strcmp(text_of(a, key), text_of(b, key)) == 0;
}

static void
drop(struct remembered **at)
{
	struct remembered *r = *at;

	*at = r->next;
	json_decref(r->msg);
	free(r);
}

struct remembered *
remember_add(struct remembered **all, const json_t *msg, const char *person,
    int64_t now_us)
{
	struct remembered *r = calloc(1, sizeof(*r));
	size_t n = 1;

	if (r == NULL || (r->msg = json_deep_copy(msg)) == NULL) {
		free(r);
		return NULL;
	}
	/* what was known of this key and account is out of date; forgotten,
	 * not freed: an undo of this round may name it */
	for (struct remembered *old = *all; old != NULL; old = old->next)
		if (++n > REMEMBER_MAX || (same(old->msg, msg, "key") &&
		    same(old->msg, msg, "account")))
			old->until_us = 0;
	(void)snprintf(r->person, sizeof(r->person), "%s", person);
	remember_net(text_of(msg, "rhost"), r->net);
	r->until_us = now_us + json_integer_value(json_object_get(msg,
	    "remember_us"));
	r->next = *all;
	*all = r;
	return r;
}

const struct remembered *
remember_find(const struct remembered *all, const json_t *question,
    int64_t now_us)
{
	char net[REMEMBER_NET_MAX];

	remember_net(text_of(question, "rhost"), net);
	for (; all != NULL; all = all->next)
		if (all->until_us > now_us && strcmp(all->net, net) == 0 &&
		    same(all->msg, question, "key") &&
		    same(all->msg, question, "account") &&
		    same(all->msg, question, "rules"))
			return all;
	return NULL;
}

void
remember_forget(struct remembered *all, const char *person)
{
	for (; all != NULL; all = all->next)
		if (person == NULL || strcmp(all->person, person) == 0)
			all->until_us = 0;
}

void
remember_sweep(struct remembered **all, int64_t now_us)
{
	while (*all != NULL)
		if ((*all)->until_us <= now_us)
			drop(all);
		else
			all = &(*all)->next;
}
