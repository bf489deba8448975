/* SPDX-License-Identifier: MIT */
/* A host on a device, as the commands serve and connect want it. */
#define _GNU_SOURCE
#include "cli.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MTU_LEAST 576u /* RFC 791: every host takes datagrams so long */
#define NEIGHBOURS_MOST 256u /* of those that are printed */

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

static struct hf_device *open_interface(const struct cli_options *options,
					struct hf_failure *failure)
{
	const struct hf_mac *mac = options->has_mac ? &options->mac : NULL;

	if (options->tap)
		return hf_tap_open(options->tap, mac, failure);
	if (options->interface)
		return hf_packet_open(options->interface, mac, failure);
	return hf_tun_open(cli_interface(options), failure);
}

static struct hf_device *open_device(struct station *station,
				     const struct cli_options *options,
				     struct hf_failure *failure)
{
	struct hf_trace_style style = { .absolute = options->absolute };
	struct hf_device *device, *outer;

	device = open_interface(options, failure);
	if (device && device->kind == HF_LINK_ETHERNET)
		style.link = HF_TRACE_ETHERNET;
	if (device && options->pcap) {
		outer = hf_pcap_wrap(device, options->pcap, station->epoch,
				     failure);
		if (!outer)
			hf_device_close(device);
		device = outer;
	}
	if (device && options->trace) {
		setlinebuf(stdout);
		station->trace = hf_trace_new(&style);
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

/* The link as the device says, with what the command line wants of it. */
static struct hf_link make_link(const struct cli_options *options,
				const struct hf_device *device)
{
	struct hf_link link = hf_device_link(device);

	if (options->mtu)
		link.mtu = options->mtu;
	link.vlan = options->vlan;
	link.accept_routers = options->accept_routers;
	return link;
}

static enum hf_error add_addresses(struct station *station)
{
	const struct cli_options *options = station->options;
	enum hf_error error = HF_OK;

	for (unsigned i = 0; !error && i < options->addresses; i++)
		error = hf_address_add(station->host, station->loop.link,
				       options->address[i].addr,
				       options->address[i].prefix_len,
				       hf_clock());
	return error;
}

static enum hf_error add_default(struct station *station, bool is_ipv4,
				 struct hf_addr gateway)
{
	static const struct hf_addr any = { { 0 } };

	return hf_route_add(station->host, is_ipv4 ? hf_ipv4(0, 0, 0, 0) : any,
			    0, station->loop.link, gateway);
}

/* All else goes to the wire if that has only one other end. */
static enum hf_error add_routes(struct station *station)
{
	static const struct hf_addr none = { { 0 } };
	const struct cli_options *options = station->options;
	enum hf_error error = HF_OK;

	if (station->loop.device->kind == HF_LINK_IP) {
		error = add_default(station, true, none);
		return error ? error : add_default(station, false, none);
	}
	for (unsigned i = 0; !error && i < options->gateways; i++)
		error = add_default(station,
				    cli_is_ipv4(&options->gateway[i].addr),
				    options->gateway[i].addr);
	return error;
}

static int fail_open(struct station *station, const struct cli_about *about,
		     const char *what)
{
	cli_fail(about, "%s", what);
	station_close(station);
	return CLI_FAILED;
}

/* The host, and the device that is the loop's from then on. */
static enum hf_error join(struct station *station, struct hf_device *device)
{
	struct hf_link link = make_link(station->options, device);
	enum hf_error error = open_host(station, station->options);

	if (!error)
		error = hf_loop_open(&station->loop, station->host, device,
				     &link);
	station->loop.device = device;
	if (!error)
		error = add_addresses(station);
	return error ? error : add_routes(station);
}

int station_open(struct station *station, const struct cli_options *options,
		 const struct cli_about *about)
{
	struct hf_failure failure;
	struct hf_device *device;
	enum hf_error error;

	memset(station, 0, sizeof *station);
	station->options = options;
	station->signals = -1;
	station->epoch = hf_clock_epoch();
	device = open_device(station, options, &failure);
	if (!device)
		return fail_open(station, about, failure.text);
	station->loop.device = device;
	if (options->mtu > device->mtu || device->mtu < MTU_LEAST) {
		snprintf(failure.text, sizeof failure.text,
			 "interface %s has an MTU of %u, and %u is wanted",
			 cli_interface(options), device->mtu,
			 options->mtu ? options->mtu : MTU_LEAST);
		return fail_open(station, about, failure.text);
	}
	error = join(station, device);
	if (error) {
		snprintf(failure.text, sizeof failure.text,
			 "cannot make the host: %s", cli_error_text(error));
		return fail_open(station, about, failure.text);
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

/* ---- addresses that others have ---------------------------------------- */

static enum hf_address_state state_of(const struct station *station, unsigned i)
{
	return hf_address_state(station->host,
				station->options->address[i].addr);
}

/* Routers may have given others. */
static bool has_learned_address(const struct station *station)
{
	struct hf_address addresses[64];
	size_t n = hf_addresses(station->host, addresses, 64);

	for (size_t i = 0; i < n && i < 64; i++)
		if (addresses[i].is_learned &&
		    addresses[i].state != HF_ADDRESS_DUPLICATE)
			return true;
	return false;
}

bool station_keeps_address(struct station *station)
{
	const struct cli_options *options = station->options;
	bool any = false;
	char name[64];

	for (unsigned i = 0; i < options->addresses; i++) {
		enum hf_address_state state = state_of(station, i);

		if (state != HF_ADDRESS_DUPLICATE && state != HF_ADDRESS_NONE)
			any = true;
		if (state != HF_ADDRESS_DUPLICATE || station->is_told[i])
			continue;
		station->is_told[i] = true;
		hf_trace_address(&options->address[i].addr, name, sizeof name);
		fprintf(stderr, "handfast: another host has address %s\n",
			name);
	}
	return any || has_learned_address(station);
}

/* True if one of the version of `remote` is being probed, and none is ready. */
static bool is_probing(const struct station *station,
		       const struct hf_addr *remote)
{
	const struct cli_options *options = station->options;
	bool any = false;

	for (unsigned i = 0; i < options->addresses; i++) {
		if (cli_is_ipv4(&options->address[i].addr) !=
		    cli_is_ipv4(remote))
			continue;
		if (state_of(station, i) != HF_ADDRESS_TENTATIVE)
			return false;
		any = true;
	}
	return any;
}

bool station_await_address(struct station *station,
			   const struct hf_addr *remote)
{
	while (is_probing(station, remote))
		if (!hf_loop_turn(&station->loop, NULL, 0, HF_NEVER))
			return false;
	return true;
}

/* ---- what is told ------------------------------------------------------ */

bool station_is_quiet(const struct station *station)
{
	struct hf_usage used;

	hf_host_used(station->host, &used);
	return !used.pool[HF_POOL_CONNECTION].used &&
	       !used.pool[HF_POOL_HALF_OPEN].used;
}

void station_print_drops(const struct station *station)
{
	const struct hf_device_losses *losses = station->loop.device->losses;

	for (unsigned i = 1; i < HF_DROPS; i++) {
		uint64_t count = hf_drops(station->host, (enum hf_drop)i);

		if (count)
			fprintf(stderr, "%s %llu\n",
				hf_drop_name((enum hf_drop)i),
				(unsigned long long)count);
	}
	if (losses && losses->too_long)
		fprintf(stderr, "device: too long %llu\n",
			(unsigned long long)losses->too_long);
	if (losses && losses->overrun)
		fprintf(stderr, "device: overrun %llu\n",
			(unsigned long long)losses->overrun);
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

void station_print_neighbours(const struct station *station)
{
	struct hf_neighbour neighbours[NEIGHBOURS_MOST];
	size_t n = hf_neighbours(station->host, neighbours, NEIGHBOURS_MOST);
	char name[64];

	for (size_t i = 0; i < n && i < NEIGHBOURS_MOST; i++) {
		const uint8_t *mac = neighbours[i].mac.octet;

		hf_trace_address(&neighbours[i].addr, name, sizeof name);
		fprintf(stderr,
			"neighbour %s %02x:%02x:%02x:%02x:%02x:%02x %s%s\n",
			name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
			hf_neighbour_state_name(neighbours[i].state),
			neighbours[i].is_router ? " router" : "");
	}
}
