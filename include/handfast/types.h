/* SPDX-License-Identifier: MIT */
/*
 * The words that every room shares: time, addresses, handles, errors.
 * Freestanding: needs nothing but the compiler's own headers.
 */
#ifndef HANDFAST_TYPES_H
#define HANDFAST_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HF_PUBLIC __attribute__((visibility("default")))
#else
#define HF_PUBLIC
#endif

/*
 * Nanoseconds since an epoch of the caller's choice, never going backwards.
 * The caller supplies it: the core has no clock.
 */
typedef uint64_t hf_time;

#define HF_NEVER UINT64_MAX
#define HF_MICROSECOND UINT64_C(1000)
#define HF_MILLISECOND UINT64_C(1000000)
#define HF_SECOND UINT64_C(1000000000)

/*
 * An IPv6 address, or an IPv4 address in its mapped form ::ffff:a.b.c.d
 * (RFC 4291 2.5.5.2), in network order. All zero is "unspecified": no
 * address, any address.
 */
struct hf_addr {
	uint8_t octet[16];
};

static inline struct hf_addr hf_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct hf_addr addr = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a,
				  b, c, d } };
	return addr;
}

/* An Ethernet address. */
struct hf_mac {
	uint8_t octet[6];
};

/*
 * Names a connection, a listener or an undecided SYN. A handle whose object
 * is gone is answered with HF_ERR_HANDLE, however often its slot is used
 * again. Index 0 is no handle.
 */
struct hf_handle {
	uint32_t index;
	uint32_t generation;
};

/*
 * What a call answers. The caller's mistakes have names of their own; the
 * last group is what became of a connection (RFC 9293 3.9.1, 3.10).
 */
enum hf_error {
	HF_OK = 0,
	/* the call */
	HF_ERR_ARGUMENT, /* an argument is outside its meaning */
	HF_ERR_HANDLE, /* stale, foreign, or of another kind */
	HF_ERR_NO_MEMORY, /* the block is full */
	HF_ERR_LIMIT, /* a configured limit is reached */
	HF_ERR_WOULD_BLOCK, /* nothing to take, or no room, just now */
	HF_ERR_CLOSING, /* this direction has been shut down */
	HF_ERR_NOT_CONNECTED, /* "connection does not exist" */
	HF_ERR_ADDRESS_IN_USE, /* the port, or the pair, is taken */
	HF_ERR_ADDRESS_NOT_AVAILABLE, /* not an address of this host */
	HF_ERR_NO_ROUTE, /* no route to the remote address */
	/* the connection */
	HF_ERR_REFUSED, /* answered with RST, or by ICMP, while opening */
	HF_ERR_RESET, /* "connection reset" by the peer */
	HF_ERR_ABORTED, /* by hf_abort, or data was lost at close */
	HF_ERR_TIMED_OUT, /* R2 or the user timeout has passed */
	HF_ERR_HOST_UNREACHABLE, /* ICMP said so */
	HF_ERR_NET_UNREACHABLE, /* ICMP said so */
	HF_ERR_PROTOCOL_UNREACHABLE, /* ICMP said so */
	HF_ERR_PARAMETER_PROBLEM, /* ICMP: a header of ours is not understood */
	HF_ERR_MESSAGE_SIZE, /* ICMP: too big for the path */
	HF_ERRORS
};

/* The name of an error, such as "HF_ERR_REFUSED"; never NULL. */
HF_PUBLIC const char *hf_error_name(enum hf_error error);

/* The eleven states of RFC 9293 3.3.2. */
enum hf_state {
	HF_CLOSED = 0,
	HF_LISTEN,
	HF_SYN_SENT,
	HF_SYN_RECEIVED,
	HF_ESTABLISHED,
	HF_FIN_WAIT_1,
	HF_FIN_WAIT_2,
	HF_CLOSE_WAIT,
	HF_CLOSING,
	HF_LAST_ACK,
	HF_TIME_WAIT,
	HF_STATES
};

/* The name of a state in RFC words, such as "SYN_RECEIVED"; never NULL. */
HF_PUBLIC const char *hf_state_name(enum hf_state state);

#endif
