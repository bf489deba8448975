/* SPDX-License-Identifier: MIT */
/*
 * Texts of a trace: a few by heart, as tcpdump 4.99.3 has them, and any octets
 * at all. test/dump/dump.py compares many more with the tcpdump that is
 * installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/trace.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MOST 288u /* a datagram of 256, and a link header */
#define PORT_COUNT 5u

/* ---- making datagrams ------------------------------------------------- */

struct writer {
	uint8_t octet[FRAME_MOST];
	uint32_t len;
};

static void put(struct writer *w, uint64_t value, unsigned octets)
{
	while (octets--)
		w->octet[w->len++] = octets < 8 ? (uint8_t)(value >> 8 * octets)
						: 0;
}

static void put_octets(struct writer *w, const void *data, size_t len)
{
	memcpy(w->octet + w->len, data, len);
	w->len += (uint32_t)len;
}

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(((z >> 32) * below) >> 32);
}

static bool once_in(uint32_t n)
{
	return draw(n) == 0;
}

static uint32_t any(void)
{
	return once_in(3) ? draw(3000) : draw(UINT32_MAX);
}

/*
 * An octet that, taken for a kind after an option that lied, is none of
 * those that only tcpdump knows by name.
 */
static uint32_t option_octet(void)
{
	uint32_t octet = draw(256);

	return octet >= 6 && octet <= 30 ? octet + 64 : octet;
}

static void put_option(struct writer *w, uint8_t kind, uint8_t len)
{
	put(w, kind, 1);
	put(w, len, 1);
	for (unsigned i = 2; i < len; i++)
		put(w, option_octet(), 1);
}

/* A kind that tcpdump does not know by name. */
static uint8_t unknown_kind(void)
{
	static const uint8_t kinds[] = { 9,  10, 14, 18,  21,  27, 31,
					 33, 35, 69, 200, 253, 255 };

	return kinds[draw(sizeof kinds)];
}

static void put_random_option(struct writer *w)
{
	switch (draw(11)) {
	case 0:
		put_option(w, 2, 4);
		break;
	case 1:
		put_option(w, 3, 3);
		break;
	case 2:
		put_option(w, 4, 2);
		break;
	case 3:
		put_option(w, 5, (uint8_t)(2 + 8 * draw(4)));
		break;
	case 4:
	case 5:
		put_option(w, 8, 10);
		break;
	case 6:
		put_option(w, unknown_kind(), (uint8_t)(2 + draw(8)));
		break;
	case 7:
		put_option(w, 34, (uint8_t)(2 + draw(9)));
		break;
	case 8:
		put_option(w, 254, (uint8_t)(2 + draw(8)));
		break;
	default:
		put(w, 1, 1);
	}
}

/* An option that lies about its length. */
static void put_bad_option(struct writer *w)
{
	static const uint8_t kinds[] = { 2, 3, 4, 5, 8, 34, 254, 9 };
	uint8_t kind = kinds[draw(sizeof kinds)];

	put(w, kind, 1);
	put(w, draw(12), 1);
	for (unsigned i = draw(4); i; i--)
		put(w, option_octet(), 1);
}

static void make_options(struct writer *w)
{
	w->len = 0;
	if (once_in(3))
		return;
	for (unsigned i = draw(5); i && w->len < 28; i--)
		put_random_option(w);
	if (once_in(6) && w->len < 28)
		put_bad_option(w);
	if (once_in(10))
		put(w, 0, 1);
	if (w->len > 40)
		w->len = 40;
	while (w->len % 4)
		put(w, once_in(2), 1);
}

static const uint16_t ports[PORT_COUNT] = { 1000, 9877, 40000, 40001, 50123 };

static void make_tcp(struct writer *w)
{
	struct writer options;
	uint32_t offset;
	uint8_t flags = (uint8_t)draw(256);

	make_options(&options);
	offset = 5 + options.len / 4;
	if (once_in(40))
		offset = draw(16);
	if (!once_in(3))
		flags = once_in(5) ? 0x02 : 0x10;
	w->len = 0;
	put(w, ports[draw(PORT_COUNT)], 2);
	put(w, ports[draw(PORT_COUNT)], 2);
	put(w, any(), 4);
	put(w, any(), 4);
	put(w, offset << 4, 1);
	put(w, flags, 1);
	put(w, draw(65536), 2);
	put(w, 0, 2);
	put(w, draw(65536), 2);
	put_octets(w, options.octet, options.len);
	for (unsigned i = once_in(2) ? draw(40) : 0; i; i--)
		put(w, draw(256), 1);
	if (once_in(40))
		w->len = draw(w->len);
}

/* The length that an IP header tells: seldom less than there is. */
static uint32_t told_length(uint32_t len, uint8_t protocol)
{
	return protocol == 6 && once_in(50) ? draw(len + 1) : len;
}

static void put_ipv4(struct writer *w, uint8_t protocol,
		     const struct writer *payload)
{
	uint32_t options = once_in(20) ? 4 : 0;
	uint32_t total = 20 + options + payload->len;

	w->len = 0;
	put(w, 0x45 + options / 4, 1);
	put(w, draw(256), 1);
	put(w, told_length(total, protocol), 2);
	put(w, draw(65536), 2);
	put(w, once_in(30) ? draw(65536) : 0x4000, 2);
	put(w, 64, 1);
	put(w, protocol, 1);
	put(w, 0, 2);
	put(w, 0x0a090000 + draw(3), 4);
	put(w, 0x0a090000 + draw(3), 4);
	put(w, options ? 0x01010100 : 0, options);
	put_octets(w, payload->octet, payload->len);
}

static void put_ipv6(struct writer *w, uint8_t protocol,
		     const struct writer *payload)
{
	static const char *const prefixes[] = {
		"\xfd\0\0\x09\0\0\0\0\0\0\0\0\0\0\0",
		"\xfe\x80\0\0\0\0\0\0\x12\x34\0\0\0\0\0",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\x20\x01\x0d\xb8\0\1\0\0\0\1\0\0\0\1\0",
	};
	bool extended = once_in(15);
	uint32_t len = payload->len + (extended ? 8 : 0);

	w->len = 0;
	put(w, 0x60000000 + draw(1 << 20), 4);
	put(w, extended ? len : told_length(len, protocol), 2);
	put(w, extended ? 60 : protocol, 1);
	put(w, 64, 1);
	for (unsigned i = 0; i < 2; i++) {
		put_octets(w, prefixes[draw(4)], 15);
		put(w, draw(3), 1);
	}
	if (extended)
		put(w, (uint64_t)protocol << 56 | 0x0000010400000000u, 8);
	put_octets(w, payload->octet, payload->len);
}

static void make_quote(struct writer *w, bool is_ipv4)
{
	struct writer tcp;

	make_tcp(&tcp);
	if (is_ipv4)
		put_ipv4(w, once_in(2) ? 6 : 17, &tcp);
	else
		put_ipv6(w, once_in(2) ? 6 : 17, &tcp);
	if (w->len > 60)
		w->len = 60;
	if (once_in(8))
		w->len = draw(w->len);
}

static void make_icmp(struct writer *w, bool is_ipv4)
{
	static const uint8_t types4[] = { 0, 8, 3, 3, 3, 4, 5, 11, 12, 1, 40 };
	static const uint8_t types6[] = { 1, 1, 1, 2, 3, 4, 128, 129, 133 };
	struct writer quote;
	uint8_t type = is_ipv4 ? types4[draw(sizeof types4)]
			       : types6[draw(sizeof types6)];
	uint32_t codes = is_ipv4 ? 18 : 5;

	make_quote(&quote, is_ipv4);
	w->len = 0;
	put(w, type, 1);
	put(w, draw(codes), 1);
	put(w, 0, 2);
	put(w, once_in(3) ? 0 : any(), 4);
	put_octets(w, quote.octet, quote.len);
	if (once_in(30))
		w->len = 8;
}

static void make_udp(struct writer *w)
{
	uint32_t len = draw(30);

	w->len = 0;
	put(w, ports[draw(PORT_COUNT)], 2);
	put(w, ports[draw(PORT_COUNT)], 2);
	put(w, 8 + len, 2);
	put(w, 0, 2);
	while (len--)
		put(w, 0, 1);
}

static void make_datagram(struct writer *w)
{
	bool is_ipv4 = once_in(2);
	struct writer payload;
	uint8_t protocol = 6;

	if (!once_in(8)) {
		make_tcp(&payload);
	} else if (once_in(10)) {
		make_udp(&payload);
		protocol = 17;
	} else {
		make_icmp(&payload, is_ipv4);
		protocol = is_ipv4 ? 1 : 58;
	}
	if (is_ipv4)
		put_ipv4(w, protocol, &payload);
	else
		put_ipv6(w, protocol, &payload);
}

static struct hf_trace *new_trace(bool absolute)
{
	return hf_trace_new(&(struct hf_trace_style){ .absolute = absolute });
}

/* Random datagrams, made anew from their seed. */
static void restart(uint64_t seed)
{
	random_state = seed;
}

/* ---- by heart --------------------------------------------------------- */

static void make_segment(struct writer *w, bool back, uint32_t seq,
			 uint32_t ack, uint8_t flags)
{
	struct writer tcp = { .len = 0 };

	put(&tcp, back ? 9877 : 40000, 2);
	put(&tcp, back ? 40000 : 9877, 2);
	put(&tcp, seq, 4);
	put(&tcp, ack, 4);
	put(&tcp, 0x50, 1);
	put(&tcp, flags, 1);
	put(&tcp, 512, 2);
	put(&tcp, 0, 4);
	if (flags & 0x08)
		put_octets(&tcp, "helloJava\n", 10);
	w->len = 0;
	put(w, 0x4500, 2);
	put(w, 20 + tcp.len, 2);
	put(w, 0x00004000, 4);
	put(w, 0x40060000, 4);
	put(w, back ? 0x0a090002 : 0x0a090001, 4);
	put(w, back ? 0x0a090001 : 0x0a090002, 4);
	put_octets(w, tcp.octet, tcp.len);
}

static void expect(struct hf_trace *trace, const struct writer *w,
		   const char *line)
{
	char ours[HF_TRACE_LINE];
	size_t n = hf_trace_line(trace, w->octet, w->len, ours, sizeof ours);

	assert_string_equal(ours, line);
	assert_int_equal(n, strlen(line));
}

static void a_connection_is_told_relative_to_its_start(void **state)
{
	struct hf_trace *trace = new_trace(false);
	struct writer w;

	(void)state;
	make_segment(&w, false, 1000, 0, 0x02);
	expect(trace, &w,
	       "IP 10.9.0.1.40000 > 10.9.0.2.9877: Flags [S], seq 1000, "
	       "win 512, length 0");
	make_segment(&w, true, 7000, 1001, 0x12);
	expect(trace, &w,
	       "IP 10.9.0.2.9877 > 10.9.0.1.40000: Flags [S.], seq 7000, "
	       "ack 1001, win 512, length 0");
	make_segment(&w, false, 1001, 7001, 0x10);
	expect(trace, &w,
	       "IP 10.9.0.1.40000 > 10.9.0.2.9877: Flags [.], ack 1, win 512, "
	       "length 0");
	make_segment(&w, false, 1001, 7001, 0x18);
	expect(trace, &w,
	       "IP 10.9.0.1.40000 > 10.9.0.2.9877: Flags [P.], seq 1:11, "
	       "ack 1, win 512, length 10");
	make_segment(&w, true, 7001, 1011, 0x11);
	expect(trace, &w,
	       "IP 10.9.0.2.9877 > 10.9.0.1.40000: Flags [F.], seq 1, ack 11, "
	       "win 512, length 0");
	hf_trace_free(trace);
}

static void what_is_missing_is_told(void **state)
{
	struct hf_trace *trace = new_trace(true);
	struct writer w;

	(void)state;
	make_segment(&w, false, 1, 2, 0x18);
	w.len -= 4;
	expect(trace, &w,
	       "IP truncated-ip - 4 bytes missing! 10.9.0.1.40000 > "
	       "10.9.0.2.9877: Flags [P.], seq 1:11, ack 2, win 512, "
	       "length 10");
	w.len = 30;
	expect(trace, &w,
	       "IP truncated-ip - 20 bytes missing! 10.9.0.1.40000 > "
	       "10.9.0.2.9877:  [|tcp]");
	hf_trace_free(trace);
}

static void many_connections_are_bounded(void **state)
{
	struct hf_trace *trace = new_trace(false);
	char line[HF_TRACE_LINE];
	struct writer w;

	(void)state;
	make_segment(&w, false, 1001, 7001, 0x10);
	for (uint32_t i = 0; i < 70000; i++) {
		w.octet[13] = (uint8_t)(i >> 16);
		w.octet[14] = (uint8_t)(i >> 8);
		w.octet[15] = (uint8_t)i;
		hf_trace_line(trace, w.octet, w.len, line, sizeof line);
		assert_non_null(strstr(line, "ack 7001"));
	}
	hf_trace_line(trace, w.octet, w.len, line, sizeof line);
	assert_non_null(strstr(line, "ack 1,"));
	memset(w.octet + 13, 0, 3); /* the first one, forgotten by now */
	hf_trace_line(trace, w.octet, w.len, line, sizeof line);
	assert_non_null(strstr(line, "ack 7001,"));
	hf_trace_free(trace);
}

static void a_line_is_cut_to_its_room(void **state)
{
	struct hf_trace *trace = new_trace(true);
	char line[HF_TRACE_LINE], whole[HF_TRACE_LINE];
	struct writer w;
	size_t len;

	(void)state;
	make_segment(&w, false, 1, 2, 0x18);
	len = hf_trace_line(trace, w.octet, w.len, whole, sizeof whole);
	for (size_t cap = 0; cap < len + 4; cap++) {
		size_t n;

		memset(line, '#', sizeof line);
		n = hf_trace_line(trace, w.octet, w.len, line, cap);
		assert_int_equal(line[cap], '#');
		assert_int_equal(n, cap > len ? len : cap ? cap - 1 : 0);
		assert_memory_equal(line, whole, n);
	}
	hf_trace_free(trace);
}

/* ---- any octets -------------------------------------------------------- */

/* The start of a frame, so that what follows is looked at. */
static void put_link(struct writer *w, enum hf_trace_link link,
		     const struct writer *datagram)
{
	unsigned type = datagram->octet[0] >> 4 == 4 ? 0x0800 : 0x86dd;

	w->len = 0;
	if (link == HF_TRACE_ETHERNET) {
		put(w, draw(UINT32_MAX), 8);
		put(w, draw(UINT32_MAX), 4);
		put(w, type, 2);
	} else if (link == HF_TRACE_LINUX_SLL) {
		put(w, draw(UINT32_MAX), 8);
		put(w, draw(UINT32_MAX), 6);
		put(w, type, 2);
	} else if (link == HF_TRACE_LINUX_SLL2) {
		put(w, type, 2);
		put(w, draw(UINT32_MAX), 10);
		put(w, draw(UINT32_MAX), 8);
	} else if (link == HF_TRACE_NULL || link == HF_TRACE_LOOP) {
		put(w, type == 0x0800 ? 2 : 30, 4);
	}
	put_octets(w, datagram->octet, datagram->len);
}

static void any_octets_make_a_text(void **state)
{
	char text[HF_TRACE_LINE];

	(void)state;
	restart(3);
	for (unsigned i = 0; i < 4 * HF_TRACE_LINKS; i++) {
		const struct hf_trace_style style = {
			.link = (enum hf_trace_link)(i / 4),
			.link_header = i & 1,
			.verbose = i & 2 ? 1 : 0,
		};
		struct hf_trace *trace = hf_trace_new(&style);

		assert_non_null(trace);
		for (unsigned j = 0; j < 5000; j++) {
			struct writer datagram, w;
			uint8_t *exact; /* so that a tool may watch */

			make_datagram(&datagram);
			put_link(&w, style.link, &datagram);
			for (unsigned n = draw(4); n; n--)
				w.octet[draw(w.len)] = (uint8_t)draw(256);
			w.len = draw(w.len + 1);
			exact = malloc(w.len ? w.len : 1);
			assert_non_null(exact);
			memcpy(exact, w.octet, w.len);
			assert_in_range(hf_trace_capture(trace, exact, w.len,
							 w.len + draw(9), text,
							 sizeof text),
					1, sizeof text - 1);
			free(exact);
		}
		hf_trace_free(trace);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_told_relative_to_its_start),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(many_connections_are_bounded),
		cmocka_unit_test(a_line_is_cut_to_its_room),
		cmocka_unit_test(any_octets_make_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
