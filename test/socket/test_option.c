/* SPDX-License-Identifier: MIT */
/* What options do, beyond being kept (for which see scripts.h). */
#include "fixture.h"
#include <linux/tcp.h>
#include <net/if.h>
#include <poll.h>
#include <sys/time.h>

#define MS HF_MILLISECOND

/* The members that are looked at, in a struct that headers do not cut. */
struct info {
	struct tcp_info known;
	uint8_t rest[280 - sizeof(struct tcp_info)];
};

static struct info info_of(struct fixture *f, int fd)
{
	struct info info;
	socklen_t len = sizeof info;

	memset(&info, 0xff, sizeof info);
	assert_int_equal(hf_net_getsockopt(f->net, fd, IPPROTO_TCP, TCP_INFO,
					   &info, &len),
			 0);
	assert_int_equal(len, 280);
	return info;
}

/* ---- TCP_INFO ---------------------------------------------------------- */

static void info_of_a_listener(void **state)
{
	struct fixture *f = *state;
	int client = make_socket(f);
	struct info info;

	f->listener = make_listener(f, 3);
	assert_int_equal(connect_port(f, client, PORT), 0);
	info = info_of(f, f->listener);
	assert_int_equal(info.known.tcpi_state, 10);
	assert_int_equal(info.known.tcpi_unacked, 1);
	assert_int_equal(info.known.tcpi_sacked, 3);
}

static void info_counts(void **state)
{
	static char data[5000];
	struct fixture *f = *state;
	struct info client, server;

	pair_up(f);
	assert_int_equal(hf_net_write(f->net, f->client, data, 5000), 5000);
	virtual_settle(&f->v);
	virtual_pass(&f->v, 250 * MS);
	client = info_of(f, f->client);
	server = info_of(f, f->server);
	assert_int_equal(client.known.tcpi_state, 1);
	assert_int_equal(client.known.tcpi_bytes_acked, 5000);
	assert_int_equal(client.known.tcpi_bytes_sent, 5000);
	assert_int_equal(client.known.tcpi_bytes_retrans, 0);
	assert_int_equal(client.known.tcpi_unacked, 0);
	assert_int_equal(client.known.tcpi_notsent_bytes, 0);
	assert_int_equal(client.known.tcpi_data_segs_out,
			 server.known.tcpi_data_segs_in);
	assert_int_equal(client.known.tcpi_last_data_sent, 250);
	assert_int_equal(server.known.tcpi_bytes_received, 5000);
	assert_int_equal(server.known.tcpi_last_data_recv, 250);
	assert_int_equal(client.known.tcpi_options,
			 TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
	assert_int_equal(client.known.tcpi_snd_wscale,
			 server.known.tcpi_rcv_wscale);
	assert_int_equal(client.known.tcpi_snd_wnd, *(uint32_t *)server.rest);
}

static void info_of_what_is_lost(void **state)
{
	struct fixture *f = *state;
	struct info info;

	pair_up(f);
	f->v.is_cut = true;
	assert_int_equal(hf_net_write(f->net, f->client, "12345", 5), 5);
	virtual_pass(&f->v, 1000 * MS);
	info = info_of(f, f->client);
	assert_int_equal(info.known.tcpi_ca_state, 4); /* TCP_CA_Loss */
	assert_int_equal(info.known.tcpi_unacked, 1);
	assert_int_equal(info.known.tcpi_lost, 1);
	assert_true(info.known.tcpi_retransmits >= 1);
	assert_true(info.known.tcpi_total_retrans >= 1);
	assert_int_equal(info.known.tcpi_bytes_acked, 0);
	assert_int_equal(info.known.tcpi_last_data_recv, 1000);
	f->v.is_cut = false;
}

static void without_counts(void **state)
{
	const struct virtual_plan plan = { .options = { .no_counts = true } };
	struct fixture *f = *state;
	struct info info;

	fixture_restart(f, &plan);
	pair_up(f);
	assert_int_equal(hf_net_write(f->net, f->client, "12345", 5), 5);
	virtual_settle(&f->v);
	info = info_of(f, f->client);
	assert_int_equal(info.known.tcpi_bytes_acked, 0);
	assert_int_equal(info.known.tcpi_segs_out, 0);
	assert_int_equal(info.known.tcpi_last_data_sent, 0);
}

static void info_is_cut_to_fit(void **state)
{
	struct fixture *f = *state;
	uint8_t octets[8] = { [7] = 0xaa };
	socklen_t len = 7;

	pair_up(f);
	assert_int_equal(hf_net_getsockopt(f->net, f->client, IPPROTO_TCP,
					   TCP_INFO, octets, &len),
			 0);
	assert_int_equal(len, 7);
	assert_int_equal(octets[0], 1);
	assert_int_equal(octets[7], 0xaa);
	len = sizeof octets;
	assert_int_equal(hf_net_getsockopt(f->net, f->client, IPPROTO_TCP,
					   TCP_CC_INFO, octets, &len),
			 0);
	assert_int_equal(len, 0);
}

static void memory(void **state)
{
	struct fixture *f = *state;
	uint32_t memory[9];
	socklen_t len = sizeof memory;

	pair_up(f);
	set_int(f, f->client, SOL_SOCKET, SO_RCVBUF, 10000);
	assert_int_equal(hf_net_getsockopt(f->net, f->client, SOL_SOCKET,
					   SO_MEMINFO, memory, &len),
			 0);
	assert_int_equal(len, 36);
	assert_int_equal(memory[1], 20000);
}

/* ---- what the host does with them -------------------------------------- */

/* Whatever it is set on, a new socket, a listener or a connection. */
static void reach_the_host(void **state)
{
	static const struct {
		int level, name, value;
		enum hf_option option;
		uint64_t expected;
	} table[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1, HF_OPTION_NODELAY, 1 },
		{ IPPROTO_TCP, TCP_CORK, 1, HF_OPTION_CORK, 1 },
		{ IPPROTO_TCP, TCP_MAXSEG, 600, HF_OPTION_MSS, 600 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 9, HF_OPTION_KEEPALIVE_IDLE, 9 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 8, HF_OPTION_KEEPALIVE_INTERVAL,
		  8 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 7, HF_OPTION_KEEPALIVE_PROBES, 7 },
		{ IPPROTO_TCP, TCP_SYNCNT, 3, HF_OPTION_OPEN_RETRIES, 3 },
		{ IPPROTO_TCP, TCP_LINGER2, 5, HF_OPTION_FIN_WAIT_2, 5 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 700, HF_OPTION_USER_TIMEOUT,
		  700 },
		{ IPPROTO_TCP, TCP_WINDOW_CLAMP, 5000, HF_OPTION_WINDOW_CLAMP,
		  5000 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1, HF_OPTION_KEEPALIVE, 1 },
		{ SOL_SOCKET, SO_SNDBUF, 10000, HF_OPTION_SEND_BUFFER, 10000 },
		{ SOL_SOCKET, SO_RCVBUF, 10000, HF_OPTION_RECEIVE_BUFFER,
		  10000 },
		{ IPPROTO_IP, IP_TTL, 9, HF_OPTION_TTL, 9 },
		{ IPPROTO_IP, IP_TOS, 16, HF_OPTION_TOS, 16 },
		{ IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT,
		  HF_OPTION_FRAGMENT, 1 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int fds[3]; /* before, by the listener, and after */

		f->listener = make_socket(f);
		fds[0] = make_socket(f);
		for (int k = 0; k < 2; k++)
			assert_int_equal(set_int(f, k ? fds[0] : f->listener,
						 table[i].level, table[i].name,
						 table[i].value),
					 0);
		assert_int_equal(bind_port(f, f->listener, PORT), 0);
		assert_int_equal(hf_net_listen(f->net, f->listener, 5), 0);
		assert_int_equal(connect_port(f, fds[0], PORT), 0);
		fds[1] = hf_net_accept(f->net, f->listener, NULL, NULL);
		fds[2] = make_socket(f);
		assert_int_equal(connect_port(f, fds[2], PORT), 0);
		assert_int_equal(set_int(f, fds[2], table[i].level,
					 table[i].name, table[i].value),
				 0);
		for (int k = 0; k < 3; k++) {
			uint64_t value = 0;

			assert_int_equal(hf_get(f->v.host,
						hf_net_handle(f->net, fds[k]),
						table[i].option, &value),
					 HF_OK);
			assert_int_equal(value, table[i].expected);
			set_linger(f, fds[k], 0);
			assert_int_equal(hf_net_close(f->net, fds[k]), 0);
		}
		assert_int_equal(hf_net_close(f->net, f->listener), 0);
		virtual_settle(&f->v);
	}
}

static void options_of_ipv6_are_for_ipv6(void **state)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(PORT),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct fixture *f = *state;
	uint64_t ttl = 0;

	f->listener = hf_net_socket(f->net, AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(hf_net_bind(f->net, f->listener,
				     (struct sockaddr *)&in6, sizeof in6),
			 0);
	assert_int_equal(hf_net_listen(f->net, f->listener, 1), 0);
	f->client = hf_net_socket(f->net, AF_INET6, SOCK_STREAM, 0);
	set_int(f, f->client, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 11);
	set_int(f, f->client, IPPROTO_IP, IP_TTL, 22);
	assert_int_equal(hf_net_connect(f->net, f->client,
					(struct sockaddr *)&in6, sizeof in6),
			 0);
	hf_get(f->v.host, hf_net_handle(f->net, f->client), HF_OPTION_TTL,
	       &ttl);
	assert_int_equal(ttl, 11);
}

static void corked_octets_wait(void **state)
{
	struct fixture *f = *state;
	char buf[16];

	pair_up(f);
	set_int(f, f->client, IPPROTO_TCP, TCP_CORK, 1);
	assert_int_equal(hf_net_write(f->net, f->client, "12345", 5), 5);
	virtual_settle(&f->v);
	assert_int_equal(poll_now(f, f->server), POLLOUT);
	set_int(f, f->client, IPPROTO_TCP, TCP_CORK, 0);
	virtual_settle(&f->v);
	assert_int_equal(hf_net_read(f->net, f->server, buf, 16), 5);
	assert_int_equal(hf_net_send(f->net, f->client, "12", 2, MSG_MORE), 2);
	virtual_settle(&f->v);
	assert_int_equal(poll_now(f, f->server), POLLOUT);
	assert_int_equal(hf_net_send(f->net, f->client, "3", 1, 0), 1);
	virtual_settle(&f->v);
	assert_int_equal(hf_net_read(f->net, f->server, buf, 16), 3);
}

static void user_timeout_ends_it(void **state)
{
	struct fixture *f = *state;

	pair_up(f);
	set_int(f, f->client, IPPROTO_TCP, TCP_USER_TIMEOUT, 2000);
	f->v.is_cut = true;
	assert_int_equal(hf_net_write(f->net, f->client, "12345", 5), 5);
	virtual_pass(&f->v, 5000 * MS);
	assert_int_equal(poll_now(f, f->client),
			 POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
	assert_int_equal(get_int(f, f->client, SOL_SOCKET, SO_ERROR),
			 ETIMEDOUT);
	assert_int_equal(get_int(f, f->client, SOL_SOCKET, SO_ERROR), 0);
	f->v.is_cut = false;
}

/* ---- values that are no integers --------------------------------------- */

static void timeouts(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);
	struct timeval tv = { 5, 1000000 };
	socklen_t len = sizeof tv;

	assert_int_equal(hf_net_setsockopt(f->net, fd, SOL_SOCKET, SO_RCVTIMEO,
					   &tv, sizeof tv),
			 -EDOM);
	assert_int_equal(hf_net_setsockopt(f->net, fd, SOL_SOCKET, SO_RCVTIMEO,
					   &tv, sizeof tv - 1),
			 -EINVAL);
	set_timeout(f, fd, SO_SNDTIMEO, 1250);
	assert_int_equal(hf_net_getsockopt(f->net, fd, SOL_SOCKET, SO_SNDTIMEO,
					   &tv, &len),
			 0);
	assert_int_equal(tv.tv_sec, 1);
	assert_int_equal(tv.tv_usec, 250000);
	assert_int_equal(len, sizeof tv);
}

static void linger(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);
	struct linger linger = { 0, 0 };
	socklen_t len = sizeof linger;

	assert_int_equal(hf_net_setsockopt(f->net, fd, SOL_SOCKET, SO_LINGER,
					   &linger, 4),
			 -EINVAL);
	set_linger(f, fd, 5);
	assert_int_equal(hf_net_getsockopt(f->net, fd, SOL_SOCKET, SO_LINGER,
					   &linger, &len),
			 0);
	assert_int_equal(linger.l_onoff, 1);
	assert_int_equal(linger.l_linger, 5);
}

static void device(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);
	char name[IFNAMSIZ];
	socklen_t len = sizeof name;

	assert_int_equal(hf_net_getsockopt(f->net, fd, SOL_SOCKET,
					   SO_BINDTODEVICE, name, &len),
			 0);
	assert_int_equal(len, 0);
	assert_int_equal(hf_net_setsockopt(f->net, fd, SOL_SOCKET,
					   SO_BINDTODEVICE, "hf0", 4),
			 0);
	len = sizeof name;
	assert_int_equal(hf_net_getsockopt(f->net, fd, SOL_SOCKET,
					   SO_BINDTODEVICE, name, &len),
			 0);
	assert_string_equal(name, "hf0");
	assert_int_equal(len, 4);
}

static void congestion(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);
	char name[16];
	socklen_t len = sizeof name;

	assert_int_equal(hf_net_setsockopt(f->net, fd, IPPROTO_TCP,
					   TCP_CONGESTION, "reno", 4),
			 0);
	assert_int_equal(hf_net_setsockopt(f->net, fd, IPPROTO_TCP,
					   TCP_CONGESTION, "ren", 3),
			 -ENOENT);
	assert_int_equal(hf_net_setsockopt(f->net, fd, IPPROTO_TCP,
					   TCP_CONGESTION, "vegas", 5),
			 -ENOENT);
	assert_int_equal(hf_net_getsockopt(f->net, fd, IPPROTO_TCP,
					   TCP_CONGESTION, name, &len),
			 0);
	assert_string_equal(name, "reno");
}

static void fast_open_is_not_there(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);

	assert_int_equal(set_int(f, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1),
			 -EOPNOTSUPP);
	assert_int_equal(set_int(f, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 0),
			 0);
}

static void mistakes(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f), value = 1;
	socklen_t len = (socklen_t)-1;

	assert_int_equal(hf_net_setsockopt(f->net, fd, IPPROTO_TCP, TCP_NODELAY,
					   &value, 3),
			 -EINVAL);
	assert_int_equal(hf_net_setsockopt(f->net, fd, IPPROTO_TCP, TCP_NODELAY,
					   NULL, 4),
			 -EFAULT);
	assert_int_equal(hf_net_getsockopt(f->net, fd, IPPROTO_TCP, TCP_NODELAY,
					   &value, NULL),
			 -EFAULT);
	assert_int_equal(hf_net_getsockopt(f->net, fd, IPPROTO_TCP, TCP_NODELAY,
					   &value, &len),
			 -EINVAL);
	assert_int_equal(set_int(f, fd, 12345, TCP_NODELAY, 1), -ENOPROTOOPT);
}

/* IP takes and gives a single octet. */
static void an_octet_is_enough_for_ip(void **state)
{
	struct fixture *f = *state;
	int fd = make_socket(f);
	uint8_t octets[2] = { 16, 0xaa };
	socklen_t len = 1;

	assert_int_equal(
		hf_net_setsockopt(f->net, fd, IPPROTO_IP, IP_TOS, octets, 1),
		0);
	octets[0] = 0;
	assert_int_equal(
		hf_net_getsockopt(f->net, fd, IPPROTO_IP, IP_TOS, octets, &len),
		0);
	assert_int_equal(len, 1);
	assert_int_equal(octets[0], 16);
	assert_int_equal(octets[1], 0xaa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(info_of_a_listener),
		NET_TEST(info_counts),
		NET_TEST(info_of_what_is_lost),
		NET_TEST(without_counts),
		NET_TEST(info_is_cut_to_fit),
		NET_TEST(memory),
		NET_TEST(reach_the_host),
		NET_TEST(options_of_ipv6_are_for_ipv6),
		NET_TEST(corked_octets_wait),
		NET_TEST(user_timeout_ends_it),
		NET_TEST(timeouts),
		NET_TEST(linger),
		NET_TEST(device),
		NET_TEST(congestion),
		NET_TEST(fast_open_is_not_there),
		NET_TEST(mistakes),
		NET_TEST(an_octet_is_enough_for_ip),
	};

	return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
