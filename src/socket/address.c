/* SPDX-License-Identifier: MIT */
/* Socket addresses, and those of the host. */
#include "socket.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* sockaddr_in6 without its last member is as good: RFC 2133. */
#define IN6_LEAST (offsetof(struct sockaddr_in6, sin6_scope_id))

const struct hf_addr addr_any = { { 0 } };

bool addr_is_equal(const struct hf_addr *a, const struct hf_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool addr_is_mapped(const struct hf_addr *addr)
{
	static const uint8_t prefix[12] = { [10] = 0xff, 0xff };

	return memcmp(addr, prefix, sizeof prefix) == 0;
}

bool addr_is_any(const struct hf_addr *addr)
{
	struct hf_addr any_ipv4 = hf_ipv4(0, 0, 0, 0);

	return addr_is_equal(addr, &addr_any) || addr_is_equal(addr, &any_ipv4);
}

static int read_ipv4(const struct sockaddr *addr, socklen_t len,
		     struct endpoint *to)
{
	struct sockaddr_in in;

	if (len < sizeof in)
		return -EINVAL;
	memcpy(&in, addr, sizeof in);
	if (in.sin_family != AF_INET)
		return -EAFNOSUPPORT;
	to->addr = hf_ipv4(0, 0, 0, 0);
	memcpy(to->addr.octet + 12, &in.sin_addr, 4);
	to->port = ntohs(in.sin_port);
	return 0;
}

static int read_ipv6(const struct sockaddr *addr, socklen_t len,
		     struct endpoint *to)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_UNSPEC };

	if (len < IN6_LEAST)
		return -EINVAL;
	memcpy(&in6, addr, len < sizeof in6 ? len : sizeof in6);
	if (in6.sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(&to->addr, &in6.sin6_addr, sizeof to->addr);
	to->port = ntohs(in6.sin6_port);
	return 0;
}

int address_read(const struct socket *s, const struct sockaddr *addr,
		 socklen_t len, struct endpoint *to)
{
	if (addr == NULL)
		return -EFAULT;
	return s->domain == AF_INET ? read_ipv4(addr, len, to)
				    : read_ipv6(addr, len, to);
}

static socklen_t write_ipv4(const struct endpoint *from,
			    struct sockaddr_storage *to)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(from->port) };

	memcpy(&in.sin_addr, from->addr.octet + 12, 4);
	memcpy(to, &in, sizeof in);
	return sizeof in;
}

static socklen_t write_ipv6(const struct endpoint *from,
			    struct sockaddr_storage *to)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(from->port) };

	memcpy(&in6.sin6_addr, &from->addr, sizeof from->addr);
	memcpy(to, &in6, sizeof in6);
	return sizeof in6;
}

int address_write(const struct socket *s, const struct endpoint *from,
		  struct sockaddr *addr, socklen_t *len)
{
	struct sockaddr_storage all;
	socklen_t size;

	if (addr == NULL || len == NULL)
		return -EFAULT;
	if ((int)*len < 0)
		return -EINVAL;
	size = s->domain == AF_INET ? write_ipv4(from, &all)
				    : write_ipv6(from, &all);
	memcpy(addr, &all, *len < size ? *len : size);
	*len = size;
	return 0;
}
