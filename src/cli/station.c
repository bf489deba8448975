/* SPDX-License-Identifier: MIT */
/* A host on a TUN device, as the commands serve and connect want it. */
#define _GNU_SOURCE
#include "cli.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void print_sight(void *context, const struct hf_sight *sight)
{
	struct station *station = context;
	char text[HF_TRACE_LINE], note[200];

	hf_trace_time(station->epoch + sight->now, text, sizeof text);
	fputs(text, stdout);
	if (sight->frame.len) {
		hf_trace_line(station->trace, sight->frame.data,
			      sight->frame.len, text, sizeof text);
		printf(" %s", text);
	}
	if (hf_trace_note(station->trace, sight, note, sizeof note))
		printf("  # %s", note);
	putchar('\n');
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int station_signal(struct station *station)
{
	struct signalfd_siginfo info;

	if (read(station->signals, &info, sizeof info) != sizeof info)
		return 0;
	return info.ssi_signo == SIGUSR1 ? SIGUSR1 : SIGINT;
}

static struct hf_device *open_device(struct station *station,
				     const struct cli_options *options,
				     struct hf_failure *failure)
{
	struct hf_device *device, *outer;

	device = hf_tun_open(options->tun ? options->tun : "hf0", failure);
	if (device && options->pcap) {
		outer = hf_pcap_wrap(device, options->pcap, station->epoch,
				     failure);
		if (!outer)
			hf_device_close(device);
		device = outer;
	}
	if (device && options->trace) {
		setlinebuf(stdout);
		station->trace = hf_trace_new(options->absolute);
		outer = station->trace
				? hf_trace_wrap(device, print_sight, station)
				: NULL;
		if (!outer) {
			hf_device_close(device);
			strcpy(failure->text, "no memory for the trace");
		}
		device = outer;
	}
	return device;
}

static enum hf_error open_host(struct station *station,
			       const struct cli_options *options)
{
	struct hf_config config;

	hf_config_default(&config, options->profile);
	if (!hf_clock_secret(config.secret))
		return HF_ERR_NO_MEMORY;
	if (options->connections) {
		config.connections = options->connections;
		config.half_open = options->connections;
	}
	station->size = (size_t)options->memory;
	station->block = hf_block_map(station->size);
	if (!station->block)
		return HF_ERR_NO_MEMORY;
	return hf_host_init(station->block, station->size, &config, hf_clock(),
			    &station->host);
}

/* The addresses; and all else goes to the wire, which has one other end. */
static enum hf_error add_addresses(struct station *station,
				   const struct cli_options *options)
{
	static const struct hf_addr any = { { 0 } };
	uint32_t link = station->loop.link;
	enum hf_error error = HF_OK;

	for (unsigned i = 0; !error && i < options->addresses; i++)
		error = hf_address_add(station->host, link,
				       options->address[i].addr,
				       options->address[i].prefix_len);
	if (!error)
		error = hf_route_add(station->host, hf_ipv4(0, 0, 0, 0), 0,
				     link, any);
	if (!error)
		error = hf_route_add(station->host, any, 0, link, any);
	return error;
}

int station_open(struct station *station, const struct cli_options *options,
		 const struct cli_about *about)
{
	struct hf_failure failure;
	struct hf_device *device;
	enum hf_error error;

	memset(station, 0, sizeof *station);
	station->signals = -1;
	station->epoch = hf_clock_epoch();
	device = open_device(station, options, &failure);
	if (!device) {
		cli_fail(about, "%s", failure.text);
		station_close(station);
		return CLI_FAILED;
	}
	error = open_host(station, options);
	if (!error)
		error = hf_loop_open(&station->loop, station->host, device);
	if (error)
		hf_device_close(device);
	else
		error = add_addresses(station, options);
	if (error) {
		cli_fail(about, "cannot make the host: %s",
			 cli_error_text(error));
		station_close(station);
		return CLI_FAILED;
	}
	station->signals = open_signals();
	return CLI_OK;
}

void station_close(struct station *station)
{
	if (station->signals >= 0)
		close(station->signals);
	hf_device_close(station->loop.device);
	hf_loop_close(&station->loop);
	hf_trace_free(station->trace);
	hf_block_unmap(station->block, station->size);
}

bool station_is_quiet(const struct station *station)
{
	struct hf_usage used;

	hf_host_used(station->host, &used);
	return !used.pool[HF_POOL_CONNECTION].used &&
	       !used.pool[HF_POOL_HALF_OPEN].used;
}

void station_print_drops(const struct station *station)
{
	for (unsigned i = 1; i < HF_DROPS; i++) {
		uint64_t count = hf_drops(station->host, (enum hf_drop)i);

		if (count)
			fprintf(stderr, "%s %llu\n",
				hf_drop_name((enum hf_drop)i),
				(unsigned long long)count);
	}
}

void station_print_pools(const struct station *station)
{
	struct hf_usage used;

	hf_host_used(station->host, &used);
	for (unsigned i = 0; i < HF_POOLS; i++)
		fprintf(stderr, "pool %s used %u octets %u pages %u\n",
			hf_pool_name((enum hf_pool)i), used.pool[i].used,
			used.pool[i].octets, used.pool[i].pages);
	fprintf(stderr,
		"block %llu tables %llu pages %llu touched %llu replies %u\n",
		(unsigned long long)used.block, (unsigned long long)used.tables,
		(unsigned long long)used.pages,
		(unsigned long long)used.touched, used.replies);
}
