/* SPDX-License-Identifier: MIT */
/*
 * One host, one device, the system's clock. Each turn takes in a burst, runs
 * the timers, lets the program answer the events, and sends what came of it;
 * a turn is bounded, so that neither a flood of frames nor a busy sender
 * keeps the other waiting.
 */
#define _GNU_SOURCE
#include <handfast/device.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BURST 32
#define SEND_MOST 256u /* frames sent in one turn */
#define EXTRA_MOST 7u
#define BUFFER (65535u + HF_ETHERNET_MOST) /* any datagram, on any link */
#define BUSY_RETRY (100 * HF_MICROSECOND)

struct hf_link hf_device_link(const struct hf_device *device)
{
	return (struct hf_link){
		.mtu = device->mtu,
		.kind = device->kind,
		.mac = device->mac,
	};
}

enum hf_error hf_loop_open(struct hf_loop *loop, struct hf_host *host,
			   struct hf_device *device, const struct hf_link *link)
{
	struct hf_link own = hf_device_link(device);
	enum hf_error error;

	memset(loop, 0, sizeof *loop);
	error = hf_link_add(host, link ? link : &own, hf_clock(), &loop->link);
	if (error)
		return error;
	loop->host = host;
	loop->device = device;
	loop->buffer = malloc(BUFFER);
	loop->pending = true; /* what was asked before the first turn */
	return loop->buffer ? HF_OK : HF_ERR_NO_MEMORY;
}

void hf_loop_close(struct hf_loop *loop)
{
	free(loop->buffer);
	loop->buffer = NULL;
}

static void show(struct hf_loop *loop, enum hf_direction direction,
		 const struct hf_frame *frame, const struct hf_report *report,
		 hf_time now)
{
	struct hf_sight sight = {
		.direction = direction,
		.report = report,
		.now = now,
	};

	if (frame)
		sight.frame = *frame;
	hf_device_sight(loop->device, &sight);
}

static bool take_in(struct hf_loop *loop, hf_time now)
{
	struct hf_frame frames[BURST];
	struct hf_report reports[BURST];
	bool sights = loop->device->wants_sights;
	int n = hf_device_receive(loop->device, frames, BURST, now);

	if (n <= 0)
		return n == 0;
	hf_input(loop->host, loop->link, frames, (size_t)n, now,
		 sights ? reports : NULL);
	for (int i = 0; sights && i < n; i++)
		show(loop, HF_DIRECTION_IN, &frames[i], &reports[i], now);
	return true;
}

static void run_timers(struct hf_loop *loop, hf_time now)
{
	struct hf_report report;
	bool more = true;

	if (!loop->device->wants_sights) {
		hf_advance(loop->host, now, NULL);
		return;
	}
	while (more) {
		memset(&report, 0, sizeof report);
		more = hf_advance(loop->host, now, &report);
		if (report.steps)
			show(loop, HF_DIRECTION_TIMER, NULL, &report, now);
	}
}

static bool answer(struct hf_loop *loop, hf_time now)
{
	struct hf_event event;
	bool any = false;

	while (hf_event(loop->host, &event)) {
		any = true;
		if (loop->event)
			loop->event(loop->context, &event, now);
	}
	return any;
}

/* Sends up to *most frames and counts them off. False: the device failed. */
static bool send_out(struct hf_loop *loop, hf_time now, size_t *most)
{
	struct hf_device *device = loop->device;
	bool sights = device->wants_sights;
	struct hf_report report;
	struct hf_frame frame;

	while (*most && hf_device_ready(device, now)) {
		frame.data = loop->buffer;
		frame.len = (uint32_t)hf_output(
			loop->host, loop->link, loop->buffer, BUFFER, now,
			&frame.info, sights ? &report : NULL);
		if (!frame.len)
			break;
		if (sights)
			show(loop, HF_DIRECTION_OUT, &frame, &report, now);
		if (!hf_device_send(device, &frame, now))
			return false;
		--*most;
	}
	return true;
}

/* Answers and sends until there is nothing left, or the turn is long enough. */
static bool work(struct hf_loop *loop, hf_time now)
{
	size_t most = SEND_MOST, before;

	do {
		before = most;
		loop->pending = answer(loop, now);
		if (hf_loopback(loop->host, loop->buffer, BUFFER, BURST, now))
			loop->pending = true;
		if (!send_out(loop, now, &most))
			return false;
		if (most < before)
			loop->pending = true;
	} while (loop->pending && most);
	hf_device_flush(loop->device);
	return true;
}

static hf_time earlier(hf_time a, hf_time b)
{
	return a < b ? a : b;
}

static void wait_until(struct hf_loop *loop, struct pollfd *extra, size_t n,
		       hf_time until)
{
	struct pollfd fds[1 + EXTRA_MOST] = {
		{ .fd = loop->device->fd, .events = POLLIN },
	};
	hf_time now = hf_clock(), rest = until > now ? until - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(rest / HF_SECOND),
		.tv_nsec = (long)(rest % HF_SECOND),
	};

	if (n > EXTRA_MOST)
		n = EXTRA_MOST;
	if (n)
		memcpy(fds + 1, extra, n * sizeof *extra);
	if (ppoll(fds, 1 + n, until == HF_NEVER ? NULL : &timeout, NULL) < 0)
		for (size_t i = 0; i <= n; i++)
			fds[i].revents = 0; /* a signal came */
	for (size_t i = 0; i < n; i++)
		extra[i].revents = fds[1 + i].revents;
}

bool hf_loop_turn(struct hf_loop *loop, struct pollfd *extra, size_t n,
		  hf_time until)
{
	hf_time now = hf_clock();

	if (!work(loop, now))
		return false;
	until = earlier(until, hf_expiry(loop->host));
	if (!hf_device_ready(loop->device, now))
		until = earlier(until, now + BUSY_RETRY);
	else
		until = earlier(until, hf_device_expiry(loop->device));
	wait_until(loop, extra, n, loop->pending ? 0 : until);
	now = hf_clock();
	if (!take_in(loop, now))
		return false;
	run_timers(loop, now);
	return work(loop, now);
}
