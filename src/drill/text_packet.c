/* SPDX-License-Identifier: MIT */
/* Packets as text. */
#include "icmp_name.h"
#include "text.h"

/* ---- IP --------------------------------------------------------------- */

static void add_ip(struct text *text, const struct drill_ip *ip)
{
	static const char *const marks[] = {
		[DRILL_ECN_UNSAID] = "",      [DRILL_ECN_NONE] = " noecn",
		[DRILL_ECN_ECT0] = " ect0",   [DRILL_ECN_ECT1] = " ect1",
		[DRILL_ECN_ECT01] = " ect01", [DRILL_ECN_CE] = " ce",
	};
	char buf[128] = "";
	struct text list = { .buf = buf, .cap = sizeof buf };

	text_add(&list, "%s", marks[ip->ecn]);
	if (ip->has_tos)
		text_add(&list, " tos 0x%x", (unsigned)ip->tos);
	if (ip->has_ttl)
		text_add(&list, " ttl %u", (unsigned)ip->ttl);
	if (ip->has_flow_label)
		text_add(&list, " flowlabel 0x%x", (unsigned)ip->flow_label);
	if (ip->has_id)
		text_add(&list, " id %u", (unsigned)ip->id);
	if (ip->has_df)
		text_add(&list, ip->df ? " df" : " nodf");
	if (list.len)
		text_add(text, "[%s] ", buf + 1);
}

/* ---- headers around it ------------------------------------------------ */

static void add_gre(struct text *text, const struct drill_header *header)
{
	text_add(text, "gre");
	if (header->has_gre_flags)
		text_add(text, " flags 0x%x", (unsigned)header->gre_flags);
	if (header->has_gre_protocol)
		text_add(text, " proto 0x%04x", (unsigned)header->gre_protocol);
	if (header->has_gre_sum)
		text_add(text, " sum 0x%x off %u", (unsigned)header->gre_sum,
			 (unsigned)header->gre_off);
	if (header->has_gre_key)
		text_add(text, " key 0x%x", (unsigned)header->gre_key);
	if (header->has_gre_seq)
		text_add(text, " seq %u", (unsigned)header->gre_seq);
}

static void add_mpls(struct text *text, const struct drill_header *header)
{
	const struct drill_label *label = header->label;
	const struct drill_label *end = label + header->labels;

	text_add(text, "mpls");
	for (; label < end; label++)
		text_add(text, " (label %u, tc %u, %sttl %u)",
			 (unsigned)label->label, (unsigned)label->traffic_class,
			 label->bottom ? "[S], " : "", (unsigned)label->ttl);
}

static void add_ip_header(struct text *text, const struct drill_header *header)
{
	text_add(text, "ipv%c %s > %s ",
		 header->kind == DRILL_HEADER_IPV4 ? '4' : '6',
		 header->source.data, header->destination.data);
	add_ip(text, &header->ip);
}

static void add_header(struct text *text, const struct drill_header *header)
{
	switch (header->kind) {
	case DRILL_HEADER_IPV4:
	case DRILL_HEADER_IPV6:
		add_ip_header(text, header);
		break;
	case DRILL_HEADER_GRE:
		add_gre(text, header);
		break;
	case DRILL_HEADER_MPLS:
		add_mpls(text, header);
		break;
	}
	text_add(text, ": ");
}

/* ---- TCP -------------------------------------------------------------- */

static void add_flags(struct text *text, uint16_t flags)
{
	static const struct {
		char letter;
		uint16_t flag;
	} letters[] = {
		{ 'F', DRILL_FIN }, { 'S', DRILL_SYN }, { 'R', DRILL_RST },
		{ 'P', DRILL_PSH }, { '.', DRILL_ACK }, { 'U', DRILL_URG },
		{ 'E', DRILL_ECE }, { 'W', DRILL_CWR }, { 'A', DRILL_AE },
	};
	size_t i;

	for (i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (flags & letters[i].flag)
			text_add(text, "%c", letters[i].letter);
	if (!flags)
		text_add(text, "-");
	text_add(text, " ");
}

static void add_octets(struct text *text, const struct drill_tcp_option *opt)
{
	size_t i;

	text_add(text, opt->len ? " " : "");
	for (i = 0; i < opt->len; i++)
		text_add(text, "%02x", (unsigned)opt->data[i]);
}

static void add_ranges(struct text *text, const struct drill_tcp_option *opt)
{
	size_t i;

	for (i = 0; i < opt->sacks; i++)
		text_add(text, " %u:%u", (unsigned)opt->sack[i].start,
			 (unsigned)opt->sack[i].end);
}

static void add_counters(struct text *text, const struct drill_tcp_option *opt)
{
	static const char *const names[] = {
		[DRILL_E0B] = "e0b",
		[DRILL_CEB] = "ceb",
		[DRILL_E1B] = "e1b",
	};
	size_t i;

	for (i = 0; i < opt->counters; i++)
		text_add(text, " %s %u", names[opt->counter[i]],
			 (unsigned)opt->count[i]);
}

static void add_option(struct text *text, const struct drill_tcp_option *opt)
{
	static const char *const names[] = {
		[DRILL_OPT_EOL] = "eol",
		[DRILL_OPT_NOP] = "nop",
		[DRILL_OPT_MSS] = "mss",
		[DRILL_OPT_WSCALE] = "wscale",
		[DRILL_OPT_SACK_OK] = "sackOK",
		[DRILL_OPT_SACK] = "sack",
		[DRILL_OPT_TIMESTAMP] = "TS",
		[DRILL_OPT_MD5] = "md5",
		[DRILL_OPT_FAST_OPEN] = "FO",
		[DRILL_OPT_FAST_OPEN_EXP] = "FOEXP",
		[DRILL_OPT_ACC_ECN] = "ECN",
		[DRILL_OPT_OTHER] = "kind",
	};

	text_add(text, "%s", names[opt->kind]);
	if (opt->kind == DRILL_OPT_MSS || opt->kind == DRILL_OPT_WSCALE ||
	    opt->kind == DRILL_OPT_OTHER)
		text_add(text, " %u", (unsigned)opt->number);
	if (opt->kind == DRILL_OPT_TIMESTAMP)
		text_add(text, " val %u ecr %u", (unsigned)opt->ts_val,
			 (unsigned)opt->ts_ecr);
	add_ranges(text, opt);
	add_counters(text, opt);
	add_octets(text, opt);
}

static void add_options(struct text *text, const struct drill_tcp *tcp)
{
	size_t i;

	if (!tcp->any_options && !tcp->options)
		return;
	text_add(text, tcp->any_options ? " <..." : " <");
	for (i = 0; i < tcp->options; i++) {
		text_add(text, i ? "," : "");
		add_option(text, &tcp->option[i]);
	}
	text_add(text, ">");
}

static void add_seq(struct text *text, const struct drill_tcp *tcp)
{
	text_add(text, "%u:%u(%u)", (unsigned)tcp->seq.start,
		 (unsigned)tcp->seq.end, (unsigned)tcp->len);
}

static void add_tcp(struct text *text, const struct drill_tcp *tcp)
{
	add_flags(text, tcp->flags);
	add_seq(text, tcp);
	if (tcp->has_ack)
		text_add(text, " ack %u", (unsigned)tcp->ack);
	if (tcp->has_win)
		text_add(text, " win %u", (unsigned)tcp->win);
	if (tcp->has_urg)
		text_add(text, " urg %u", (unsigned)tcp->urg);
	add_options(text, tcp);
}

/* ---- UDP -------------------------------------------------------------- */

static void add_udp(struct text *text, const struct drill_udp *udp)
{
	text_add(text, "(%u", (unsigned)udp->len);
	if (udp->has_coverage)
		text_add(text, ", %u", (unsigned)udp->coverage);
	text_add(text, ")");
}

/* ---- ICMP ------------------------------------------------------------- */

/* Numbers, where that was said: no name is the same in both versions. */
static void add_type(struct text *text, const struct drill_icmp *icmp)
{
	bool is4 = icmp->v4.known;
	const struct drill_icmp_type *type = is4 ? &icmp->v4 : &icmp->v6;
	const struct icmp_name *name =
		icmp_name_of(is4 ? icmp_names4 : icmp_names6, type);

	if (icmp->v4.known && icmp->v6.known && icmp->v4.type == icmp->v6.type)
		name = NULL;
	if (!name)
		text_add(text, " %u %u", (unsigned)type->type,
			 (unsigned)type->code);
	else
		text_add(text, name->code ? " %s %s" : " %s", name->type,
			 name->code);
}

static void add_echoed(struct text *text, const struct drill_echoed *echoed)
{
	text_add(text, " [");
	if (echoed->protocol != DRILL_TCP) {
		text_add(text,
			 echoed->protocol == DRILL_UDP ? "udp " : "udplite ");
		add_udp(text, &echoed->udp);
	} else {
		if (echoed->has_flags)
			add_flags(text, echoed->tcp.flags);
		add_seq(text, &echoed->tcp);
	}
	text_add(text, "]");
}

static void add_icmp(struct text *text, const struct drill_icmp *icmp)
{
	add_type(text, icmp);
	if (icmp->has_mtu)
		text_add(text, " mtu %u", (unsigned)icmp->mtu);
	if (icmp->has_id)
		text_add(text, " id %u", (unsigned)icmp->id);
	if (icmp->has_seq)
		text_add(text, " seq %u", (unsigned)icmp->seq);
	if (icmp->len)
		text_add(text, " (%u)", (unsigned)icmp->len);
	if (icmp->echoed)
		add_echoed(text, icmp->echoed);
}

/* ---- the packet ------------------------------------------------------- */

static void add_ports(struct text *text, const struct drill_packet *packet)
{
	if (packet->has_ports)
		text_add(text, "%u > %u ", (unsigned)packet->source_port,
			 (unsigned)packet->destination_port);
}

static void add_protocol(struct text *text, const struct drill_packet *packet)
{
	switch (packet->protocol) {
	case DRILL_TCP:
		add_ports(text, packet);
		add_tcp(text, &packet->tcp);
		break;
	case DRILL_UDP:
	case DRILL_UDPLITE:
		text_add(text,
			 packet->protocol == DRILL_UDP ? "udp " : "udplite ");
		add_ports(text, packet);
		add_udp(text, &packet->udp);
		break;
	case DRILL_ICMP:
	case DRILL_ICMPV6:
		text_add(text,
			 packet->protocol == DRILL_ICMP ? "icmp" : "icmpv6");
		add_icmp(text, &packet->icmp);
		break;
	}
}

void text_add_packet(struct text *text, const struct drill_packet *packet)
{
	size_t i;

	text_add(text, packet->inbound ? "< " : "> ");
	for (i = 0; i < packet->headers; i++)
		add_header(text, &packet->header[i]);
	add_ip(text, &packet->ip);
	add_protocol(text, packet);
}
