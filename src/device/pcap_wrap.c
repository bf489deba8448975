/* SPDX-License-Identifier: MIT */
/*
 * A wrapper that records frames in a pcap file: link type RAW or EN10MB, and
 * nanoseconds, which tcpdump rounds down to the microseconds that it prints.
 */
#define _GNU_SOURCE
#include "failure.h"
#include "wrap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define SNAP_LENGTH 262144 /* as tcpdump: the most that libpcap reads */

struct recorder {
	struct wrap wrap;
	hf_time epoch;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	int error; /* an errno, once the file could not be written */
};

static void record(struct recorder *recorder, const struct hf_frame *frame,
		   hf_time now)
{
	hf_time wall = recorder->epoch + now;
	struct pcap_pkthdr header = {
		/* with nanosecond precision tv_usec holds nanoseconds */
		.ts = { .tv_sec = (time_t)(wall / HF_SECOND),
			.tv_usec = (suseconds_t)(wall % HF_SECOND) },
		.caplen = frame->len,
		.len = frame->len,
	};

	pcap_dump((u_char *)recorder->dumper, &header, frame->data);
}

static int receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		   hf_time now)
{
	struct recorder *recorder = (struct recorder *)device;
	int got;

	if (recorder->error) {
		failure_tell(device->failure, "cannot record any more: %s",
			     strerror(recorder->error));
		return -1;
	}
	got = wrap_receive(device, frames, n, now);
	for (int i = 0; i < got; i++)
		record(recorder, &frames[i], now);
	return got;
}

static bool send_frame(struct hf_device *device, const struct hf_frame *frame,
		       hf_time now)
{
	record((struct recorder *)device, frame, now);
	return wrap_send(device, frame, now);
}

static void flush(struct hf_device *device)
{
	struct recorder *recorder = (struct recorder *)device;

	if (pcap_dump_flush(recorder->dumper) && !recorder->error)
		recorder->error = errno;
	wrap_flush(device);
}

static void close_recorder(struct hf_device *device)
{
	struct recorder *recorder = (struct recorder *)device;

	pcap_dump_close(recorder->dumper);
	pcap_close(recorder->pcap);
	wrap_close(device);
}

static const struct hf_device_ops ops = {
	.receive = receive,
	.ready = wrap_ready,
	.send = send_frame,
	.expiry = wrap_expiry,
	.sight = wrap_sight,
	.flush = flush,
	.close = close_recorder,
};

static bool open_file(struct recorder *recorder, int link_type,
		      const char *path, struct hf_failure *failure)
{
	recorder->pcap = pcap_open_dead_with_tstamp_precision(
		link_type, SNAP_LENGTH, PCAP_TSTAMP_PRECISION_NANO);
	if (!recorder->pcap) {
		failure_tell(failure, "no memory for recording");
		return false;
	}
	recorder->dumper = pcap_dump_open(recorder->pcap, path);
	if (!recorder->dumper) {
		failure_tell(failure, "cannot record: %s",
			     pcap_geterr(recorder->pcap));
		pcap_close(recorder->pcap);
		return false;
	}
	return true;
}

struct hf_device *hf_pcap_wrap(struct hf_device *inner, const char *path,
			       hf_time epoch, struct hf_failure *failure)
{
	int link_type = inner->kind == HF_LINK_ETHERNET ? DLT_EN10MB : DLT_RAW;
	struct recorder *recorder = calloc(1, sizeof *recorder);

	if (!recorder) {
		failure_tell(failure, "no memory for recording");
		return NULL;
	}
	if (!open_file(recorder, link_type, path, failure)) {
		free(recorder);
		return NULL;
	}
	wrap_init(&recorder->wrap, &ops, inner);
	recorder->epoch = epoch;
	return &recorder->wrap.device;
}
