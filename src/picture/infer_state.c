/* SPDX-License-Identifier: MIT */
/*
 * The states of both ends: RFC 9293 3.10, followed from outside. What a
 * segment says of its sender comes first (it opens, it closes), then what it
 * does to its receiver. An end of which nothing is known yet is in no state.
 */
#include "infer_parts.h"

static struct story_side *told(const struct infer_turn *t, unsigned side)
{
	return side == t->from ? &t->moment->side : &t->moment->far;
}

static void enter(const struct infer_turn *t, unsigned side,
		  enum hf_state state)
{
	struct infer_side *s = &t->c->side[side];
	struct story_side *to = told(t, side);

	if (s->state == state)
		return;
	if (s->state != STORY_UNKNOWN && to->steps < STORY_PATH - 1) {
		to->path[to->steps] = s->state;
		to->path[++to->steps] = (uint8_t)state;
	}
	s->state = (uint8_t)state;
}

/* From a state that nothing has shown before. */
static void enter_from(const struct infer_turn *t, unsigned side,
		       enum hf_state before, enum hf_state state)
{
	struct infer_side *s = &t->c->side[side];

	if (s->state == STORY_UNKNOWN || s->state == HF_CLOSED)
		s->state = (uint8_t)before;
	if (s->state == before)
		enter(t, side, state);
}

/* RFC 9293 3.10.7.4: the FIN has come, and all that is before it. */
static void hear_fin(const struct infer_turn *t, unsigned side)
{
	switch (t->c->side[side].state) {
	case HF_SYN_RECEIVED:
	case HF_ESTABLISHED:
		enter(t, side, HF_CLOSE_WAIT);
		break;
	case HF_FIN_WAIT_1:
		enter(t, side, HF_CLOSING);
		break;
	case HF_FIN_WAIT_2:
		enter(t, side, HF_TIME_WAIT);
		break;
	default:
		break;
	}
}

/* The peer's FIN was thought to have come, and was still under way. */
static bool has_crossed(const struct infer_turn *t, unsigned side)
{
	const struct infer_side *peer = &t->c->side[!side];

	return t->c->side[side].state == HF_CLOSE_WAIT && peer->has_fin &&
	       turn_tcp(t)->flags & TCP_ACK &&
	       seq_upto(turn_tcp(t)->ack, peer->fin);
}

/* Which FIN follows: the first, the answer to the peer's, or both at once. */
static void send_fin(const struct infer_turn *t, unsigned side)
{
	if (has_crossed(t, side)) {
		t->c->side[side].state = HF_ESTABLISHED;
		enter(t, side, HF_FIN_WAIT_1);
		enter(t, side, HF_CLOSING);
	} else if (t->c->side[side].state == HF_CLOSE_WAIT)
		enter(t, side, HF_LAST_ACK);
	else if (t->c->side[side].state == HF_ESTABLISHED ||
		 t->c->side[side].state == HF_SYN_RECEIVED)
		enter(t, side, HF_FIN_WAIT_1);
}

static void hear_ack(const struct infer_turn *t, unsigned side)
{
	struct infer_side *s = &t->c->side[side];
	const struct wire_tcp *tcp = turn_tcp(t);

	if (!(tcp->flags & TCP_ACK) || !s->has_sent ||
	    seq_before(s->nxt, tcp->ack))
		return;
	if (s->state == HF_SYN_RECEIVED && s->has_syn &&
	    seq_before(s->first, tcp->ack))
		enter(t, side, HF_ESTABLISHED);
	if (!s->has_fin || seq_upto(tcp->ack, s->fin))
		return;
	if (s->state == HF_FIN_WAIT_1)
		enter(t, side, HF_FIN_WAIT_2);
	else if (s->state == HF_CLOSING)
		enter(t, side, HF_TIME_WAIT);
	else if (s->state == HF_LAST_ACK)
		enter(t, side, HF_CLOSED);
}

/* RFC 9293 3.10.7.2, 3.10.7.3 */
static void pass_syn(const struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *from = turn_from(t), *to = turn_to(t);
	bool is_answer = tcp->flags & TCP_ACK;

	if (!is_answer) {
		enter_from(t, t->from, HF_CLOSED, HF_SYN_SENT);
		if (to->state == HF_SYN_SENT)
			enter(t, !t->from, HF_SYN_RECEIVED);
		return;
	}
	if (from->state != HF_SYN_RECEIVED && from->state != HF_ESTABLISHED)
		enter_from(t, t->from, HF_LISTEN, HF_SYN_RECEIVED);
	if (to->state == HF_SYN_SENT && to->has_sent &&
	    seq_eq(tcp->ack, seq_add(to->first, 1)))
		enter(t, !t->from, HF_ESTABLISHED);
	hear_ack(t, !t->from);
}

/* RFC 9293 3.10.7.3, 3.10.7.4; RFC 5961 3.2: in the window is not enough. */
static void pass_rst(const struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *from = turn_from(t), *to = turn_to(t);
	bool is_heard = true;

	if (to->state == HF_SYN_SENT)
		is_heard = tcp->flags & TCP_ACK && to->has_sent &&
			   seq_eq(tcp->ack, to->nxt);
	else if (from->has_sent && to->state != STORY_UNKNOWN)
		is_heard = seq_eq(tcp->seq, from->whole);
	if (from->state == STORY_UNKNOWN)
		from->state = HF_CLOSED;
	enter(t, t->from, HF_CLOSED);
	if (is_heard)
		enter(t, !t->from, HF_CLOSED);
}

/* What must have been before, where the capture does not show it. */
static void assume(const struct infer_turn *t)
{
	struct infer_side *from = turn_from(t), *to = turn_to(t);

	if (!(turn_tcp(t)->flags & TCP_ACK))
		return;
	if (from->state == STORY_UNKNOWN || from->state == HF_SYN_SENT ||
	    from->state == HF_LISTEN)
		enter(t, t->from, HF_ESTABLISHED);
	if (to->state == STORY_UNKNOWN)
		to->state = HF_ESTABLISHED;
	if (to->has_fin && seq_before(to->fin, turn_tcp(t)->ack))
		hear_fin(t, t->from);
}

static void pass_other(const struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *from = turn_from(t);

	assume(t);
	if (tcp->flags & TCP_FIN)
		send_fin(t, t->from);
	hear_ack(t, !t->from);
	if (tcp->flags & TCP_FIN && from->has_sent &&
	    seq_upto(tcp->seq, from->whole))
		hear_fin(t, !t->from);
}

static void snapshot(const struct infer_connection *c, unsigned side,
		     struct story_tcb *tcb)
{
	const struct infer_side *s = &c->side[side], *peer = &c->side[!side];

	tcb->state = s->state;
	tcb->is_inferred = true;
	tcb->has_send = s->has_sent;
	tcb->iss = s->first;
	tcb->snd_nxt = s->nxt;
	tcb->snd_una = s->has_una ? s->una : s->first;
	tcb->has_receive = peer->has_sent;
	tcb->irs = peer->first;
	tcb->rcv_nxt = peer->whole;
}

void infer_stay(struct infer_turn *t)
{
	snapshot(t->c, t->from, &t->moment->side.before);
	snapshot(t->c, !t->from, &t->moment->far.before);
	t->moment->side.after = t->moment->side.before;
	t->moment->far.after = t->moment->far.before;
}

void infer_states(struct infer_turn *t)
{
	uint8_t flags = turn_tcp(t)->flags;

	snapshot(t->c, t->from, &t->moment->side.before);
	snapshot(t->c, !t->from, &t->moment->far.before);
	if (flags & TCP_RST)
		pass_rst(t);
	else if (flags & TCP_SYN)
		pass_syn(t);
	else
		pass_other(t);
	infer_numbers(t);
	snapshot(t->c, t->from, &t->moment->side.after);
	snapshot(t->c, !t->from, &t->moment->far.after);
}
