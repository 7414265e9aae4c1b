/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/header.h"

#include <jansson.h>

#include "lib/err.h"
#include "recorder/recording.h"

char *
header_format(const struct recording_options *o, int64_t start_s,
    struct err *e)
{
	json_t *h = json_pack("{s:i, s:i, s:i, s:I, s:{s:s}}", "version", 2,
	    "width", (int)(o->cols > 0 ? o->cols : 80), "height",
	    (int)(o->rows > 0 ? o->rows : 24), "timestamp",
	    (json_int_t)start_s, "env", "TERM",
	    o->term != NULL && o->term[0] != '\0' ? o->term : "dumb");
	json_t *w = o->header != NULL ?
	    json_deep_copy((json_t *)(uintptr_t)o->header) : json_object();
	char *text;

	if (o->command != NULL)
		(void)json_object_set_new(h, "command",
		    json_string(o->command));
	if (o->locale != NULL && o->locale[0] != '\0')
		(void)json_object_set_new(json_object_get(h, "env"), "LANG",
		    json_string(o->locale));
	if (o->kernel != NULL)
		(void)json_object_set(w, "kernel",
		    (json_t *)(uintptr_t)o->kernel);
	(void)json_object_set_new(w, "format", json_integer(2));
	(void)json_object_set_new(w, "tty", json_boolean(o->tty));
	(void)json_object_set_new(w, "mask", o->rules == NULL ? json_null() :
	    json_pack("{s:s, s:s, s:s}", "rules", mask_rules_hash(o->rules),
	    "profiles", mask_rules_profiles(o->rules), "key", o->key_id));
	(void)json_object_set_new(h, "warrant", w);
	text = json_dumps(h, JSON_COMPACT);
	json_decref(h);
	if (text == NULL)
		(void)err_set(e, ERR_INPUT, "the header is no JSON");
	return text;
}
