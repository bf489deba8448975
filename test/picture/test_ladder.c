/* SPDX-License-Identifier: MIT */
/*
 * The ladder of a story that has one of everything, letter for letter, at
 * several widths; and that no line is ever wider than it may be. With
 * HF_LADDER_WRITE set, what is printed is written where it is expected.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "ladder.h"
#include "row.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK (100 * HF_MILLISECOND)

/* ---- the story -------------------------------------------------------- */

static const struct story_text name = { "one of everything", "样样都有一个" };

static void set_states(struct story_side *side, enum hf_state before,
		       enum hf_state after)
{
	side->path[0] = (uint8_t)before;
	side->path[1] = (uint8_t)after;
	side->steps = before != after;
	side->before.state = (uint8_t)before;
	side->after.state = (uint8_t)after;
}

static void set_timer(struct story_side *side, enum story_timer timer,
		      hf_time deadline)
{
	side->after.timer = (uint8_t)timer;
	side->after.deadline = deadline;
}

/* A segment that takes half a tick, if it arrives. */
static struct story_moment *add_segment(struct story *story, unsigned tick,
					uint8_t from, uint8_t flags,
					const char *text)
{
	const struct wire_tcp tcp = {
		.src_port = from ? 9877 : 40000,
		.dst_port = from ? 40000 : 9877,
		.seq = { from ? 9000u + (tick > 2) : 4294967295u + (tick > 1) },
		.ack = { from ? 0u : 9001u },
		.wnd = 65535,
		.flags = flags,
		.text = (const uint8_t *)text,
		.text_len = (uint32_t)strlen(text),
		.mss = 1460,
		.has_mss = flags & TCP_SYN,
	};
	struct story_moment *moment =
		story_moment_add(story, STORY_SEGMENT, tick * TICK, from);
	uint8_t frame[FRAME_MOST];
	uint32_t len = frame_make(frame, from ? 2 : 1, from ? 1 : 2, &tcp);

	story_segment_set(story, moment, frame, len);
	assert_true(moment->segment.is_tcp);
	moment->to = !from;
	moment->connection = 0;
	moment->segment.arrived = moment->when + TICK / 2;
	return moment;
}

static void add_call(struct story *story, unsigned tick, uint8_t end,
		     enum story_kind kind, struct story_call call)
{
	struct story_moment *moment =
		story_moment_add(story, kind, tick * TICK, end);

	moment->call = call;
}

static void add_opening(struct story *story)
{
	struct story_moment *m;

	m = story_moment_add(story, STORY_NOTE, 0, STORY_NOBODY);
	m->text = (struct story_text){
		"The server listens, and the client's first SYN is lost on "
		"its way, so that it is sent a second time.",
		"服务器在监听；客户端的第一个 SYN 在途中丢失，因此"
		"它会再发送一次。"
	};
	add_call(story, 0, 0, STORY_CALL,
		 (struct story_call){ "connect", "10.9.0.2:9877", "" });
	m = add_segment(story, 0, 0, TCP_SYN, "");
	m->segment.why = HF_WHY_OPEN;
	m->segment.fate = STORY_LOST_CHANCE;
	set_states(&m->side, HF_CLOSED, HF_SYN_SENT);
	set_timer(&m->side, STORY_TIMER_RETRANSMISSION, TICK);
	m = story_moment_add(story, STORY_TIMER, TICK, 0);
	m->timer = STORY_TIMER_RETRANSMISSION;
	m = add_segment(story, 1, 0, TCP_SYN, "");
	m->segment.why = HF_WHY_RTO;
	m->segment.is_again = true;
	set_states(&m->far, HF_LISTEN, HF_SYN_RECEIVED);
	m = add_segment(story, 2, 1, TCP_SYN | TCP_ACK, "");
	m->segment.why = HF_WHY_ACCEPT;
	set_states(&m->far, HF_SYN_SENT, HF_ESTABLISHED);
	add_call(story, 2, 0, STORY_EVENT,
		 (struct story_call){ "CONNECTED", "", "" });
}

/* Two segments cross; one is dropped where it arrives; then a fault. */
static void add_rest(struct story *story)
{
	struct story_moment *m;

	m = add_segment(story, 3, 0, TCP_ACK | TCP_PSH, "hello");
	m->segment.why = HF_WHY_NEW_DATA;
	set_states(&m->far, HF_SYN_RECEIVED, HF_ESTABLISHED);
	m = add_segment(story, 3, 1, TCP_ACK, "");
	m->segment.drop = HF_DROP_ACK;
	story_find(story, (uint32_t)story->moments - 1, STORY_MUST,
		   "RFC 9293 3.10.7.4",
		   &(struct story_text){ "acknowledges {0}, never sent",
					 "确认了从未发送的 {0}" },
		   STORY_VALUES("77"));
	m = story_moment_add(story, STORY_FAULT, 5 * TICK, 1);
	m->text = (struct story_text){ "server crashes", "服务器崩溃" };
	m->side.after.state = HF_CLOSED;
	m = add_segment(story, 6, 0, TCP_ACK | TCP_FIN, "");
	m->segment.fate = STORY_LOST_OFF;
	set_states(&m->side, HF_ESTABLISHED, HF_FIN_WAIT_1);
	add_call(story, 7, 0, STORY_CALL,
		 (struct story_call){ "send", "0", "HF_ERR_CLOSING" });
}

static struct story *make_story(void)
{
	struct story *story = story_new(&name, HF_TRACE_IP);
	const struct hf_addr client = hf_ipv4(10, 9, 0, 1);
	const struct hf_addr server = hf_ipv4(10, 9, 0, 2);
	const struct story_connection connection = {
		.end = { 0, 1 },
		.addr = { client, server },
		.port = { 40000, 9877 },
	};

	story_end_add(story, "client", &client);
	story_end_add(story, "server", &server);
	story_connection_add(story, &connection);
	add_opening(story);
	add_rest(story);
	story_explain(story,
		      &(struct story_text){ "It is explained (RFC 9293 3.5).",
					    "解释（RFC 9293 3.5）。" },
		      NULL);
	story_claim(story, false, &(struct story_text){ "all", "全部" }, NULL);
	return story;
}

/* ---- what is printed -------------------------------------------------- */

static char *print(const struct ladder_style *style)
{
	struct story *story = make_story();
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	ladder_print(out, story, style);
	ladder_print_prose(out, story, style);
	fclose(out);
	story_free(story);
	return text;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (file) {
		assert_true(fread(text, 1, 65535, file) > 0);
		fclose(file);
	}
	return text;
}

static void expect(const char *file, const struct ladder_style *style)
{
	char path[400], *printed = print(style), *expected;
	FILE *to;

	snprintf(path, sizeof path, "%s/%s.txt", EXPECTED, file);
	if (getenv("HF_LADDER_WRITE")) {
		to = fopen(path, "wb");
		assert_non_null(to);
		fputs(printed, to);
		fclose(to);
	}
	expected = read_file(path);
	assert_string_equal(printed, expected);
	free(expected);
	free(printed);
}

static const struct ladder_style plain = {
	.lang = STORY_EN,
	.connection = STORY_NO_CONNECTION,
};

static void test_is_as_expected(void **state)
{
	static const unsigned widths[] = { 40, 80, 120 };
	struct ladder_style style;
	char file[40];

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		style = plain;
		style.width = widths[i % 3];
		style.unicode = i / 3 % 2;
		style.lang = i < 6 ? STORY_EN : STORY_ZH;
		snprintf(file, sizeof file, "ladder-%s-%u-%s",
			 i < 6 ? "en" : "zh", style.width,
			 style.unicode ? "unicode" : "ascii");
		expect(file, &style);
	}
}

static void test_has_colour(void **state)
{
	struct ladder_style style = plain;

	(void)state;
	style.width = 80;
	style.colour = style.unicode = true;
	expect("ladder-en-80-colour", &style);
}

/* A terminal of any width, in both languages. */
static void test_is_never_wider(void **state)
{
	struct ladder_style style = plain;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		char *text, *line, *rest;

		style.width = LADDER_WIDTH_LEAST + i / 2;
		style.lang = i % 2 ? STORY_ZH : STORY_EN;
		style.unicode = i % 4 < 2;
		text = rest = print(&style);
		while ((line = strsep(&rest, "\n")) != NULL)
			assert_true(row_columns(line) <= style.width);
		free(text);
	}
}

/* ---- rows ------------------------------------------------------------- */

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(row_columns("abc"), 3);
	assert_int_equal(row_columns("序号 1"), 6);
	assert_int_equal(row_columns("─▶"), 2);
	assert_int_equal(row_columns("e\xcc\x81"), 1);
	assert_int_equal(row_columns("\xff\xc0z"), 3);
}

static void test_break(void **state)
{
	(void)state;
	assert_int_equal(row_break("one two", 5), 3);
	assert_int_equal(row_break("onetwo", 4), 4);
	/* Neither before what closes nor behind what opens. */
	assert_int_equal(row_break("序号。序", 4), 3);
	assert_int_equal(row_break("序（号）", 4), 3);
	assert_int_equal(row_break("序", 1), 3);
}

/* What moves a cursor does not reach it. */
static void test_no_control(void **state)
{
	static struct row row = { .width = 6 };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	row_put(&row, 0, 6, "a\033[2J", ROW_PLAIN);
	row_print(&row, out);
	fclose(out);
	assert_string_equal(text, "a?[2J\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_as_expected),
		cmocka_unit_test(test_has_colour),
		cmocka_unit_test(test_is_never_wider),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_break),
		cmocka_unit_test(test_no_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
