/* SPDX-License-Identifier: MIT */
/* The calls of a script, to either side. */
#include "differential.h"
#include "side_names.h"
#include "virtual.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What a call is given, and where its answer goes. */
struct call {
	struct side *s;
	char word[8][24];
	int words;
	char *answer;
	size_t len;
};

/* ---- arguments --------------------------------------------------------- */

static int number(const struct call *c, int i)
{
	return i < c->words ? (int)strtol(c->word[i], NULL, 0) : 0;
}

static int *slot(const struct call *c, int i)
{
	return &c->s->fd[(unsigned)number(c, i) % SLOTS_OF_SCRIPT];
}

static const struct {
	const char *name;
	int family;
	const char *text;
} addresses[] = {
	{ "any4", AF_INET, "0.0.0.0" },
	{ "lo4", AF_INET, "127.0.0.1" },
	{ "two4", AF_INET, "127.0.0.2" },
	{ "far4", AF_INET, "192.0.2.1" },
	{ "group4", AF_INET, "224.0.0.1" },
	{ "any6", AF_INET6, "::" },
	{ "lo6", AF_INET6, "::1" },
	{ "far6", AF_INET6, "2001:db8::1" },
	{ "group6", AF_INET6, "ff02::1" },
	{ "map4", AF_INET6, "::ffff:127.0.0.1" },
	{ "mapany", AF_INET6, "::ffff:0.0.0.0" },
	{ "none", AF_UNSPEC, "" },
};

/* Address and port of words i and i + 1. */
static socklen_t read_address(const struct call *c, int i,
			      struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	int port = number(c, i + 1);

	memset(to, 0, sizeof *to);
	if (port > 0)
		port = c->s->base + port % PORTS_OF_SCRIPT;
	for (size_t n = 0; n < sizeof addresses / sizeof addresses[0]; n++) {
		if (strcmp(addresses[n].name, c->word[i]) != 0)
			continue;
		to->ss_family = (sa_family_t)addresses[n].family;
		in->sin_port = htons((uint16_t)port);
		if (addresses[n].family == AF_INET)
			inet_pton(AF_INET, addresses[n].text, &in->sin_addr);
		if (addresses[n].family == AF_INET6)
			inet_pton(AF_INET6, addresses[n].text, &in6->sin6_addr);
	}
	return to->ss_family == AF_INET6 ? sizeof *in6 : sizeof *in;
}

static const struct name *find(const struct name *names, size_t count,
			       const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	}
	fprintf(stderr, "no name %s\n", name);
	exit(2);
}

/* Names between bars. */
static int read_flags(const struct call *c, int i, const struct name *names,
		      size_t count)
{
	char text[24], *rest = text, *one;
	int flags = 0;

	if (i >= c->words)
		return 0;
	memcpy(text, c->word[i], sizeof text);
	while ((one = strsep(&rest, "|")) != NULL)
		flags |= find(names, count, one)->a;
	return flags;
}

#define COUNT(names) (sizeof(names) / sizeof(names)[0])

/* ---- answers ----------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void say(struct call *c,
						      const char *format, ...)
{
	va_list list;
	size_t n;

	va_start(list, format);
	n = (size_t)vsnprintf(c->answer, c->len, format, list);
	va_end(list);
	if (n > c->len)
		n = c->len;
	c->answer += n;
	c->len -= n;
}

/* A result, of the kernel with errno, of a net without. */
static long result(struct call *c, long value)
{
	if (c->s->v == NULL && value == -1)
		value = -errno;
	if (value < 0)
		say(c, "%s", strerrorname_np((int)-value));
	else
		say(c, "%ld", value);
	return value;
}

/* What makes a descriptor: which one it is does not matter. */
static void descriptor(struct call *c, int *to, int fd)
{
	if (c->s->v == NULL && fd == -1)
		fd = -errno;
	if (fd < 0)
		say(c, "%s", strerrorname_np(-fd));
	else
		say(c, "ok");
	*to = fd >= 0 ? fd : -1;
}

static void say_address(struct call *c, const struct sockaddr_storage *addr,
			socklen_t len)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	int port = ntohs(in->sin_port);
	char text[64] = "?";

	if (addr->ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
	else if (addr->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
	say(c, " %u %s", (unsigned)len, text);
	if (port >= c->s->base && port < c->s->base + PORTS_OF_SCRIPT)
		say(c, " port %d", port - c->s->base);
	else
		say(c, port == 0 ? " port 0" : " port any");
}

static void say_events(struct call *c, unsigned events)
{
	static const struct name names[] = {
		{ "IN", POLLIN, 0 },	     { "OUT", POLLOUT, 0 },
		{ "PRI", POLLPRI, 0 },	     { "ERR", POLLERR, 0 },
		{ "HUP", POLLHUP, 0 },	     { "RDHUP", POLLRDHUP, 0 },
		{ "NVAL", POLLNVAL, 0 },     { "RDNORM", POLLRDNORM, 0 },
		{ "WRNORM", POLLWRNORM, 0 },
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (events & (unsigned)names[i].a)
			say(c, " %s", names[i].name);
	}
}

/* ---- calls ------------------------------------------------------------- */

/* One call to whoever it is. */
#define BOTH(call, ...)                                                        \
	(c->s->v != NULL ? (long)hf_net_##call(c->s->v->net, __VA_ARGS__)      \
			 : (long)call(__VA_ARGS__))

static void call_socket(struct call *c)
{
	int domain = number(c, 2) == 6 ? AF_INET6 : AF_INET;

	descriptor(c, slot(c, 1),
		   (int)BOTH(socket, domain, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

static void call_bind(struct call *c)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(c, 2, &addr);

	result(c, BOTH(bind, *slot(c, 1), (struct sockaddr *)&addr, len));
}

static void call_listen(struct call *c)
{
	result(c, BOTH(listen, *slot(c, 1), number(c, 2)));
}

static void call_connect(struct call *c)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(c, 2, &addr);

	result(c, BOTH(connect, *slot(c, 1), (struct sockaddr *)&addr, len));
}

static void call_accept(struct call *c)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof addr;
	int *to = slot(c, 1);

	descriptor(c, to,
		   (int)BOTH(accept4, *slot(c, 2), (struct sockaddr *)&addr,
			     &len, SOCK_NONBLOCK));
	if (*to >= 0)
		say_address(c, &addr, len);
}

static void call_send(struct call *c)
{
	char data[65536];
	size_t len = (size_t)number(c, 2);

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)('a' + i % 26);
	if (len > sizeof data)
		len = sizeof data;
	result(c, BOTH(send, *slot(c, 1), data, len,
		       MSG_NOSIGNAL | read_flags(c, 3, message_flags,
						 COUNT(message_flags))));
}

static void call_write(struct call *c)
{
	result(c, BOTH(write, *slot(c, 1), "0123456789", 10));
}

static void call_recv(struct call *c)
{
	char data[65536];
	size_t len = (size_t)number(c, 2);
	long n = BOTH(recv, *slot(c, 1), data, len > 65536 ? 65536 : len,
		      read_flags(c, 3, message_flags, COUNT(message_flags)));

	n = result(c, n);
	if (n > 0 && strstr(c->word[3], "trunc") == NULL)
		say(c, " %.*s", n < 30 ? (int)n : 30, data);
}

/* recvmsg() with everything that it can tell. */
static void call_recvmsg(struct call *c)
{
	char data[4096], control[128];
	struct iovec iov = { data, (size_t)number(c, 2) % sizeof data };
	struct sockaddr_storage addr;
	struct msghdr m = { .msg_name = &addr,
			    .msg_namelen = sizeof addr,
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof control };
	long n = BOTH(recvmsg, *slot(c, 1), &m,
		      read_flags(c, 3, message_flags, COUNT(message_flags)));
	const struct cmsghdr *h;

	if (result(c, n) < 0)
		return;
	say(c, " flags %x name %u", (unsigned)m.msg_flags,
	    (unsigned)m.msg_namelen);
	for (h = CMSG_FIRSTHDR(&m); h != NULL;
	     h = CMSG_NXTHDR(&m, (struct cmsghdr *)(uintptr_t)h)) {
		int value;

		memcpy(&value, CMSG_DATA(h), sizeof value);
		say(c, " control %d %d %d", h->cmsg_level, h->cmsg_type, value);
	}
}

static void call_read(struct call *c)
{
	char data[65536];
	long n = result(c, BOTH(read, *slot(c, 1), data,
				(size_t)number(c, 2) % sizeof data));

	if (n > 0)
		say(c, " %.*s", n < 30 ? (int)n : 30, data);
}

static void call_shutdown(struct call *c)
{
	result(c, BOTH(shutdown, *slot(c, 1), number(c, 2)));
}

static void call_close(struct call *c)
{
	result(c, BOTH(close, *slot(c, 1)));
	*slot(c, 1) = -1;
}

static void call_poll(struct call *c)
{
	struct pollfd p = { .fd = *slot(c, 1),
			    .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP |
				      POLLRDNORM | POLLWRNORM };

	result(c, BOTH(poll, &p, 1, 0));
	say_events(c, (unsigned short)p.revents);
}

static void call_name(struct call *c)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof addr;
	int fd = *slot(c, 1);
	long n =
		c->word[0][0] == 'n'
			? BOTH(getsockname, fd, (struct sockaddr *)&addr, &len)
			: BOTH(getpeername, fd, (struct sockaddr *)&addr, &len);

	if (result(c, n) == 0)
		say_address(c, &addr, len);
}

static void call_set(struct call *c)
{
	const struct name *option = find(options, COUNT(options), c->word[2]);
	int value = number(c, 3);

	result(c, BOTH(setsockopt, *slot(c, 1), option->a, option->b, &value,
		       sizeof value));
}

static void call_get(struct call *c)
{
	const struct name *option = find(options, COUNT(options), c->word[2]);
	int value = 0;
	socklen_t len = sizeof value;
	long n = BOTH(getsockopt, *slot(c, 1), option->a, option->b, &value,
		      &len);

	if (result(c, n) != 0)
		return;
	say(c, " %u", (unsigned)len);
	if (option->b == SO_ERROR && option->a == SOL_SOCKET)
		say(c, " %s", value ? strerrorname_np(value) : "0");
	else
		say(c, " %d", value);
}

static void call_linger(struct call *c)
{
	struct linger l = { number(c, 2), number(c, 3) };

	result(c, BOTH(setsockopt, *slot(c, 1), SOL_SOCKET, SO_LINGER, &l,
		       sizeof l));
}

static void call_state(struct call *c)
{
	struct tcp_info info;
	socklen_t len = sizeof info;

	memset(&info, 0, sizeof info);
	if (result(c, BOTH(getsockopt, *slot(c, 1), IPPROTO_TCP, TCP_INFO,
			   &info, &len)) == 0)
		say(c, " %u %u", (unsigned)info.tcpi_state, (unsigned)len);
}

static void call_ioctl(struct call *c)
{
	unsigned long request =
		(unsigned long)find(requests, COUNT(requests), c->word[2])->a;
	int value = 1;

	if (result(c, BOTH(ioctl, *slot(c, 1), request, &value)) == 0)
		say(c, " %d", value);
}

static void call_flags(struct call *c)
{
	long n = BOTH(fcntl, *slot(c, 1), F_GETFL, 0);

	result(c, n > 0 ? n & ~0100000 /* O_LARGEFILE */ : n);
}

static void call_dup(struct call *c)
{
	descriptor(c, slot(c, 1), (int)BOTH(fcntl, *slot(c, 2), F_DUPFD, 0));
}

/* ---- epoll, pipes ------------------------------------------------------ */

static void call_epoll(struct call *c)
{
	descriptor(c, slot(c, 1), (int)BOTH(epoll_create1, 0));
}

static void call_ectl(struct call *c)
{
	int operation = c->word[0][1] == 'a'   ? EPOLL_CTL_ADD
			: c->word[0][1] == 'm' ? EPOLL_CTL_MOD
					       : EPOLL_CTL_DEL;
	struct epoll_event event = { 0 };

	event.events =
		(unsigned)read_flags(c, 3, poll_flags, COUNT(poll_flags));
	event.data.u32 = (uint32_t)number(c, 2);
	result(c, BOTH(epoll_ctl, *slot(c, 1), operation, *slot(c, 2), &event));
}

static void call_ewait(struct call *c)
{
	struct epoll_event events[SLOTS_OF_SCRIPT];
	long n = result(
		c, BOTH(epoll_wait, *slot(c, 1), events, SLOTS_OF_SCRIPT, 0));

	/* By number: in what order they become ready is nobody's promise. */
	for (unsigned slot = 0; slot < SLOTS_OF_SCRIPT; slot++) {
		for (long i = 0; i < n; i++) {
			if (events[i].data.u32 != slot)
				continue;
			say(c, " [%u", slot);
			say_events(c, events[i].events);
			say(c, "]");
		}
	}
}

static void call_pipe(struct call *c)
{
	int fds[2] = { -1, -1 };

	result(c, BOTH(pipe, fds));
	for (int i = 0; i < 2; i++) {
		*slot(c, i + 1) = fds[i];
		BOTH(fcntl, fds[i], F_SETFL, O_NONBLOCK);
	}
}

static void call_splice(struct call *c)
{
	result(c, BOTH(splice, *slot(c, 1), NULL, *slot(c, 2), NULL,
		       (size_t)number(c, 3), SPLICE_F_NONBLOCK));
}

static const struct {
	const char *name;
	void (*call)(struct call *c);
} calls[] = {
	{ "socket", call_socket }, /* SLOT 4|6 */
	{ "bind", call_bind }, /* SLOT ADDRESS PORT; 0: any */
	{ "listen", call_listen }, /* SLOT BACKLOG */
	{ "connect", call_connect }, /* SLOT ADDRESS PORT */
	{ "accept", call_accept }, /* TO SLOT */
	{ "send", call_send }, /* SLOT LEN FLAGS */
	{ "write", call_write }, /* SLOT */
	{ "recv", call_recv }, /* SLOT LEN FLAGS */
	{ "recvmsg", call_recvmsg }, /* SLOT LEN FLAGS */
	{ "read", call_read }, /* SLOT LEN */
	{ "shutdown", call_shutdown }, /* SLOT HOW */
	{ "close", call_close }, /* SLOT */
	{ "poll", call_poll }, /* SLOT */
	{ "name", call_name }, /* SLOT */
	{ "peer", call_name }, /* SLOT */
	{ "set", call_set }, /* SLOT OPTION VALUE */
	{ "get", call_get }, /* SLOT OPTION */
	{ "linger", call_linger }, /* SLOT ON SECONDS */
	{ "state", call_state }, /* SLOT: of TCP_INFO */
	{ "ioctl", call_ioctl }, /* SLOT REQUEST */
	{ "flags", call_flags }, /* SLOT */
	{ "dup", call_dup }, /* TO SLOT */
	{ "epoll", call_epoll }, /* SLOT */
	{ "eadd", call_ectl }, /* EPOLL SLOT EVENTS */
	{ "emod", call_ectl }, /* EPOLL SLOT EVENTS */
	{ "edel", call_ectl }, /* EPOLL SLOT */
	{ "ewait", call_ewait }, /* EPOLL */
	{ "pipe", call_pipe }, /* READ WRITE */
	{ "splice", call_splice }, /* FROM TO LEN */
};

static void read_words(struct call *c, const char *text)
{
	char copy[128], *rest = copy, *word;

	snprintf(copy, sizeof copy, "%s", text);
	while (c->words < 8 && (word = strsep(&rest, " ")) != NULL) {
		if (*word != 0)
			snprintf(c->word[c->words++], sizeof c->word[0], "%s",
				 word);
	}
}

bool side_call(struct side *s, const char *text, char *answer, size_t len)
{
	struct call c = { .s = s, .answer = answer, .len = len };

	*answer = 0;
	read_words(&c, text);
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (strcmp(calls[i].name, c.word[0]) != 0)
			continue;
		calls[i].call(&c);
		if (s->v != NULL)
			virtual_pass(s->v, s->patience * HF_MICROSECOND);
		else if (s->patience != 0)
			usleep(s->patience);
		return true;
	}
	return false;
}

void side_start(struct side *s, struct virtual_net *v, uint16_t base)
{
	*s = (struct side){ .v = v, .base = base };
	for (int i = 0; i < SLOTS_OF_SCRIPT; i++)
		s->fd[i] = -1;
	if (v == NULL)
		signal(SIGPIPE, SIG_IGN);
}

/* The kernel's connections end without a trace, so that ports are free. */
void side_end(struct side *s)
{
	struct linger l = { 1, 0 };

	for (int i = 0; i < SLOTS_OF_SCRIPT && s->v == NULL; i++) {
		if (s->fd[i] < 0)
			continue;
		setsockopt(s->fd[i], SOL_SOCKET, SO_LINGER, &l, sizeof l);
		close(s->fd[i]);
	}
}
