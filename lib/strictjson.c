/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/strictjson.h"

#include <stdbool.h>
#include <string.h>

#include "lib/err.h"
#include "lib/quote.h"

/* How deep brackets nest outside strings: asked before jansson recurses. */
static unsigned
deepest(const char *p, size_t n)
{
	unsigned depth = 0, most = 0;
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		if (in_string) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				in_string = false;
		} else if (p[i] == '"') {
			in_string = true;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > most)
				most = depth;
		} else if ((p[i] == '}' || p[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return most;
}

json_t *
strictjson_object(const char *p, size_t n, unsigned depth, struct err *e)
{
	json_error_t why;
	json_t *o;

	if (n == 0) {
		(void)err_set(e, ERR_INPUT, "JSON: nothing");
		return NULL;
	}
	if (memchr(p, '\0', n) != NULL) {
		(void)err_set(e, ERR_INPUT, "JSON: a NUL byte");
		return NULL;
	}
	if (deepest(p, n) > depth) {
		(void)err_set(e, ERR_INPUT, "JSON: nested deeper than %u",
		    depth);
		return NULL;
	}
	o = json_loadb(p, n, JSON_REJECT_DUPLICATES, &why);
	if (o == NULL) {
		/* "... near 'TEXT'": the text may be a secret */
		char *near = strstr(why.text, " near ");

		if (near != NULL)
			*near = '\0';
		(void)err_set(e, ERR_INPUT, "JSON: %s at byte %d",
		    quote_str(why.text).s, why.position);
		return NULL;
	}
	if (!json_is_object(o)) {
		json_decref(o);
		(void)err_set(e, ERR_INPUT, "JSON: not an object");
		return NULL;
	}
	return o;
}

int
strictjson_text(const json_t *o, const char *name, const char **ret,
    struct err *e)
{
	const json_t *v = json_object_get(o, name);

	if (v == NULL)
		return 0;
	if (!json_is_string(v))
		return err_set(e, ERR_INPUT, "%s is no string", name);
	*ret = json_string_value(v);
	return 1;
}
