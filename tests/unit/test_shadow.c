/* SPDX-License-Identifier: BSD-2-Clause
 * Values painted in pieces are hidden, and nothing else is. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/grid.h"
#include "recorder/shadow.h"
#include "tests/unit/mask_helper.h"

#define ALT "\033[?1049h\033[H"
#define CARD "4111111111111111"
#define OVER "\033[1;1H*\033[1;2H*\033[1;3H*\033[1;4H*\033[1;5H*" \
	"\033[1;6H*\033[1;7H*\033[1;8H*"	/* the first eight cells */

static struct mask_rules *rules;
static const uint8_t key[MASK_KEY_LEN] = { 1 };

struct seen {
	unsigned events, exposed;
	char rule[64];
};

static void
on_event(void *ctx, enum shadow_view view, const struct mask_event *ev)
{
	struct seen *s = ctx;

	(void)view;
	s->events++;
	s->exposed += ev->exposed;
	(void)snprintf(s->rule, sizeof(s->rule), "%s", ev->rule);
}

/* What is shown of p, of which the chunks end at NUL bytes. */
static void
show(const char *p, size_t n, unsigned cols, struct buf *out,
    struct seen *seen)
{
	struct shadow_options o = { .rules = rules, .key = key, .rows = 6,
	    .cols = cols, .event = on_event, .ctx = seen };
	struct shadow *s;
	struct err e = { 0 };

	*seen = (struct seen){ .events = 0 };
	assert_int_equal(shadow_new(&o, &s, &e), 0);
	for (const char *end = p + n; p < end;) {
		size_t left = strnlen(p, (size_t)(end - p)), taken = 0;

		for (; left > 0; p += taken, left -= taken) {
			size_t before = out->len;

			assert_int_equal(shadow_take(s, p, left, &taken, &e),
			    0);
			assert_true(taken > 0 && taken <= left);
			assert_int_equal(buf_put(out, p, taken, &e), 0);
			if (shadow_pass(s, SHADOW_LIVE, out, before, 0,
			    &e) < 0)
				fail_msg("%s", e.text);
		}
		p++;
	}
	shadow_free(s);
}

static void
test_values_painted_in_pieces_are_hidden(void **state)
{
	static const struct {
		const char *name, *in, *out;
		size_t n;
		unsigned cols, events, exposed;
	} t[] = {
#define CASE(name, in, out, cols, events, exposed) \
	{ name, in, out, sizeof(in) - 1, cols, events, exposed }
	CASE("nothing", ALT "hello 1234", ALT "hello 1234", 80, 0, 0),
	CASE("the normal screen is not ours", "4111\033[5G111111111111",
	    "4111\033[5G111111111111", 80, 0, 0),
	CASE("halves, in one write", ALT "41111111\033[1;9H11111111",
	    ALT "********\033[1;9H****1111", 80, 1, 0),
	CASE("right half first", ALT "\033[1;9H11111111\033[H41111111",
	    ALT "\033[1;9H****1111\033[H********", 80, 1, 0),
	CASE("first half was shown", ALT "41111111\0\033[1;9H11111111",
	    ALT "41111111\033[1;9H****1111\0337\033[m" OVER "\0338", 80, 1,
	    8),
	CASE("over a soft wrap by address", ALT "\033[1;13H41111111"
	    "\033[2;1H11111111", ALT "\033[1;13H********\033[2;1H****1111",
	    20, 1, 0),
	CASE("behind the margin of line numbers", ALT "\033[1;13H41111111"
	    "\033[2;5H11111111", ALT "\033[1;13H********\033[2;5H****1111",
	    20, 1, 0),
	CASE("a blank of the value, then the margin", ALT "\033[1;12H4111 1111"
	    "\033[2;6H1111 1111", ALT "\033[1;12H**** ****\033[2;6H**** "
	    "1111", 20, 1, 0),
	CASE("the screen is left at once", ALT "41111111\033[1;9H11111111"
	    "\033[?1049lx", ALT "********\033[1;9H****1111\033[?1049lx", 80,
	    1, 0),
	CASE("scrolled after it was painted", ALT "\033[2H41111111"
	    "\033[2;9H11111111\033[6H\n", ALT "\033[2H********"
	    "\033[2;9H****1111\033[6H\n", 80, 1, 0),
	CASE("cut inside a sequence", ALT "41111111\033[1;\0"
	    "9H11111111", ALT "41111111\033[1;9H****1111\0337\033[m" OVER
	    "\0338", 80, 1, 8),
	CASE("after it nothing is kept", ALT "4111\033[?1049l\033[H"
	    "\033[5G111111111111", ALT "4111\033[?1049l\033[H"
	    "\033[5G111111111111", 80, 0, 0),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct buf out = BUF_INIT(1 << 20);
		struct seen seen;

		show(t[i].in, t[i].n, t[i].cols, &out, &seen);
		if (strcmp(out.p, t[i].out) != 0 ||
		    seen.events != t[i].events ||
		    seen.exposed != t[i].exposed)
			fail_msg("%s: %u events, %u exposed, \"%s\"",
			    t[i].name, seen.events, seen.exposed, out.p);
		buf_clear(&out);
	}
}

/* The screen that the bytes of out draw. */
static void
draw(const struct buf *out, struct grid *g)
{
	struct err e = { 0 };

	assert_int_equal(grid_open(g, 6, 80, &e), 0);
	for (size_t i = 0; i < out->len; i++)
		grid_byte(g, (uint8_t)out->p[i]);
}

static void
test_no_order_of_painting_shows_a_value(void **state)
{
	(void)state;
	srandom(test_seed());
	for (int round = 0; round < 300; round++) {
		struct buf in = BUF_INIT(1 << 16), out = BUF_INIT(1 << 20);
		struct err e = { 0 };
		struct seen seen;
		struct grid g;
		unsigned first = (unsigned)random() % 60, hidden = 0;
		int order[16];

		assert_int_equal(buf_puts(&in, "\033[?1049h", &e), 0);
		for (int i = 0; i < 16; i++)
			order[i] = i;
		for (int i = 0; i < 16; i++) {
			int k = i + (int)(random() % (16 - i));
			int digit = order[k];

			order[k] = order[i];
			assert_int_equal(buf_printf(&in, &e,
			    "\033[3;%uH%c", first + (unsigned)digit + 1,
			    CARD[digit]), 0);
			if (random() % 4 == 0)
				assert_int_equal(buf_putc(&in, '\0', &e), 0);
		}
		show(in.p, in.len, 80, &out, &seen);
		draw(&out, &g);
		for (unsigned i = 0; i < 16; i++)
			hidden += grid_at(&g, 2, first + i)->cp == '*';
		if (hidden != 12 || seen.events == 0)
			fail_msg("round %d: %u hidden, \"%s\"", round, hidden,
			    out.p);
		grid_close(&g);
		buf_clear(&in);
		buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_painted_in_pieces_are_hidden),
		cmocka_unit_test(test_no_order_of_painting_shows_a_value),
	};
	int rc;

	rules = load_rules(NULL);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	mask_rules_free(rules);
	return rc;
}
