/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <string.h>

#define MEMBERS 9

struct row {
	enum drill_shape shape;
	bool leads; /* its first member must stand first */
	const char *member[MEMBERS];
};

/* The first row that has all members of a struct is taken. */
/* clang-format off */
static const struct row rows[] = {
	{ DRILL_SOCKADDR, false, { "sa_family", "sa_data" } },
	{ DRILL_SOCKADDR_IN, false,
	  { "sa_family", "sin_family", "sin_port", "sin_addr", "sa_len",
	    "sin_len" } },
	{ DRILL_SOCKADDR_IN6, false,
	  { "sa_family", "sin6_family", "sin6_port", "sin6_flowinfo",
	    "sin6_addr", "sin6_scope_id", "sa_len", "sin6_len" } },
	{ DRILL_LINGER, false, { "onoff", "linger" } },
	{ DRILL_LINGER, false, { "l_onoff", "l_linger" } },
	{ DRILL_IOVEC, false, { "iov_base", "iov_len" } },
	{ DRILL_MSGHDR, false,
	  { "msg_name", "msg_namelen", "msg_iov", "msg_iovlen",
	    "msg_control", "msg_controllen", "msg_flags" } },
	{ DRILL_CMSG, false,
	  { "cmsg_len", "cmsg_level", "cmsg_type", "cmsg_data" } },
	{ DRILL_POLLFD, true, { "fd", "events", "revents" } },
	{ DRILL_EPOLL_EVENT, false,
	  { "events", "fd", "ptr", "u32", "u64", "data" } },
	{ DRILL_POLLFD, false, { "fd", "events", "revents" } },
	{ DRILL_TIMEVAL, false, { "tv_sec", "tv_usec", "tv_nsec" } },
	{ DRILL_TIMESTAMPING, false, { "scm_sec", "scm_nsec" } },
	{ DRILL_EXTENDED_ERR, false,
	  { "ee_errno", "ee_origin", "ee_type", "ee_code", "ee_pad",
	    "ee_info", "ee_data" } },
	{ DRILL_FUNCTION_SET, false, { "function_set_name", "pcbcnt" } },
	/* Structs of single options, which have no shape of their own. */
	{ DRILL_PLAIN, false,
	  { "address", "length", "recv_skip_hint", "inq", "err",
	    "copybuf_address", "copybuf_len", "flags" } },
	{ DRILL_PLAIN, false,
	  { "tcpm_addr", "tcpm_flags", "tcpm_prefixlen", "tcpm_keylen",
	    "tcpm_ifindex", "tcpm_key" } },
	{ DRILL_PLAIN, false, { "af_name", "af_arg" } },
	{ DRILL_PLAIN, false, { "enable", "psk" } },
	{ DRILL_PLAIN, false, { "s_addr" } },
	{ DRILL_PLAIN, false, { "len", "filter" } },
	{ DRILL_PLAIN, false, { "clockid", "flags" } },
	{ DRILL_PLAIN, false, { "imr_multiaddr", "imr_interface",
				"imr_address", "imr_ifindex" } },
};
/* clang-format on */

#define ROWS (sizeof rows / sizeof rows[0])

static bool has(const struct row *row, const char *name)
{
	size_t i;

	for (i = 0; i < MEMBERS && row->member[i]; i++)
		if (!strcmp(row->member[i], name))
			return true;
	return false;
}

static bool has_all(const struct row *row, const struct drill_expr *expr)
{
	size_t i;

	for (i = 0; i < expr->fields; i++)
		if (!has(row, expr->field[i].name.data))
			return false;
	return !row->leads || !strcmp(row->member[0], expr->field[0].name.data);
}

static bool is_known(const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (has(&rows[i], name))
			return true;
	return false;
}

static void fail_mixed(struct parser *parser, const struct drill_expr *expr)
{
	const struct drill_field *field;

	for (field = expr->field; field < expr->field + expr->fields; field++)
		if (!is_known(field->name.data))
			scan_fail(parser, field->at, "unknown member '%s'",
				  field->name.data);
	scan_fail(parser, expr->at, "no struct has all of these members");
}

/* Told by position: the base and the length of a struct iovec. */
static enum drill_shape find_unnamed(struct parser *parser,
				     const struct drill_expr *expr)
{
	size_t i;

	for (i = 0; i < expr->fields; i++)
		if (expr->field[i].name.data)
			scan_fail(parser, expr->field[i].at,
				  "either all members have names or none");
	return expr->fields == 2 ? DRILL_IOVEC : DRILL_PLAIN;
}

static bool is_named(const struct drill_expr *expr)
{
	size_t i;

	for (i = 0; i < expr->fields; i++)
		if (!expr->field[i].name.data)
			return false;
	return expr->fields != 0;
}

enum drill_shape shape_find(struct parser *parser,
			    const struct drill_expr *expr)
{
	size_t i;

	if (!is_named(expr))
		return find_unnamed(parser, expr);
	for (i = 0; i < ROWS; i++)
		if (has_all(&rows[i], expr))
			return rows[i].shape;
	fail_mixed(parser, expr);
	return DRILL_PLAIN;
}
