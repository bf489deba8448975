/* SPDX-License-Identifier: MIT */
/*
 * A listener may ask the program about each SYN before it is answered. Until
 * the verdict is given, the half-open connection says nothing.
 */
#include "half_open.h"

#define ASK_TIME (5 * HF_SECOND)

/* While a SYN waits for its verdict, the place of the ISS names the question.
 */
static struct ask *ask_of(const struct turn *t, const struct half_open *h)
{
	return block_at(t->b, h->flow.record.value);
}

struct half_open *ask_about(const struct turn *t, const struct ask *ask)
{
	return block_at(t->b, ask->flow.record.chain);
}

bool ask_program(struct turn *t, struct half_open *h)
{
	uint32_t ref = pool_take(t->b, &t->tcp->asks);
	struct ask *ask;

	if (ref == 0)
		return false;
	ask = block_at(t->b, ref);
	ask->kind = FLOW_ASK;
	ask->flow.record.chain = block_ref(t->b, h);
	h->is_asked = 1;
	h->flow.record.value = ref;
	wheel_arm(t->b, &t->ip->wheel, block_ref(t->b, h), t->now + ASK_TIME);
	notice_add(t, ref, HF_EVENT_SYN);
	return true;
}

void ask_end(struct turn *t, struct half_open *h)
{
	struct ask *ask;
	uint32_t ref;

	if (!h->is_asked)
		return;
	ask = ask_of(t, h);
	ref = block_ref(t->b, ask);
	notice_remove(t, ref);
	pool_give(t->b, &t->tcp->asks, ref);
	h->is_asked = 0;
}

/* The start of the SYN's datagram, as an ICMP error quotes it. */
static void refuse_by_icmp(struct turn *t, const struct half_open *h)
{
	const struct wire_icmp error = { .kind = ICMP_ADMIN_PROHIBITED };
	const struct wire_tcp_options no_options = { .len = 0 };
	struct wire_tcp syn = {
		.src_port = h->flow.remote_port,
		.dst_port = h->flow.local_port,
		.seq = h->irs,
		.flags = TCP_SYN,
	};
	struct wire_ip ip = {
		.src = h->flow.remote,
		.dst = *flow_local(t, &h->flow),
		.protocol = WIRE_PROTOCOL_TCP,
		.ttl = 1,
	};
	uint8_t quote[WIRE_IPV6_HEADER + WIRE_TCP_HEADER];
	uint32_t header = wire_ip_emit(&ip, WIRE_TCP_HEADER, quote), link;

	ip.version = addr_is_ipv4(&ip.src) ? 4 : 6;
	ip.total_len =
		header + wire_tcp_emit(&syn, &no_options, quote + header);
	if (flow_link(t, &h->flow, &link))
		icmp_send_error(t, link, &error, &ip, quote);
}

static void refuse_by_reset(struct turn *t, const struct half_open *h)
{
	struct reply *r = tcp_reply(t, &h->flow, HF_WHY_RESET);

	if (r == NULL)
		return;
	r->u.tcp.ack = h->irs.n + 1;
	r->u.tcp.flags = TCP_RST | TCP_ACK;
}

void ask_decide(struct turn *t, struct ask *ask, enum hf_verdict verdict)
{
	struct half_open *h = ask_about(t, ask);

	ask_end(t, h);
	if (verdict == HF_VERDICT_ACCEPT) {
		h->flow.record.value = reopen_iss(t, h).n;
		half_open_answer(t, h);
		return;
	}
	t->ip->drops[HF_DROP_REFUSED]++;
	if (verdict == HF_VERDICT_RESET)
		refuse_by_reset(t, h);
	else if (verdict == HF_VERDICT_UNREACHABLE)
		refuse_by_icmp(t, h);
	half_open_free(t, h);
}
