/* SPDX-License-Identifier: MIT */
#include "checksum.h"
#include "held.h"
#include "ip.h"

/* What an error quotes: RFC 1812 4.3.2.3, RFC 4443 3. */
#define QUOTE_IPV4 548u /* 576 less two headers */
#define QUOTE_IPV6 1232u /* 1280 less two headers */

#define NO_NEXT_HEADER 59u /* RFC 8200 4.7 */
#define FIRST_INFORMATIONAL 128u /* type of ICMPv6; below are errors */
#define PROBLEM_OPTION 2u /* RFC 4443 3.4: unrecognized option */

/* ---- what deserves an error ------------------------------------------- */

static bool is_single_host(const struct turn *t, const struct hf_addr *a)
{
	return addr_is_unicast(a) && !ip_is_broadcast(t, a);
}

/* RFC 4443 2.4 (e.3): these two may be told of a multicast. */
static bool is_for_multicast(const struct wire_icmp *error,
			     const struct wire_ip *ip)
{
	if (ip->version != 6 || !addr_is_multicast(&ip->dst))
		return false;
	return error->kind == ICMP_PACKET_TOO_BIG ||
	       (error->kind == ICMP_PARAMETER_PROBLEM &&
		error->code == PROBLEM_OPTION);
}

static bool is_icmp(const struct wire_ip *ip)
{
	return ip->protocol ==
	       (ip->version == 4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6);
}

/* No ICMP error, as far as can be known, nor what may be one. */
static bool is_harmless_icmp(const struct wire_ip *ip)
{
	struct wire_icmp icmp;

	if (ip->version == 6) /* RFC 4443 2.1, 2.4 (e.1), (e.2) */
		return ip->fragment_offset == 0 && ip->payload_len > 0 &&
		       ip->payload[0] >= FIRST_INFORMATIONAL &&
		       ip->payload[0] != ND_REDIRECT;
	return ip->fragment_offset == 0 &&
	       wire_icmp_parse(&icmp, ip, true) == HF_ACCEPTED &&
	       icmp.kind != ICMP_OTHER && !wire_icmp_is_error(icmp.kind);
}

/*
 * RFC 1122 3.2.2, RFC 4443 2.4 (e): never an error about these. That only a
 * first fragment has one is a rule of IPv4's: RFC 8200 4.5 asks for some about
 * others.
 */
static bool deserves_error(const struct turn *t, const struct wire_icmp *error,
			   const struct wire_ip *ip)
{
	if (!is_single_host(t, &ip->src))
		return false;
	if (!is_single_host(t, &ip->dst) && !is_for_multicast(error, ip))
		return false;
	if (ip->version == 4 && ip->fragment_offset != 0)
		return false;
	return !is_icmp(ip) || is_harmless_icmp(ip);
}

/* ---- queueing --------------------------------------------------------- */

/* An answer comes from the address that was asked, unless many share it. */
static bool find_source(const struct turn *t, uint32_t link,
			const struct wire_ip *ip, struct hf_addr *source)
{
	uint32_t ref;

	*source = ip->dst;
	if (!addr_is_multicast(source))
		return true;
	ref = ip_source_on(t, link, &ip->src);
	if (ref != 0)
		*source = ip_address_at(t, ref)->addr;
	return ref != 0;
}

/* A link-local address means something on its link only: RFC 4291 2.5.6. */
static struct reply *push_towards(struct turn *t, uint32_t link,
				  const struct hf_addr *remote)
{
	if (addr_is_link_local(remote))
		return reply_push_on(t, link, REPLY_ICMP, remote);
	return reply_push(t, REPLY_ICMP, remote);
}

static struct reply *push(struct turn *t, uint32_t link,
			  const struct wire_icmp *icmp,
			  const struct wire_ip *ip)
{
	struct hf_addr source;
	struct reply *r;

	if (!find_source(t, link, ip, &source) ||
	    !limiter_allows(&t->ip->icmp, t->now))
		return NULL;
	r = push_towards(t, link, &ip->src);
	if (r == NULL)
		return NULL;
	r->local = source;
	r->u.icmp.kind = (uint8_t)icmp->kind;
	r->u.icmp.code = icmp->code;
	r->u.icmp.value = icmp->value;
	/* RFC 7739: not to be guessed; and RFC 6864 for IPv4. */
	r->u.icmp.id = (uint32_t)random_next(&t->ip->random);
	return r;
}

/* Not worth sending without its data: icmp_write() passes it over. */
static void abandon(struct turn *t, struct reply *r)
{
	icmp_forget(t, r);
	r->why = HF_WHY_NONE;
}

void icmp_send_error(struct turn *t, uint32_t link,
		     const struct wire_icmp *error, const struct wire_ip *ip,
		     const void *datagram)
{
	uint32_t most = ip->version == 4 ? QUOTE_IPV4 : QUOTE_IPV6;
	uint32_t len = ip->total_len < most ? ip->total_len : most;
	struct reply *r;

	if (!deserves_error(t, error, ip))
		return;
	r = push(t, link, error, ip);
	if (r == NULL)
		return;
	r->why = HF_WHY_ICMP_ERROR;
	if (queue_append(t->b, &t->ip->buffers, &r->u.icmp.body, datagram, len,
			 QUEUE_ORDINARY) < len)
		abandon(t, r);
}

/* RFC 1122 3.2.2.1, 4.1.3.1; RFC 4443 3.1, 3.4. */
void icmp_refuse_protocol(struct turn *t, uint32_t link,
			  const struct wire_ip *ip, const void *datagram)
{
	struct wire_icmp error = { .kind = ICMP_PROTOCOL_UNREACHABLE };
	uint8_t unserved = t->ip->config.unserved;

	if (unserved == HF_UNSERVED_SILENCE)
		return;
	/* There is nothing behind the headers, which is nobody's fault. */
	if (ip->version == 6 && ip->protocol == NO_NEXT_HEADER)
		return;
	if (ip->protocol == WIRE_PROTOCOL_UDP && unserved == HF_UNSERVED_PORT)
		error.kind = ICMP_PORT_UNREACHABLE;
	else if (ip->version == 6)
		error.value = ip->problem_offset;
	icmp_send_error(t, link, &error, ip, datagram);
}

/* Takes the request's data along, as config.held allows. */
static bool take_body(struct turn *t, struct reply *r,
		      const struct wire_icmp *echo)
{
	uint32_t before = held_mark(t);
	uint32_t len = queue_append(t->b, &t->ip->buffers, &r->u.icmp.body,
				    echo->body, echo->body_len, QUEUE_ORDINARY);

	held_add(t, before);
	return len == echo->body_len && t->ip->held <= t->ip->config.held;
}

/* RFC 1122 3.2.2.6, RFC 4443 4.2: all that came is given back. */
enum hf_drop icmp_answer_echo(struct turn *t, uint32_t link,
			      const struct wire_icmp *echo,
			      const struct wire_ip *ip)
{
	struct wire_icmp answer = *echo;
	struct reply *r;

	answer.kind = ICMP_ECHO_REPLY;
	r = push(t, link, &answer, ip);
	if (r == NULL)
		return HF_DROP_NO_MEMORY;
	r->why = HF_WHY_ECHO_REPLY;
	if (take_body(t, r, echo))
		return HF_ACCEPTED;
	abandon(t, r);
	return HF_DROP_NO_MEMORY;
}

/* Only echoes count: errors are short, and as few as replies are. */
static bool is_counted(const struct reply *reply)
{
	return reply->u.icmp.kind == ICMP_ECHO_REPLY;
}

void icmp_forget(struct turn *t, struct reply *reply)
{
	uint32_t before = held_mark(t);

	queue_clear(t->b, &t->ip->buffers, &reply->u.icmp.body);
	if (is_counted(reply))
		held_add(t, before);
}

/* ---- writing ---------------------------------------------------------- */

_Static_assert(BUFFER_SMALL_ROOM % 2 == 0 && BUFFER_PAGE_ROOM % 2 == 0,
	       "of the pieces of a body only the last has an odd length");

static uint64_t sum_body(const struct turn *t, const struct queue *body)
{
	struct queue_cursor cursor = { 0 };
	uint64_t sum = 0;
	uint32_t done = 0;

	while (done < body->len) {
		uint32_t n;
		const uint8_t *from = queue_at(t->b, body, &cursor, done, &n);

		sum += wire_sum(from, n);
		done += n;
	}
	return sum;
}

/* Moves the next `len` octets of the body out of its queue. */
static void move_body(struct turn *t, struct reply *r, uint32_t len,
		      uint8_t *to)
{
	struct queue *body = &r->u.icmp.body;
	uint32_t before = held_mark(t);

	while (len > 0) {
		uint32_t n;
		const uint8_t *from = queue_peek(t->b, body, &n);

		if (n > len)
			n = len;
		memcpy(to, from, n);
		queue_consume(t->b, &t->ip->buffers, body, n);
		to += n;
		len -= n;
	}
	if (is_counted(r))
		held_add(t, before);
}

static void write_header(const struct turn *t, const struct reply *r,
			 uint8_t *to)
{
	const struct wire_icmp icmp = {
		.kind = (enum wire_icmp_kind)r->u.icmp.kind,
		.code = r->u.icmp.code,
		.value = r->u.icmp.value,
		.body_len = r->u.icmp.body.len,
	};

	wire_icmp_emit_header(&icmp, &r->local, &r->remote,
			      sum_body(t, &r->u.icmp.body), to);
}

/* Octets of the message that are yet to be sent, its header included. */
static uint32_t left_to_send(const struct reply *r)
{
	return r->u.icmp.body.len +
	       (r->u.icmp.sent == 0 ? WIRE_ICMP_HEADER : 0);
}

/*
 * Routers fragment what is IPv4, and let pass what is no larger than what
 * came, as a rule. What must be fragmented anyway, and goes beyond a router
 * where nobody has looked for the path's MTU, goes as RFC 8200 5 says.
 */
static uint32_t fragment_most(const struct turn *t, uint32_t link,
			      const struct reply *r, uint32_t most)
{
	struct hf_addr next;

	if (addr_is_ipv4(&r->remote) || most <= MTU_IPV6_MIN)
		return most;
	next = ip_next_hop(t, link, &r->remote);
	return addr_eq(&next, &r->remote) ? most : MTU_IPV6_MIN;
}

/* How many octets of the message go next, in a datagram of at most `most`. */
static uint32_t plan(const struct turn *t, uint32_t link, const struct reply *r,
		     uint32_t most, struct wire_ip *ip)
{
	bool is_ipv4 = addr_is_ipv4(&r->remote);
	uint32_t header = is_ipv4 ? WIRE_IPV4_HEADER : WIRE_IPV6_HEADER;
	uint32_t left = left_to_send(r), room;

	ip->protocol = is_ipv4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6;
	if (r->u.icmp.sent == 0 && header + left <= most)
		return left;
	if (!is_ipv4)
		header += WIRE_FRAGMENT_HEADER;
	room = fragment_most(t, link, r, most) - header;
	ip->is_fragment = true;
	ip->fragment_offset = r->u.icmp.sent;
	ip->more_fragments = left > room;
	return ip->more_fragments ? room & ~7u : left;
}

/* The header of the message goes with its first octets. */
static void write_message(struct turn *t, struct reply *r, uint32_t len,
			  uint8_t *to)
{
	uint32_t header = 0;

	if (r->u.icmp.sent == 0) {
		header = WIRE_ICMP_HEADER;
		write_header(t, r, to);
	}
	move_body(t, r, len - header, to + header);
	r->u.icmp.sent = (uint16_t)(r->u.icmp.sent + len);
}

size_t icmp_write(struct turn *t, uint32_t link, struct reply *reply,
		  uint8_t *to, size_t cap)
{
	uint32_t mtu = ip_mtu(t, link, &reply->remote), header, len;
	struct wire_ip ip = {
		.src = reply->local,
		.dst = reply->remote,
		.ttl = ip_ttl(t, link, &reply->remote),
		.id = reply->u.icmp.id,
	};

	if (reply->why == HF_WHY_NONE)
		return 0;
	len = plan(t, link, reply, cap < mtu ? (uint32_t)cap : mtu, &ip);
	header = addr_is_ipv4(&ip.dst) ? WIRE_IPV4_HEADER : WIRE_IPV6_HEADER;
	if (ip.is_fragment && !addr_is_ipv4(&ip.dst))
		header += WIRE_FRAGMENT_HEADER;
	write_message(t, reply, len, to + header);
	return wire_ip_emit(&ip, len, to) + len;
}

bool icmp_is_written(const struct reply *reply)
{
	return left_to_send(reply) == 0;
}
