/* SPDX-License-Identifier: MIT */
/* Numbers, windows and offers: what the wire tells of each end. */
#include "infer_parts.h"

uint32_t infer_window(const struct infer_connection *c, unsigned from,
		      const struct wire_tcp *tcp)
{
	const struct infer_side *s = &c->side[from];

	if (tcp->flags & TCP_SYN || !s->offers_scale ||
	    !c->side[!from].offers_scale)
		return tcp->wnd;
	return (uint32_t)tcp->wnd << s->scale;
}

/* RFC 7323 2.3: a shift of more than 14 is taken for 14. */
static void learn_offers(struct infer_side *s, const struct wire_tcp *tcp)
{
	s->has_syn = true;
	s->mss = tcp->has_mss ? tcp->mss : 0;
	s->offers_scale = tcp->has_wscale;
	s->scale = tcp->wscale > 14 ? 14 : tcp->wscale;
	s->offers_ts = tcp->has_ts;
	s->offers_sack = tcp->has_sack_permitted;
}

static void learn_sent(const struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *s = turn_from(t);
	struct hf_seq end = seq_add(tcp->seq, wire_tcp_len(tcp));

	if (tcp->flags & TCP_SYN && !s->has_syn) {
		learn_offers(s, tcp);
		s->has_sent = false;
	}
	if (!s->has_sent) {
		s->has_sent = true;
		s->first = tcp->seq;
		s->nxt = s->whole = end;
		return;
	}
	s->nxt = seq_max(s->nxt, end);
	if (seq_upto(tcp->seq, s->whole))
		s->whole = seq_max(s->whole, end);
}

static void learn_ack(const struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *from = turn_from(t), *to = turn_to(t);
	uint32_t wnd = infer_window(t->c, t->from, tcp);
	struct hf_seq edge = seq_add(tcp->ack, wnd);

	if (!to->has_sent) {
		to->has_sent = true;
		to->first = to->nxt = to->whole = tcp->ack;
	}
	/* What was acknowledged has been sent, though not past this place. */
	to->nxt = seq_max(to->nxt, tcp->ack);
	to->whole = seq_max(to->whole, tcp->ack);
	to->una = to->has_una ? seq_max(to->una, tcp->ack) : tcp->ack;
	to->has_una = true;
	from->edge = from->has_edge ? seq_max(from->edge, edge) : edge;
	from->has_edge = true;
	from->wnd = wnd;
}

/* How long after it was sent before; only of the oldest that is not acked. */
static void learn_again(const struct infer_turn *t)
{
	struct infer_side *s = turn_from(t);
	const struct wire_tcp *tcp = turn_tcp(t);

	if (!wire_tcp_len(tcp))
		return;
	if (s->has_again && seq_eq(s->again, tcp->seq))
		s->again_after = t->now - s->again_at;
	else
		s->again_after = 0;
	s->has_again = true;
	s->again = tcp->seq;
	s->again_at = t->now;
}

void infer_numbers(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	struct infer_side *s = turn_from(t);

	if (tcp->flags & TCP_RST) {
		s->has_sent_rst = true;
		return;
	}
	learn_sent(t);
	learn_again(t);
	if (tcp->flags & TCP_FIN && !s->has_fin) {
		s->has_fin = true;
		s->fin = seq_add(tcp->seq, wire_tcp_len(tcp) - 1);
	}
	if (tcp->flags & TCP_ACK)
		learn_ack(t);
}
