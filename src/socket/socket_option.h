/* SPDX-License-Identifier: MIT */
/*
 * Socket options. Those with an integer are rows of one table; those with
 * anything else have functions of their own.
 */
#ifndef SOCKET_SOCKET_OPTION_H
#define SOCKET_SOCKET_OPTION_H

#include "socket.h"

#define NO_HOST_OPTION (-1)

/* How setsockopt() takes a value. */
enum option_rule {
	OPTION_FLAG, /* anything: 0 or 1 */
	OPTION_RANGE, /* least to most, else -EINVAL */
	OPTION_READ_ONLY, /* -ENOPROTOOPT */
};

struct option_row {
	int level, name;
	enum option_rule rule;
	enum slot slot; /* SLOTS: none */
	int least, most;
	int normal; /* of a new socket */
	int host; /* enum hf_option that follows it, or NO_HOST_OPTION */
	/* Instead of storing it, or after: what is special. May be NULL. */
	int (*set)(struct socket *s, int *value);
	int (*get)(struct socket *s, int *value);
};

/* Options that are no integer. */
struct option_whole {
	int level, name;
	int (*set)(struct socket *s, const void *value, socklen_t len);
	/* Writes at most *len octets, and says how many. */
	int (*get)(struct socket *s, void *value, socklen_t *len);
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;
extern const struct option_whole option_wholes[];
extern const size_t option_whole_count;

/* ---- option.c ------------------------------------------------------------ */

void option_set_defaults(struct socket *s);
/* Tells the host of what the program has changed. */
void option_apply(struct socket *s);
/* Copies out what there is room for. */
int option_write(void *to, socklen_t *len, const void *from, size_t size);

/* What hf_listen() and hf_open() are told; 0: as configured. */
uint32_t option_send_buffer(const struct socket *s);
uint32_t option_receive_buffer(const struct socket *s);

/* ---- option_socket.c: SOL_SOCKET ------------------------------------------
 */

int option_set_send_buffer(struct socket *s, int *value);
int option_set_receive_buffer(struct socket *s, int *value);
int option_set_low_water(struct socket *s, int *value);
int option_get_type(struct socket *s, int *value);
int option_get_protocol(struct socket *s, int *value);
int option_get_domain(struct socket *s, int *value);
int option_get_accepts(struct socket *s, int *value);
int option_get_error(struct socket *s, int *value);
int option_set_linger(struct socket *s, const void *value, socklen_t len);
int option_get_linger(struct socket *s, void *value, socklen_t *len);
int option_set_send_timeout(struct socket *s, const void *value, socklen_t len);
int option_get_send_timeout(struct socket *s, void *value, socklen_t *len);
int option_set_receive_timeout(struct socket *s, const void *value,
			       socklen_t len);
int option_get_receive_timeout(struct socket *s, void *value, socklen_t *len);
int option_set_device(struct socket *s, const void *value, socklen_t len);
int option_get_device(struct socket *s, void *value, socklen_t *len);
int option_get_memory(struct socket *s, void *value, socklen_t *len);
int option_get_peer(struct socket *s, void *value, socklen_t *len);

/* ---- option_tcp.c: IPPROTO_TCP --------------------------------------------
 */

int option_set_mss(struct socket *s, int *value);
int option_get_mss(struct socket *s, int *value);
int option_set_linger2(struct socket *s, int *value);
int option_set_defer(struct socket *s, int *value);
int option_set_clamp(struct socket *s, int *value);
int option_set_quick_ack(struct socket *s, int *value);
int option_set_when_new(struct socket *s, int *value);
int option_refuse(struct socket *s, int *value);
int option_get_clock(struct socket *s, int *value);
int option_set_congestion(struct socket *s, const void *value, socklen_t len);
int option_get_congestion(struct socket *s, void *value, socklen_t *len);
int option_get_nothing(struct socket *s, void *value, socklen_t *len);
/* tcp_info.c */
int option_get_info(struct socket *s, void *value, socklen_t *len);

/* ---- option_ip.c: IPPROTO_IP, IPPROTO_IPV6 ---------------------------------
 */

int option_set_tos(struct socket *s, int *value);
int option_set_tclass(struct socket *s, int *value);
int option_set_ttl(struct socket *s, int *value);
int option_get_ttl(struct socket *s, int *value);
int option_set_v6only(struct socket *s, int *value);
int option_get_mtu(struct socket *s, int *value);

#endif
