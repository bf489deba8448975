/* SPDX-License-Identifier: MIT */
/*
 * Lines of a trace: a few by heart, and many random datagrams against the
 * tcpdump that is installed.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DATAGRAM_MOST 256u
#define PORT_COUNT 5u

/* ---- making datagrams ------------------------------------------------- */

struct writer {
	uint8_t octet[DATAGRAM_MOST];
	uint32_t len;
};

static void put(struct writer *w, uint64_t value, unsigned octets)
{
	while (octets--)
		w->octet[w->len++] = (uint8_t)(value >> 8 * octets);
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
	return hf_trace_new(
		&(struct hf_trace_style){ .absolute = absolute });
}

/* ---- against tcpdump -------------------------------------------------- */

static bool tcpdump_is_installed(void)
{
	FILE *pipe = popen("tcpdump --version 2>&1", "r");
	char line[200] = "";
	bool is_there;

	assert_non_null(pipe);
	is_there = fgets(line, sizeof line, pipe) &&
		   strncmp(line, "tcpdump version", 15) == 0;
	pclose(pipe);
	return is_there;
}

static void put_host32(FILE *file, uint32_t value)
{
	assert_int_equal(fwrite(&value, sizeof value, 1, file), 1);
}

/* A capture file with nanoseconds and link type RAW. */
static FILE *start_capture(char *path)
{
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");

	assert_non_null(file);
	put_host32(file, 0xa1b23c4d);
	put_host32(file, 2 | 4u << 16);
	put_host32(file, 0);
	put_host32(file, 0);
	put_host32(file, 65535);
	put_host32(file, 101);
	return file;
}

static void record(FILE *file, hf_time when, const struct writer *w)
{
	put_host32(file, (uint32_t)(when / HF_SECOND));
	put_host32(file, (uint32_t)(when % HF_SECOND));
	put_host32(file, w->len);
	put_host32(file, w->len);
	assert_int_equal(fwrite(w->octet, 1, w->len, file), w->len);
}

/* The next line of tcpdump; lines of octets, which start with a tab, left. */
static bool next_line(FILE *pipe, char *line, size_t cap)
{
	do {
		if (!fgets(line, (int)cap, pipe))
			return false;
		line[strcspn(line, "\n")] = '\0';
	} while (line[0] == '\t');
	return true;
}

/* Of a code that it does not know tcpdump does not tell the length. */
static bool is_beyond_us(const char *line)
{
	return strstr(line, "unknown unreach code");
}

static hf_time time_of(unsigned i)
{
	return 1700000000 * HF_SECOND + i * (HF_SECOND / 3 + 7);
}

/* Random datagrams, made anew from their seed. */
static void restart(uint64_t seed)
{
	random_state = seed;
}

static void compare_lines(FILE *pipe, struct hf_trace *trace, unsigned count,
			  uint64_t seed)
{
	char theirs[4096], ours[HF_TRACE_LINE + 32];
	struct writer w;

	restart(seed);
	for (unsigned i = 0; i < count; i++) {
		size_t n;

		make_datagram(&w);
		n = hf_trace_time(time_of(i), ours, 32);
		ours[n++] = ' ';
		hf_trace_line(trace, w.octet, w.len, ours + n, HF_TRACE_LINE);
		assert_true(next_line(pipe, theirs, sizeof theirs));
		if (!is_beyond_us(theirs))
			assert_string_equal(theirs, ours);
	}
	assert_false(next_line(pipe, theirs, sizeof theirs));
}

static void compare(bool absolute, unsigned count, uint64_t seed)
{
	char path[] = "/tmp/test_trace.XXXXXX";
	char command[200];
	struct hf_trace *trace = new_trace(absolute);
	FILE *file, *pipe;
	struct writer w;

	assert_non_null(trace);
	if (!tcpdump_is_installed()) {
		hf_trace_free(trace);
		print_message("skipped: tcpdump is not installed\n");
		skip();
	}
	file = start_capture(path);
	restart(seed);
	for (unsigned i = 0; i < count; i++) {
		make_datagram(&w);
		record(file, time_of(i), &w);
	}
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof command, "tcpdump -n %s -r - < %s 2>/dev/null",
		 absolute ? "-S" : "", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	compare_lines(pipe, trace, count, seed);
	assert_int_equal(pclose(pipe), 0);
	unlink(path);
	hf_trace_free(trace);
}

static void lines_are_tcpdumps(void **state)
{
	(void)state;
	compare(false, 20000, 1);
}

static void absolute_lines_are_tcpdumps(void **state)
{
	(void)state;
	compare(true, 20000, 2);
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

static void any_octets_make_a_line(void **state)
{
	struct hf_trace *trace = new_trace(false);
	char line[HF_TRACE_LINE];
	struct writer w;

	(void)state;
	restart(3);
	for (unsigned i = 0; i < 200000; i++) {
		uint8_t *exact;

		make_datagram(&w);
		for (unsigned n = draw(4); n; n--)
			w.octet[draw(w.len)] = (uint8_t)draw(256);
		w.len = draw(w.len + 1);
		exact = malloc(w.len ? w.len
				     : 1); /* so that a tool may watch */
		memcpy(exact, w.octet, w.len);
		assert_int_not_equal(
			hf_trace_line(trace, exact, w.len, line, sizeof line),
			0);
		free(exact);
	}
	hf_trace_free(trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_told_relative_to_its_start),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(many_connections_are_bounded),
		cmocka_unit_test(a_line_is_cut_to_its_room),
		cmocka_unit_test(any_octets_make_a_line),
		cmocka_unit_test(lines_are_tcpdumps),
		cmocka_unit_test(absolute_lines_are_tcpdumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
