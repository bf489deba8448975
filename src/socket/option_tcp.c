/* SPDX-License-Identifier: MIT */
/* IPPROTO_TCP: what is more than an integer to keep. */
#include "socket_option.h"
#include <string.h>

#define MSS_LEAST 88
#define MSS_DEFAULT 536 /* RFC 9293 MUST-15 */
#define LINGER2_MOST 120 /* seconds */
#define CLAMP_LEAST 1152
#define NAME_ROOM 16 /* of a congestion control */

static bool is_new(const struct socket *s)
{
	enum hf_state state = socket_state(s, NULL);

	return state == HF_CLOSED || state == HF_LISTEN;
}

/* ---- integers ---------------------------------------------------------- */

int option_set_mss(struct socket *s, int *value)
{
	(void)s;
	return *value != 0 && *value < MSS_LEAST ? -EINVAL : 0;
}

/* What is asked for, or what a connection has come to. */
int option_get_mss(struct socket *s, int *value)
{
	struct hf_status status;

	socket_state(s, &status);
	if (!is_new(s))
		*value = (int)status.mss;
	else if (*value == 0)
		*value = MSS_DEFAULT;
	return 0;
}

int option_set_linger2(struct socket *s, int *value)
{
	(void)s;
	if (*value < 0)
		*value = -1;
	else if (*value > LINGER2_MOST)
		*value = LINGER2_MOST;
	return 0;
}

/*
 * Linux keeps how many times the SYN-ACK goes out, at 1, 3, 7 ... seconds, and
 * says how long that takes.
 */
int option_set_defer(struct socket *s, int *value)
{
	int seconds = 0, step = 1;

	(void)s;
	while (seconds < *value && seconds < INT32_MAX - 120) {
		seconds += step;
		step = step * 2 < 120 ? step * 2 : 120;
	}
	*value = seconds;
	return 0;
}

int option_set_clamp(struct socket *s, int *value)
{
	if (*value == 0)
		return socket_state(s, NULL) == HF_CLOSED ? 0 : -EINVAL;
	if (*value < CLAMP_LEAST)
		*value = CLAMP_LEAST;
	return 0;
}

/* Bit 0 is the switch. */
int option_set_quick_ack(struct socket *s, int *value)
{
	(void)s;
	*value &= 1;
	return 0;
}

int option_set_when_new(struct socket *s, int *value)
{
	(void)value;
	return is_new(s) ? 0 : -EINVAL;
}

/* There is no Fast Open: to be asked for it is an error, not to be is none. */
int option_refuse(struct socket *s, int *value)
{
	(void)s;
	return *value == 0 ? 0 : -EOPNOTSUPP;
}

/* Our timestamps now: RFC 7323 5.4. */
int option_get_clock(struct socket *s, int *value)
{
	struct hf_status status;

	socket_state(s, &status);
	*value = (int)(status.ts_offset +
		       (uint32_t)(net_now(s->file.net) / HF_MILLISECOND));
	return 0;
}

/* ---- others ------------------------------------------------------------ */

int option_set_congestion(struct socket *s, const void *value, socklen_t len)
{
	char name[NAME_ROOM] = "";

	(void)s;
	if ((int)len < 1)
		return -EINVAL;
	if (value == NULL)
		return -EFAULT;
	memcpy(name, value, len < sizeof name ? len : sizeof name - 1);
	return strcmp(name, "reno") == 0 ? 0 : -ENOENT;
}

int option_get_congestion(struct socket *s, void *value, socklen_t *len)
{
	static const char name[NAME_ROOM] = "reno";

	(void)s;
	return option_write(value, len, name, sizeof name);
}

int option_get_nothing(struct socket *s, void *value, socklen_t *len)
{
	(void)s;
	(void)value;
	*len = 0;
	return 0;
}
