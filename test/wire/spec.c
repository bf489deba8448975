/* SPDX-License-Identifier: MIT */
/* Segments in words: read, compared, printed; and what holds of all. */
#include "script.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Streams whose every octet tells where it stands. */
uint8_t octet_in(uint32_t index)
{
	return (uint8_t)(index * 7 + (index >> 8) * 13 + 3);
}

uint8_t octet_out(uint32_t index)
{
	return (uint8_t)(index * 5 + (index >> 8) * 11 + 129);
}

/* ---- reading words ---------------------------------------------------- */

static const char flag_letters[] = "FSRP.UEW";

struct reader {
	struct script *t;
	struct script_spec *s;
	const char *p;
	uint32_t sack_base; /* of SACK blocks */
	bool is_in;
};

static _Noreturn void misspelt(struct reader *r)
{
	script_fail(r->t, "the script is misspelt at \"%s\"", r->p);
}

static bool word(struct reader *r, const char *w)
{
	size_t n = strlen(w);

	while (*r->p == ' ')
		r->p++;
	if (strncmp(r->p, w, n) != 0)
		return false;
	r->p += n;
	return true;
}

static uint32_t number(struct reader *r)
{
	char *end;
	uint32_t v;

	while (*r->p == ' ')
		r->p++;
	v = (uint32_t)strtoul(r->p, &end, 0);
	if (end == r->p)
		misspelt(r);
	r->p = end;
	return v;
}

static void push(struct reader *r, uint32_t v, unsigned octets)
{
	if (r->s->raw_len + octets > sizeof r->s->raw)
		misspelt(r);
	for (unsigned i = 0; i < octets; i++)
		r->s->raw[r->s->raw_len + i] =
			(uint8_t)(v >> 8 * (octets - 1 - i));
	r->s->raw_len += octets;
}

static uint32_t peer_clock(const struct script *t)
{
	if (t->f->ts_clock)
		return t->f->ts_clock;
	return 100000 + (uint32_t)((t->now - t->start) / HF_MILLISECOND);
}

static void read_timestamps(struct reader *r)
{
	struct script_spec *s = r->s;

	s->opt.has_ts = true;
	s->opt.ts_val = peer_clock(r->t);
	s->opt.ts_ecr = r->t->f->ts_last;
	s->any_val = s->any_ecr = true;
	if (word(r, "val") && !word(r, "now") && !word(r, "*")) {
		s->opt.ts_val = number(r);
		s->any_val = false;
	}
	if (word(r, "ecr") && !word(r, "last") && !word(r, "*")) {
		s->opt.ts_ecr = number(r);
		s->any_ecr = false;
	}
	push(r, 0x080a, 2);
	push(r, s->opt.ts_val, 4);
	push(r, s->opt.ts_ecr, 4);
}

static void read_sack(struct reader *r)
{
	struct packet_options *o = &r->s->opt;
	uint32_t at = r->s->raw_len;

	push(r, 0x0500, 2);
	for (o->sacks = 0; *r->p != ',' && *r->p != '>'; o->sacks++) {
		if (o->sacks == 4)
			misspelt(r);
		o->sack[o->sacks].left = r->sack_base + number(r);
		if (!word(r, ":"))
			misspelt(r);
		o->sack[o->sacks].right = r->sack_base + number(r);
		push(r, o->sack[o->sacks].left, 4);
		push(r, o->sack[o->sacks].right, 4);
	}
	r->s->raw[at + 1] = (uint8_t)(2 + 8 * o->sacks);
}

static void read_hex(struct reader *r)
{
	unsigned v;
	int n;

	while (*r->p == ' ')
		r->p++;
	while (sscanf(r->p, "%2x%n", &v, &n) == 1 && n == 2) {
		push(r, v, 1);
		r->p += 2;
		if (*r->p == ',' || *r->p == '>')
			break;
	}
}

static void read_option(struct reader *r)
{
	struct packet_options *o = &r->s->opt;

	if (word(r, "mss")) {
		o->has_mss = true;
		o->mss = (uint16_t)number(r);
		push(r, 0x02040000u | o->mss, 4);
	} else if (word(r, "sackOK")) {
		o->has_sackok = true;
		push(r, 0x0402, 2);
	} else if (word(r, "wscale")) {
		o->has_scale = true;
		o->scale = (uint8_t)number(r);
		push(r, 0x030300u | o->scale, 3);
	} else if (word(r, "TS") || word(r, "ts")) {
		read_timestamps(r);
	} else if (word(r, "sack")) {
		read_sack(r);
	} else if (word(r, "nop")) {
		push(r, 1, 1);
	} else if (word(r, "eol")) {
		push(r, 0, 1);
	} else if (word(r, "hex")) {
		read_hex(r);
	} else {
		misspelt(r);
	}
}

static void read_options(struct reader *r)
{
	r->s->has_opt = true;
	while (!word(r, ">")) {
		read_option(r);
		word(r, ",");
	}
}

static void read_flags(struct reader *r)
{
	const char *letter;

	while (*r->p == ' ')
		r->p++;
	for (; *r->p && (letter = strchr(flag_letters, *r->p)); r->p++)
		r->s->flags |= (uint8_t)(1u << (letter - flag_letters));
	if (*r->p != ' ' && *r->p != '\0')
		misspelt(r);
}

static void read_ecn(struct reader *r)
{
	static const char *const name[] = { "[noecn]", "[ect1]", "[ect0]",
					    "[ce]" };

	for (uint8_t i = 0; i < 4; i++)
		if (word(r, name[i]))
			r->s->ecn = i;
}

static void read_seq(struct reader *r, uint32_t base)
{
	uint32_t first = number(r), end;

	if (!word(r, ":"))
		misspelt(r);
	end = number(r);
	if (!word(r, "("))
		misspelt(r);
	r->s->len = number(r);
	if (!word(r, ")") || end - first != r->s->len)
		misspelt(r);
	r->s->has_seq = true;
	r->s->seq = base + first;
}

void spec_parse(struct script *t, struct script_spec *s, const char *text,
		bool is_in)
{
	uint32_t iss = t->f->iss_known ? t->f->iss : 0;
	uint32_t irs = t->f->irs;
	struct reader r = { t, s, text, is_in ? iss : irs, is_in };

	memset(s, 0, sizeof *s);
	read_ecn(&r);
	read_flags(&r);
	while (*r.p == ' ')
		r.p++;
	if (*r.p >= '0' && *r.p <= '9')
		read_seq(&r, is_in ? irs : iss);
	for (;;) {
		while (*r.p == ' ')
			r.p++;
		if (*r.p == '\0')
			break;
		if (word(&r, "ack")) {
			s->has_ack = true;
			s->ack = number(&r) + (is_in ? iss : irs);
		} else if (word(&r, "win")) {
			s->has_win = true;
			s->win = number(&r);
		} else if (word(&r, "urg")) {
			s->has_urg = true;
			s->urg = number(&r);
		} else if (word(&r, "<")) {
			read_options(&r);
		} else {
			misspelt(&r);
		}
	}
	if (is_in && !s->has_seq)
		script_fail(t, "the script says no sequence number");
}

/* ---- comparing -------------------------------------------------------- */

static const char *match_flags(const struct script_spec *s,
			       const struct packet *p)
{
	uint8_t differ = s->flags ^ p->flags;

	/* Only the last segment's PSH is prescribed: MUST-61. */
	if ((p->text_len > 0 || p->flags & F_FIN) && !(s->flags & F_PSH))
		differ &= (uint8_t)~F_PSH;
	return differ ? "flags" : NULL;
}

static const char *match_options(const struct script_spec *s,
				 const struct packet *p)
{
	const struct packet_options *a = &s->opt, *b = &p->opt;

	if (a->has_mss != b->has_mss || (a->has_mss && a->mss != b->mss))
		return "option mss";
	if (a->has_scale != b->has_scale ||
	    (a->has_scale && a->scale != b->scale))
		return "option wscale";
	if (a->has_sackok != b->has_sackok)
		return "option sackOK";
	if (a->has_ts != b->has_ts)
		return "option TS";
	if (a->has_ts && !s->any_val && a->ts_val != b->ts_val)
		return "TS val";
	if (a->has_ts && !s->any_ecr && a->ts_ecr != b->ts_ecr)
		return "TS ecr";
	if (a->sacks != b->sacks ||
	    memcmp(a->sack, b->sack, a->sacks * sizeof a->sack[0]) != 0)
		return "option sack";
	return NULL;
}

static bool is_of_flow(const struct script *t, const struct packet *p)
{
	return memcmp(&p->src, &t->local, sizeof p->src) == 0 &&
	       memcmp(&p->dst, &t->peer, sizeof p->dst) == 0 &&
	       p->sport == t->f->local_port && p->dport == t->f->peer_port;
}

const char *spec_match(struct script *t, const struct script_spec *s,
		       const struct packet *p)
{
	const char *differs;

	if (p->proto != PROTO_TCP)
		return "protocol";
	if (!is_of_flow(t, p))
		return "addresses or ports";
	differs = match_flags(s, p);
	if (differs)
		return differs;
	if (s->ecn != (p->tos & 3))
		return "ECN";
	if (s->has_seq && s->seq != p->seq)
		return "seq";
	if (s->has_seq && s->len != p->text_len)
		return "length";
	if (s->has_ack && s->ack != p->ack)
		return "ack";
	if (s->has_win && s->win != p->wnd)
		return "win";
	return s->has_opt ? match_options(s, p) : NULL;
}

/* ---- printing --------------------------------------------------------- */

static size_t put(char *to, size_t size, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static size_t put(char *to, size_t size, size_t at, const char *format, ...)
{
	va_list args;
	int n;

	if (at >= size)
		return at;
	va_start(args, format);
	n = vsnprintf(to + at, size - at, format, args);
	va_end(args);
	return at + (n > 0 ? (size_t)n : 0);
}

static size_t print_options(const struct packet *p, uint32_t base, char *to,
			    size_t size, size_t at)
{
	const struct packet_options *o = &p->opt;

	if (o->has_mss)
		at = put(to, size, at, " mss %u", o->mss);
	if (o->has_sackok)
		at = put(to, size, at, " sackOK");
	if (o->has_ts)
		at = put(to, size, at, " TS val %u ecr %u", o->ts_val,
			 o->ts_ecr);
	if (o->has_scale)
		at = put(to, size, at, " wscale %u", o->scale);
	if (o->sacks)
		at = put(to, size, at, " sack");
	for (uint32_t i = 0; i < o->sacks; i++)
		at = put(to, size, at, " %u:%u", o->sack[i].left - base,
			 o->sack[i].right - base);
	return at;
}

void spec_print(struct script *t, const struct packet *p, bool is_in, char *to,
		size_t size)
{
	uint32_t iss = t->f->iss_known ? t->f->iss : 0;
	uint32_t irs = t->f->irs;
	uint32_t base = is_in ? iss : irs;
	uint32_t seq = p->seq - (is_in ? irs : iss);
	size_t at = 0;

	if (!is_in && !t->f->iss_known && p->flags & F_SYN)
		seq = 0;
	if (p->proto != PROTO_TCP) {
		put(to, size, 0, "ICMP type %u code %u", p->icmp_type,
		    p->icmp_code);
		return;
	}
	at = put(to, size, at, "%u > %u ", p->sport, p->dport);
	if (p->tos & 3)
		at = put(to, size, at, "[%s] ",
			 (p->tos & 3) == 3   ? "ce"
			 : (p->tos & 3) == 2 ? "ect0"
					     : "ect1");
	for (unsigned i = 0; i < 8; i++)
		if (p->flags & 1u << i)
			at = put(to, size, at, "%c", flag_letters[i]);
	at = put(to, size, at, " %u:%u(%u)", seq, seq + p->text_len,
		 p->text_len);
	if (p->flags & F_ACK)
		at = put(to, size, at, " ack %u", p->ack - base);
	at = put(to, size, at, " win %u", p->wnd);
	if (p->flags & F_URG)
		at = put(to, size, at, " urg %u", p->urg);
	if (p->opt_len) {
		at = put(to, size, at, " <");
		at = print_options(p, base, to, size, at);
		at = put(to, size, at, " >");
	}
	if (!is_in)
		put(to, size, at, "  [%s]", hf_why_name(p->report.why));
}

/* ---- what holds of every segment -------------------------------------- */

static void check_header(struct script *t, const struct packet *p)
{
	bool is_syn = p->flags & F_SYN;

	if (p->ttl != t->config.ttl)
		script_fail(t, "TTL is %u", p->ttl);
	if (p->flags & F_URG && !t->sends_urgent) /* SHLD-13 */
		script_fail(t, "URG, which nobody asked for");
	if (t->config.ecn == 0 && (p->flags & (F_ECE | F_CWR) || p->tos & 3))
		script_fail(t, "ECN, which nobody asked for");
	if (is_syn && p->flags & (F_FIN | F_RST))
		script_fail(t, "SYN with FIN or RST");
	if (!(p->flags & (F_ACK | F_SYN | F_RST)))
		script_fail(t, "neither ACK nor SYN nor RST");
	if (p->flags & F_RST && p->text_len > 0)
		script_fail(t, "RST with text");
	if (!is_syn && p->opt.has_mss)
		script_fail(t, "MSS option without SYN (MUST-65)");
	if (!is_syn && (p->opt.has_scale || p->opt.has_sackok))
		script_fail(t, "an option that only a SYN may carry");
	if (p->text_len + p->opt_len > t->f->peer_mss && p->text_len > 0)
		script_fail(t, "longer than the peer's MSS (MUST-16)");
}

/* RFC 7323 3.2: in every segment but RST once negotiated, else in none. */
static void check_timestamps(struct script *t, const struct packet *p)
{
	struct script_flow *f = t->f;
	bool on = f->hf_ts && f->peer_ts;

	if (p->flags & (F_SYN | F_RST))
		return;
	if (f->is_synchronized && on != p->opt.has_ts)
		script_fail(t, on ? "no timestamps, though negotiated"
				  : "timestamps that were not negotiated");
	if (p->opt.has_ts && f->ts_seen &&
	    (int32_t)(p->opt.ts_val - f->ts_last) < 0)
		script_fail(t, "TSval goes backwards");
}

static uint32_t right_edge(const struct script_flow *f, const struct packet *p)
{
	bool on = f->hf_scaled && f->peer_scaled && !(p->flags & F_SYN);

	return p->ack - f->irs + ((uint32_t)p->wnd << (on ? f->scale : 0));
}

/* SHLD-14; RFC 7323 2.4 lets an edge give way by the scale's rounding. */
static void check_edge(struct script *t, const struct packet *p)
{
	struct script_flow *f = t->f;
	uint32_t edge = right_edge(f, p);
	uint32_t slack = (1u << f->scale) - 1;

	if (!(p->flags & F_ACK) || p->flags & F_RST || f->peer_fin)
		return;
	if (f->edge_known && (int32_t)(edge + slack - f->edge) < 0)
		script_fail(t, "right edge of the window shrinks by %u",
			    f->edge - edge);
	if (!f->edge_known || (int32_t)(edge - f->edge) > 0)
		f->edge = edge;
	f->edge_known = true;
}

static void check_text(struct script *t, const struct packet *p)
{
	struct script_flow *f = t->f;
	uint32_t index = p->seq - f->iss - 1;

	if (p->text_len == 0 || !f->iss_known || index == UINT32_MAX)
		return;
	if (index + p->text_len > f->sent)
		script_fail(t, "octets that the user never sent");
	for (uint32_t i = 0; i < p->text_len; i++)
		if (p->text[i] != octet_out(index + i))
			script_fail(t, "octet %u is wrong", index + i);
}

static void learn_syn(struct script *t, const struct packet *p)
{
	struct script_flow *f = t->f;

	if (f->iss_known && f->iss != p->seq)
		script_fail(t, "SYN with another ISS than before");
	f->iss = p->seq;
	f->iss_known = true;
	f->hf_ts = p->opt.has_ts;
	f->hf_scaled = p->opt.has_scale;
	f->scale = p->opt.has_scale ? p->opt.scale : 0;
}

void spec_learn(struct script *t, const struct packet *p)
{
	struct script_flow *f = t->f;

	if (p->proto != PROTO_TCP || !is_of_flow(t, p))
		return;
	check_header(t, p);
	if (p->flags & F_SYN)
		learn_syn(t, p);
	if (!(p->flags & (F_SYN | F_RST)))
		f->is_synchronized = true;
	check_timestamps(t, p);
	if (p->opt.has_ts) {
		f->ts_seen = true;
		f->ts_last = p->opt.ts_val;
	}
	if (!f->iss_known || p->flags & F_RST)
		return;
	if (p->flags & F_ACK && (int32_t)(p->ack - f->irs - f->peer_max) > 0)
		script_fail(t, "acknowledges what the peer never sent");
	check_edge(t, p);
	check_text(t, p);
}
