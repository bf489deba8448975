/* SPDX-License-Identifier: MIT */
/*
 * One connection that moves octets one way. The sender writes 64 KiB at a
 * time into the send queue (hf_reserve, hf_commit), the receiver reads in
 * place (hf_peek, hf_consume) and looks at the first and last octet of each
 * piece.
 */
#include "bench.h"

#include <string.h>

#define WRITE_LEN 65536u
#define BUFFER (1u << 20)
#define IDLE_MOST 1000u

struct stream {
	struct bench bench;
	struct hf_handle listener, to, from;
	uint64_t wanted, sent, got;
	bool connected, accepted;
	enum hf_error error;
	uint8_t source[WRITE_LEN]; /* the octet at place p is source[p mod] */
};

static void fill(struct stream *stream)
{
	uint32_t x = 1;

	for (size_t i = 0; i < WRITE_LEN; i++) {
		x = x * 1664525u + 1013904223u;
		stream->source[i] = (uint8_t)(x >> 24);
	}
}

static void write_some(struct stream *stream)
{
	struct hf_host *host = stream->bench.client.host;
	enum hf_error error = HF_OK;
	void *room;
	size_t len, rest;

	while (stream->sent < stream->wanted) {
		error = hf_reserve(host, stream->to, &room, &len);
		if (error)
			break;
		rest = WRITE_LEN - stream->sent % WRITE_LEN;
		if (len > rest)
			len = rest;
		if (len > stream->wanted - stream->sent)
			len = (size_t)(stream->wanted - stream->sent);
		memcpy(room, stream->source + stream->sent % WRITE_LEN, len);
		error = hf_commit(host, stream->to, len);
		if (error)
			break;
		stream->sent += len;
		if (stream->sent == stream->wanted)
			hf_shutdown(host, stream->to);
	}
	if (error && error != HF_ERR_WOULD_BLOCK)
		stream->error = error;
}

static bool is_right(const struct stream *stream, const uint8_t *data,
		     size_t len)
{
	uint64_t last = stream->got + len - 1;

	return data[0] == stream->source[stream->got % WRITE_LEN] &&
	       data[len - 1] == stream->source[last % WRITE_LEN];
}

/* What came; true at the end. */
static bool read_some(struct stream *stream)
{
	struct hf_host *host = stream->bench.server.host;
	enum hf_error error;
	const void *data;
	size_t len;

	for (;;) {
		error = hf_peek(host, stream->from, &data, &len);
		if (error || !len)
			break;
		if (!is_right(stream, data, len)) {
			stream->error = HF_ERR_ARGUMENT;
			return false;
		}
		hf_consume(host, stream->from, len);
		stream->got += len;
	}
	if (error && error != HF_ERR_WOULD_BLOCK)
		stream->error = error;
	return !error;
}

static void run_client(struct stream *stream)
{
	struct hf_event event;

	while (hf_event(stream->bench.client.host, &event)) {
		if (event.flags & HF_EVENT_CLOSED && event.error)
			stream->error = event.error;
		if (event.flags & HF_EVENT_CONNECTED)
			stream->connected = true;
	}
	if (stream->connected && !stream->error)
		write_some(stream);
}

/* True when all has come. */
static bool run_server(struct stream *stream)
{
	struct hf_host *host = stream->bench.server.host;
	struct hf_event event;
	bool any = false;

	while (hf_event(host, &event))
		any = true;
	if (!stream->accepted)
		stream->accepted = hf_accept(host, stream->listener,
					     &stream->from) == HF_OK;
	return any && stream->accepted && read_some(stream);
}

static void run(struct stream *stream)
{
	uint32_t idle = 0;
	bool done = false;

	while (!stream->error && !done) {
		uint64_t before = stream->bench.carried;

		bench_to_server(&stream->bench);
		done = run_server(stream);
		bench_to_client(&stream->bench);
		run_client(stream);
		bench_timers(&stream->bench);
		if (stream->bench.carried != before) {
			idle = 0;
			continue;
		}
		bench_skip(&stream->bench);
		if (++idle > IDLE_MOST)
			stream->error = HF_ERR_TIMED_OUT;
	}
	if (!stream->error && stream->got != stream->wanted)
		stream->error = HF_ERR_ABORTED;
}

static int start(struct stream *stream, const struct cli_options *options,
		 const struct cli_about *about)
{
	struct hf_listen listen = { .port = BENCH_PORT };
	struct hf_open open = { .remote = hf_ipv4(10, 9, 0, 2),
				.remote_port = BENCH_PORT };
	struct hf_config config;
	enum hf_error error;

	hf_config_default(&config, options->profile);
	config.connections = 64;
	config.half_open = 64;
	config.send_buffer = BUFFER;
	config.receive_buffer = BUFFER;
	if (bench_open(&stream->bench, options, about, &config))
		return CLI_FAILED;
	error = hf_listen(stream->bench.server.host, &listen,
			  &stream->listener);
	if (!error)
		error = hf_open(stream->bench.client.host, &open,
				stream->bench.now, &stream->to);
	if (error)
		return cli_fail(about, "cannot start: %s",
				cli_error_text(error));
	return CLI_OK;
}

static void print(const struct stream *stream,
		  const struct cli_options *options, hf_time took)
{
	double rate = (double)stream->wanted / (double)took;
	unsigned long long frames = stream->bench.carried;

	if (options->json)
		printf("{\"bench\":\"stream\",\"megabytes\":%u,\"mtu\":%u,"
		       "\"write_octets\":%u,\"buffer_octets\":%u,"
		       "\"frames\":%llu,\"gigabytes_per_second\":%.3f}\n",
		       options->megabytes, options->mtu, WRITE_LEN, BUFFER,
		       frames, rate);
	else
		printf("stream: %u megabytes, MTU %u, writes of %u octets: "
		       "%.2f gigabytes a second for both ends on one core, "
		       "%llu frames\n",
		       options->megabytes, options->mtu, WRITE_LEN, rate,
		       frames);
}

int bench_stream(const struct cli_options *options,
		 const struct cli_about *about)
{
	static struct stream stream;
	hf_time start_time;
	int status;

	memset(&stream, 0, sizeof stream);
	stream.wanted = (uint64_t)options->megabytes * 1000000;
	fill(&stream);
	status = start(&stream, options, about);
	if (status)
		return status;
	start_time = hf_clock();
	run(&stream);
	if (stream.error)
		status = cli_fail(about, "after %llu octets: %s",
				  (unsigned long long)stream.got,
				  cli_error_text(stream.error));
	else
		print(&stream, options, hf_clock() - start_time);
	bench_close(&stream.bench);
	return status;
}
