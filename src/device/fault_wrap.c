/* SPDX-License-Identifier: MIT */
/*
 * A wrapper that loses, doubles, reorders, corrupts and cuts frames, by a
 * seed; or loses exactly the chosen ones. Each direction has its own random
 * numbers, so that the faults of one do not depend on the timing of the other.
 */
#include "wrap.h"

#include <stdlib.h>
#include <string.h>

#define BURST 32u
#define COPIES 3u /* of one frame at most: it, its double, the held */
#define MILLION 1000000u

struct direction {
	uint64_t random;
	uint64_t drop; /* frames to lose, by number */
	uint64_t count;
	uint8_t *held;
	uint32_t held_len; /* 0: none */
	struct hf_frame_info held_info;
	hf_time held_until;
};

/* What came of one frame: up to COPIES pieces, in order. */
struct outcome {
	uint8_t *octets[COPIES];
	uint32_t len[COPIES];
	struct hf_frame_info info[COPIES];
	unsigned n;
};

struct faulty {
	struct wrap wrap;
	struct hf_fault fault;
	struct direction in, out;
	uint8_t *room; /* (BURST + 1) * COPIES frames, then the held two */
};

/* SplitMix64's sequence: any seed will do, and so will neighbouring ones. */
static uint32_t draw(struct direction *direction, uint32_t below)
{
	uint64_t z = direction->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(((z >> 32) * below) >> 32);
}

/* Always draws, so that one chance does not shift the next frame's luck. */
static bool happens(struct direction *direction, uint32_t chance)
{
	return draw(direction, MILLION) < chance;
}

static bool is_chosen(struct direction *direction)
{
	uint64_t number = direction->count++;

	return number < 64 && (direction->drop >> number & 1);
}

static void add(struct outcome *outcome, const struct hf_frame *frame)
{
	memcpy(outcome->octets[outcome->n], frame->data, frame->len);
	outcome->len[outcome->n] = frame->len;
	outcome->info[outcome->n++] = frame->info;
}

static void release(struct direction *direction, struct outcome *outcome)
{
	const struct hf_frame frame = {
		.data = direction->held,
		.len = direction->held_len,
		.info = direction->held_info,
	};

	if (direction->held_len)
		add(outcome, &frame);
	direction->held_len = 0;
}

static void hold(struct direction *direction, const struct hf_frame *frame,
		 hf_time until)
{
	memcpy(direction->held, frame->data, frame->len);
	direction->held_len = frame->len;
	direction->held_info = frame->info;
	direction->held_until = until;
}

/* What a device verified before was verified in vain. */
static void spoil(struct direction *direction, const struct hf_fault *fault,
		  struct outcome *outcome)
{
	uint32_t *len = &outcome->len[0];
	uint32_t octet = draw(direction, *len);
	uint32_t bit = draw(direction, 8);
	uint32_t cut = draw(direction, *len);

	if (happens(direction, fault->corrupt)) {
		outcome->octets[0][octet] ^= (uint8_t)(1u << bit);
		outcome->info[0].csum = HF_CSUM_NONE;
	}
	if (happens(direction, fault->truncate) && cut)
		*len = cut;
}

/* The fate of one frame. */
static void pass(struct faulty *faulty, struct direction *direction,
		 const struct hf_frame *frame, hf_time now,
		 struct outcome *outcome)
{
	const struct hf_fault *fault = &faulty->fault;
	bool chosen = is_chosen(direction);
	bool lost = happens(direction, fault->loss);
	bool doubled = happens(direction, fault->duplicate);
	bool held = happens(direction, fault->reorder);

	outcome->n = 0;
	if (chosen || lost || frame->len > faulty->wrap.device.room ||
	    !frame->len)
		return;
	if (held && !direction->held_len) {
		hold(direction, frame, now + fault->hold);
		return;
	}
	add(outcome, frame);
	spoil(direction, fault, outcome);
	if (doubled)
		add(outcome, frame);
	release(direction, outcome);
}

/* Rooms for what comes of the frame number i of a burst. */
static void give_room(struct faulty *faulty, struct outcome *outcome, size_t i)
{
	size_t room = faulty->wrap.device.room;

	for (size_t c = 0; c < COPIES; c++)
		outcome->octets[c] = faulty->room + (i * COPIES + c) * room;
	outcome->n = 0;
}

static size_t append(struct hf_frame *frames, size_t n,
		     const struct outcome *outcome)
{
	for (unsigned c = 0; c < outcome->n; c++)
		frames[n++] = (struct hf_frame){ .data = outcome->octets[c],
						 .len = outcome->len[c],
						 .info = outcome->info[c] };
	return n;
}

static int receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		   hf_time now)
{
	struct faulty *faulty = (struct faulty *)device;
	struct hf_frame got[BURST];
	struct outcome outcome;
	size_t most = n / COPIES < BURST ? n / COPIES : BURST;
	size_t filled = 0;
	int i, count = wrap_receive(device, got, most ? most : 1, now);

	if (count < 0)
		return count;
	for (i = 0; i < count; i++) {
		give_room(faulty, &outcome, (size_t)i);
		pass(faulty, &faulty->in, &got[i], now, &outcome);
		if (filled + outcome.n <= n)
			filled = append(frames, filled, &outcome);
	}
	if (faulty->in.held_len && now >= faulty->in.held_until && filled < n) {
		give_room(faulty, &outcome, (size_t)i);
		release(&faulty->in, &outcome);
		filled = append(frames, filled, &outcome);
	}
	return (int)filled;
}

static bool send_outcome(struct hf_device *device,
			 const struct outcome *outcome, hf_time now)
{
	struct hf_frame frames[COPIES];
	size_t n = append(frames, 0, outcome);

	for (size_t i = 0; i < n; i++)
		if (wrap_ready(device, now) &&
		    !wrap_send(device, &frames[i], now))
			return false;
	return true;
}

static bool ready(struct hf_device *device, hf_time now)
{
	struct faulty *faulty = (struct faulty *)device;
	struct outcome outcome;

	if (!wrap_ready(device, now))
		return false;
	if (faulty->out.held_len && now >= faulty->out.held_until) {
		give_room(faulty, &outcome, BURST);
		release(&faulty->out, &outcome);
		send_outcome(device, &outcome, now);
	}
	return wrap_ready(device, now);
}

static bool send_frame(struct hf_device *device, const struct hf_frame *frame,
		       hf_time now)
{
	struct faulty *faulty = (struct faulty *)device;
	struct outcome outcome;

	give_room(faulty, &outcome, BURST);
	pass(faulty, &faulty->out, frame, now, &outcome);
	return send_outcome(device, &outcome, now);
}

static hf_time expiry(const struct hf_device *device)
{
	const struct faulty *faulty = (const struct faulty *)device;
	hf_time when = wrap_expiry(device);

	if (faulty->in.held_len && faulty->in.held_until < when)
		when = faulty->in.held_until;
	if (faulty->out.held_len && faulty->out.held_until < when)
		when = faulty->out.held_until;
	return when;
}

static void close_faulty(struct hf_device *device)
{
	free(((struct faulty *)device)->room);
	wrap_close(device);
}

static const struct hf_device_ops ops = {
	.receive = receive,
	.ready = ready,
	.send = send_frame,
	.expiry = expiry,
	.sight = wrap_sight,
	.flush = wrap_flush,
	.close = close_faulty,
};

struct hf_device *hf_fault_wrap(struct hf_device *inner,
				const struct hf_fault *fault)
{
	struct faulty *faulty = calloc(1, sizeof *faulty);
	size_t copies = (BURST + 1) * COPIES;

	if (!faulty)
		return NULL;
	faulty->room = malloc((copies + 2) * inner->room);
	if (!faulty->room) {
		free(faulty);
		return NULL;
	}
	wrap_init(&faulty->wrap, &ops, inner);
	faulty->fault = *fault;
	if (!fault->hold)
		faulty->fault.hold = 10 * HF_MILLISECOND;
	faulty->in.random = fault->seed;
	faulty->out.random = ~fault->seed;
	faulty->in.drop = fault->drop_in;
	faulty->out.drop = fault->drop_out;
	faulty->in.held = faulty->room + copies * inner->room;
	faulty->out.held = faulty->in.held + inner->room;
	return &faulty->wrap.device;
}
