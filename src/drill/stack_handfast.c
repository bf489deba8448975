/* SPDX-License-Identifier: MIT */
/*
 * A handfast host at one end of a link of raw IP, whose other end is the
 * script. Time is a number: it moves when somebody waits, to the next
 * deadline of the host, so that everything happens at its exact time.
 */
#define _GNU_SOURCE
#include "stack_handfast.h"
#include "sysctl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK ((size_t)256 << 20) /* only what is used of it is touched */
#define START (1000 * HF_SECOND) /* of time */
#define DESCRIPTORS 1000 /* the first; so that none is taken for a script's */
/* A call that waits, though the script does not say so, may so long. */
#define LONGEST (3600 * HF_SECOND)

/* ---- the host --------------------------------------------------------- */

static bool fail(struct handfast *handfast, const char *what)
{
	snprintf(handfast->stack.failure, sizeof handfast->stack.failure, "%s",
		 what);
	return false;
}

static bool add_link(struct handfast *handfast)
{
	const struct drill_network *network = &handfast->stack.network;
	const struct hf_link link = { .mtu = network->mtu };
	const struct hf_addr none = { { 0 } };
	const struct hf_addr all =
		drill_network_is_ipv6(network) ? none : hf_ipv4(0, 0, 0, 0);

	return hf_link_add(handfast->host, &link, handfast->now,
			   &handfast->link) == HF_OK &&
	       hf_address_add(handfast->host, handfast->link, network->local,
			      network->prefix_len, handfast->now) == HF_OK &&
	       hf_route_add(handfast->host, all, 0, handfast->link, none) ==
		       HF_OK;
}

static hf_time driver_now(void *context)
{
	return ((struct handfast *)context)->now;
}

static int driver_wait(void *context, hf_time until);

static bool make_net(struct handfast *handfast)
{
	const struct hf_net_driver driver = {
		.size = sizeof driver,
		.context = handfast,
		.now = driver_now,
		.wait = driver_wait,
	};
	const struct hf_net_options options = {
		.size = sizeof options,
		.first = DESCRIPTORS,
		.backlog = (int)handfast->sockets.backlog,
		.send_buffer = handfast->sockets.send_most,
		.receive_buffer = handfast->sockets.receive_most,
	};

	handfast->net = hf_net_new(handfast->host, &driver, &options);
	return handfast->net != NULL;
}

static bool make(struct handfast *handfast)
{
	void *block;

	if (handfast->stack.failure[0])
		return false;
	block = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (block == MAP_FAILED)
		return fail(handfast, "no memory for a host");
	handfast->block = block;
	if (hf_host_init(block, BLOCK, &handfast->config, handfast->now,
			 &handfast->host) != HF_OK)
		return fail(handfast, "no host can be made of this "
				      "configuration");
	if (!add_link(handfast))
		return fail(handfast, "the host refuses its addresses");
	return make_net(handfast) || fail(handfast, "no memory for sockets");
}

/* ---- frames ----------------------------------------------------------- */

static void see(struct handfast *handfast, const struct hf_sight *sight)
{
	if (handfast->stack.sight)
		handfast->stack.sight(handfast->stack.context, sight);
}

static void queue(struct handfast *handfast, const uint8_t *data, uint32_t len)
{
	struct handfast_frame *frame = malloc(sizeof *frame + len);

	if (!frame) {
		fail(handfast, "no memory for a packet");
		return;
	}
	frame->next = NULL;
	frame->when = handfast->now;
	frame->len = len;
	memcpy(frame->data, data, len);
	*handfast->last = frame;
	handfast->last = &frame->next;
}

/* Takes out what the host has to say; true if there was anything. */
static bool collect(struct handfast *handfast)
{
	struct hf_sight sight = { .direction = HF_DIRECTION_OUT };
	uint8_t data[DRILL_PACKET];
	struct hf_report report;
	bool any = false;
	size_t len;

	while ((len = hf_output(handfast->host, handfast->link, data,
				sizeof data, handfast->now, NULL, &report))) {
		sight.frame.data = data;
		sight.frame.len = (uint32_t)len;
		sight.report = &report;
		sight.now = handfast->now;
		see(handfast, &sight);
		queue(handfast, data, (uint32_t)len);
		any = true;
	}
	while (hf_loopback(handfast->host, data, sizeof data, 64,
			   handfast->now))
		;
	assert(hf_host_check(handfast->host) == 0);
	return any;
}

static bool inject(struct drill_stack *stack, const struct hf_frame *frames,
		   size_t n)
{
	struct handfast *handfast = handfast_of(stack);
	struct hf_report reports[2];

	if (!handfast->block && !make(handfast))
		return false;
	memset(reports, 0, sizeof reports);
	hf_input(handfast->host, handfast->link, frames, n, handfast->now,
		 reports);
	for (size_t i = 0; i < n; i++) {
		const struct hf_sight sight = { HF_DIRECTION_IN, frames[i],
						&reports[i], handfast->now };

		see(handfast, &sight);
	}
	hf_net_update(handfast->net);
	collect(handfast);
	return !stack->failure[0];
}

static bool take(struct drill_stack *stack, struct drill_sent *sent)
{
	struct handfast *handfast = handfast_of(stack);
	struct handfast_frame *frame = handfast->first;

	free(handfast->taken);
	handfast->taken = frame;
	if (!frame)
		return false;
	handfast->first = frame->next;
	if (!frame->next)
		handfast->last = &handfast->first;
	sent->data = frame->data;
	sent->len = frame->len;
	sent->when = frame->when;
	sent->gso_size = 0;
	return true;
}

/* ---- time ------------------------------------------------------------- */

static hf_time now(struct drill_stack *stack)
{
	return handfast_of(stack)->now;
}

static void run_timers(struct handfast *handfast)
{
	struct hf_sight sight = { .direction = HF_DIRECTION_TIMER };
	struct hf_report report;
	bool more = true;

	sight.report = &report;
	sight.now = handfast->now;
	while (more) {
		memset(&report, 0, sizeof report);
		more = hf_advance(handfast->host, handfast->now, &report);
		see(handfast, &sight);
	}
	hf_net_update(handfast->net);
}

/* To the next deadline, or to `until` if that is sooner. */
static bool pass(struct drill_stack *stack, hf_time until)
{
	struct handfast *handfast = handfast_of(stack);
	hf_time next;

	if (!handfast->block && !make(handfast))
		return false;
	if (collect(handfast))
		return !stack->failure[0];
	next = hf_expiry(handfast->host);
	if (until > next)
		until = next;
	if (until == HF_NEVER)
		return fail(handfast, "nothing would ever happen any more");
	if (until > handfast->now)
		handfast->now = until;
	run_timers(handfast);
	collect(handfast);
	return !stack->failure[0];
}

/*
 * A call sleeps. If the script says that it blocks, the script goes on; else
 * time does.
 */
static int driver_wait(void *context, hf_time until)
{
	struct handfast *handfast = context;
	bool goes_on;

	if (handfast->blocks && !handfast->is_meanwhile) {
		handfast->is_meanwhile = true;
		goes_on = handfast->stack.meanwhile(handfast->stack.context,
						    until);
		handfast->is_meanwhile = false;
		return goes_on ? 0 : EINTR;
	}
	if (handfast->now - handfast->entered < LONGEST &&
	    pass(&handfast->stack, until))
		return 0;
	fail(handfast, "the call blocks, but the script does not say so: give "
		       "it a time such as +0...0.200");
	return EINTR;
}

struct hf_net *handfast_enter(struct handfast *handfast)
{
	if (!handfast->block && !make(handfast))
		return NULL;
	handfast->entered = handfast->now;
	return handfast->net;
}

long handfast_leave(struct handfast *handfast, long result)
{
	collect(handfast);
	return result;
}

static void begin(struct drill_stack *stack, void (*run)(void *context),
		  void *context)
{
	struct handfast *handfast = handfast_of(stack);

	handfast->blocks = true;
	run(context);
	handfast->blocks = false;
}

static bool busy(struct drill_stack *stack)
{
	(void)stack;
	return false;
}

/* ---- settings --------------------------------------------------------- */

static enum drill_setting_result set(struct drill_stack *stack,
				     const char *name, const char *value)
{
	struct handfast *handfast = handfast_of(stack);
	struct hf_config config = handfast->config;
	enum drill_setting_result result;

	if (handfast->block)
		hf_config_get(handfast->host, &config);
	result = drill_setting_apply(&config, &handfast->sockets, name, value);
	if (result != DRILL_SETTING_DONE)
		return result;
	if (handfast->block && hf_config_set(handfast->host, &config) != HF_OK)
		return DRILL_SETTING_VALUE;
	handfast->config = config;
	return DRILL_SETTING_DONE;
}

/* ---- life ------------------------------------------------------------- */

static void free_stack(struct drill_stack *stack)
{
	struct handfast *handfast = handfast_of(stack);
	struct drill_sent sent;

	if (handfast->net)
		hf_net_free(handfast->net);
	while (take(stack, &sent))
		;
	if (handfast->block)
		munmap(handfast->block, BLOCK);
	free(handfast);
}

static const struct drill_stack_ops *operations(void)
{
	static struct drill_stack_ops ops = {
		.name = "handfast",
		.is_virtual = true,
		.now = now,
		.pass = pass,
		.inject = inject,
		.take = take,
		.begin = begin,
		.busy = busy,
		.set = set,
		.free = free_stack,
	};

	handfast_set_calls(&ops);
	return &ops;
}

struct drill_stack *drill_stack_handfast(const struct drill_network *network,
					 const struct drill_handfast *options,
					 char *failure)
{
	struct handfast *handfast = calloc(1, sizeof *handfast);

	if (!handfast) {
		snprintf(failure, DRILL_FAILURE, "no memory");
		return NULL;
	}
	handfast->stack.ops = operations();
	handfast->stack.network = *network;
	handfast->last = &handfast->first;
	handfast->now = START;
	drill_setting_defaults(&handfast->config, &handfast->sockets,
			       options->profile);
	handfast->config.no_header_prediction = options->no_header_prediction;
	return &handfast->stack;
}
