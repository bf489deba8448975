/* SPDX-License-Identifier: MIT */
/* Calls that wait, in virtual time: for how long, and what ends them. */
#include "fixture.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

#define MS HF_MILLISECOND

/* ---- accept() and connect() -------------------------------------------- */

static void connect_later(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);

	f->client = make_socket(f);
	set_nonblocking(f, f->client, true);
	assert_int_equal(connect_port(f, f->client, PORT), -EINPROGRESS);
}

static void accept_waits(void **state)
{
	struct fixture *f = *state;
	hf_time began = f->v.now;

	f->listener = make_listener(f, 1);
	meanwhile(f, 300 * MS, connect_later);
	f->server = hf_net_accept(f->net, f->listener, NULL, NULL);
	assert_true(f->server > 0);
	assert_int_equal(f->v.now - began, 300 * MS);
	assert_int_equal(connect_port(f, f->client, PORT), 0);
	assert_int_equal(connect_port(f, f->client, PORT), -EISCONN);
}

static void accept_times_out(void **state)
{
	struct fixture *f = *state;
	hf_time began = f->v.now;

	f->listener = make_listener(f, 1);
	set_timeout(f, f->listener, SO_RCVTIMEO, 1500);
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL),
			 -EAGAIN);
	assert_int_equal(f->v.now - began, 1500 * MS);
}

static void shut_listener(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);

	assert_int_equal(hf_net_shutdown(f->net, f->listener, SHUT_RD), 0);
}

static void accept_ends_with_the_listener(void **state)
{
	struct fixture *f = *state;

	f->listener = make_listener(f, 1);
	meanwhile(f, 10 * MS, shut_listener);
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL),
			 -EINVAL);
}

static void few_retries(struct hf_config *config)
{
	config->syn_retries = 2;
}

static void connect_gives_up(void **state)
{
	const struct virtual_plan plan = { .configure = few_retries };
	struct fixture *f = *state;
	hf_time began;

	fixture_restart(f, &plan);
	began = f->v.now;
	f->v.is_cut = true;
	f->client = make_socket(f);
	assert_int_equal(connect_port(f, f->client, PORT), -ETIMEDOUT);
	assert_int_equal(f->v.now - began, 7 * HF_SECOND); /* 1 + 2 + 4 */
	assert_int_equal(get_int(f, f->client, SOL_SOCKET, SO_ERROR), 0);
	/* It may try again. */
	f->v.is_cut = false;
	f->listener = make_listener(f, 1);
	assert_int_equal(connect_port(f, f->client, PORT), 0);
}

static void connect_waits_no_longer_than_told(void **state)
{
	struct fixture *f = *state;
	hf_time began = f->v.now;

	f->v.is_cut = true;
	f->client = make_socket(f);
	set_timeout(f, f->client, SO_SNDTIMEO, 500);
	assert_int_equal(connect_port(f, f->client, PORT), -EINPROGRESS);
	assert_int_equal(f->v.now - began, 500 * MS);
	assert_int_equal(connect_port(f, f->client, PORT), -EALREADY);
	assert_int_equal(f->v.now - began, 1000 * MS);
}

static void connect_is_refused(void **state)
{
	struct fixture *f = *state;

	f->client = make_socket(f);
	assert_int_equal(connect_port(f, f->client, PORT), -ECONNREFUSED);
	assert_int_equal(get_int(f, f->client, SOL_SOCKET, SO_ERROR), 0);
}

static void a_signal_interrupts(void **state)
{
	struct fixture *f = *state;
	char c;

	pair_up(f);
	f->v.interrupt = EINTR;
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), -EINTR);
	f->v.interrupt = EINTR;
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL),
			 -EINTR);
	f->v.interrupt = EINTR;
	assert_int_equal(hf_net_poll(f->net, NULL, 0, 1000), -EINTR);
}

/* ---- octets ------------------------------------------------------------ */

static void write_some(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);

	assert_int_equal(hf_net_write(f->net, f->client, "12345", 5), 5);
	if (++f->times < 3)
		meanwhile(f, 100 * MS, write_some);
}

static void read_waits(void **state)
{
	struct fixture *f = *state;
	hf_time began;
	char buf[16];

	pair_up(f);
	began = f->v.now;
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(hf_net_read(f->net, f->server, buf, sizeof buf), 5);
	assert_int_equal(f->v.now - began, 100 * MS);
	assert_memory_equal(buf, "12345", 5);
}

static void waitall_waits_for_all(void **state)
{
	struct fixture *f = *state;
	hf_time began;
	char buf[16];

	pair_up(f);
	began = f->v.now;
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(hf_net_recv(f->net, f->server, buf, 13, MSG_WAITALL),
			 13);
	assert_int_equal(f->v.now - began, 300 * MS);
	assert_int_equal(hf_net_recv(f->net, f->server, buf, 13, MSG_DONTWAIT),
			 2);
}

static void waitall_ends_in_time(void **state)
{
	struct fixture *f = *state;
	char buf[16];

	pair_up(f);
	f->times = 2;
	meanwhile(f, 100 * MS, write_some);
	set_timeout(f, f->server, SO_RCVTIMEO, 1000);
	assert_int_equal(hf_net_recv(f->net, f->server, buf, 13, MSG_WAITALL),
			 5);
	assert_int_equal(hf_net_recv(f->net, f->server, buf, 13, 0), -EAGAIN);
}

static void waitall_may_look_only(void **state)
{
	struct fixture *f = *state;
	char buf[16];

	pair_up(f);
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(
		hf_net_recv(f->net, f->server, buf, 15, MSG_WAITALL | MSG_PEEK),
		15);
	assert_memory_equal(buf, "123451234512345", 15);
	assert_int_equal(hf_net_recv(f->net, f->server, buf, 16, 0), 15);
}

static void rcvlowat_is_a_least(void **state)
{
	struct fixture *f = *state;
	hf_time began;
	char buf[16];

	pair_up(f);
	began = f->v.now;
	assert_int_equal(set_int(f, f->server, SOL_SOCKET, SO_RCVLOWAT, 8), 0);
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(hf_net_read(f->net, f->server, buf, sizeof buf), 10);
	assert_int_equal(f->v.now - began, 200 * MS);
}

static void read_half(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);
	static char buf[32768];

	if (hf_net_recv(f->net, f->server, buf, sizeof buf, MSG_DONTWAIT) > 0)
		f->times++;
	meanwhile(f, 10 * MS, read_half);
}

static void write_waits_for_room(void **state)
{
	static char data[1 << 20];
	struct fixture *f = *state;

	pair_up(f);
	set_int(f, f->client, SOL_SOCKET, SO_SNDBUF, 16384);
	meanwhile(f, 10 * MS, read_half);
	assert_int_equal(hf_net_write(f->net, f->client, data, sizeof data),
			 sizeof data);
	assert_true(f->times > 10);
	f->v.meanwhile = NULL;
}

static void write_times_out(void **state)
{
	static char data[4 << 20];
	struct fixture *f = *state;
	hf_time began;
	ssize_t n;

	pair_up(f);
	set_timeout(f, f->client, SO_SNDTIMEO, 200);
	began = f->v.now;
	n = hf_net_write(f->net, f->client, data, sizeof data);
	assert_true(n > 0 && n < (ssize_t)sizeof data);
	assert_int_equal(f->v.now - began, 200 * MS);
	/* Probes of the peer's window take an octet each. */
	while ((n = hf_net_write(f->net, f->client, data, sizeof data)) > 0)
		assert_int_equal(n, 1);
	assert_int_equal(n, -EAGAIN);
	while ((n = hf_net_send(f->net, f->client, data, sizeof data,
				MSG_DONTWAIT)) > 0)
		;
	assert_int_equal(n, -EAGAIN);
}

static void drain_server(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);
	static char buf[65536];

	while (hf_net_recv(f->net, f->server, buf, sizeof buf, MSG_DONTWAIT) >
	       0)
		f->times++;
	meanwhile(f, 10 * MS, drain_server);
}

static void splice_waits(void **state)
{
	static char data[65536];
	struct fixture *f = *state;
	hf_time began;
	int fds[2];

	pair_up(f);
	assert_int_equal(hf_net_pipe(f->net, fds), 0);
	began = f->v.now;
	f->times = 2;
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(
		hf_net_splice(f->net, f->server, NULL, fds[1], NULL, 100, 0),
		5);
	assert_int_equal(f->v.now - began, 100 * MS);
	assert_int_equal(hf_net_read(f->net, fds[0], data, 100), 5);
	set_int(f, f->client, SOL_SOCKET, SO_SNDBUF, 8192);
	assert_int_equal(hf_net_write(f->net, fds[1], data, 65536), 65536);
	f->times = 0;
	meanwhile(f, 10 * MS, drain_server);
	assert_int_equal(
		hf_net_splice(f->net, fds[0], NULL, f->client, NULL, 65536, 0),
		65536);
	assert_true(f->times > 1);
	f->v.meanwhile = NULL;
}

/* What another call reads meanwhile is not looked at twice. */
static void read_all(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);
	char buf[16];

	assert_int_equal(hf_net_read(f->net, f->server, buf, 16), 5);
	meanwhile(f, 10 * MS, write_some);
}

static void looking_while_another_reads(void **state)
{
	struct fixture *f = *state;
	char buf[16];

	pair_up(f);
	assert_int_equal(hf_net_write(f->net, f->client, "abcde", 5), 5);
	meanwhile(f, 50 * MS, read_all);
	assert_int_equal(
		hf_net_recv(f->net, f->server, buf, 10, MSG_PEEK | MSG_WAITALL),
		10);
}

/* ---- closing ----------------------------------------------------------- */

static void close_server(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);

	assert_int_equal(hf_net_close(f->net, f->server), 0);
}

static void the_peer_ends_a_read(void **state)
{
	struct fixture *f = *state;
	char c;

	pair_up(f);
	meanwhile(f, 50 * MS, close_server);
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), 0);
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), 0);
}

static void reset_server(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);

	set_linger(f, f->server, 0);
	assert_int_equal(hf_net_close(f->net, f->server), 0);
}

static void a_reset_ends_a_read(void **state)
{
	struct fixture *f = *state;
	char c;

	pair_up(f);
	meanwhile(f, 50 * MS, reset_server);
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), -ECONNRESET);
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), 0);
	assert_int_equal(hf_net_write(f->net, f->client, &c, 1), -EPIPE);
	assert_int_equal(f->v.broken_pipes, 1);
}

static void close_and_talk(struct virtual_net *v)
{
	struct fixture *f = fixture_of(v);
	char c;

	assert_int_equal(hf_net_close(f->net, f->server), 0);
	assert_int_equal(hf_net_read(f->net, f->server, &c, 1), -EBADF);
	assert_int_equal(hf_net_write(f->net, f->client, "x", 1), 1);
}

/* As on Linux: the call that waits holds it. */
static void a_closed_descriptor_lives_on_in_a_call(void **state)
{
	struct fixture *f = *state;
	char c;

	pair_up(f);
	meanwhile(f, 50 * MS, close_and_talk);
	assert_int_equal(hf_net_read(f->net, f->server, &c, 1), 1);
	assert_int_equal(hf_net_read(f->net, f->client, &c, 1), 0);
}

static void cut(struct virtual_net *v)
{
	v->is_cut = false;
}

static void close_lingers(void **state)
{
	struct fixture *f = *state;
	hf_time began;

	pair_up(f);
	set_linger(f, f->client, 10);
	f->v.is_cut = true;
	assert_int_equal(hf_net_write(f->net, f->client, "x", 1), 1);
	began = f->v.now;
	meanwhile(f, 2000 * MS, cut);
	assert_int_equal(hf_net_close(f->net, f->client), 0);
	assert_true(f->v.now - began >= 2000 * MS);
	assert_true(f->v.now - began < 10 * HF_SECOND);
	assert_int_equal(poll_now(f, f->server), POLLIN | POLLOUT | POLLRDHUP);
}

static void close_lingers_no_longer_than_told(void **state)
{
	struct fixture *f = *state;
	hf_time began;

	pair_up(f);
	set_linger(f, f->client, 3);
	f->v.is_cut = true;
	assert_int_equal(hf_net_write(f->net, f->client, "x", 1), 1);
	began = f->v.now;
	assert_int_equal(hf_net_close(f->net, f->client), 0);
	assert_int_equal(f->v.now - began, 3 * HF_SECOND);
	f->v.is_cut = false;
}

/* ---- poll() and epoll_wait() ------------------------------------------- */

static void poll_waits(void **state)
{
	struct fixture *f = *state;
	struct pollfd p[2];
	hf_time began;

	pair_up(f);
	p[0] = (struct pollfd){ .fd = f->server, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = f->listener, .events = POLLIN };
	began = f->v.now;
	assert_int_equal(hf_net_poll(f->net, p, 2, 250), 0);
	assert_int_equal(f->v.now - began, 250 * MS);
	f->times = 2;
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(hf_net_poll(f->net, p, 2, -1), 1);
	assert_int_equal(p[0].revents, POLLIN);
	assert_int_equal(p[1].revents, 0);
	assert_int_equal(f->v.now - began, 350 * MS);
}

static void epoll_waits(void **state)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 7 };
	struct fixture *f = *state;
	hf_time began;
	int e;

	pair_up(f);
	e = hf_net_epoll_create1(f->net, 0);
	assert_int_equal(
		hf_net_epoll_ctl(f->net, e, EPOLL_CTL_ADD, f->server, &event),
		0);
	began = f->v.now;
	assert_int_equal(hf_net_epoll_wait(f->net, e, &event, 1, 250), 0);
	assert_int_equal(f->v.now - began, 250 * MS);
	f->times = 2;
	meanwhile(f, 100 * MS, write_some);
	assert_int_equal(hf_net_epoll_wait(f->net, e, &event, 1, -1), 1);
	assert_int_equal(event.data.u32, 7);
	assert_int_equal(f->v.now - began, 350 * MS);
}

/* ---- a driver that cannot wait ----------------------------------------- */

static void without_wait_nothing_blocks(void **state)
{
	const struct virtual_plan plan = { .never_waits = true };
	struct fixture *f = *state;
	char c;

	fixture_restart(f, &plan);
	f->listener = make_listener(f, 1);
	f->client = make_socket(f);
	assert_int_equal(connect_port(f, f->client, PORT), -EINPROGRESS);
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL),
			 -EAGAIN);
	virtual_settle(&f->v);
	f->server = hf_net_accept(f->net, f->listener, NULL, NULL);
	assert_true(f->server > 0);
	assert_int_equal(hf_net_read(f->net, f->server, &c, 1), -EAGAIN);
	assert_int_equal(hf_net_poll(f->net, NULL, 0, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(accept_waits),
		NET_TEST(accept_times_out),
		NET_TEST(accept_ends_with_the_listener),
		NET_TEST(connect_gives_up),
		NET_TEST(connect_waits_no_longer_than_told),
		NET_TEST(connect_is_refused),
		NET_TEST(a_signal_interrupts),
		NET_TEST(read_waits),
		NET_TEST(waitall_waits_for_all),
		NET_TEST(waitall_ends_in_time),
		NET_TEST(waitall_may_look_only),
		NET_TEST(rcvlowat_is_a_least),
		NET_TEST(write_waits_for_room),
		NET_TEST(write_times_out),
		NET_TEST(splice_waits),
		NET_TEST(looking_while_another_reads),
		NET_TEST(the_peer_ends_a_read),
		NET_TEST(a_reset_ends_a_read),
		NET_TEST(a_closed_descriptor_lives_on_in_a_call),
		NET_TEST(close_lingers),
		NET_TEST(close_lingers_no_longer_than_told),
		NET_TEST(poll_waits),
		NET_TEST(epoll_waits),
		NET_TEST(without_wait_nothing_blocks),
	};

	return cmocka_run_group_tests_name("blocking", tests, NULL, NULL);
}
