/* SPDX-License-Identifier: MIT */
/*
 * Connect, request, response, close: whole connections, one after another or
 * several at once. The client closes first, then the server. The MSL is a
 * tenth of a millisecond of virtual time, so that TIME_WAIT costs what it
 * costs to enter and to leave, and does not use up the ports.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_LEN 64u
#define MSL (100 * HF_MICROSECOND)
#define DEFAULT_CONNECTIONS 200000u
#define IDLE_MOST                                                              \
	1000u /* rounds that carry nothing, before it is a failure             \
	       */

struct crr {
	struct bench bench;
	struct hf_handle listener;
	uint32_t wanted;
	uint32_t opened, answered, closed; /* connections so far */
	enum hf_error error;
};

static const uint8_t text[TEXT_LEN];

static void open_some(struct crr *crr, uint32_t concurrent)
{
	struct hf_open open = { .remote = hf_ipv4(10, 9, 0, 2),
				.remote_port = BENCH_PORT };
	struct hf_handle connection;

	while (!crr->error && crr->opened < crr->wanted &&
	       crr->opened - crr->closed < concurrent) {
		crr->error = hf_open(crr->bench.client.host, &open,
				     crr->bench.now, &connection);
		crr->opened++;
	}
}

static void send_text(struct crr *crr, struct hf_host *host,
		      struct hf_handle connection)
{
	size_t sent;
	enum hf_error error = hf_send(host, connection, text, TEXT_LEN, &sent);

	if (error || sent != TEXT_LEN)
		crr->error = error ? error : HF_ERR_WOULD_BLOCK;
}

/* True if a whole text was there, and is taken. */
static bool take_text(struct hf_host *host, struct hf_handle connection)
{
	uint8_t got[TEXT_LEN];
	size_t len;

	return hf_receive(host, connection, got, sizeof got, &len) == HF_OK &&
	       len == TEXT_LEN;
}

static void run_client(struct crr *crr)
{
	struct hf_host *host = crr->bench.client.host;
	struct hf_event event;

	while (hf_event(host, &event)) {
		if (event.flags & HF_EVENT_CLOSED) {
			crr->error = event.error ? event.error : HF_ERR_RESET;
			hf_close(host, event.handle, crr->bench.now);
			crr->closed++;
			continue;
		}
		if (event.flags & HF_EVENT_CONNECTED)
			send_text(crr, host, event.handle);
		if (event.flags & HF_EVENT_READABLE &&
		    take_text(host, event.handle)) {
			hf_close(host, event.handle, crr->bench.now);
			crr->closed++;
		}
	}
}

static void run_server(struct crr *crr)
{
	struct hf_host *host = crr->bench.server.host;
	struct hf_handle connection;
	struct hf_event event;

	while (hf_event(host, &event)) {
		if (event.flags & HF_EVENT_ACCEPT)
			while (hf_accept(host, crr->listener, &connection) ==
			       HF_OK)
				if (take_text(host, connection))
					send_text(crr, host, connection);
		if (event.flags & HF_EVENT_READABLE &&
		    take_text(host, event.handle))
			send_text(crr, host, event.handle);
		if (event.flags & (HF_EVENT_EOF | HF_EVENT_CLOSED) &&
		    hf_close(host, event.handle, crr->bench.now) == HF_OK)
			crr->answered++;
	}
}

static void run(struct crr *crr, uint32_t concurrent)
{
	uint32_t idle = 0;

	while (!crr->error && crr->answered < crr->wanted) {
		uint64_t before = crr->bench.carried;

		open_some(crr, concurrent);
		bench_to_server(&crr->bench);
		run_server(crr);
		bench_to_client(&crr->bench);
		run_client(crr);
		bench_timers(&crr->bench);
		if (crr->bench.carried != before) {
			idle = 0;
			continue;
		}
		bench_skip(&crr->bench);
		if (++idle > IDLE_MOST)
			crr->error = HF_ERR_TIMED_OUT;
	}
}

static int start(struct crr *crr, const struct cli_options *options,
		 const struct cli_about *about)
{
	struct hf_listen listen = { .port = BENCH_PORT,
				    .completed = options->concurrent };
	struct hf_config config;
	enum hf_error error;

	hf_config_default(&config, options->profile);
	/* those that are closing are still there for a while */
	config.connections = 4 * options->concurrent + 64;
	config.half_open = options->concurrent + 64;
	config.msl = MSL;
	config.port_low = 1024;
	config.port_high = 65535;
	if (bench_open(&crr->bench, options, about, &config))
		return CLI_FAILED;
	error = hf_listen(crr->bench.server.host, &listen, &crr->listener);
	if (error)
		return cli_fail(about, "cannot listen: %s",
				cli_error_text(error));
	return CLI_OK;
}

static void print(const struct crr *crr, const struct cli_options *options,
		  hf_time took)
{
	double each = (double)took / crr->wanted;
	double frames = (double)crr->bench.carried / crr->wanted;

	if (options->json)
		printf("{\"bench\":\"crr\",\"connections\":%u,"
		       "\"concurrent\":%u,\"octets\":%u,\"msl_ns\":%llu,"
		       "\"frames_per_connection\":%.2f,"
		       "\"ns_per_connection\":%.1f}\n",
		       crr->wanted, options->concurrent, TEXT_LEN,
		       (unsigned long long)MSL, frames, each);
	else
		printf("crr: %u connections, %u at once, %u octets each way: "
		       "%.0f ns a connection for both ends on one core, "
		       "%.2f frames each, MSL 0.1 ms of virtual time\n",
		       crr->wanted, options->concurrent, TEXT_LEN, each,
		       frames);
}

int bench_crr(const struct cli_options *options, const struct cli_about *about)
{
	struct crr crr = { .wanted = options->connections
					     ? options->connections
					     : DEFAULT_CONNECTIONS };
	hf_time start_time;
	int status = start(&crr, options, about);

	if (status)
		return status;
	start_time = hf_clock();
	run(&crr, options->concurrent);
	if (crr.error)
		status = cli_fail(about, "after %u connections: %s",
				  crr.answered, cli_error_text(crr.error));
	else
		print(&crr, options, hf_clock() - start_time);
	bench_close(&crr.bench);
	return status;
}
