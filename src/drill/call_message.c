/* SPDX-License-Identifier: MIT */
/*
 * struct msghdr: {msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0,
 * msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_INQ, cmsg_data=10}]}
 */
#include "call.h"

#include <string.h>
#include <sys/uio.h>

#define CONTROL 1024u /* octets of control messages that may come */

static bool has_list(const struct drill_expr *expr)
{
	return expr && expr->kind == DRILL_ARRAY && expr->items;
}

/* ---- control messages ------------------------------------------------- */

struct control {
	int64_t level, type;
	uint8_t data[256];
	size_t len;
	bool any_data;
};

static bool read_control(struct drill_invocation *call,
			 const struct drill_expr *expr, struct control *control)
{
	const struct drill_expr *data = drill_expr_member(expr, "cmsg_data");

	memset(control, 0, sizeof *control);
	if (expr->kind != DRILL_STRUCT || expr->shape != DRILL_CMSG)
		return call_fail_at(call, expr,
				    "a control message is wanted here");
	if (!call_read_number(call, drill_expr_member(expr, "cmsg_level"), 0,
			      &control->level) ||
	    !call_read_number(call, drill_expr_member(expr, "cmsg_type"), 0,
			      &control->type))
		return false;
	control->any_data = call_is_any(data);
	return control->any_data ||
	       call_write_value(call, data, control->data, sizeof control->data,
				&control->len);
}

static bool write_controls(struct drill_invocation *call,
			   const struct drill_expr *list)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(&call->message);
	struct control control;
	size_t used = 0;

	for (size_t i = 0; i < list->items && head; i++) {
		if (!read_control(call, list->item[i], &control))
			return false;
		head->cmsg_level = (int)control.level;
		head->cmsg_type = (int)control.type;
		head->cmsg_len = CMSG_LEN(control.len);
		memcpy(CMSG_DATA(head), control.data, control.len);
		used += CMSG_SPACE(control.len);
		head = CMSG_NXTHDR(&call->message, head);
	}
	call->message.msg_controllen = used;
	return true;
}

static bool same_control(struct drill_invocation *call,
			 const struct drill_expr *expr,
			 const struct cmsghdr *head)
{
	struct control control;
	size_t len;

	if (!read_control(call, expr, &control))
		return false;
	if (!head)
		return call_fail_at(call, expr, "no such message came");
	len = head->cmsg_len - CMSG_LEN(0);
	if (head->cmsg_level != control.level ||
	    head->cmsg_type != control.type)
		return call_fail_at(call, expr, "level %d, type %d came",
				    head->cmsg_level, head->cmsg_type);
	if (!control.any_data &&
	    (len < control.len ||
	     memcmp(CMSG_DATA(head), control.data, control.len) != 0))
		return call_fail_at(call, expr, "other data came");
	return true;
}

static bool check_controls(struct drill_invocation *call,
			   const struct drill_expr *list)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(&call->message);

	for (size_t i = 0; i < list->items; i++) {
		if (!same_control(call, list->item[i], head))
			return false;
		head = head ? CMSG_NXTHDR(&call->message, head) : NULL;
	}
	return true;
}

/* ---- the message ------------------------------------------------------ */

static bool read_name(struct drill_invocation *call,
		      const struct drill_expr *name, bool receives)
{
	struct msghdr *message = &call->message;

	if (!name)
		return true;
	call_set_address(call, &call->run->rules->network.remote,
			 call->run->rules->connect_port);
	message->msg_name = &call->addr;
	message->msg_namelen = receives ? sizeof call->addr : call->addr_len;
	return true;
}

bool call_read_message(struct drill_invocation *call,
		       const struct drill_expr *expr, bool receives)
{
	const struct drill_expr *control;
	size_t count;

	if (!expr || expr->kind != DRILL_STRUCT || expr->shape != DRILL_MSGHDR)
		return call_fail_at(call, expr,
				    "{msg_name(...)=..., msg_iov(1)=[...], "
				    "...} is wanted here");
	if (!read_name(call, drill_expr_member(expr, "msg_name"), receives))
		return false;
	call->message.msg_iov = call_read_vector(
		call, drill_expr_member(expr, "msg_iov"), &count);
	call->message.msg_iovlen = count;
	if (!call->message.msg_iov)
		return false;
	control = drill_expr_member(expr, "msg_control");
	if (!control || (!receives && !has_list(control)))
		return true;
	call->message.msg_control = call_alloc(call, CONTROL);
	call->message.msg_controllen = CONTROL;
	return call->message.msg_control &&
	       (receives || write_controls(call, control));
}

bool call_check_message(struct drill_invocation *call,
			const struct drill_expr *expr)
{
	const struct drill_expr *flags = drill_expr_member(expr, "msg_flags");
	const struct drill_expr *control =
		drill_expr_member(expr, "msg_control");

	if (flags && flags->kind == DRILL_NUMBER &&
	    call->message.msg_flags != flags->value)
		return call_fail_at(call, flags,
				    "msg_flags is 0x%x instead of 0x%llx",
				    (unsigned)call->message.msg_flags,
				    (unsigned long long)flags->value);
	return !has_list(control) || check_controls(call, control);
}
