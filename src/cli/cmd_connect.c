/* SPDX-License-Identifier: MIT */
/*
 * A netcat: standard input to the peer, the peer to standard output. The end
 * of the input is told to the peer (half-close); the command ends when the
 * peer has ended too.
 */
#define _GNU_SOURCE
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAREWELL (3 * HF_SECOND)

static const struct cli_about about = {
	CLI_CONNECT,
	"connect",
	"connect ADDR PORT [OPTION...]",
	"Connects to a server: what is read is sent, what comes is written; "
	"the\n"
	"end of the input is told to the peer. With --tun or --tap the "
	"running\n"
	"kernel is at the other end of the interface, with --interface what is "
	"on\n"
	"the wire. Needs the right to use the interface: run it as root.\n\n"
	"Example, with a kernel's server at the other end:\n"
	"  ip tuntap add hf0 mode tun; ip address add 10.9.0.1/24 dev hf0\n"
	"  ip link set hf0 up; nc -l 10.9.0.1 9000 &\n"
	"  echo hello | handfast connect 10.9.0.1 9000\n"
	"Example, on a network of Ethernet:\n"
	"  handfast connect 198.51.100.5 25 --interface eth1 \\\n"
	"      --address 192.0.2.7/24 --gateway 192.0.2.1\n",
};

struct caller {
	struct station station;
	struct hf_handle connection;
	bool is_open; /* connected */
	bool is_full; /* the host takes no more just now */
	bool input_ended, told_end;
	bool has_output; /* octets for standard output */
	bool peer_ended;
	bool released, interrupted;
	bool has_no_address; /* other hosts have all of them */
	enum hf_error error; /* why it ended */
	size_t write_most; /* octets that a write takes without blocking */
	uint64_t in, out;
	hf_time deadline;
	int status;
};

/* ---- standard input to the peer --------------------------------------- */

static void end_input(struct caller *caller)
{
	caller->input_ended = true;
	if (caller->is_open && !caller->told_end) {
		hf_shutdown(caller->station.host, caller->connection);
		caller->told_end = true;
	}
}

static void read_input(struct caller *caller)
{
	enum hf_error error;
	void *room;
	size_t len;
	ssize_t n;

	error = hf_reserve(caller->station.host, caller->connection, &room,
			   &len);
	if (error) {
		caller->is_full = true; /* or ended: an event will tell */
		return;
	}
	n = read(STDIN_FILENO, room, len);
	if (n > 0) {
		hf_commit(caller->station.host, caller->connection, (size_t)n);
		caller->out += (uint64_t)n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		end_input(caller);
	}
}

/* ---- the peer to standard output -------------------------------------- */

/* A pipe that poll() finds ready takes PIPE_BUF octets; a file takes all. */
static size_t find_write_most(void)
{
	struct stat about_output;

	if (fstat(STDOUT_FILENO, &about_output) == 0 &&
	    S_ISREG(about_output.st_mode))
		return SIZE_MAX;
	return PIPE_BUF;
}

static bool output_is_ready(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&output, 1, 0) == 1;
}

static void fail_output(struct caller *caller)
{
	caller->status = cli_fail(&about, "cannot write: %s", strerror(errno));
	caller->deadline = 0;
}

static void write_output(struct caller *caller)
{
	enum hf_error error;
	const void *data;
	size_t len;
	ssize_t n;

	for (;;) {
		error = hf_peek(caller->station.host, caller->connection, &data,
				&len);
		caller->has_output = !error && len;
		if (!error && !len)
			caller->peer_ended = true;
		if (!caller->has_output || !output_is_ready())
			return;
		if (len > caller->write_most)
			len = caller->write_most;
		n = write(STDOUT_FILENO, data, len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			fail_output(caller);
			return;
		}
		hf_consume(caller->station.host, caller->connection, (size_t)n);
		caller->in += (uint64_t)n;
	}
}

/* ---- events ----------------------------------------------------------- */

static void answer(void *context, const struct hf_event *event, hf_time now)
{
	struct caller *caller = context;

	(void)now;
	if (event->flags & HF_EVENT_ADDRESS)
		caller->has_no_address =
			!station_keeps_address(&caller->station);
	if (event->flags & HF_EVENT_ADDRESS || caller->released)
		return;
	if (event->flags & HF_EVENT_CONNECTED) {
		caller->is_open = true;
		if (caller->input_ended)
			end_input(caller);
	}
	if (event->flags & HF_EVENT_WRITABLE)
		caller->is_full = false;
	if (event->flags & HF_EVENT_CLOSED) {
		caller->error = event->error;
		caller->peer_ended = true;
	}
	write_output(caller);
}

static void heed_signals(struct caller *caller)
{
	int signal;

	while ((signal = station_signal(&caller->station))) {
		if (signal == SIGUSR1) {
			station_print_pools(&caller->station);
			continue;
		}
		caller->interrupted = true;
		if (caller->deadline == HF_NEVER && caller->is_open) {
			caller->deadline = hf_clock() + FAREWELL;
			end_input(caller);
		} else {
			caller->deadline = 0;
		}
	}
}

/* The peer has ended, and all that it sent is written. */
static void release(struct caller *caller)
{
	hf_time now = hf_clock();

	hf_close(caller->station.host, caller->connection, now);
	caller->released = true;
	if (caller->deadline == HF_NEVER)
		caller->deadline = now + FAREWELL;
}

static bool is_over(struct caller *caller)
{
	if (!caller->released && caller->peer_ended && !caller->has_output)
		release(caller);
	if (caller->released && station_is_quiet(&caller->station))
		return true;
	return hf_clock() >= caller->deadline;
}

/* What to poll beside the device: signals, input, output. */
static void ask(const struct caller *caller, struct pollfd *fds)
{
	bool wants_input = caller->is_open && !caller->input_ended &&
			   !caller->is_full && !caller->released;

	fds[0] = (struct pollfd){ .fd = caller->station.signals,
				  .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = wants_input ? STDIN_FILENO : -1,
				  .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = caller->has_output ? STDOUT_FILENO : -1,
				  .events = POLLOUT };
}

/* The device has failed, or the host has no address: nothing more comes. */
static int fail(struct caller *caller, const char *why)
{
	if (!caller->released) {
		write_output(caller);
		hf_abort(caller->station.host, caller->connection, hf_clock());
	}
	hf_loop_turn(&caller->station.loop, NULL, 0, 0);
	return cli_fail(&about, "%s", why);
}

static int run(struct caller *caller, hf_time give_up)
{
	struct hf_loop *loop = &caller->station.loop;
	struct pollfd fds[3];
	hf_time until;

	while (!is_over(caller)) {
		until = caller->deadline;
		if (!caller->is_open && give_up < until)
			until = give_up;
		ask(caller, fds);
		if (!hf_loop_turn(loop, fds, 3, until))
			return fail(caller, loop->device->failure->text);
		if (caller->has_no_address)
			return fail(caller, "no address is left to use");
		heed_signals(caller);
		if (fds[1].revents && !caller->peer_ended)
			read_input(caller);
		if (fds[2].revents && !caller->released)
			write_output(caller);
		if (!caller->is_open && hf_clock() >= give_up) {
			caller->error = HF_ERR_TIMED_OUT;
			caller->deadline = 0;
		}
	}
	if (!caller->released)
		hf_abort(caller->station.host, caller->connection, hf_clock());
	hf_loop_turn(loop, NULL, 0, 0);
	return caller->status;
}

static int conclude(struct caller *caller, const struct cli_options *options)
{
	if (caller->error && !caller->status)
		caller->status = cli_fail(
			&about, "%s port %s: %s", options->argument[0],
			options->argument[1], cli_error_text(caller->error));
	if (options->verbose || caller->interrupted) {
		fprintf(stderr, "handfast: %llu octets in, %llu octets out\n",
			(unsigned long long)caller->in,
			(unsigned long long)caller->out);
		station_print_drops(&caller->station);
	}
	if (options->verbose) {
		station_print_pools(&caller->station);
		station_print_neighbours(&caller->station);
	}
	return caller->status;
}

static int call(const struct cli_options *options, struct hf_open *open)
{
	struct caller caller = { .deadline = HF_NEVER,
				 .write_most = find_write_most() };
	hf_time give_up = HF_NEVER;
	enum hf_error error;
	int status = station_open(&caller.station, options, &about);

	if (status)
		return status;
	if (options->timeout)
		give_up = hf_clock() + options->timeout * HF_SECOND;
	signal(SIGPIPE, SIG_IGN);
	caller.station.loop.event = answer;
	caller.station.loop.context = &caller;
	if (!station_await_address(&caller.station, &open->remote)) {
		status = cli_fail(&about, "%s",
				  caller.station.loop.device->failure->text);
		station_close(&caller.station);
		return status;
	}
	error = hf_open(caller.station.host, open, hf_clock(),
			&caller.connection);
	if (error) {
		status = cli_fail(&about, "%s port %s: %s",
				  options->argument[0], options->argument[1],
				  cli_error_text(error));
	} else {
		status = run(&caller, give_up);
		caller.status = status;
		status = conclude(&caller, options);
	}
	station_close(&caller.station);
	return status;
}

int cmd_connect(char **argv)
{
	struct cli_options options;
	struct cli_address remote;
	struct hf_open open;
	uint64_t port;
	int status = cli_parse(&options, &about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (options.arguments != 2)
		return cli_misuse(&about, "an address and a port are wanted");
	if (!cli_read_address(options.argument[0], &remote) ||
	    strchr(options.argument[0], '/'))
		return cli_misuse(&about, "\"%s\" is not an address",
				  options.argument[0]);
	if (!cli_read_number(options.argument[1], 1, 65535, &port))
		return cli_misuse(&about, "\"%s\" is not a port",
				  options.argument[1]);
	memset(&open, 0, sizeof open);
	open.remote = remote.addr;
	open.remote_port = (uint16_t)port;
	return call(&options, &open);
}
