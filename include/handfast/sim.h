/* SPDX-License-Identifier: MIT */
/*
 * A network in virtual time: hosts, links with faults, programs.
 *
 * Everything that happens is decided by the calls made and the seed: the
 * same seed gives the same frames at the same nanoseconds, whatever the
 * machine. Nothing waits; a quiet hour costs nothing.
 *
 *	sim = hf_sim_new(seed, 0);
 *	hf_sim_host_add(sim, &config, size, &app, &a); ... b
 *	hf_sim_link_add(sim, &wire, &link);
 *	hf_sim_attach(sim, link, a, &options, &end_a); ... b
 *	hf_sim_address(sim, link, end_a, address, 24); ... b
 *	hf_open(hf_sim_host(sim, a), ...); hf_sim_kick(sim, a);
 *	hf_sim_run_until(sim, 10 * HF_SECOND);
 *
 * Hosts, links and the ends of a link are numbers from 0, in the order in
 * which they were added. The simulator ends the process when the machine has
 * no memory left for it.
 */
#ifndef HANDFAST_SIM_H
#define HANDFAST_SIM_H

#include <handfast/host.h>

struct hf_sim;

HF_PUBLIC struct hf_sim *hf_sim_new(uint64_t seed, hf_time start);
HF_PUBLIC void hf_sim_free(struct hf_sim *sim);
HF_PUBLIC hf_time hf_sim_now(const struct hf_sim *sim);

/* ---- hosts and their programs ----------------------------------------- */

/* The program of a host: answers its events. It may call hf_sim_...() too. */
struct hf_sim_app {
	void (*event)(struct hf_sim *sim, uint32_t host,
		      const struct hf_event *event, void *context);
	void *context;
};

/*
 * Makes a host in a block of `size` octets that the simulator owns. `app`
 * may be NULL: events are then left for whoever calls hf_event().
 * Errors as hf_host_init().
 */
HF_PUBLIC enum hf_error
hf_sim_host_add(struct hf_sim *sim, const struct hf_config *config, size_t size,
		const struct hf_sim_app *app, uint32_t *host);

/* The host of this number: not to be kept, since a host can move. */
HF_PUBLIC struct hf_host *hf_sim_host(const struct hf_sim *sim, uint32_t host);

/*
 * Must follow calls about a host that were made outside of its program's
 * callbacks: sends what there is to send, and delivers events.
 */
HF_PUBLIC void hf_sim_kick(struct hf_sim *sim, uint32_t host);

/* Calls `call` at `when`, or now if that is past, and then kicks `host`. */
HF_PUBLIC void hf_sim_timer(struct hf_sim *sim, uint32_t host, hf_time when,
			    void (*call)(struct hf_sim *sim, void *context),
			    void *context);

/*
 * Copies a host's block to another address, scribbles over the old one and
 * gives it back. May be called at any time but within hf_...() itself.
 */
HF_PUBLIC enum hf_error hf_sim_host_move(struct hf_sim *sim, uint32_t host);

/*
 * Turns a host off without a word: what arrives is lost, nothing is sent, and
 * its program hears nothing. On again it is a new host at the same place,
 * with the same links and addresses and this configuration: whoever was its
 * peer knows of nothing. Errors as hf_host_init() and hf_address_add().
 */
HF_PUBLIC void hf_sim_host_off(struct hf_sim *sim, uint32_t host);
HF_PUBLIC enum hf_error hf_sim_host_on(struct hf_sim *sim, uint32_t host,
				       const struct hf_config *config);

/*
 * Writes a host's block to a file; makes a host of such a file. A loaded host
 * has its links and addresses already: see hf_sim_adopt().
 * HF_ERR_ARGUMENT: not a file that can be written, or not a block.
 */
HF_PUBLIC enum hf_error hf_sim_host_save(const struct hf_sim *sim,
					 uint32_t host, const char *path);
HF_PUBLIC enum hf_error hf_sim_host_load(struct hf_sim *sim, const char *path,
					 const struct hf_sim_app *app,
					 uint32_t *host);

/* ---- links ------------------------------------------------------------ */

#define HF_SIM_CERTAIN 1000000u /* a probability of one */

/*
 * One direction of a link. All zero is a perfect wire. Probabilities are
 * parts per million and are drawn for each frame on its own.
 *
 * A frame is counted, queued (or dropped: tail drop), sent at `rate`, then
 * perhaps lost, marked, corrupted, truncated; it arrives after `delay` and at
 * most `jitter` more. Jitter keeps the order of frames; only a frame chosen by
 * `reorder` is overtaken, for it takes up to `reorder_delay` longer still.
 */
struct hf_sim_wire {
	hf_time delay;
	hf_time jitter;
	hf_time reorder_delay;
	uint64_t rate; /* bits per second; 0: no limit, nothing queues */
	uint32_t queue_frames; /* the one being sent counted; 0: no limit */
	uint32_t queue_octets; /* likewise */
	uint32_t loss;
	uint32_t mark; /* CE on what may be marked: RFC 3168 5 */
	uint32_t duplicate;
	uint32_t reorder;
	uint32_t corrupt; /* flips a bit */
	uint32_t corrupt_bits; /* so many in a row instead; 0: one */
	uint32_t truncate; /* cuts at least one octet off the end */
	uint32_t burst; /* most arrivals of one instant in one hf_input() */
	uint64_t drop_mask; /* bit i drops the i-th frame offered, from 0 */
};

/*
 * A link whose ends all send by `wire` (NULL: perfect). Its first host says
 * by its options of what kind it is.
 */
HF_PUBLIC void hf_sim_link_add(struct hf_sim *sim,
			       const struct hf_sim_wire *wire, uint32_t *link);

/*
 * Joins a host to a link. With two ends, what one sends the other gets; with
 * more, the end that has the destination address does, and on Ethernet all
 * others do, as at a hub. On Ethernet `corrupt` spares ARP and the frame's
 * header, which a check sequence guards.
 * HF_ERR_ARGUMENT: no such link or host, or another kind; others as
 * hf_link_add().
 */
HF_PUBLIC enum hf_error hf_sim_attach(struct hf_sim *sim, uint32_t link,
				      uint32_t host,
				      const struct hf_link *options,
				      uint32_t *end);

/* The same for a host that has the link already, by its number `id` there. */
HF_PUBLIC enum hf_error hf_sim_adopt(struct hf_sim *sim, uint32_t link,
				     uint32_t host, uint32_t id,
				     const struct hf_link *options,
				     uint32_t *end);

/*
 * Unplugs a link, or plugs it in again: what is offered meanwhile is lost,
 * and what was under way arrives. HF_ERR_ARGUMENT: no such link.
 */
HF_PUBLIC enum hf_error hf_sim_link_set(struct hf_sim *sim, uint32_t link,
					bool is_up);

/* An end with no host behind it: `frame` (or NULL) gets what arrives. */
typedef void hf_sim_receiver(struct hf_sim *sim, uint32_t link, uint32_t end,
			     const void *data, uint32_t len, void *context);
HF_PUBLIC enum hf_error hf_sim_attach_raw(struct hf_sim *sim, uint32_t link,
					  hf_sim_receiver *frame, void *context,
					  uint32_t *end);

/* Offers a frame to the link as if this end had sent it. HF_ERR_ARGUMENT */
HF_PUBLIC enum hf_error hf_sim_send(struct hf_sim *sim, uint32_t link,
				    uint32_t end, const void *data,
				    uint32_t len);

/* Gives an end an address; errors as hf_address_add(), HF_ERR_ARGUMENT. */
HF_PUBLIC enum hf_error hf_sim_address(struct hf_sim *sim, uint32_t link,
				       uint32_t end, struct hf_addr addr,
				       unsigned prefix_len);

/* Changes what an end sends by; frames under way are not affected. */
HF_PUBLIC enum hf_error hf_sim_wire_set(struct hf_sim *sim, uint32_t link,
					uint32_t end,
					const struct hf_sim_wire *wire);

/*
 * Decides for each frame that an end offers: true loses it. NULL: no more. It
 * is asked where drop_mask is looked at, and after it.
 */
typedef bool hf_sim_judge(struct hf_sim *sim, uint32_t link, uint32_t end,
			  const void *data, uint32_t len, void *context);
HF_PUBLIC enum hf_error hf_sim_judge_set(struct hf_sim *sim, uint32_t link,
					 uint32_t end, hf_sim_judge *judge,
					 void *context);

/* ---- running ---------------------------------------------------------- */

/* Processes the next event; false when there will never be one. */
HF_PUBLIC bool hf_sim_step(struct hf_sim *sim);

/* When the next event is due; HF_NEVER. */
HF_PUBLIC hf_time hf_sim_next(const struct hf_sim *sim);

/* Processes what is due up to and at `when`, which is then the time. */
HF_PUBLIC void hf_sim_run_until(struct hf_sim *sim, hf_time when);

/*
 * A promise of host.h that a host was seen to break (such as an expiry that
 * is not in the future after hf_advance()), or NULL.
 */
HF_PUBLIC const char *hf_sim_complaint(const struct hf_sim *sim);

/* ---- watching --------------------------------------------------------- */

enum hf_sim_fate {
	HF_SIM_SENT = 0, /* offered to the link */
	HF_SIM_DELIVERED,
	HF_SIM_LOST_QUEUE, /* the queue was full */
	HF_SIM_LOST_MASK, /* by drop_mask, or the judge */
	HF_SIM_LOST_CHANCE,
	HF_SIM_LOST_NOBODY, /* no end has the destination address */
	HF_SIM_LOST_DOWN, /* the link was unplugged */
	HF_SIM_LOST_OFF, /* the host where it arrives is off */
	HF_SIM_TIMER, /* no frame: a timer of a host did something */
	HF_SIM_FATES
};

#define HF_SIM_NOBODY UINT32_MAX

struct hf_sim_sight {
	hf_time when;
	enum hf_sim_fate fate;
	uint32_t host; /* whose report it is; HF_SIM_NOBODY */
	uint32_t link;
	uint32_t end; /* that sent it, or (DELIVERED, LOST_OFF) got it */
	const void *data; /* NULL for HF_SIM_TIMER */
	uint32_t len;
	const struct hf_report *report; /* NULL if no host is concerned */
};

typedef void hf_sim_tap(const struct hf_sim_sight *sight, void *context);

/* Shows everything to `tap` from now on; several may be added. */
HF_PUBLIC void hf_sim_tap_add(struct hf_sim *sim, hf_sim_tap *tap,
			      void *context);

/* ---- captures --------------------------------------------------------- */

struct hf_sim_capture;

/*
 * Records to a pcap file (nanoseconds) what `host` sends and gets, as tcpdump
 * on it would; with HF_SIM_NOBODY all that any end sends. The file is for one
 * kind of link, Ethernet or raw IP, that of the first link there is; frames
 * of another kind are left out. NULL, with a reason in error[0..len), if the
 * file cannot be written.
 */
HF_PUBLIC struct hf_sim_capture *hf_sim_capture_open(struct hf_sim *sim,
						     const char *path,
						     uint32_t host, char *error,
						     size_t len);

/*
 * Ends the file; to be called before hf_sim_free(). False: not all of it could
 * be written.
 */
HF_PUBLIC bool hf_sim_capture_close(struct hf_sim_capture *capture);

#endif
