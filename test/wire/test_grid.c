/* SPDX-License-Identifier: MIT */
/*
 * Every state against every event: grid.txt says what comes of it, and each
 * of its cells is a test. States are reached by real handshakes.
 *
 * Each cell is played twice: as the grid has it, and with no challenge ACKs
 * allowed (RFC 5961 10), when `challenge` means silence and `ack` does not.
 */
#include "grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reaching a state ------------------------------------------------- */

static void nowhere(struct script *t)
{
	(void)t;
}

static void to_syn_sent(struct script *t)
{
	user_open(t);
	out(t, "S 0:0(0)");
}

static void to_half_open(struct script *t)
{
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
}

/* By simultaneous open. */
static void to_syn_received(struct script *t)
{
	to_syn_sent(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
}

/* Ten octets each way, received and acknowledged: old ones can come. */
static void to_conversation(struct script *t)
{
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 11");
	in(t, ". 11:11(0) ack 11");
	silence(t);
}

/* With ten octets on their way. */
static void to_established(struct script *t)
{
	to_conversation(t);
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 11");
}

static void to_fin_wait_1(struct script *t)
{
	to_conversation(t);
	user_shutdown(t);
	out(t, "F. 11:11(0) ack 11");
}

static void to_fin_wait_2_here(struct script *t)
{
	to_fin_wait_1(t);
	in(t, ". 11:11(0) ack 12");
}

static void to_close_wait_here(struct script *t)
{
	to_conversation(t);
	in(t, "F. 11:11(0) ack 11");
	out(t, ". 11:11(0) ack 12");
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 12");
}

static void to_closing(struct script *t)
{
	to_fin_wait_1(t);
	in(t, "F. 11:11(0) ack 11");
	out(t, ". 12:12(0) ack 12");
}

static void to_last_ack(struct script *t)
{
	to_conversation(t);
	in(t, "F. 11:11(0) ack 11");
	out(t, ". 11:11(0) ack 12");
	user_shutdown(t);
	out(t, "F. 11:11(0) ack 12");
}

/* With a listener a SYN would open anew: test_reopen.c. */
static void stop_listening(struct script *t)
{
	ok(t, hf_close(t->host, t->listener, t->now));
	t->listener.index = 0;
}

/* Half of its time has passed, so that a new start can be told. */
static void to_time_wait_here(struct script *t)
{
	to_fin_wait_2_here(t);
	in(t, "F. 11:11(0) ack 12");
	out(t, ". 12:12(0) ack 12");
	stop_listening(t);
	quiet(t, 30000);
}

static void to_entry(struct script *t)
{
	to_fin_wait_2_here(t);
	user_close(t);
	in(t, "F. 11:11(0) ack 12");
	out(t, ". 12:12(0) ack 12");
	stop_listening(t);
	quiet(t, 30000);
}

static void to_listen(struct script *t)
{
	user_listen(t);
}

/* clang-format off */
static const struct grid_state states[] = {
	/*                                                  RCV    SND
	 * column          reached by          state        NXT  UNA NXT */
	{ "CLOSED",       nowhere,            HF_CLOSED,       0,  1,  1 },
	{ "LISTEN",       to_listen,          HF_LISTEN,       0,  1,  1 },
	{ "SYN_SENT",     to_syn_sent,        HF_SYN_SENT,     0,  0,  1 },
	{ "HALF_OPEN",    to_half_open,       HF_SYN_RECEIVED, 1,  0,  1 },
	{ "SYN_RECEIVED", to_syn_received,    HF_SYN_RECEIVED, 1,  0,  1 },
	{ "ESTABLISHED",  to_established,     HF_ESTABLISHED, 11, 11, 21 },
	{ "FIN_WAIT_1",   to_fin_wait_1,      HF_FIN_WAIT_1,  11, 11, 12 },
	{ "FIN_WAIT_2",   to_fin_wait_2_here, HF_FIN_WAIT_2,  11, 12, 12 },
	{ "CLOSE_WAIT",   to_close_wait_here, HF_CLOSE_WAIT,  12, 11, 21 },
	{ "CLOSING",      to_closing,         HF_CLOSING,     12, 11, 12 },
	{ "LAST_ACK",     to_last_ack,        HF_LAST_ACK,    12, 11, 12 },
	{ "TIME_WAIT",    to_time_wait_here,  HF_TIME_WAIT,   12, 12, 12 },
	{ "ENTRY",        to_entry,           HF_TIME_WAIT,   12, 12, 12 },
};
/* clang-format on */

#define STATES (sizeof states / sizeof states[0])

/* ---- what happens ----------------------------------------------------- */

/* "nxt-10" and the like, in the numbers of the state. */
static uint32_t number(struct script *t, const struct grid_state *s,
		       const char *word, bool is_ack)
{
	char base[16] = "";
	int more = 0;

	sscanf(word, "%15[a-z]%d", base, &more);
	if (!strcmp(base, "irs"))
		return (uint32_t)more;
	if (!strcmp(base, "nxt"))
		return (is_ack ? s->snd_nxt : s->rcv_nxt) + (uint32_t)more;
	if (!strcmp(base, "una"))
		return s->snd_una + (uint32_t)more;
	if (!strcmp(base, "edge"))
		return (t->f->edge_known ? t->f->edge : 65536u) +
		       (uint32_t)more;
	/* acceptable, and news only to who has nothing acknowledged yet */
	if (!strcmp(base, "least"))
		return s->snd_una == 0 ? s->snd_nxt : s->snd_una;
	script_fail(t, "grid.txt: what is %s?", word);
}

/* What was said, for the answer to refer to. */
struct said {
	uint32_t seq, len, ack; /* len: of the sequence space */
};

/* "FLAGS SEQ [+LEN] [ack=N] [urg=N]" */
static struct said segment(struct script *t, const struct grid_state *s,
			   const char *words)
{
	char flags[16], seq[16], rest[GRID_CELL] = "", ack[20] = "", *word;
	struct said said = { 0 };
	uint32_t len = 0;
	unsigned urg = 0;
	bool has_ack = false;

	sscanf(words, "%15s %15s %79[^\n]", flags, seq, rest);
	said.seq = number(t, s, seq, false);
	for (word = strtok(rest, " "); word; word = strtok(NULL, " ")) {
		if (*word == '+')
			len = (uint32_t)atoi(word + 1);
		else if (!strncmp(word, "ack=", 4))
			said.ack = number(t, s, word + 4, has_ack = true);
		else if (sscanf(word, "urg=%u", &urg) != 1)
			script_fail(t, "grid.txt: what is %s?", word);
	}
	said.len = len + !!strchr(flags, 'S') + !!strchr(flags, 'F');
	if (has_ack)
		snprintf(ack, sizeof ack, " ack %u", said.ack);
	in(t, "%s %u:%u(%u)%s urg %u%s", flags, said.seq, said.seq + len, len,
	   ack, urg, strchr(flags, 'S') ? " <mss 1460>" : "");
	return said;
}

static enum hf_error call_open_again(struct script *t)
{
	struct hf_open options = open_options(t);
	enum hf_error error;

	options.local_port = t->f->local_port;
	options.reuse = true;
	error = hf_open(t->host, &options, t->now, &t->f->h);
	if (error == HF_OK)
		script_log(t, "open");
	return error;
}

static enum hf_error call_receive(struct script *t, const struct grid_cell *c,
				  struct hf_handle h)
{
	uint8_t data[16];
	size_t got = 99;
	enum hf_error error = hf_receive(t->host, h, data, sizeof data, &got);

	if (error == HF_OK && (got == 0) != grid_has(c, "end"))
		script_fail(t, "%zu octets were received", got);
	return error;
}

static enum hf_error call_send(struct script *t, struct hf_handle h)
{
	enum hf_error error;
	uint8_t data[10];
	size_t sent = 0;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = octet_out((uint32_t)(t->f->sent + i));
	error = hf_send(t->host, h, data, sizeof data, &sent);
	t->f->sent += sent;
	return error;
}

static enum hf_error call_status(struct script *t, struct hf_handle h,
				 enum hf_state expected)
{
	struct hf_status status;
	enum hf_error error = hf_status(t->host, h, &status);

	if (error == HF_OK && status.state != expected)
		script_fail(t, "status says %s", hf_state_name(status.state));
	return error;
}

/* The call, by whatever handle there is: the connection's or the listener's.
 */
static enum hf_error call(struct script *t, const struct grid_cell *c)
{
	struct hf_handle h = t->f->h.index ? t->f->h : t->listener;
	enum hf_state state = c->state->state;

	if (!t->f->h.index && t->listener.index)
		state = HF_LISTEN;
	if (!strcmp(c->segment, "OPEN"))
		return call_open_again(t);
	if (!strcmp(c->segment, "SEND"))
		return call_send(t, h);
	if (!strcmp(c->segment, "RECEIVE"))
		return call_receive(t, c, h);
	if (!strcmp(c->segment, "CLOSE"))
		return hf_shutdown(t->host, h);
	if (!strcmp(c->segment, "RELEASE"))
		return hf_close(t->host, h, t->now);
	if (!strcmp(c->segment, "ABORT"))
		return hf_abort(t->host, h, t->now);
	if (!strcmp(c->segment, "STATUS"))
		return call_status(t, h, state);
	script_fail(t, "grid.txt: what is %s?", c->segment);
}

/* ---- what comes of it ------------------------------------------------- */

/* An answer as the grid names it, in the words of script.h. */
static bool answer_in_words(const struct grid_cell *c, const struct said *said,
			    const char *word, char *text, size_t size)
{
	const struct grid_state *s = c->state;
	uint32_t more = 0, snd = s->snd_nxt, nxt = s->rcv_nxt;

	if (sscanf(word, "ack+%u", &more) == 1 || !strcmp(word, "ack") ||
	    !strcmp(word, "challenge"))
		snprintf(text, size, ". %u:%u(0) ack %u", snd, snd, nxt + more);
	else if (!strcmp(word, "rst@ack"))
		snprintf(text, size, "R %u:%u(0)", said->ack, said->ack);
	else if (!strcmp(word, "rst@0"))
		snprintf(text, size, "R. 0:0(0) ack %u", said->seq + said->len);
	else if (!strcmp(word, "rst@nxt"))
		snprintf(text, size, "R. %u:%u(0) ack %u", snd, snd, nxt);
	else if (!strcmp(word, "syn"))
		snprintf(text, size, "S 0:0(0)");
	else if (!strcmp(word, "syn-ack"))
		snprintf(text, size, "S. 0:0(0) ack %u", said->seq + 1);
	else if (!strcmp(word, "fin"))
		snprintf(text, size, "F. %u:%u(0) ack %u", snd, snd, nxt);
	else if (!strcmp(word, "data"))
		snprintf(text, size, "P. %u:%u(10) ack %u", snd, snd + 10, nxt);
	else
		return false;
	return true;
}

static void check_answer(struct script *t, const struct grid_cell *c,
			 const struct said *said)
{
	bool is_later = false;
	char words[100];

	for (size_t i = 0; i < c->words; i++) {
		const char *word = c->word[i];

		if (!strcmp(word, "later")) {
			silence(t);
			is_later = true;
			continue;
		}
		if (!answer_in_words(c, said, word, words, sizeof words))
			continue;
		if (!strcmp(word, "challenge") &&
		    t->config.challenge_per_second == 0)
			continue;
		if (is_later)
			due(t, 200, "%s", words);
		else
			out(t, "%s", words);
	}
	silence(t);
}

static const struct {
	const char *word;
	uint32_t flag;
	enum hf_error error;
} news[] = {
	{ "!accept", HF_EVENT_ACCEPT, HF_OK },
	{ "!connected", HF_EVENT_CONNECTED, HF_OK },
	{ "!readable", HF_EVENT_READABLE, HF_OK },
	{ "!eof", HF_EVENT_EOF, HF_OK },
	{ "!drained", HF_EVENT_DRAINED, HF_OK },
	{ "!urgent", HF_EVENT_URGENT, HF_OK },
	{ "!closed", HF_EVENT_CLOSED, HF_OK },
	{ "!reset", HF_EVENT_CLOSED, HF_ERR_RESET },
	{ "!refused", HF_EVENT_CLOSED, HF_ERR_REFUSED },
	{ "!aborted", HF_EVENT_CLOSED, HF_ERR_ABORTED },
};

/* All that the program is told, and nothing but it. */
static void check_news(struct script *t, const struct grid_cell *c)
{
	enum hf_error error = HF_OK, told_error = HF_OK;
	uint32_t flags = 0, told = 0;
	struct hf_event e;

	for (size_t i = 0; i < sizeof news / sizeof news[0]; i++)
		if (grid_has(c, news[i].word)) {
			flags |= news[i].flag;
			error = news[i].error;
		}
	while (hf_event(t->host, &e)) {
		told |= e.flags;
		told_error = e.error;
	}
	if (told != flags || told_error != error)
		script_fail(t, "the user is told %#x, %s, not %#x, %s", told,
			    hf_error_name(told_error), flags,
			    hf_error_name(error));
}

static uint32_t in_use(struct script *t, enum hf_pool pool)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	return usage.pool[pool].used;
}

/*
 * The state of a connection that nobody has a handle of: a FIN that
 * acknowledges all leads out of it, and the report tells from where.
 */
static enum hf_state state_of_released(struct script *t)
{
	uint32_t una = t->last.proto == PROTO_TCP
			       ? t->last.seq - t->f->iss + t->last.text_len +
					 !!(t->last.flags & F_FIN) +
					 !!(t->last.flags & F_SYN)
			       : 0;
	const struct grid_cell *c = t->about;
	uint32_t nxt = c->state->rcv_nxt;

	if (t->in_report.steps == 0) {
		in(t, "F. %u:%u(0) ack %u", nxt, nxt, una);
		skip(t);
	}
	if (t->in_report.steps == 0)
		script_fail(t, "the connection is in no state");
	return (enum hf_state)t->in_report.path[0];
}

/* In what state it is, wherever the connection lives now. */
static enum hf_state state_now(struct script *t)
{
	struct hf_status status;

	if (t->f->h.index && hf_status(t->host, t->f->h, &status) == HF_OK)
		return status.state;
	if (in_use(t, HF_POOL_TIME_WAIT))
		return HF_TIME_WAIT;
	if (in_use(t, HF_POOL_HALF_OPEN))
		return HF_SYN_RECEIVED;
	if (in_use(t, HF_POOL_CONNECTION) && t->f->h.index) {
		memset(&t->in_report, 0, sizeof t->in_report);
		return state_of_released(t);
	}
	if (in_use(t, HF_POOL_CONNECTION)) {
		user_accept(t);
		return script_status(t).state;
	}
	return t->listener.index && !t->f->h.index &&
			       hf_status(t->host, t->listener, &status) == HF_OK
		       ? HF_LISTEN
		       : HF_CLOSED;
}

static enum hf_state next_state(struct script *t, const struct grid_cell *c)
{
	for (size_t i = 0; i < c->words; i++) {
		if (strncmp(c->word[i], "->", 2) != 0)
			continue;
		for (int s = 0; s < HF_STATES; s++)
			if (!strcmp(hf_state_name((enum hf_state)s),
				    c->word[i] + 2))
				return (enum hf_state)s;
		script_fail(t, "grid.txt: no state %s", c->word[i]);
	}
	return c->state->state;
}

static void check_state(struct script *t, enum hf_state want)
{
	enum hf_state is = state_now(t);

	if (is != want)
		script_fail(t, "state is %s, not %s", hf_state_name(is),
			    hf_state_name(want));
}

/* TIME_WAIT lasts 60 s, of which 30 s were over; or begins anew. */
static void check_time_wait(struct script *t, const struct grid_cell *c)
{
	quiet(t, c->state->state != HF_TIME_WAIT || grid_has(c, "restart")
			 ? 59900
			 : 29900);
	check_state(t, HF_TIME_WAIT);
	quiet(t, 200);
	require(t, state_now(t) == HF_CLOSED || state_now(t) == HF_LISTEN);
}

static void check_error(struct script *t, const struct grid_cell *c,
			enum hf_error error)
{
	char want[40] = "HF_OK";

	if (c->words > 0 && !grid_has(c, "ok") && !grid_has(c, "end"))
		snprintf(want, sizeof want, "HF_ERR_%s", c->word[0]);
	if (strcmp(want, hf_error_name(error)) != 0)
		script_fail(t, "the call says %s, not %s", hf_error_name(error),
			    want);
}

/* ---- a cell ----------------------------------------------------------- */

static void play(struct script *t, const struct grid_cell *c)
{
	enum hf_state next = next_state(t, c);
	struct said said = { 0 };
	struct hf_event e;

	start(t);
	c->state->reach(t);
	silence(t);
	while (hf_event(t->host, &e))
		;
	if (c->segment[0] >= 'A' && !strchr(c->segment, ' '))
		check_error(t, c, call(t, c));
	else
		said = segment(t, c->state, c->segment);
	check_answer(t, c, &said);
	check_news(t, c);
	check_state(t, next);
	if (next == HF_TIME_WAIT)
		check_time_wait(t, c);
	else if (!t->f->h.index || in_use(t, HF_POOL_CONNECTION) == 0 ||
		 strcmp(c->segment, "RELEASE") != 0)
		quiet(t, 300);
}

static void cell(struct script *t)
{
	const struct grid_cell *c = t->about;

	play(t, c);
	script_skip(t);
	script_stop(t);
	t->config.challenge_per_second = 0;
	play(t, c);
}

int main(int argc, char **argv)
{
	static struct script_test tests[GRID_CELLS];
	static struct grid grid;
	size_t n;

	n = grid_read(&grid, GRID_FILE, states, STATES);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct script_test){ grid.cell[i].name, cell, 0,
						 &grid.cell[i] };
	return script_main("grid", tests, n, argc, argv);
}
