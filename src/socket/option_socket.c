/* SPDX-License-Identifier: MIT */
/* SOL_SOCKET: what is more than an integer to keep. */
#include "socket_option.h"
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>

#define SEND_LEAST 4608 /* as Linux has it on 64-bit machines */
#define RECEIVE_LEAST 2304

/* ---- buffers ----------------------------------------------------------- */

static int doubled(int value, uint32_t most, int least)
{
	uint32_t octets = value < 0 ? most : (uint32_t)value;

	if (octets > most)
		octets = most;
	octets *= 2;
	return octets > (uint32_t)least ? (int)octets : least;
}

int option_set_send_buffer(struct socket *s, int *value)
{
	*value = doubled(*value, s->file.net->options.send_buffer, SEND_LEAST);
	file_wake(&s->file, 0); /* there may be room now */
	return 0;
}

int option_set_receive_buffer(struct socket *s, int *value)
{
	*value = doubled(*value, s->file.net->options.receive_buffer,
			 RECEIVE_LEAST);
	return 0;
}

/* More than the buffer holds would never be there. */
int option_set_low_water(struct socket *s, int *value)
{
	uint32_t most = option_receive_buffer(s);

	if (most == 0)
		most = s->file.net->options.receive_buffer;
	if (*value < 0 || (uint32_t)*value > most)
		*value = (int)most;
	else if (*value == 0)
		*value = 1;
	return 0;
}

/* ---- to read only ------------------------------------------------------ */

int option_get_type(struct socket *s, int *value)
{
	(void)s;
	*value = SOCK_STREAM;
	return 0;
}

int option_get_protocol(struct socket *s, int *value)
{
	(void)s;
	*value = IPPROTO_TCP;
	return 0;
}

int option_get_domain(struct socket *s, int *value)
{
	*value = s->domain;
	return 0;
}

int option_get_accepts(struct socket *s, int *value)
{
	*value = s->listen != NULL;
	return 0;
}

/* A soft error is told by this option only. */
int option_get_error(struct socket *s, int *value)
{
	*value = socket_take_error(s);
	if (*value == 0) {
		*value = s->soft_error;
		s->soft_error = 0;
	}
	return 0;
}

int option_get_peer(struct socket *s, void *value, socklen_t *len)
{
	struct endpoint remote = { s->remote, s->remote_port };
	struct sockaddr_storage addr;
	socklen_t size = sizeof addr;
	enum hf_state state = socket_state(s, NULL);

	if (s->remote_port == 0 || state == HF_CLOSED || state == HF_SYN_SENT)
		return -ENOTCONN;
	address_write(s, &remote, (struct sockaddr *)&addr, &size);
	if (size < *len)
		return -EINVAL;
	return option_write(value, len, &addr, size);
}

/* In the order of Linux's SK_MEMINFO_...: what the octets take, twice. */
int option_get_memory(struct socket *s, void *value, socklen_t *len)
{
	uint32_t memory[9] = { 0 };
	struct hf_status status;

	socket_state(s, &status);
	memory[0] = status.receive_queue;
	memory[1] = (uint32_t)s->options.value[SLOT_RCVBUF];
	memory[3] = (uint32_t)s->options.value[SLOT_SNDBUF];
	memory[5] = status.send_queue;
	return option_write(value, len, memory, sizeof memory);
}

/* ---- SO_LINGER --------------------------------------------------------- */

int option_set_linger(struct socket *s, const void *value, socklen_t len)
{
	struct linger linger;

	if (len < sizeof linger)
		return -EINVAL;
	if (value == NULL)
		return -EFAULT;
	memcpy(&linger, value, sizeof linger);
	s->options.lingers = linger.l_onoff != 0;
	if (s->options.lingers)
		s->options.linger = linger.l_linger >= 0 ? linger.l_linger
							 : INT32_MAX;
	return 0;
}

int option_get_linger(struct socket *s, void *value, socklen_t *len)
{
	struct linger linger = { .l_onoff = s->options.lingers,
				 .l_linger = s->options.linger };

	return option_write(value, len, &linger, sizeof linger);
}

/* ---- timeouts ---------------------------------------------------------- */

/* Negative seconds: no time at all, which Linux rounds up to one tick. */
static int read_timeout(const void *value, socklen_t len, hf_time *to)
{
	struct timeval tv;

	if (len < sizeof tv)
		return -EINVAL;
	if (value == NULL)
		return -EFAULT;
	memcpy(&tv, value, sizeof tv);
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		*to = 1;
	else if ((uint64_t)tv.tv_sec >= HF_NEVER / HF_SECOND / 2)
		*to = 0;
	else
		*to = (hf_time)tv.tv_sec * HF_SECOND +
		      (hf_time)tv.tv_usec * HF_MICROSECOND;
	return 0;
}

static int write_timeout(void *value, socklen_t *len, hf_time from)
{
	struct timeval tv = {
		.tv_sec = (time_t)(from / HF_SECOND),
		.tv_usec = (suseconds_t)(from % HF_SECOND / HF_MICROSECOND),
	};

	return option_write(value, len, &tv, sizeof tv);
}

int option_set_send_timeout(struct socket *s, const void *value, socklen_t len)
{
	return read_timeout(value, len, &s->options.send_timeout);
}

int option_get_send_timeout(struct socket *s, void *value, socklen_t *len)
{
	return write_timeout(value, len, s->options.send_timeout);
}

int option_set_receive_timeout(struct socket *s, const void *value,
			       socklen_t len)
{
	return read_timeout(value, len, &s->options.receive_timeout);
}

int option_get_receive_timeout(struct socket *s, void *value, socklen_t *len)
{
	return write_timeout(value, len, s->options.receive_timeout);
}

/* ---- SO_BINDTODEVICE: kept, and compared by bind() --------------------- */

int option_set_device(struct socket *s, const void *value, socklen_t len)
{
	char *device = s->options.device;

	if ((int)len < 0)
		return -EINVAL;
	if (value == NULL && len > 0)
		return -EFAULT;
	if (len > sizeof s->options.device - 1)
		len = sizeof s->options.device - 1;
	memset(device, 0, sizeof s->options.device);
	memcpy(device, value, len);
	return 0;
}

int option_get_device(struct socket *s, void *value, socklen_t *len)
{
	const char *device = s->options.device;

	if (device[0] == 0) {
		*len = 0;
		return 0;
	}
	if (*len < sizeof s->options.device)
		return -EINVAL;
	return option_write(value, len, device, strlen(device) + 1);
}
