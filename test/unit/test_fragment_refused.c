/* SPDX-License-Identifier: MIT */
/*
 * Fragments that must not be taken: they overlap (RFC 5722), contradict each
 * other, are too long or too small (RFC 1858, RFC 3128, RFC 7112). What a
 * host then says, and that it keeps nothing.
 */
#include "fragment_fixture.h"

static struct frame whole, piece, other;
static struct cut cut;

/* Sends the pieces of `whole`, which are all welcome. */
static void in_turn(struct world *w, uint32_t id)
{
	for (uint32_t i = 0; i < cut.count; i++) {
		make_piece(&piece, &whole, id, &cut, i);
		assert_int_equal(in(w, &piece), HF_ACCEPTED);
	}
}

/* ---- overlaps --------------------------------------------------------- */

/* RFC 5722: all that has come, and all that comes, is thrown away. */
static void overlap_discards_the_datagram(void **state)
{
	static const struct {
		uint32_t offset, len;
		bool more;
	} bad[] = {
		{ 64, 64, true }, /* the end of the one before */
		{ 48, 56, true }, /* its end, by an octet less than all */
		{ 56, 8, true }, /* within it: teardrop */
		{ 48, 4, false }, /* within it, and the last: teardrop */
		{ 128, 80, true }, /* the start of the one behind */
		{ 0, 320, true }, /* all */
		{ 48, 200, true }, /* both, and the hole */
		{ 200, 80, false }, /* its start is within the one behind */
		{ 40, 40, false }, /* the same place, another length */
		{ 40, 24, true }, /* the same start, shorter */
	};
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2)
		for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
			uint64_t before = drops(&w, HF_DROP_FRAGMENT_OVERLAP);

			make_echo(&whole, v, PEER(v), 312);
			make_fragment(&piece, &whole, i, 0, 40, true);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			make_fragment(&piece, &whole, i, 40, 32, true);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			make_fragment(&piece, &whole, i, 200, 64, true);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			make_fragment(&piece, &whole, i, bad[i].offset,
				      bad[i].len, bad[i].more);
			assert_int_equal(in(&w, &piece),
					 HF_DROP_FRAGMENT_OVERLAP);
			/* What would make it whole comes too late. */
			cut_payload(&cut, &whole, 40);
			for (uint32_t j = 0; j < cut.count; j++) {
				make_piece(&piece, &whole, i, &cut, j);
				assert_int_equal(in(&w, &piece),
						 HF_DROP_FRAGMENT_OVERLAP);
			}
			assert_int_equal(drops(&w, HF_DROP_FRAGMENT_OVERLAP),
					 before + 1 + cut.count);
			assert_true(is_silent(&w));
		}
	wait_for(&w, 30 * HF_SECOND);
	assert_true(is_silent(&w)); /* it was told of already, as a drop */
	assert_int_equal(drops(&w, HF_DROP_FRAGMENT_TIME), 0);
	assert_nothing_held(&w);
	/* The id is free again. */
	make_echo(&whole, 4, PEER(4), 312);
	cut_payload(&cut, &whole, 40);
	in_turn(&w, 2);
	expect_echo(&w, 4, PEER(4), 312);
	world_end(&w);
}

/* A duplicate is ignored whatever is in it, and costs nothing: RFC 8200 4.5 */
static void duplicate_changes_nothing(void **state)
{
	struct hf_usage one, two;
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 100);
		make_fragment(&piece, &whole, 5, 0, 56, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		hf_host_used(w.host, &one);
		memset(piece.octet + piece.len - 56, 'x', 56);
		for (int i = 0; i < 1000; i++)
			assert_int_equal(in(&w, &piece), HF_DROP_DUPLICATE);
		hf_host_used(w.host, &two);
		assert_int_equal(one.held, two.held);
		make_fragment(&piece, &whole, 5, 56, 52, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		expect_echo(&w, v, PEER(v), 100);
	}
	world_end(&w);
}

/* ---- refused ---------------------------------------------------------- */

/* One that may not be is told of in IPv6, and costs nothing. */
static void refused(struct world *w, int code, uint32_t pointer)
{
	assert_int_equal(in(w, &piece), HF_DROP_FRAGMENT);
	if (piece.octet[0] >> 4 == 6 && code >= 0)
		expect_error(w, 4, code, pointer, &piece);
	assert_true(is_silent(w));
	assert_nothing_held(w);
}

/* RFC 8200 4.5 */
static void lengths_that_cannot_be(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	w.mtu = 65535;
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		uint32_t most = v == 4 ? 65515 : 65535;

		make_datagram(&whole, v, 99, 65000);
		for (uint32_t odd = 1; odd < 8; odd++) {
			make_fragment(&piece, &whole, 1, 0, 48 + odd, true);
			refused(&w, 0, 4);
			make_fragment(&piece, &whole, 1, 480, 48 + odd, true);
			refused(&w, 0, 4);
		}
		make_fragment(&piece, &whole, 1, 0, 0, true);
		refused(&w, -1, 0);
		make_fragment(&piece, &whole, 1, 48, 0, false);
		refused(&w, -1, 0);
		/* ping of death: the last octet is one too many */
		make_fragment(&piece, &whole, 1, 64904, most - 64904 + 1,
			      false);
		refused(&w, 0, 42);
		make_fragment(&piece, &whole, 1, 0, 2000, false);
		put16(piece.octet + (v == 4 ? 6 : 42),
		      v == 4 ? 65528 / 8 : 65528);
		if (v == 4)
			seal_ipv4(piece.octet);
		refused(&w, 0, 42);
		make_fragment(&piece, &whole, 1, 64904, most - 64904, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		wait_for(&w, 30 * HF_SECOND);
		assert_nothing_held(&w);
	}
	world_end(&w);
}

/* The first fragment's header has options; with them it is too long. */
static void whole_with_options_too_long(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	w.mtu = 65535;
	world_start(&w);
	make_datagram(&whole, 4, 99, 65515);
	make_fragment(&piece, &whole, 1, 800, 65515 - 800, false);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&other, &whole, 1, 0, 800, true);
	memcpy(piece.octet, other.octet, 20);
	memset(piece.octet + 20, 1, 4);
	memcpy(piece.octet + 24, other.octet + 20, 800);
	piece.octet[0] = 0x46;
	piece.len = 824;
	put16(piece.octet + 2, 824);
	seal_ipv4(piece.octet);
	refused(&w, -1, 0);
	world_end(&w);
}

/* The end is where the last one ends; who says otherwise is refused. */
static void ends_that_contradict(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 400);
		make_fragment(&piece, &whole, 5, 200, 80, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		/* a last one before it */
		make_fragment(&piece, &whole, 5, 160, 8, false);
		assert_int_equal(in(&w, &piece), HF_DROP_FRAGMENT);
		make_fragment(&piece, &whole, 5, 360, 48, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		/* behind the last one; another last one */
		make_fragment(&piece, &whole, 5, 408, 8, true);
		assert_int_equal(in(&w, &piece), HF_DROP_FRAGMENT);
		make_fragment(&piece, &whole, 5, 408, 8, false);
		assert_int_equal(in(&w, &piece), HF_DROP_FRAGMENT);
		make_fragment(&piece, &whole, 5, 296, 8, false);
		assert_int_equal(in(&w, &piece), HF_DROP_FRAGMENT);
		/* and the datagram is none the worse */
		make_fragment(&piece, &whole, 5, 280, 80, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		make_fragment(&piece, &whole, 5, 0, 200, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		expect_echo(&w, v, PEER(v), 400);
	}
	world_end(&w);
}

/* RFC 1858, RFC 3128: TCP's fixed header is whole in the first fragment. */
static void tiny_ipv4_fragments(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_datagram(&whole, 4, TCP, 400);
	for (uint32_t len = 8; len < 20; len += 8) {
		make_fragment(&piece, &whole, 1, 0, len, true);
		refused(&w, -1, 0);
		make_fragment(&piece, &whole, 1, len, 80, true);
		refused(&w, -1, 0);
		make_fragment(&piece, &whole, 1, len, 80, false);
		refused(&w, -1, 0);
	}
	/* Others may begin there, and TCP behind its header. */
	make_fragment(&piece, &whole, 1, 0, 24, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&piece, &whole, 1, 24, 8, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_echo(&whole, 4, PEER(4), 56);
	cut_payload(&cut, &whole, 8);
	in_turn(&w, 2);
	expect_echo(&w, 4, PEER(4), 56);
	wait_for(&w, 30 * HF_SECOND);
	while (!is_silent(&w))
		;
	world_end(&w);
}

/* RFC 7112, RFC 8200 4.5: all headers are in the first fragment. */
static void header_chain_in_pieces(void **state)
{
	static const struct {
		uint8_t next, payload[24];
		uint32_t len;
		int code;
	} chain[] = {
		{ TCP, { 0 }, 16, 3 },
		/* destination options of 24 octets, of which 16 are there */
		{ 60, { TCP, 2, 1, 4, 0, 0, 0, 0, 1, 6 }, 16, 3 },
		/* they are all there, but TCP is not */
		{ 60, { TCP, 1, 1, 4, 0, 0, 0, 0, 1, 4 }, 16, 3 },
		{ 60, { TCP, 0, 1, 4, 0, 0, 0, 0, 0, 0 }, 24, 3 },
		{ 60, { UDP, 1, 1, 4, 0, 0, 0, 0, 1, 4 }, 16, 3 },
		{ 60, { 58, 0, 1, 4 }, 8, 3 },
		/* routing, then options that are not all there */
		{ 43, { 60, 0, 0, 0, 0, 0, 0, 0, UDP, 1, 1, 4 }, 16, 3 },
		/* a fragment header in a fragment */
		{ 44, { UDP, 0, 0, 1, 0, 0, 0, 7 }, 24, 3 },
		{ 60, { 44, 0, 1, 4, 0, 0, 0, 0, UDP, 0, 0, 1 }, 24, 3 },
	};
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (uint32_t i = 0; i < sizeof chain / sizeof *chain; i++) {
		make_datagram(&whole, 6, chain[i].next, 200);
		memcpy(whole.octet + 40, chain[i].payload, 24);
		make_fragment(&piece, &whole, i, 0, chain[i].len, true);
		refused(&w, chain[i].code, 0);
	}
	world_end(&w);
}

/* ... and if they are, they are walked when it is whole. */
static void extension_headers_behind_the_fragment_header(void **state)
{
	static const uint8_t headers[16] = { 60, 0, 1, 4, 0, 0, 0, 0,
					     58, 0, 1, 4, 0, 0, 0, 0 };
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_echo(&other, 6, PEER(6), 100);
	memcpy(whole.octet, other.octet, 40);
	memcpy(whole.octet + 40, headers, 16);
	memcpy(whole.octet + 56, other.octet + 40, 108);
	whole.octet[6] = 60;
	whole.len = other.len + 16;
	cut_payload(&cut, &whole, 24);
	in_turn(&w, 3);
	expect_echo(&w, 6, PEER(6), 100);
	world_end(&w);
}

/* An extension header may be the last thing that there is: RFC 8200 4.7. */
static void nothing_behind_the_headers(void **state)
{
	static const uint8_t header[8] = { 59, 0, 1, 4, 0, 0, 0, 0 };
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_datagram(&whole, 6, 60, 16);
	memcpy(whole.octet + 40, header, 8);
	make_fragment(&piece, &whole, 5, 0, 8, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&piece, &whole, 5, 8, 8, false);
	assert_int_equal(in(&w, &piece), HF_DROP_NOT_OURS);
	assert_true(is_silent(&w));
	world_end(&w);
}

/* A host may be told to take no fragments. */
static void no_fragments_if_none_are_wanted(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	w.config.datagrams = 0;
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 100);
		make_fragment(&piece, &whole, 5, 0, 56, true);
		refused(&w, -1, 0);
	}
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlap_discards_the_datagram),
		cmocka_unit_test(duplicate_changes_nothing),
		cmocka_unit_test(lengths_that_cannot_be),
		cmocka_unit_test(whole_with_options_too_long),
		cmocka_unit_test(ends_that_contradict),
		cmocka_unit_test(tiny_ipv4_fragments),
		cmocka_unit_test(header_chain_in_pieces),
		cmocka_unit_test(extension_headers_behind_the_fragment_header),
		cmocka_unit_test(nothing_behind_the_headers),
		cmocka_unit_test(no_fragments_if_none_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
