/* SPDX-License-Identifier: MIT */
/* Links, addresses and routes of this network namespace, by rtnetlink(7). */
#define _GNU_SOURCE
#include "kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#define BODY 192u

struct request {
	struct nlmsghdr header;
	uint8_t body[BODY];
	size_t len; /* of the body */
};

struct answer {
	struct nlmsghdr header;
	struct nlmsgerr error;
	uint8_t rest[256];
};

static void put(struct request *request, const void *data, size_t len)
{
	memcpy(request->body + request->len, data, len);
	request->len += NLMSG_ALIGN(len);
}

static void begin(struct request *request, uint16_t type, uint16_t flags,
		  const void *body, size_t len)
{
	memset(request, 0, sizeof *request);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags =
		(uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	put(request, body, len);
}

static void put_attribute(struct request *request, uint16_t type,
			  const void *data, size_t len)
{
	struct rtattr head = {
		.rta_len = (uint16_t)RTA_LENGTH(len),
		.rta_type = type,
	};

	put(request, &head, sizeof head);
	put(request, data, len);
}

static bool ask(int fd, const struct request *request)
{
	struct answer answer;
	ssize_t n;

	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		return false;
	n = recv(fd, &answer, sizeof answer, 0);
	if (n < 0)
		return false;
	if ((size_t)n < offsetof(struct answer, rest) ||
	    answer.header.nlmsg_type != NLMSG_ERROR) {
		errno = EPROTO;
		return false;
	}
	errno = -answer.error.error;
	return answer.error.error == 0;
}

/* Closing keeps errno for the caller to tell. */
static bool finish(struct request *request)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;
	bool is_done;

	if (fd < 0)
		return false;
	request->header.nlmsg_len =
		(uint32_t)(sizeof request->header + request->len);
	is_done = ask(fd, request);
	error = errno;
	close(fd);
	errno = error;
	return is_done;
}

bool kernel_route_up(unsigned device, uint32_t mtu)
{
	const struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)device,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct request request;

	begin(&request, RTM_NEWLINK, 0, &info, sizeof info);
	if (mtu)
		put_attribute(&request, IFLA_MTU, &mtu, sizeof mtu);
	return finish(&request);
}

static bool is_ipv4(struct hf_addr addr)
{
	const struct hf_addr mapped = hf_ipv4(0, 0, 0, 0);

	return memcmp(addr.octet, mapped.octet, 12) == 0;
}

static void put_address(struct request *request, uint16_t type,
			struct hf_addr addr)
{
	if (is_ipv4(addr))
		put_attribute(request, type, addr.octet + 12, 4);
	else
		put_attribute(request, type, addr.octet, 16);
}

bool kernel_route_address(unsigned device, struct hf_addr addr,
			  unsigned prefix_len)
{
	const struct ifaddrmsg message = {
		.ifa_family = is_ipv4(addr) ? AF_INET : AF_INET6,
		.ifa_prefixlen = (uint8_t)prefix_len,
		.ifa_flags = is_ipv4(addr) ? 0 : IFA_F_NODAD,
		.ifa_index = device,
	};
	struct request request;

	begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &message,
	      sizeof message);
	put_address(&request, IFA_LOCAL, addr);
	put_address(&request, IFA_ADDRESS, addr);
	return finish(&request);
}

bool kernel_route_add(unsigned device, struct hf_addr prefix,
		      unsigned prefix_len, struct hf_addr gateway)
{
	const struct rtmsg message = {
		.rtm_family = is_ipv4(prefix) ? AF_INET : AF_INET6,
		.rtm_dst_len = (uint8_t)prefix_len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	const struct hf_addr none = { { 0 } };
	struct request request;

	begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &message,
	      sizeof message);
	put_address(&request, RTA_DST, prefix);
	put_attribute(&request, RTA_OIF, &device, sizeof device);
	if (memcmp(&gateway, &none, sizeof none) != 0)
		put_address(&request, RTA_GATEWAY, gateway);
	return finish(&request);
}

/* The kernel makes the route to an address of its own a moment later. */
bool kernel_route_is_local(struct hf_addr addr)
{
	const struct rtmsg question = {
		.rtm_family = is_ipv4(addr) ? AF_INET : AF_INET6,
		.rtm_dst_len = is_ipv4(addr) ? 32 : 128,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		uint8_t rest[1024];
	} answer = { 0 };
	struct request request;

	if (fd < 0)
		return false;
	begin(&request, RTM_GETROUTE, 0, &question, sizeof question);
	request.header.nlmsg_flags = NLM_F_REQUEST;
	put_address(&request, RTA_DST, addr);
	request.header.nlmsg_len =
		(uint32_t)(sizeof request.header + request.len);
	if (send(fd, &request, request.header.nlmsg_len, 0) > 0)
		(void)!recv(fd, &answer, sizeof answer, 0);
	close(fd);
	return answer.header.nlmsg_type == RTM_NEWROUTE &&
	       answer.route.rtm_type == RTN_LOCAL;
}
