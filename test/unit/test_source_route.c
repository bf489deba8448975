/* SPDX-License-Identifier: MIT */
/*
 * Source routes of passive opens: RFC 9293 3.9.2.1 (MUST-50, MUST-53,
 * SHLD-24), RFC 1122 3.2.1.8 (c), RFC 7126 4.3 and 4.4.
 */
#include "route_fixture.h"

/* ---- refused ---------------------------------------------------------- */

/* RFC 7126: unless configured, whatever is in the datagram. */
static void refused_by_default(void **state)
{
	static const struct route loose = { LOOSE, 2, { 1, 2 } };
	static const struct route strict = { STRICT, 1, { 1 } };
	static const struct route empty = { LOOSE, 0, { 0 } };
	struct hf_handle listener;
	uint8_t options[48];
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 0);
	assert_int_equal(in_by(&w, &loose, SYN, 1000, 0, 0),
			 HF_DROP_SOURCE_ROUTE);
	assert_int_equal(in_by(&w, &strict, SYN, 1000, 0, 0),
			 HF_DROP_SOURCE_ROUTE);
	make_echo(&f, 4, PEER(4), 100);
	insert_options(options, put_completed(options, &loose));
	assert_int_equal(in(&w, &f), HF_DROP_SOURCE_ROUTE);
	assert_false(out_segment(&w, w.link, &s));
	/* One without any hop leads nowhere else. */
	assert_int_equal(in_by(&w, &empty, SYN, 1000, 0, 0), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, 0, 0, NULL);
	end(&w, listener);
}

/* RFC 1122 3.2.1.8 (c): not at its end, or more than one. */
static void refused_although_configured(void **state)
{
	static const uint8_t options[][16] = {
		{ 1, LOOSE, 7, 4, 10, 9, 0, 101 }, /* we are a gateway */
		{ 1, LOOSE, 7, 8, 10, 9, 0, 101, 1, STRICT, 7, 8, 10, 9, 0,
		  102 },
		{ 1, LOOSE, 7, 8, 224, 0, 0, 1 }, /* no gateway */
		{ 1, LOOSE, 6, 8, 10, 9, 0, 0 },
	};
	struct hf_handle listener;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 4);
	for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
		make_segment(SYN, 1000, 0, 0);
		insert_options(options[i], options[i][8] != 0 ? 16 : 8);
		assert_int_equal(in(&w, &f), HF_DROP_SOURCE_ROUTE);
		assert_false(out_segment(&w, w.link, &s));
	}
	end(&w, listener);
}

/* MUST-50: options that are not understood are passed over. */
static void unknown_options_are_ignored(void **state)
{
	static const uint8_t options[12] = { 7, 7,   4, 0, 0, 0,
					     0, 148, 4, 0, 0, 0 };
	struct hf_handle listener;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 0);
	make_segment(SYN, 1000, 0, 0);
	insert_options(options, 12);
	assert_int_equal(in(&w, &f), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, 0, 0, NULL);
	end(&w, listener);
}

/* ---- the way back ------------------------------------------------------ */

/* MUST-53: all segments, from the SYN-ACK on, again and again. */
static void passive_open_answers_by_the_route(void **state)
{
	static const struct route route[] = {
		{ LOOSE, 2, { 1, 2 } },
		{ STRICT, 3, { 1, 2, 3 } },
		{ LOOSE, 1, { 7 } },
		{ LOOSE, 8, { 1, 2, 3, 4, 5, 6, 7, 8 } },
	};
	struct hf_handle listener, connection;
	static uint8_t text[20000];
	struct hf_status status;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < sizeof route / sizeof *route; i++) {
		const struct route *r = &route[i];
		uint32_t room = 1460 - 4 - 4 * r->count, iss;
		uint8_t back[8];

		for (unsigned j = 0; j < r->count; j++)
			back[j] = r->hop[r->count - 1 - j];
		listener = start(&w, 4);
		assert_int_equal(in_by(&w, r, SYN, 1000, 0, 0), HF_ACCEPTED);
		out_by(&w, &s, SYN | ACK, r->type, r->count, back);
		wait_for(&w, HF_SECOND); /* lost: again, the same way */
		out_by(&w, &s, SYN | ACK, r->type, r->count, back);
		iss = s.seq;
		assert_int_equal(routes_used(&w), 1);
		/* The ACK may come without: what was saved is used. */
		assert_int_equal(
			in_by(&w, i & 1 ? &none : r, ACK, 1001, iss + 1, 0),
			HF_ACCEPTED);
		assert_int_equal(hf_accept(w.host, listener, &connection),
				 HF_OK);
		hf_status(w.host, connection, &status);
		assert_int_equal(status.mss, room);
		hf_send(w.host, connection, text, sizeof text, &n);
		/* MUST-16: what the options take, text cannot have. */
		out_by(&w, &s, ACK, r->type, r->count, back);
		assert_int_equal(s.text_len, room);
		assert_int_equal(f.len, 1500);
		while (out_segment(&w, w.link, &s))
			assert_by(&s, r->type, r->count, back);
		assert_int_equal(in_by(&w, &none, ACK, 1001, iss + 1, 10),
				 HF_ACCEPTED);
		wait_for(&w, HF_SECOND); /* ACK, and retransmission */
		assert_true(out_segment(&w, w.link, &s));
		assert_by(&s, r->type, r->count, back);
		while (out_segment(&w, w.link, &s))
			assert_by(&s, r->type, r->count, back);
		hf_abort(w.host, connection, w.now);
		assert_int_equal(routes_used(&w), 0);
		end(&w, listener);
	}
}

/* SHLD-24, by a segment that counts; and the list of its link goes along. */
static void later_route_overrides(void **state)
{
	static const struct route first = { LOOSE, 2, { 1, 2 } };
	static const struct route second = { LOOSE, 1, { 5 } };
	static const uint8_t back[2] = { 2, 1 }, other[1] = { 5 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	uint32_t iss;
	size_t n;

	(void)state;
	listener = start(&w, 4);
	iss = establish(&w, listener, &first, &connection);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 2, back);
	/* outside the window; an ACK of what was never sent */
	assert_int_equal(in_by(&w, &second, ACK, 1000 + 200000, iss + 6, 0),
			 HF_DROP_SEQUENCE);
	assert_int_equal(in_by(&w, &second, ACK, 1001, iss + 600, 0),
			 HF_DROP_ACK);
	out_by(&w, &s, ACK, LOOSE, 2, back);
	/* acceptable */
	assert_int_equal(in_by(&w, &second, ACK, 1001, iss + 6, 10),
			 HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, other);
	assert_int_equal(routes_used(&w), 1);
	/* without one the last one stays */
	assert_int_equal(in_by(&w, &none, ACK, 1011, iss + 11, 0), HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, other);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

/* One that began without may get one: "a packet arrives", MUST-53. */
static void route_may_come_late(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t back[1] = { 5 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	uint32_t iss;
	size_t n;

	(void)state;
	listener = start(&w, 1);
	iss = establish(&w, listener, &none, &connection);
	assert_int_equal(routes_used(&w), 0);
	assert_int_equal(in_by(&w, &route, ACK, 1001, iss + 1, 1), HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, back);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

/* A SYN from another port by gateway 6. */
static enum hf_drop in_other(struct world *w)
{
	static const uint8_t options[8] = { 1, LOOSE, 7, 8, 10, 9, 0, 106 };

	make_segment(SYN, 5000, 0, 0);
	f.octet[21]++;
	f.octet[37]--; /* so that the sum is right again */
	insert_options(options, 8);
	return in(w, &f);
}

/* A SYN whose way back cannot be remembered is not answered by another. */
static void no_room_for_another_route(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t back[1] = { 6 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 1);
	establish(&w, listener, &route, &connection);
	assert_int_equal(in_other(&w), HF_DROP_NO_MEMORY);
	assert_false(out_segment(&w, w.link, &s));
	hf_abort(w.host, connection, w.now);
	assert_true(out_segment(&w, w.link, &s)); /* the reset */
	assert_by(&s, 0, 0, NULL);
	assert_int_equal(in_other(&w), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, LOOSE, 1, back);
	end(&w, listener);
}

/* One of several ends, and the others go on by their own. */
static void routes_of_several(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t other[1] = { 6 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	for (int first_ends = 0; first_ends < 2; first_ends++) {
		listener = start(&w, 2);
		establish(&w, listener, &route, &connection);
		assert_int_equal(in_other(&w), HF_ACCEPTED);
		out_by(&w, &s, SYN | ACK, LOOSE, 1, other);
		assert_int_equal(routes_used(&w), 2);
		if (first_ends) {
			hf_abort(w.host, connection, w.now);
			assert_true(out_segment(&w, w.link, &s));
			assert_int_equal(s.flags & RST, RST);
			wait_for(&w, HF_SECOND); /* the SYN-ACK, again */
			out_by(&w, &s, SYN | ACK, LOOSE, 1, other);
		} else {
			make_segment(RST, 5001, 0, 0);
			f.octet[21]++; /* as in_other() does */
			f.octet[37]--;
			assert_int_equal(in(&w, &f), HF_ACCEPTED);
			hf_send(w.host, connection, "hello", 5, &n);
			out_by(&w, &s, ACK, LOOSE, 1, route.hop);
			hf_abort(w.host, connection, w.now);
		}
		assert_int_equal(routes_used(&w), first_ends);
		end(&w, listener);
	}
}

/* Each way that a half-open connection or a connection can end. */
static void route_ends_with_its_connection(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	struct hf_handle listener, connection;
	struct hf_status status;
	struct segment s;
	struct world w;
	uint32_t iss;

	(void)state;
	listener = start(&w, 1);
	/* half-open: reset */
	in_by(&w, &route, SYN, 1000, 0, 0);
	assert_true(out_segment(&w, w.link, &s));
	in_by(&w, &route, RST, 1001, 0, 0);
	assert_int_equal(routes_used(&w), 0);
	/* half-open: never answered */
	in_by(&w, &route, SYN, 1000, 0, 0);
	for (int i = 0; i < 200; i++) {
		out_segment(&w, w.link, &s);
		wait_for(&w, HF_SECOND);
	}
	assert_int_equal(routes_used(&w), 0);
	/* reset while the program has it */
	iss = establish(&w, listener, &route, &connection);
	in_by(&w, &route, RST, 1001, iss + 1, 0);
	assert_int_equal(routes_used(&w), 0);
	assert_int_equal(hf_status(w.host, connection, &status), HF_OK);
	hf_close(w.host, connection, w.now);
	/* TIME_WAIT: its ACKs go straight */
	iss = establish(&w, listener, &route, &connection);
	hf_close(w.host, connection, w.now);
	assert_true(out_segment(&w, w.link, &s));
	assert_int_equal(s.flags & FIN, FIN);
	in_by(&w, &route, ACK | FIN, 1001, iss + 2, 0);
	assert_true(out_segment(&w, w.link, &s));
	assert_by(&s, LOOSE, 1, route.hop);
	assert_int_equal(routes_used(&w), 0);
	in_by(&w, &route, ACK | FIN, 1001, iss + 2, 0);
	assert_true(out_segment(&w, w.link, &s));
	assert_by(&s, 0, 0, NULL);
	wait_for(&w, 61 * HF_SECOND);
	/* with the listener */
	in_by(&w, &route, SYN, 1000, 0, 0);
	end(&w, listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_by_default),
		cmocka_unit_test(refused_although_configured),
		cmocka_unit_test(unknown_options_are_ignored),
		cmocka_unit_test(passive_open_answers_by_the_route),
		cmocka_unit_test(later_route_overrides),
		cmocka_unit_test(route_may_come_late),
		cmocka_unit_test(no_room_for_another_route),
		cmocka_unit_test(routes_of_several),
		cmocka_unit_test(route_ends_with_its_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
