/* SPDX-License-Identifier: MIT */
/*
 * The experiment `echo`: two hosts joined by a wire with a delay of 500
 * microseconds, in virtual time. A client connects, sends "helloJava" and a
 * newline, reads it back and closes; the server echoes and closes too.
 */
#include "lab.h"
#include "lines.h"

#include <handfast/sim.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 << 20)
#define MTU 1500u
#define DELAY (500 * HF_MICROSECOND)
#define PATIENCE (600 * HF_SECOND) /* of virtual time */

static const char message[] = "helloJava\n";

#define MESSAGE_LEN (sizeof message - 1)

struct experiment {
	struct hf_sim *sim;
	struct lab_lines *lines;
	uint32_t client, server; /* hosts */
	struct hf_handle listener;
	struct lab_session session; /* the server's */
	struct hf_handle connection; /* the client's */
	char got[MESSAGE_LEN];
	size_t got_len;
	bool served, done;
	hf_time back; /* when the last octet was back */
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "handfast lab echo: %s: %s\n", what, why);
	return 1;
}

/* ---- the two programs ------------------------------------------------- */

static void run_server(struct hf_sim *sim, uint32_t number,
		       const struct hf_event *event, void *context)
{
	struct hf_host *host = hf_sim_host(sim, number);
	struct experiment *lab = context;

	if (event->flags & HF_EVENT_ACCEPT)
		hf_accept(host, lab->listener, &lab->session.connection);
	if (lab->served || !lab->session.connection.index ||
	    !lab_serve(host, &lab->session))
		return;
	hf_close(host, lab->session.connection, hf_sim_now(sim));
	lab->served = true;
}

static void run_client(struct hf_sim *sim, uint32_t number,
		       const struct hf_event *event, void *context)
{
	struct hf_host *host = hf_sim_host(sim, number);
	struct experiment *lab = context;
	size_t n = 0;

	if (lab->done)
		return;
	if (event->flags & HF_EVENT_CONNECTED)
		hf_send(host, lab->connection, message, MESSAGE_LEN, &n);
	if (hf_receive(host, lab->connection, lab->got + lab->got_len,
		       MESSAGE_LEN - lab->got_len, &n) == HF_OK)
		lab->got_len += n;
	if (lab->got_len == MESSAGE_LEN) {
		lab->back = hf_sim_now(sim);
		hf_close(host, lab->connection, lab->back);
		lab->done = true;
	}
}

/* ---- the stage -------------------------------------------------------- */

static void show(const struct hf_sim_sight *what, void *context)
{
	struct experiment *lab = context;
	struct hf_sight sight = {
		.direction = what->fate == HF_SIM_SENT ? HF_DIRECTION_OUT
						       : HF_DIRECTION_IN,
		.frame = { .data = what->data, .len = what->len },
		.report = what->report,
		.now = what->when,
	};

	if (what->fate == HF_SIM_TIMER)
		sight.direction = HF_DIRECTION_TIMER;
	else if (what->fate != HF_SIM_SENT && what->fate != HF_SIM_DELIVERED)
		return;
	if (!what->report ||
	    (what->fate == HF_SIM_TIMER && !what->report->steps))
		return;
	if (what->host == lab->client)
		lab_lines_client(lab->lines, &sight);
	else if (what->host == lab->server)
		lab_lines_server(lab->lines, &sight);
}

static enum hf_error add_host(struct experiment *lab, uint32_t link,
			      uint8_t number, enum hf_profile profile,
			      uint32_t *host)
{
	struct hf_sim_app app = { number == 1 ? run_client : run_server, lab };
	struct hf_link options = { .mtu = MTU };
	struct hf_config config;
	enum hf_error error;
	uint32_t end;

	hf_config_default(&config, profile);
	/* the same each time: an experiment repeats itself to the octet */
	memset(config.secret, number, sizeof config.secret);
	error = hf_sim_host_add(lab->sim, &config, BLOCK_SIZE, &app, host);
	if (!error)
		error = hf_sim_attach(lab->sim, link, *host, &options, &end);
	if (!error)
		error = hf_sim_address(lab->sim, link, end,
				       hf_ipv4(10, 9, 0, number), 24);
	return error;
}

static enum hf_error set_up(struct experiment *lab, enum hf_profile profile)
{
	struct hf_sim_wire wire = { .delay = DELAY };
	struct hf_listen listen = { .port = LAB_PORT };
	enum hf_error error;
	uint32_t link;

	hf_sim_link_add(lab->sim, &wire, &link);
	error = add_host(lab, link, 1, profile, &lab->client);
	if (!error)
		error = add_host(lab, link, 2, profile, &lab->server);
	if (!error)
		error = hf_listen(hf_sim_host(lab->sim, lab->server), &listen,
				  &lab->listener);
	return error;
}

/* ---- the play --------------------------------------------------------- */

/* True if nothing is left of any connection, TIME_WAIT included. */
static bool is_quiet(const struct experiment *lab, uint32_t host)
{
	struct hf_usage used;

	hf_host_used(hf_sim_host(lab->sim, host), &used);
	return !used.pool[HF_POOL_CONNECTION].used &&
	       !used.pool[HF_POOL_HALF_OPEN].used &&
	       !used.pool[HF_POOL_TIME_WAIT].used;
}

static bool is_over(const struct experiment *lab)
{
	return lab->done && is_quiet(lab, lab->client) &&
	       is_quiet(lab, lab->server);
}

static enum hf_error run(struct experiment *lab)
{
	struct hf_open open = { .remote = hf_ipv4(10, 9, 0, 2),
				.remote_port = LAB_PORT };
	enum hf_error error;

	error = hf_open(hf_sim_host(lab->sim, lab->client), &open,
			hf_sim_now(lab->sim), &lab->connection);
	if (error)
		return error;
	hf_sim_kick(lab->sim, lab->client);
	while (!is_over(lab) && hf_sim_next(lab->sim) <= PATIENCE)
		if (!hf_sim_step(lab->sim))
			break;
	return HF_OK;
}

static int judge(const struct experiment *lab, FILE *out)
{
	if (lab->got_len != MESSAGE_LEN ||
	    memcmp(lab->got, message, MESSAGE_LEN) != 0)
		return fail("failed", "the octets did not come back");
	if (!is_over(lab))
		return fail("failed", "a connection did not end");
	fprintf(out,
		"echo: %zu octets there and back in %.3f ms of virtual time; "
		"both ends are closed\n",
		lab->got_len, (double)lab->back / 1e6);
	return 0;
}

/* All but the capture, whose file is to be ended whatever becomes of it. */
static int perform(struct experiment *lab, const struct lab_options *options)
{
	enum hf_error error = run(lab);

	if (error)
		return fail("cannot connect", hf_error_name(error));
	lab_lines_finish(lab->lines);
	return judge(lab, options->out);
}

static int record(struct experiment *lab, const struct lab_options *options)
{
	struct hf_sim_capture *capture;
	char why[200];
	int status;

	if (!options->pcap)
		return perform(lab, options);
	capture = hf_sim_capture_open(lab->sim, options->pcap, lab->server, why,
				      sizeof why);
	if (!capture)
		return fail("cannot record", why);
	status = perform(lab, options);
	if (!hf_sim_capture_close(capture) && !status)
		status = fail("cannot write all of", options->pcap);
	return status;
}

static int run_echo(const struct lab_options *options)
{
	struct experiment lab = { .done = false };
	enum hf_error error;
	int status;

	lab.lines = lab_lines_new(options->out, options->absolute);
	if (!lab.lines)
		return fail("cannot start", "no memory");
	lab.sim = hf_sim_new(1, 0);
	hf_sim_tap_add(lab.sim, show, &lab);
	error = set_up(&lab, options->profile);
	status = error ? fail("cannot start", hf_error_name(error))
		       : record(&lab, options);
	hf_sim_free(lab.sim);
	lab_lines_free(lab.lines);
	return status;
}

const struct lab_experiment lab_echo = {
	.name = "echo",
	.about = {
		.en = "a connection's whole life: 10 octets there and back",
		.zh = "一条连接的一生：10 个字节去而复返",
	},
	.run = run_echo,
};
