/* SPDX-License-Identifier: MIT */
/* IPPROTO_IP and IPPROTO_IPV6: what is more than an integer to keep. */
#include "socket_option.h"

#define ECN_BITS 3

/* The ECN bits are TCP's own. */
int option_set_tos(struct socket *s, int *value)
{
	(void)s;
	*value &= 0xff & ~ECN_BITS;
	return 0;
}

/* -1: the default. */
int option_set_tclass(struct socket *s, int *value)
{
	if (*value < 0)
		*value = 0;
	return option_set_tos(s, value);
}

/* -1: the default. */
int option_set_ttl(struct socket *s, int *value)
{
	(void)s;
	return *value == 0 ? -EINVAL : 0;
}

int option_get_ttl(struct socket *s, int *value)
{
	struct hf_config config;

	if (*value >= 0)
		return 0;
	hf_config_get(socket_host(s), &config);
	*value = config.ttl;
	return 0;
}

int option_set_v6only(struct socket *s, int *value)
{
	(void)value;
	return s->holds_port ? -EINVAL : 0;
}

/* What a segment of the path's size takes as a datagram. */
int option_get_mtu(struct socket *s, int *value)
{
	struct hf_status status;

	if (socket_state(s, &status) == HF_CLOSED || s->remote_port == 0)
		return -ENOTCONN;
	*value = (int)status.mtu;
	return 0;
}
