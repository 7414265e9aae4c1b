/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/marker.h"

#include <stdio.h>

#include "lib/hex.h"
#include "recorder/recording.h"

size_t
marker_mask(const struct mask_event *ev, const char *view, unsigned exposed,
    const char *key_id, char ret[MARKER_MAX])
{
	char fp[2 * MASK_FP_LEN + 1];

	hex_of(ev->fp, MASK_FP_LEN, fp);
	return (size_t)snprintf(ret, MARKER_MAX, "mask {\"rule\":\"%s\","
	    "\"view\":\"%s\",\"off\":%llu,\"len\":%llu,\"exposed\":%u,"
	    "\"state\":\"%s\",\"masked\":%s,\"fp\":\"%s:%s\"}", ev->rule,
	    view, (unsigned long long)ev->off, (unsigned long long)ev->len,
	    exposed, mask_state_name(ev->state), ev->masked ? "true" :
	    "false", key_id, fp);
}

size_t
marker_total(const struct recording_totals *t, const char *state,
    char ret[MARKER_MAX])
{
	return (size_t)snprintf(ret, MARKER_MAX, "total {\"state\":\"%s\","
	    "\"bytes_in\":%llu,\"bytes_out\":%llu,\"masked\":%llu,"
	    "\"exposed\":%llu}", state, (unsigned long long)t->bytes_in,
	    (unsigned long long)t->bytes_out, (unsigned long long)t->masked,
	    (unsigned long long)t->exposed);
}
