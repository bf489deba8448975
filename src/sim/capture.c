/* SPDX-License-Identifier: MIT */
/* Records what a tap sees to a pcap file. */
#define _DEFAULT_SOURCE /* libpcap's headers use u_int and its like */
#include "sim_parts.h"
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#define SNAP ((int)SIM_FRAME_MOST)

struct hf_sim_capture {
	struct hf_sim *sim;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint32_t host;
	uint8_t kind; /* enum hf_link_kind */
};

static bool is_wanted(const struct hf_sim_capture *c,
		      const struct hf_sim_sight *sight)
{
	if (sight->link == HF_SIM_NOBODY ||
	    c->sim->link[sight->link].kind != c->kind)
		return false;
	if (sight->fate == HF_SIM_SENT)
		return c->host == HF_SIM_NOBODY || c->host == sight->host;
	return sight->fate == HF_SIM_DELIVERED && c->host != HF_SIM_NOBODY &&
	       c->host == sight->host;
}

static void record(const struct hf_sim_sight *sight, void *context)
{
	struct hf_sim_capture *c = context;
	struct pcap_pkthdr header = { 0 };

	if (!is_wanted(c, sight))
		return;
	header.ts.tv_sec = (time_t)(sight->when / HF_SECOND);
	/* Nanoseconds, despite its name: the file says so. */
	header.ts.tv_usec = (suseconds_t)(sight->when % HF_SECOND);
	header.caplen = sight->len;
	header.len = sight->len;
	pcap_dump((u_char *)c->dumper, &header, sight->data);
}

/* Of the host's first link, or of the first of all. */
static uint8_t kind_of(const struct hf_sim *sim, uint32_t host)
{
	uint32_t link = 0;

	if (host < sim->host_count && sim->host[host].port_count > 0)
		link = sim->host[host].port[0].link;
	return link < sim->link_count ? sim->link[link].kind : HF_LINK_IP;
}

struct hf_sim_capture *hf_sim_capture_open(struct hf_sim *sim, const char *path,
					   uint32_t host, char *error,
					   size_t len)
{
	struct hf_sim_capture *c = sim_memory(NULL, sizeof *c);

	c->sim = sim;
	c->host = host;
	c->kind = kind_of(sim, host);
	c->dumper = NULL;
	/* Raw IP, the version told by the first octet: LINKTYPE_RAW on disk. */
	c->pcap = pcap_open_dead_with_tstamp_precision(
		c->kind == HF_LINK_ETHERNET ? DLT_EN10MB : DLT_RAW, SNAP,
		PCAP_TSTAMP_PRECISION_NANO);
	if (c->pcap)
		c->dumper = pcap_dump_open(c->pcap, path);
	if (!c->dumper) {
		snprintf(error, len, "%s",
			 c->pcap ? pcap_geterr(c->pcap) : "no memory");
		if (c->pcap)
			pcap_close(c->pcap);
		free(c);
		return NULL;
	}
	hf_sim_tap_add(sim, record, c);
	return c;
}

bool hf_sim_capture_close(struct hf_sim_capture *capture)
{
	struct hf_sim *sim;
	bool is_written;

	if (!capture)
		return true;
	sim = capture->sim;
	for (uint32_t i = 0; i < sim->tap_count; i++) {
		if (sim->tap[i].context != capture)
			continue;
		sim->tap_count--;
		for (; i < sim->tap_count; i++)
			sim->tap[i] = sim->tap[i + 1];
	}
	is_written = pcap_dump_flush(capture->dumper) == 0;
	pcap_dump_close(capture->dumper);
	pcap_close(capture->pcap);
	free(capture);
	return is_written;
}
