/* SPDX-License-Identifier: MIT */
/* setsockopt() and getsockopt(): finding the row, and doing what it says. */
#include "listen.h"
#include "socket_option.h"
#include <limits.h>
#include <netinet/in.h>
#include <string.h>

/* ---- defaults ---------------------------------------------------------- */

void option_set_defaults(struct socket *s)
{
	struct hf_config config;

	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->slot != SLOTS)
			s->options.value[row->slot] = row->normal;
	}
	hf_config_get(socket_host(s), &config);
	s->options.value[SLOT_SNDBUF] = (int)(config.send_buffer * 2);
	s->options.value[SLOT_RCVBUF] = (int)(config.receive_buffer * 2);
	s->options.value[SLOT_KEEPIDLE] =
		(int)(config.keepalive_idle / HF_SECOND);
	s->options.value[SLOT_KEEPINTVL] =
		(int)(config.keepalive_interval / HF_SECOND);
	s->options.value[SLOT_KEEPCNT] = (int)config.keepalive_probes;
}

static bool is_changed(const struct socket *s, enum slot slot)
{
	return s->options.changed >> slot & 1;
}

/* Linux counts what the octets take; half of it is text. */
uint32_t option_send_buffer(const struct socket *s)
{
	return is_changed(s, SLOT_SNDBUF)
		       ? (uint32_t)s->options.value[SLOT_SNDBUF] / 2
		       : 0;
}

uint32_t option_receive_buffer(const struct socket *s)
{
	return is_changed(s, SLOT_RCVBUF)
		       ? (uint32_t)s->options.value[SLOT_RCVBUF] / 2
		       : 0;
}

/* ---- the host's part --------------------------------------------------- */

/* An option of the other version does nothing. */
static bool is_of_version(const struct socket *s, const struct option_row *row)
{
	bool is_ipv4 = s->domain == AF_INET ||
		       (s->remote_port != 0 && addr_is_mapped(&s->remote));

	if (row->level == IPPROTO_IP)
		return is_ipv4;
	return row->level != IPPROTO_IPV6 || !is_ipv4;
}

static uint64_t host_value(const struct option_row *row, int value)
{
	if (row->slot == SLOT_SNDBUF || row->slot == SLOT_RCVBUF)
		return (uint64_t)value / 2;
	if (row->host == HF_OPTION_TTL && value < 0)
		return 64;
	if (row->host == HF_OPTION_FRAGMENT)
		return value == IP_PMTUDISC_DONT;
	if (row->host == HF_OPTION_TOS)
		return (uint64_t)value & ~UINT64_C(3);
	return value > 0 ? (uint64_t)value : 0;
}

/* What the host does not know, it does not do; the value is kept. */
static int tell_host(struct socket *s, const struct option_row *row)
{
	struct hf_handle handle = s->listen != NULL ? listen_handle(s)
						    : s->handle;
	enum hf_error error;

	if (row->host == NO_HOST_OPTION || handle.index == 0 ||
	    !is_of_version(s, row))
		return 0;
	error = hf_set(socket_host(s), handle, (enum hf_option)row->host,
		       host_value(row, s->options.value[row->slot]));
	return error == HF_ERR_NO_MEMORY ? -ENOBUFS : 0;
}

void option_apply(struct socket *s)
{
	struct hf_handle handle = s->listen != NULL ? listen_handle(s)
						    : s->handle;

	if (!s->file.net->options.no_counts)
		hf_set(socket_host(s), handle, HF_OPTION_COUNT, 1);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->slot != SLOTS && is_changed(s, row->slot))
			tell_host(s, row);
	}
}

/* ---- finding ----------------------------------------------------------- */

static const struct option_row *find_row(int level, int name)
{
	for (size_t i = 0; i < option_row_count; i++) {
		if (option_rows[i].level == level &&
		    option_rows[i].name == name)
			return &option_rows[i];
	}
	return NULL;
}

static const struct option_whole *find_whole(int level, int name)
{
	for (size_t i = 0; i < option_whole_count; i++) {
		if (option_wholes[i].level == level &&
		    option_wholes[i].name == name)
			return &option_wholes[i];
	}
	return NULL;
}

/* ---- setting ----------------------------------------------------------- */

/* IP takes a single octet too. */
static int read_int(int level, const void *value, socklen_t len, int *out)
{
	*out = 0;
	if ((int)len < 0)
		return -EINVAL;
	if (value == NULL)
		return -EFAULT;
	if (len >= sizeof *out)
		memcpy(out, value, sizeof *out);
	else if (level != IPPROTO_IP)
		return -EINVAL;
	else if (len > 0)
		*out = *(const uint8_t *)value;
	return 0;
}

static int set_row(struct socket *s, const struct option_row *row, int value)
{
	int error;

	if (row->rule == OPTION_READ_ONLY)
		return -ENOPROTOOPT;
	if (row->rule == OPTION_RANGE &&
	    (value < row->least || value > row->most))
		return -EINVAL;
	if (row->rule == OPTION_FLAG)
		value = value != 0;
	if (row->set != NULL) {
		error = row->set(s, &value);
		if (error != 0)
			return error;
	}
	if (row->slot == SLOTS)
		return 0;
	s->options.value[row->slot] = value;
	s->options.changed |= UINT64_C(1) << row->slot;
	return tell_host(s, row);
}

static int set(struct socket *s, int level, int name, const void *value,
	       socklen_t len)
{
	const struct option_whole *whole = find_whole(level, name);
	const struct option_row *row = find_row(level, name);
	int number, error;

	if (level == IPPROTO_IPV6 && s->domain == AF_INET)
		return -ENOPROTOOPT;
	if (whole != NULL)
		return whole->set != NULL ? whole->set(s, value, len)
					  : -ENOPROTOOPT;
	error = read_int(level, value, len, &number);
	if (error != 0)
		return error;
	return row != NULL ? set_row(s, row, number) : -ENOPROTOOPT;
}

int hf_net_setsockopt(struct hf_net *net, int fd, int level, int name,
		      const void *value, socklen_t len)
{
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	return (int)socket_leave(s, set(s, level, name, value, len));
}

/* ---- getting ----------------------------------------------------------- */

int option_write(void *to, socklen_t *len, const void *from, size_t size)
{
	if (*len > size)
		*len = (socklen_t)size;
	memcpy(to, from, *len);
	return 0;
}

/* In IP a small value fits into less than an int. */
static int write_int(int level, void *to, socklen_t *len, int value)
{
	uint8_t octet = (uint8_t)value;

	if (level == IPPROTO_IP && *len > 0 && *len < sizeof value &&
	    value >= 0 && value <= UCHAR_MAX)
		return option_write(to, len, &octet, sizeof octet);
	return option_write(to, len, &value, sizeof value);
}

static int get_row(struct socket *s, const struct option_row *row, void *value,
		   socklen_t *len)
{
	int number = row->slot != SLOTS ? s->options.value[row->slot]
					: row->normal;
	int error = row->get != NULL ? row->get(s, &number) : 0;

	return error != 0 ? error : write_int(row->level, value, len, number);
}

static int get(struct socket *s, int level, int name, void *value,
	       socklen_t *len)
{
	const struct option_whole *whole = find_whole(level, name);
	const struct option_row *row = find_row(level, name);

	if (len == NULL || (value == NULL && *len > 0))
		return -EFAULT;
	if ((int)*len < 0)
		return -EINVAL;
	if (level == IPPROTO_IPV6 && s->domain == AF_INET)
		return -EOPNOTSUPP;
	if (whole != NULL)
		return whole->get(s, value, len);
	return row != NULL ? get_row(s, row, value, len) : -ENOPROTOOPT;
}

int hf_net_getsockopt(struct hf_net *net, int fd, int level, int name,
		      void *value, socklen_t *len)
{
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	return (int)socket_leave(s, get(s, level, name, value, len));
}
