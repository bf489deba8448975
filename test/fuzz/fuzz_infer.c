/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of captures: whatever their frames are, stories come of
 * them whose states are states, and that are drawn within the width.
 *
 * An input is a link type and frames: two octets of length, one that says how
 * much of the frame was not captured, one of time, and the frame.
 */
#include "checksum.h"
#include "fuzz_host.h"
#include "infer.h"
#include "ladder.h"
#include "story_pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_target_name[] = "fuzz_infer_replay";

static void check_side(const struct story_side *side)
{
	if (side->steps >= STORY_PATH)
		abort();
	for (unsigned i = 0; side->steps && i <= side->steps; i++)
		if (side->path[i] >= HF_STATES)
			abort();
	if (side->after.state != STORY_UNKNOWN &&
	    side->after.state >= HF_STATES)
		abort();
}

static void draw(struct story *story, FILE *out)
{
	const struct ladder_style style = {
		.lang = story->moments % 2 ? STORY_ZH : STORY_EN,
		.width = 40 + (unsigned)(story->moments % 90),
		.unicode = story->findings % 2,
		.connection = STORY_NO_CONNECTION,
	};
	struct story_book book = {
		.name = "fuzz",
		.scene = &story,
		.scenes = 1,
	};

	for (size_t i = 0; i < story->moments; i++) {
		check_side(&story->moment[i].side);
		check_side(&story->moment[i].far);
	}
	ladder_print_book(out, &book, &style);
	if (!story_pcapng(out, &book, style.lang))
		abort();
}

/*
 * The checksum that a device is to fill in, so that what the octets say is
 * looked at.
 */
static void mend(uint8_t *frame, uint32_t len)
{
	struct wire_ip ip;
	uint16_t sum;

	if (len < 20 || frame[0] != 0x45)
		return;
	memset(frame + 10, 0, sizeof sum);
	sum = wire_checksum(wire_sum(frame, 20));
	memcpy(frame + 10, &sum, sizeof sum);
	if (wire_ip_parse(&ip, frame, len) || ip.payload_len < 20)
		return;
	sum = wire_sum_fold(
		wire_sum_pseudo(&ip.src, &ip.dst, ip.protocol, ip.payload_len));
	memcpy(frame + (ip.payload - frame) + 16, &sum, sizeof sum);
}

static void give(struct infer *infer, hf_time now, const uint8_t *data,
		 uint32_t caplen, uint32_t missing)
{
	uint8_t *frame = malloc(caplen + 1u);

	if (!frame)
		abort();
	memcpy(frame, data, caplen);
	if (missing < 128)
		mend(frame, caplen);
	infer_frame(infer, now, frame, caplen,
		    caplen + (missing % 128 < 100 ? 0 : missing));
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct infer *infer;
	hf_time now = HF_SECOND;
	FILE *out;

	if (!len)
		return 0;
	infer = infer_new((enum hf_trace_link)(data[0] % HF_TRACE_LINKS));
	for (size_t at = 1; len - at > 4;) {
		uint32_t caplen = (uint32_t)(data[at] << 8 | data[at + 1]);
		uint32_t missing = data[at + 2];

		now += (hf_time)data[at + 3] << 23;
		at += 4;
		if (caplen > len - at)
			caplen = (uint32_t)(len - at);
		give(infer, now, data + at, caplen, missing);
		at += caplen;
	}
	infer_finish(infer);
	out = fopen("/dev/null", "wb");
	if (!out)
		abort();
	for (size_t i = 0; i < infer_count(infer); i++)
		draw(infer_story(infer, i), out);
	fclose(out);
	infer_free(infer);
	return 0;
}

/* ---- random inputs ---------------------------------------------------- */

const char *fuzz_target_start(const uint8_t *data)
{
	(void)data;
	return "a capture";
}

/* A segment of 40 octets between the same two ends, most of it as it may be. */
static void shape_frame(uint8_t *to, struct sim_random *r)
{
	static const uint8_t flags[] = { 2, 0x12, 0x10, 0x18, 0x11, 4, 0x14 };
	const bool is_back = sim_random_below(r, 2);
	static const uint8_t like[44] = {
		0, 40, 0, 0, 0x45, 0, 0,    40, 0, 0, 0, 0, 64, 6, 0,
		0, 1,  0, 0, 1,	   1, 0,    0,	1, 0, 7, 0, 7,	0, 0,
		0, 0,  0, 0, 0,	   0, 0x50, 16, 4, 0, 0, 0, 0,	0,
	};

	memcpy(to, like, sizeof like);
	to[3] = (uint8_t)sim_random_below(r, 256);
	to[19] = is_back ? 2 : 1;
	to[23] = is_back ? 1 : 2;
	to[25] = is_back ? 8 : 7;
	to[27] = is_back ? 7 : 8;
	to[31] = (uint8_t)sim_random_below(r, 3);
	to[35] = (uint8_t)sim_random_below(r, 3);
	to[37] = flags[sim_random_below(r, sizeof flags)];
}

/* Raw IP, and segments with some octets that are not as they should be. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	uint64_t wrong = sim_random_below(r, 3);

	(void)seed;
	data[0] = HF_TRACE_IP;
	for (size_t i = 0; i < 9; i++)
		shape_frame(data + 1 + 44 * i, r);
	for (; wrong; wrong--)
		data[1 + sim_random_below(r, 396)] =
			(uint8_t)sim_random_below(r, 256);
}
