/* SPDX-License-Identifier: MIT */
/* The way in: from a frame to the room that it is for. */
#include "checksum.h"
#include "internal.h"

static enum hf_drop input_tcp(struct turn *t, const struct wire_ip *ip,
			      bool is_verified, uint32_t link)
{
	struct arrival a;
	enum hf_drop drop;

	/* MUST-3; before anything in it is believed. */
	if (!is_verified &&
	    !wire_sum_is_good(wire_sum(ip->payload, ip->payload_len) +
			      wire_sum_pseudo(&ip->src, &ip->dst,
					      WIRE_PROTOCOL_TCP,
					      ip->payload_len)))
		return HF_DROP_TCP_CHECKSUM;
	drop = wire_tcp_parse(&a.seg, ip->payload, ip->payload_len);
	if (drop != HF_ACCEPTED)
		return drop;
	if (addr_is_loopback(&ip->src) && link != HF_LINK_LOOPBACK)
		return HF_DROP_SOURCE;
	a.ip = ip;
	a.link = link;
	a.len = a.len_sent = wire_tcp_len(&a.seg);
	return tcp_arrive(t, &a);
}

static enum hf_drop input_icmp_error(struct turn *t, const struct wire_ip *ip,
				     const struct wire_icmp *icmp)
{
	struct wire_icmp_quote quote;

	if (!wire_icmp_quote(&quote, icmp->body, icmp->body_len))
		return HF_DROP_TRUNCATED;
	if (quote.protocol != WIRE_PROTOCOL_TCP ||
	    addr_is_ipv4(&quote.src) != (ip->version == 4) ||
	    !addr_eq(&quote.src, &ip->dst))
		return HF_DROP_ICMP_UNMATCHED;
	return tcp_icmp_error(t, icmp, &quote);
}

static enum hf_drop input_icmp(struct turn *t, const struct wire_ip *ip,
			       bool is_verified)
{
	struct wire_icmp icmp;
	enum hf_drop drop = wire_icmp_parse(&icmp, ip, is_verified);

	if (drop != HF_ACCEPTED)
		return drop;
	if (icmp.kind == ICMP_ECHO)
		return icmp_answer_echo(t, &icmp, ip);
	if (icmp.kind == ICMP_ECHO_REPLY || icmp.kind == ICMP_OTHER)
		return HF_DROP_ICMP_TYPE;
	return input_icmp_error(t, ip, &icmp);
}

/* A header that asks for it is answered: RFC 1122 3.2.2.5, RFC 8200 4.2. */
static void report_problem(struct turn *t, const struct wire_ip *ip,
			   uint32_t link, const void *datagram)
{
	const struct wire_icmp problem = {
		.kind = ICMP_PARAMETER_PROBLEM,
		.code = ip->version == 6 ? ip->problem_code : 0,
		.value = ip->problem_offset,
	};

	if (ip->problem && ip_may_talk(t, ip, link) == HF_ACCEPTED)
		icmp_send_error(t, &problem, ip, datagram);
}

static enum hf_drop input_frame(struct turn *t, uint32_t link,
				const struct hf_frame *frame)
{
	bool is_verified = frame->info.csum != HF_CSUM_NONE;
	struct wire_ip ip;
	enum hf_drop drop = wire_ip_parse(&ip, frame->data, frame->len);
	unsigned icmp;

	if (drop != HF_ACCEPTED) {
		report_problem(t, &ip, link, frame->data);
		return drop;
	}
	if (ip.protocol == WIRE_PROTOCOL_TCP && !ip.is_fragment)
		return input_tcp(t, &ip, is_verified, link);
	drop = ip_may_talk(t, &ip, link);
	if (drop != HF_ACCEPTED)
		return drop;
	if (ip.is_fragment)
		return HF_DROP_FRAGMENT;
	icmp = ip.version == 4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6;
	if (ip.protocol == icmp)
		return input_icmp(t, &ip, is_verified);
	return HF_DROP_NOT_OURS;
}

void hf_input(struct hf_host *host, uint32_t link,
	      const struct hf_frame *frames, size_t n, hf_time now,
	      struct hf_report *reports)
{
	struct turn t = turn_of(host, now, NULL);

	for (size_t i = 0; i < n; i++) {
		enum hf_drop drop;

		if (reports != NULL) {
			t.report = &reports[i];
			*t.report = (struct hf_report){ .deadline = HF_NEVER };
		}
		drop = link < host->ip.link_count
			       ? input_frame(&t, link, &frames[i])
			       : HF_DROP_DESTINATION;
		host->ip.drops[drop]++;
		if (reports != NULL)
			t.report->drop = (uint8_t)drop;
	}
}

uint64_t hf_drops(const struct hf_host *host, enum hf_drop drop)
{
	return (unsigned)drop < HF_DROPS ? host->ip.drops[drop] : 0;
}
