/* SPDX-License-Identifier: MIT */
/*
 * The options of a connection, and of a listener for those to come. Most are
 * wishes (tcb.h): each says where in them it is, so that one piece of code
 * reads and writes them all.
 */
#include "internal.h"

enum place {
	HERE, /* in the TCB or the listener itself */
	WISH, /* a number in its wishes */
	FLAG, /* a flag of its wishes */
};

/* What an option may be set to, and where it is kept. */
static const struct {
	uint64_t least, most;
	enum place place;
	uint16_t offset, width; /* of WISH; `width` is the bit of FLAG */
} kind[HF_OPTIONS] = {
#define IN_WISH(member)                                                        \
	WISH, offsetof(struct wishes, member),                                 \
		sizeof(((struct wishes *)0)->member)
	/* clang-format off */
	[HF_OPTION_USER]               = { 0, UINT64_MAX, HERE, 0, 0 },
	[HF_OPTION_NODELAY]            = { 0, 1, HERE, 0, 0 },
	[HF_OPTION_KEEPALIVE]          = { 0, 1, HERE, 0, 0 },
	[HF_OPTION_KEEPALIVE_IDLE]     = { 1, UINT16_MAX, /* MUST-27 */
					   IN_WISH(keepalive_idle) },
	[HF_OPTION_KEEPALIVE_INTERVAL] = { 1, UINT16_MAX,
					   IN_WISH(keepalive_interval) },
	[HF_OPTION_KEEPALIVE_PROBES]   = { 1, UINT8_MAX,
					   IN_WISH(keepalive_probes) },
	[HF_OPTION_USER_TIMEOUT]       = { 0, UINT32_MAX,
					   IN_WISH(user_timeout) },
	[HF_OPTION_TTL]                = { 1, UINT8_MAX, HERE, 0, 0 },
	[HF_OPTION_TOS]                = { 0, UINT8_MAX, HERE, 0, 0 },
	[HF_OPTION_SEND_BUFFER]        = { 1, BUFFER_MOST, HERE, 0, 0 },
	[HF_OPTION_RECEIVE_BUFFER]     = { 1, BUFFER_MOST, HERE, 0, 0 },
	[HF_OPTION_CORK]               = { 0, 1, FLAG, 0, WISH_CORK },
	[HF_OPTION_MSS]                = { 0, UINT16_MAX, IN_WISH(mss) },
	[HF_OPTION_WINDOW_CLAMP]       = { 0, BUFFER_MOST,
					   IN_WISH(window_clamp) },
	[HF_OPTION_FIN_WAIT_2]         = { 0, UINT16_MAX,
					   IN_WISH(fin_wait_2) },
	[HF_OPTION_QUICK_ACK]          = { 0, 1, FLAG, 0, WISH_QUICK_ACK },
	[HF_OPTION_KEEPALIVE_OCTET]    = { 0, 1, FLAG, 0,
					   WISH_KEEPALIVE_OCTET },
	[HF_OPTION_OPEN_RETRIES]       = { 0, INT8_MAX,
					   IN_WISH(open_retries) },
	[HF_OPTION_FRAGMENT]           = { 0, 1, FLAG, 0, WISH_FRAGMENT },
	[HF_OPTION_COUNT]              = { 0, 1, FLAG, 0, WISH_COUNT },
	[HF_OPTION_DEFER_ACCEPT]       = { 0, UINT8_MAX, IN_WISH(defer) },
/* clang-format on */
#undef IN_WISH
};

static bool is_valid(enum hf_option option, uint64_t value)
{
	if ((unsigned)option >= HF_OPTIONS || value < kind[option].least ||
	    value > kind[option].most)
		return false;
	if (option == HF_OPTION_MSS && value > 0 && value < TCP_MSS_LEAST)
		return false;
	return option != HF_OPTION_TOS || !(value & 3); /* ECN's bits */
}

/* ---- wishes ----------------------------------------------------------- */

static void wish_set(struct wishes *wish, enum hf_option option, uint64_t value)
{
	uint8_t *to = (uint8_t *)wish + kind[option].offset;
	uint8_t flag = (uint8_t)kind[option].width;

	if (kind[option].place == FLAG) {
		wish->flags = (uint8_t)(value != 0 ? wish->flags | flag
						   : wish->flags & ~flag);
		return;
	}
	switch (kind[option].width) {
	case sizeof(uint8_t):
		*to = (uint8_t)value;
		break;
	case sizeof(uint16_t):
		memcpy(to, &(uint16_t){ (uint16_t)value }, sizeof(uint16_t));
		break;
	default:
		memcpy(to, &(uint32_t){ (uint32_t)value }, sizeof(uint32_t));
		break;
	}
}

static uint64_t wish_get(const struct wishes *wish, enum hf_option option)
{
	const uint8_t *from = (const uint8_t *)wish + kind[option].offset;
	uint16_t half;
	uint32_t word;

	if (kind[option].place == FLAG)
		return !!(wish->flags & kind[option].width);
	switch (kind[option].width) {
	case sizeof(uint8_t):
		return *from;
	case sizeof(uint16_t):
		memcpy(&half, from, sizeof half);
		return half;
	default:
		memcpy(&word, from, sizeof word);
		return word;
	}
}

/* A wish as it is seen: what is configured where nothing is wished. */
static uint64_t wish_or_configured(const struct turn *t,
				   const struct wishes *wish,
				   enum hf_option option)
{
	const struct hf_config *config = &t->ip->config;
	uint64_t value = wish_get(wish, option);

	if (value != 0)
		return value;
	if (option == HF_OPTION_KEEPALIVE_IDLE)
		return config->keepalive_idle / HF_SECOND;
	if (option == HF_OPTION_KEEPALIVE_INTERVAL)
		return config->keepalive_interval / HF_SECOND;
	if (option == HF_OPTION_KEEPALIVE_PROBES)
		return config->keepalive_probes;
	return 0;
}

/* ---- a connection ----------------------------------------------------- */

static void set_flag(struct tcb *tcb, uint32_t flag, uint64_t is_on)
{
	tcb->flags = is_on ? tcb->flags | flag : tcb->flags & ~flag;
}

static enum hf_error connection_wish(struct turn *t, struct tcb *tcb,
				     enum hf_option option, uint64_t value)
{
	struct tcb_side *side = tcb_side(t, tcb);

	if (side == NULL)
		return HF_ERR_NO_MEMORY;
	tcb->flags |= TCB_SIDE_KEPT;
	wish_set(&side->wish, option, value);
	return HF_OK;
}

static void connection_set(struct tcb *tcb, enum hf_option option,
			   uint64_t value)
{
	if (option == HF_OPTION_USER)
		tcb->owner.user = value;
	else if (option == HF_OPTION_NODELAY)
		set_flag(tcb, TCB_NODELAY, value); /* MUST-17 */
	else if (option == HF_OPTION_TTL)
		tcb->ttl = (uint8_t)value;
	else if (option == HF_OPTION_TOS)
		tcb->tos = (uint8_t)value; /* MUST-48, SHLD-21 */
	else if (option == HF_OPTION_SEND_BUFFER)
		tcb->send_buffer = (uint32_t)value;
	else if (option == HF_OPTION_RECEIVE_BUFFER)
		tcb->receive_buffer = (uint32_t)value;
	if (option != HF_OPTION_KEEPALIVE)
		return;
	set_flag(tcb, TCB_KEEPALIVE, value); /* MUST-24 */
	tcb->probes = 0;
}

static uint64_t connection_get(const struct tcb *tcb, enum hf_option option)
{
	if (option == HF_OPTION_USER)
		return tcb->owner.user;
	if (option == HF_OPTION_NODELAY)
		return !!(tcb->flags & TCB_NODELAY);
	if (option == HF_OPTION_KEEPALIVE)
		return !!(tcb->flags & TCB_KEEPALIVE);
	if (option == HF_OPTION_TTL)
		return tcb->ttl;
	if (option == HF_OPTION_TOS)
		return tcb->tos;
	return option == HF_OPTION_SEND_BUFFER ? tcb->send_buffer
					       : tcb->receive_buffer;
}

/* What follows from an option that has been changed. */
static void connection_changed(struct turn *t, struct tcb *tcb,
			       enum hf_option option)
{
	timer_keepalive(t, tcb);
	if (option == HF_OPTION_MSS)
		tcb->mss = tcb_mss_for(t, tcb, tcb->mss);
	if (option == HF_OPTION_RECEIVE_BUFFER ||
	    option == HF_OPTION_WINDOW_CLAMP)
		tcb_window_changed(t, tcb);
	if (option == HF_OPTION_NODELAY || option == HF_OPTION_CORK)
		tcb_send_changed(t, tcb);
	if (option == HF_OPTION_QUICK_ACK)
		tcb_ack_changed(t, tcb);
}

static enum hf_error set_on_connection(struct turn *t, struct tcb *tcb,
				       enum hf_option option, uint64_t value)
{
	hf_time before = timer_patience(t, tcb);
	enum hf_error error = HF_OK;

	if (tcb->state == HF_CLOSED && option != HF_OPTION_USER)
		return HF_ERR_NOT_CONNECTED;
	if (kind[option].place == HERE)
		connection_set(tcb, option, value);
	else
		error = connection_wish(t, tcb, option, value);
	connection_changed(t, tcb, option);
	timer_patience_changed(t, tcb, before);
	return error;
}

/* ---- a listener ------------------------------------------------------- */

static void listener_set(struct listener *l, enum hf_option option,
			 uint64_t value)
{
	if (option == HF_OPTION_USER)
		l->user = value;
	else if (option == HF_OPTION_NODELAY)
		l->nodelay = value != 0;
	else if (option == HF_OPTION_KEEPALIVE)
		l->keepalive = value != 0;
	else if (option == HF_OPTION_TTL)
		l->ttl = (uint8_t)value;
	else if (option == HF_OPTION_TOS)
		l->tos = (uint8_t)value;
	else if (option == HF_OPTION_SEND_BUFFER)
		l->send_buffer = (uint32_t)value;
	else if (option == HF_OPTION_RECEIVE_BUFFER)
		l->receive_buffer = (uint32_t)value;
}

static uint64_t listener_get(const struct turn *t, const struct listener *l,
			     enum hf_option option)
{
	if (option == HF_OPTION_USER)
		return l->user;
	if (option == HF_OPTION_NODELAY)
		return l->nodelay;
	if (option == HF_OPTION_KEEPALIVE)
		return l->keepalive;
	if (option == HF_OPTION_TTL)
		return l->ttl != 0 ? l->ttl : t->ip->config.ttl;
	if (option == HF_OPTION_TOS)
		return l->tos;
	return option == HF_OPTION_SEND_BUFFER ? l->send_buffer
					       : l->receive_buffer;
}

/* ---- the calls -------------------------------------------------------- */

enum hf_error hf_set(struct hf_host *host, struct hf_handle handle,
		     enum hf_option option, uint64_t value)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, handle);
	struct listener *l = find_listener(host, handle);

	if (tcb == NULL && l == NULL)
		return HF_ERR_HANDLE;
	if (!is_valid(option, value))
		return HF_ERR_ARGUMENT;
	if (tcb != NULL)
		return set_on_connection(&t, tcb, option, value);
	if (kind[option].place == HERE)
		listener_set(l, option, value);
	else
		wish_set(&l->wish, option, value);
	return HF_OK;
}

enum hf_error hf_get(const struct hf_host *host, struct hf_handle handle,
		     enum hf_option option, uint64_t *value)
{
	struct turn t = turn_of(host, 0, NULL);
	const struct tcb *tcb = find_connection(host, handle);
	const struct listener *l = find_listener(host, handle);

	if (tcb == NULL && l == NULL)
		return HF_ERR_HANDLE;
	if ((unsigned)option >= HF_OPTIONS)
		return HF_ERR_ARGUMENT;
	if (kind[option].place != HERE)
		*value = wish_or_configured(
			&t, tcb != NULL ? tcb_wishes(&t, tcb) : &l->wish,
			option);
	else
		*value = tcb != NULL ? connection_get(tcb, option)
				     : listener_get(&t, l, option);
	return HF_OK;
}
