/* SPDX-License-Identifier: MIT */
/*
 * The kit and what it records: each thing that an experiment may do, and what
 * the story says of it. And what holds of every experiment: it claims
 * something, all of it is so, and it says it in each language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kit_parts.h"

#include <string.h>

static const struct story_text claim = { "a claim", "断言" };
static const struct lab_experiment nothing = { .name = "test" };
static const struct lab_options plain = { .profile = HF_PROFILE_RFC };

/* Two hosts, a cable, and a connection that is open. */
struct stage {
	struct kit *kit;
	struct story_book *book;
	uint32_t client, server, link;
	struct kit_socket listener, ours, theirs;
};

static void set_up(struct stage *s)
{
	s->kit = kit_new(&nothing, &plain);
	s->book = s->kit->book;
	s->client = kit_host(s->kit, "client", NULL);
	s->server = kit_host(s->kit, "server", NULL);
	s->link = kit_cable(s->kit, s->client, s->server, NULL);
	s->listener = kit_listen(s->kit, s->server, LAB_PORT);
}

static void open_connection(struct stage *s)
{
	s->ours = kit_connect(s->kit, s->client, s->server, LAB_PORT);
	kit_run(s->kit, 10 * HF_MILLISECOND);
	s->theirs = kit_accept(s->kit, s->listener);
	assert_int_equal(kit_state(s->kit, s->ours), HF_ESTABLISHED);
	assert_int_equal(kit_state(s->kit, s->theirs), HF_ESTABLISHED);
}

static void tear_down(struct stage *s)
{
	kit_free(s->kit);
	story_book_free(s->book);
}

/* The last moment of a kind, at an end. */
static const struct story_moment *last(struct stage *s, enum story_kind kind,
				       uint8_t end)
{
	const struct story *story = kit_story(s->kit);

	for (size_t i = story->moments; i-- > 0;)
		if (story->moment[i].kind == kind &&
		    story->moment[i].end == end)
			return &story->moment[i];
	fail_msg("there is no such moment");
	return NULL;
}

/* ---- segments --------------------------------------------------------- */

static void test_both_ends_are_told(void **state)
{
	const struct story_moment *m;
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	m = kit_sent(s.kit, s.client, 1);
	assert_int_equal(m->segment.why, HF_WHY_OPEN);
	assert_int_equal(m->far.path[0], HF_LISTEN);
	assert_int_equal(m->far.path[1], HF_SYN_RECEIVED);
	assert_int_equal(m->segment.arrived - m->when, KIT_DELAY);
	assert_non_null(strstr(m->segment.line, "Flags [S"));
	assert_int_equal(m->side.after.timer, STORY_TIMER_RETRANSMISSION);
	assert_int_equal(m->side.after.deadline, m->when + HF_SECOND);
	m = kit_sent(s.kit, s.server, 1);
	assert_int_equal(m->far.before.state, HF_SYN_SENT);
	assert_int_equal(m->far.after.state, HF_ESTABLISHED);
	assert_true(m->far.after.has_status);
	assert_int_equal(m->far.before.status.state, HF_SYN_SENT);
	assert_int_equal(m->far.after.timer, STORY_TIMER_NONE);
	kit_send(s.kit, s.ours, "hello");
	m = kit_sent_last(s.kit, s.client, TCP_ACK);
	assert_int_equal(m->segment.tcp.text_len, 5);
	assert_int_equal(m->side.before.status.in_flight, 0);
	assert_int_equal(m->side.after.status.in_flight, 5);
	assert_int_equal(m->segment.fate, STORY_UNDER_WAY);
	tear_down(&s);
}

static void test_close_is_told(void **state)
{
	const struct story_moment *m;
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	kit_close(s.kit, s.ours);
	m = last(&s, STORY_CALL, 0);
	assert_string_equal(m->call.name, "close");
	assert_int_equal(m->side.path[0], HF_ESTABLISHED);
	assert_int_equal(m->side.path[1], HF_FIN_WAIT_1);
	kit_run(s.kit, HF_SECOND);
	assert_true(kit_events(s.kit, s.theirs, NULL) & HF_EVENT_EOF);
	assert_int_equal(kit_state(s.kit, s.theirs), HF_CLOSE_WAIT);
	kit_close(s.kit, s.theirs);
	kit_run(s.kit, HF_SECOND);
	m = kit_sent_last(s.kit, s.server, TCP_FIN);
	assert_int_equal(m->side.before.state, HF_LAST_ACK);
	assert_int_equal(m->far.after.state, HF_TIME_WAIT);
	assert_int_equal(m->far.after.timer, STORY_TIMER_TIME_WAIT);
	assert_true(kit_run_quiet(s.kit, 1000 * HF_SECOND));
	m = last(&s, STORY_TIMER, 0);
	assert_int_equal(m->timer, STORY_TIMER_TIME_WAIT);
	assert_int_equal(m->side.after.state, HF_CLOSED);
	tear_down(&s);
}

/* ---- faults ----------------------------------------------------------- */

static void test_loss(void **state)
{
	const struct story_moment *m;
	struct stage s;

	(void)state;
	set_up(&s);
	kit_lose(s.kit, s.client, 1);
	kit_lose_flags(s.kit, s.server, TCP_SYN | TCP_ACK, 1);
	s.ours = kit_connect(s.kit, s.client, s.server, LAB_PORT);
	assert_true(kit_await(s.kit, s.ours, HF_ESTABLISHED, 10 * HF_SECOND));
	assert_int_equal(kit_sent(s.kit, s.client, 1)->segment.fate,
			 STORY_LOST_MASK);
	assert_int_equal(kit_sent(s.kit, s.client, 2)->segment.why, HF_WHY_RTO);
	assert_true(kit_sent(s.kit, s.client, 2)->segment.is_again);
	assert_int_equal(kit_sent(s.kit, s.client, 2)->segment.fate,
			 STORY_ARRIVED);
	assert_int_equal(kit_sent(s.kit, s.server, 1)->segment.fate,
			 STORY_LOST_MASK);
	m = last(&s, STORY_TIMER, 0);
	assert_int_equal(m->timer, STORY_TIMER_RETRANSMISSION);
	assert_int_equal(kit_sent_count(s.kit, s.server), 2);
	tear_down(&s);
}

static void test_unplugged(void **state)
{
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	kit_unplug(s.kit, s.link);
	kit_send(s.kit, s.ours, "x");
	assert_int_equal(kit_sent_last(s.kit, s.client, TCP_ACK)->segment.fate,
			 STORY_LOST_UNPLUGGED);
	kit_plug(s.kit, s.link);
	kit_run(s.kit, 5 * HF_SECOND);
	assert_int_equal(kit_sent_last(s.kit, s.client, TCP_ACK)->segment.fate,
			 STORY_ARRIVED);
	tear_down(&s);
}

/* RFC 9293 3.5.1: a host that has forgotten answers with a reset. */
static void test_crash_and_restart(void **state)
{
	enum hf_error error;
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	kit_crash(s.kit, s.server);
	kit_send(s.kit, s.ours, "x");
	kit_run(s.kit, HF_MILLISECOND);
	assert_int_equal(kit_sent_last(s.kit, s.client, TCP_PSH)->segment.fate,
			 STORY_LOST_OFF);
	assert_int_equal(kit_sent_count(s.kit, s.server), 1);
	kit_restart(s.kit, s.server);
	kit_run(s.kit, 10 * HF_SECOND);
	assert_non_null(kit_sent_last(s.kit, s.server, TCP_RST));
	assert_true(kit_events(s.kit, s.ours, &error) & HF_EVENT_CLOSED);
	assert_int_equal(error, HF_ERR_RESET);
	tear_down(&s);
}

static void test_forged_and_repeated(void **state)
{
	const struct story_moment *m;
	struct wire_tcp rst = { .flags = TCP_RST, .src_port = LAB_PORT };
	struct hf_status status;
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	kit_status(s.kit, s.ours, &status);
	m = kit_sent(s.kit, s.server, 1);
	rst.dst_port = status.local_port;
	rst.seq = seq_add(m->segment.tcp.seq, 100);
	kit_forge(s.kit, s.server, s.client, &rst);
	kit_run(s.kit, 10 * HF_MILLISECOND);
	/* RFC 5961 3.2: in the window, not the next: a challenge. */
	m = kit_sent_last(s.kit, s.client, TCP_ACK);
	assert_int_equal(m->segment.why, HF_WHY_CHALLENGE_ACK);
	assert_int_equal(kit_state(s.kit, s.ours), HF_ESTABLISHED);
	kit_repeat(s.kit, kit_sent(s.kit, s.client, 2));
	kit_run(s.kit, 10 * HF_MILLISECOND);
	m = last(&s, STORY_SEGMENT, 0);
	assert_true(m->segment.is_copy && m->segment.is_forged);
	assert_int_equal(m->segment.fate, STORY_ARRIVED);
	tear_down(&s);
}

static void test_abort(void **state)
{
	enum hf_error error;
	struct stage s;

	(void)state;
	set_up(&s);
	open_connection(&s);
	kit_abort(s.kit, s.ours);
	assert_int_equal(last(&s, STORY_CALL, 0)->side.path[1], HF_CLOSED);
	kit_run(s.kit, HF_SECOND);
	assert_int_equal(kit_sent_last(s.kit, s.client, TCP_RST)->segment.why,
			 HF_WHY_ABORT);
	assert_true(kit_events(s.kit, s.theirs, &error) & HF_EVENT_CLOSED);
	assert_int_equal(error, HF_ERR_RESET);
	tear_down(&s);
}

static void test_text_there_and_back(void **state)
{
	char got[16] = "";
	struct stage s;
	size_t n;

	(void)state;
	set_up(&s);
	open_connection(&s);
	assert_int_equal(kit_send(s.kit, s.ours, "hello"), 5);
	kit_run(s.kit, HF_SECOND);
	assert_int_equal(kit_receive(s.kit, s.theirs, got, sizeof got, &n),
			 HF_OK);
	assert_int_equal(n, 5);
	assert_string_equal(got, "hello");
	assert_int_equal(kit_receive(s.kit, s.theirs, NULL, 9, &n),
			 HF_ERR_WOULD_BLOCK);
	assert_string_equal(last(&s, STORY_CALL, 1)->call.answer,
			    "HF_ERR_WOULD_BLOCK");
	tear_down(&s);
}

/* ---- scenes and claims ------------------------------------------------ */

static void test_scenes(void **state)
{
	static const struct story_text with = { "with", "有" };
	static const struct story_text without = { "without", "无" };
	struct stage s;

	(void)state;
	s.kit = kit_new(&nothing, &plain);
	s.book = s.kit->book;
	kit_scene(s.kit, &with);
	kit_host(s.kit, "one", NULL);
	kit_scene(s.kit, &without);
	assert_int_equal(s.book->scenes, 2);
	assert_string_equal(s.book->scene[0]->title.en, "with");
	assert_int_equal(s.book->scene[0]->ends, 1);
	assert_int_equal(s.book->scene[1]->ends, 0);
	assert_int_equal(kit_host(s.kit, "again", NULL), 0);
	tear_down(&s);
}

static void play_badly(struct kit *kit)
{
	kit_host(kit, "host", NULL);
	kit_claim(kit, true, &claim, NULL);
	kit_claim(kit, false, &claim, NULL);
}

static int run(const struct lab_experiment *experiment, enum story_lang lang)
{
	struct lab_options options = plain;
	int status;

	options.lang = lang;
	options.out = fopen("/dev/null", "wb");
	assert_non_null(options.out);
	status = lab_run(experiment, &options);
	fclose(options.out);
	return status;
}

static void test_false_claim_fails(void **state)
{
	static const struct lab_experiment bad = {
		.name = "bad",
		.about = { "it fails", "它会失败" },
		.play = play_badly,
	};

	(void)state;
	assert_int_equal(run(&bad, STORY_EN), 1);
}

/* ---- all experiments -------------------------------------------------- */

static void test_experiments_hold(void **state)
{
	(void)state;
	for (size_t i = 0; lab_experiments[i]; i++) {
		if (run(lab_experiments[i], STORY_EN) ||
		    run(lab_experiments[i], STORY_ZH))
			fail_msg("%s", lab_experiments[i]->name);
	}
}

static size_t count_claims(const struct lab_experiment *experiment)
{
	struct kit *kit = kit_new(experiment, &plain);
	struct story_book *book = kit->book;
	size_t claims = 0;

	experiment->play(kit);
	kit_free(kit);
	for (size_t i = 0; i < book->scenes; i++)
		for (size_t p = 0; p < book->scene[i]->paragraphs; p++)
			claims += book->scene[i]->paragraph[p].is_claim;
	story_book_free(book);
	return claims;
}

static void test_experiments_claim(void **state)
{
	(void)state;
	for (size_t i = 0; lab_experiments[i]; i++)
		if (lab_experiments[i]->play &&
		    !count_claims(lab_experiments[i]))
			fail_msg("%s", lab_experiments[i]->name);
}

/* Highest "{i}" of a text, and one; 0: there is none. */
static unsigned values_of(const char *text)
{
	unsigned most = 0;

	for (; (text = strchr(text, '{')) != NULL; text++)
		if (text[1] >= '0' && text[1] <= '9' &&
		    (unsigned)(text[1] - '0') >= most)
			most = (unsigned)(text[1] - '0') + 1;
	return most;
}

static void check_text(const struct lab_experiment *experiment,
		       const struct story_text *text)
{
	if (!text->en || !*text->en || !text->zh || !*text->zh ||
	    values_of(text->en) != values_of(text->zh))
		fail_msg("%s: %s", experiment->name,
			 text->en ? text->en : text->zh);
}

static void test_languages(void **state)
{
	(void)state;
	for (size_t i = 0; lab_experiments[i]; i++) {
		const struct lab_experiment *e = lab_experiments[i];

		check_text(e, &e->about);
		for (size_t t = 0; t < e->texts; t++)
			check_text(e, &e->text[t]);
		assert_true(!e->play || e->texts > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends_are_told),
		cmocka_unit_test(test_close_is_told),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_unplugged),
		cmocka_unit_test(test_crash_and_restart),
		cmocka_unit_test(test_forged_and_repeated),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_text_there_and_back),
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_false_claim_fails),
		cmocka_unit_test(test_experiments_hold),
		cmocka_unit_test(test_experiments_claim),
		cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
