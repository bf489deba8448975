/* SPDX-License-Identifier: MIT */
/* Arguments of calls: from what the script writes to what C has. */
#include "call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include <linux/errqueue.h>

/* ---- numbers ---------------------------------------------------------- */

bool call_is_any(const struct drill_expr *expr)
{
	return !expr || expr->kind == DRILL_ANY;
}

/* htons(8080) and the like. */
static bool read_function(struct drill_invocation *call,
			  const struct drill_expr *expr, int64_t *number)
{
	const char *name = expr->text.data;
	const struct drill_expr *item = expr->items ? expr->item[0] : NULL;
	struct in_addr in;

	if (strcmp(name, "inet_addr") == 0 && item &&
	    item->kind == DRILL_STRING) {
		if (inet_pton(AF_INET, item->text.data, &in) != 1)
			return call_fail_at(call, item, "not an address");
		*number = in.s_addr;
		return true;
	}
	if (!item || item->kind != DRILL_NUMBER)
		return call_fail_at(call, expr, "%s() wants a number", name);
	if (strcmp(name, "htons") == 0 || strcmp(name, "ntohs") == 0)
		*number = htons((uint16_t)item->value);
	else if (strcmp(name, "htonl") == 0 || strcmp(name, "ntohl") == 0)
		*number = htonl((uint32_t)item->value);
	else if (strcmp(name, "CMSG_LEN") == 0)
		*number = (int64_t)CMSG_LEN((size_t)item->value);
	else if (strcmp(name, "CMSG_SPACE") == 0)
		*number = (int64_t)CMSG_SPACE((size_t)item->value);
	else
		return call_fail_at(call, expr, "%s() is not a number", name);
	return true;
}

bool call_read_number(struct drill_invocation *call,
		      const struct drill_expr *expr, int64_t otherwise,
		      int64_t *number)
{
	*number = otherwise;
	if (call_is_any(expr))
		return true;
	if (expr->kind == DRILL_CALL)
		return read_function(call, expr, number);
	if (expr->kind == DRILL_FOREIGN)
		return call_fail_at(call, expr,
				    "%s is not known to this system",
				    expr->text.data);
	if (expr->kind != DRILL_NUMBER)
		return call_fail_at(call, expr, "a number is wanted here");
	*number = expr->value;
	return true;
}

bool call_take_number(struct drill_invocation *call, size_t i)
{
	int64_t number;

	if (!call_read_number(call, call_argument(call, i), 0, &number))
		return false;
	call->number[i] = (long)number;
	return true;
}

/* One that the script does not have is handed on: the stack says EBADF. */
bool call_take_fd(struct drill_invocation *call, size_t i, int *live)
{
	const struct drill_expr *expr = call_argument(call, i);
	const struct drill_descriptor *row;

	if (!expr || expr->kind != DRILL_NUMBER)
		return call_fail_at(call, expr, "a descriptor is wanted here");
	row = drill_descriptor_find(call->run, (int)expr->value);
	*live = row ? row->live : -1;
	return true;
}

const struct drill_expr *call_in_brackets(const struct drill_expr *expr)
{
	if (expr && expr->kind == DRILL_ARRAY)
		expr = expr->items == 1 ? expr->item[0] : NULL;
	return expr;
}

/* ---- addresses -------------------------------------------------------- */

void call_set_address(struct drill_invocation *call, const struct hf_addr *addr,
		      uint16_t port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	call->has_addr = true;
	if (call->run->rules->network.ip_version == DRILL_IPV4) {
		four.sin_port = htons(port);
		memcpy(&four.sin_addr, addr->octet + 12, 4);
		memcpy(&call->addr, &four, sizeof four);
		call->addr_len = sizeof four;
		return;
	}
	six.sin6_port = htons(port);
	memcpy(&six.sin6_addr, addr->octet, 16);
	memcpy(&call->addr, &six, sizeof six);
	call->addr_len = sizeof six;
}

void call_get_address(const struct drill_invocation *call, struct hf_addr *addr,
		      uint16_t *port)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (call->addr.ss_family == AF_INET) {
		memcpy(&four, &call->addr, sizeof four);
		*addr = hf_ipv4(0, 0, 0, 0);
		memcpy(addr->octet + 12, &four.sin_addr, 4);
		*port = ntohs(four.sin_port);
		return;
	}
	memcpy(&six, &call->addr, sizeof six);
	memcpy(addr->octet, &six.sin6_addr, 16);
	*port = ntohs(six.sin6_port);
}

static const struct drill_expr *member(const struct drill_expr *expr,
				       const char *name, const char *other)
{
	const struct drill_expr *found = drill_expr_member(expr, name);

	return found || !other ? found : drill_expr_member(expr, other);
}

static bool read_ipv4(struct drill_invocation *call,
		      const struct drill_expr *expr, uint16_t port)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	int64_t addr;

	if (!call_read_number(call, member(expr, "sin_addr", NULL), INADDR_ANY,
			      &addr))
		return false;
	four.sin_port = port;
	four.sin_addr.s_addr = (uint32_t)addr;
	memcpy(&call->addr, &four, sizeof four);
	call->addr_len = sizeof four;
	return true;
}

static bool read_ipv6(struct drill_invocation *call,
		      const struct drill_expr *expr, uint16_t port)
{
	const struct drill_expr *addr = member(expr, "sin6_addr", NULL);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct drill_expr *text = addr;

	if (addr && addr->kind == DRILL_CALL && addr->items == 3)
		text = addr->item[1];
	if (text && text->kind == DRILL_STRING &&
	    inet_pton(AF_INET6, text->text.data, &six.sin6_addr) != 1)
		return call_fail_at(call, text, "not an address");
	six.sin6_port = port;
	memcpy(&call->addr, &six, sizeof six);
	call->addr_len = sizeof six;
	return true;
}

static bool read_address(struct drill_invocation *call,
			 const struct drill_expr *expr)
{
	const struct drill_expr *family = member(expr, "sa_family", NULL);
	bool six = expr->shape == DRILL_SOCKADDR_IN6;
	int64_t number, port;

	if (!family)
		family = member(expr, "sin_family", "sin6_family");
	if (!call_read_number(call, family, six ? AF_INET6 : AF_INET,
			      &number) ||
	    !call_read_number(call, member(expr, "sin_port", "sin6_port"), 0,
			      &port))
		return false;
	call->has_addr = true;
	if (six ? !read_ipv6(call, expr, (uint16_t)port)
		: !read_ipv4(call, expr, (uint16_t)port))
		return false;
	call->addr.ss_family = (sa_family_t)number;
	return true;
}

bool call_take_address(struct drill_invocation *call, size_t i,
		       const struct hf_addr *addr, uint16_t port)
{
	const struct drill_expr *expr = call_argument(call, i);

	if (call_is_any(expr)) {
		call_set_address(call, addr, port);
		return true;
	}
	if (expr->kind == DRILL_NUMBER && expr->value == 0) {
		call->has_addr = false; /* NULL */
		return true;
	}
	if (expr->kind != DRILL_STRUCT || (expr->shape != DRILL_SOCKADDR_IN &&
					   expr->shape != DRILL_SOCKADDR_IN6 &&
					   expr->shape != DRILL_SOCKADDR))
		return call_fail_at(call, expr, "an address is wanted here");
	return read_address(call, expr);
}

/* ---- buffers ---------------------------------------------------------- */

static const struct drill_expr *part(const struct drill_expr *expr, size_t i,
				     const char *name)
{
	const struct drill_expr *named = drill_expr_member(expr, name);

	if (named)
		return named;
	return i < expr->fields ? expr->field[i].value : NULL;
}

static bool read_buffer(struct drill_invocation *call,
			const struct drill_expr *expr, struct iovec *iov)
{
	int64_t len;

	if (expr->kind != DRILL_STRUCT || expr->shape != DRILL_IOVEC)
		return call_fail_at(call, expr, "{..., LENGTH} is wanted here");
	if (!call_read_number(call, part(expr, 1, "iov_len"), 0, &len))
		return false;
	iov->iov_len = (size_t)len;
	iov->iov_base = call_alloc(call, iov->iov_len);
	call->len += iov->iov_len;
	return iov->iov_base != NULL;
}

struct iovec *call_read_vector(struct drill_invocation *call,
			       const struct drill_expr *expr, size_t *count)
{
	struct iovec *iov;

	*count = 0;
	if (!expr || expr->kind != DRILL_ARRAY) {
		call_fail_at(call, expr, "[{..., LENGTH}, ...] is wanted here");
		return NULL;
	}
	iov = call_alloc(call, expr->items * sizeof *iov);
	for (size_t i = 0; iov && i < expr->items; i++)
		if (!read_buffer(call, expr->item[i], &iov[i]))
			return NULL;
	*count = expr->items;
	return iov;
}

void call_fill(const struct drill_flow *flow, uint32_t from, uint8_t *data,
	       size_t len)
{
	for (size_t i = 0; flow && i < len; i++)
		data[i] = drill_octet(1 + from + (uint32_t)i);
}

bool call_is_next(const struct drill_flow *flow, uint32_t from,
		  const uint8_t *data, size_t len)
{
	if (flow->read_unknown)
		return true;
	for (size_t i = 0; i < len; i++)
		if (data[i] != drill_octet(1 + from + (uint32_t)i))
			return false;
	return true;
}

/* ---- values of options ------------------------------------------------ */

static bool put(struct drill_invocation *call, const struct drill_expr *expr,
		const void *data, size_t size, void *to, size_t cap,
		size_t *len)
{
	if (size > cap)
		return call_fail_at(call, expr, "the value is too long");
	memcpy(to, data, size);
	*len = size;
	return true;
}

static bool put_linger(struct drill_invocation *call,
		       const struct drill_expr *expr, void *to, size_t cap,
		       size_t *len)
{
	struct linger linger;
	int64_t on, time;

	if (!call_read_number(call, member(expr, "onoff", "l_onoff"), 0, &on) ||
	    !call_read_number(call, member(expr, "linger", "l_linger"), 0,
			      &time))
		return false;
	linger.l_onoff = (int)on;
	linger.l_linger = (int)time;
	return put(call, expr, &linger, sizeof linger, to, cap, len);
}

static bool put_timeval(struct drill_invocation *call,
			const struct drill_expr *expr, void *to, size_t cap,
			size_t *len)
{
	struct timeval time;
	int64_t sec, micro;

	if (!call_read_number(call, member(expr, "tv_sec", NULL), 0, &sec) ||
	    !call_read_number(call, member(expr, "tv_usec", "tv_nsec"), 0,
			      &micro))
		return false;
	time.tv_sec = (time_t)sec;
	time.tv_usec = (suseconds_t)micro;
	return put(call, expr, &time, sizeof time, to, cap, len);
}

/* What Linux puts before the offender's address, which scripts leave out. */
static bool put_extended(struct drill_invocation *call,
			 const struct drill_expr *expr, void *to, size_t cap,
			 size_t *len)
{
	static const char *const names[] = {
		"ee_errno", "ee_origin", "ee_type",
		"ee_code",  "ee_info",	 "ee_data"
	};
	int64_t said[sizeof names / sizeof names[0]];
	struct sock_extended_err error = { 0 };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!call_read_number(call, drill_expr_member(expr, names[i]),
				      0, &said[i]))
			return false;
	error.ee_errno = (uint32_t)said[0];
	error.ee_origin = (uint8_t)said[1];
	error.ee_type = (uint8_t)said[2];
	error.ee_code = (uint8_t)said[3];
	error.ee_info = (uint32_t)said[4];
	error.ee_data = (uint32_t)said[5];
	return put(call, expr, &error, sizeof error, to, cap, len);
}

static bool put_struct(struct drill_invocation *call,
		       const struct drill_expr *expr, void *to, size_t cap,
		       size_t *len)
{
	if (expr->shape == DRILL_LINGER)
		return put_linger(call, expr, to, cap, len);
	if (expr->shape == DRILL_TIMEVAL)
		return put_timeval(call, expr, to, cap, len);
	if (expr->shape == DRILL_EXTENDED_ERR)
		return put_extended(call, expr, to, cap, len);
	return call_fail_at(call, expr, "no such value can be given here");
}

bool call_write_value(struct drill_invocation *call,
		      const struct drill_expr *expr, void *to, size_t cap,
		      size_t *len)
{
	const struct drill_expr *inner = call_in_brackets(expr);
	int64_t number;
	int word;

	if (inner && inner->kind == DRILL_STRING)
		return put(call, inner, inner->text.data, inner->text.len, to,
			   cap, len);
	if (inner && inner->kind == DRILL_STRUCT)
		return put_struct(call, inner, to, cap, len);
	if (!inner)
		return call_fail_at(call, expr, "one value is wanted here");
	if (!call_read_number(call, inner, 0, &number))
		return false;
	word = (int)number;
	return put(call, inner, &word, sizeof word, to, cap, len);
}
