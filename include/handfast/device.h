/* SPDX-License-Identifier: MIT */
/*
 * Devices carry frames between a wire and a host. A device is a struct that
 * starts with a struct hf_device; wrappers put one device around another, so
 * that a trace, a recording or a fault can be had of any of them. Above the
 * devices stands hf_loop, which drives a host with one device and the
 * system's clock.
 */
#ifndef HANDFAST_DEVICE_H
#define HANDFAST_DEVICE_H

#include <handfast/host.h>

/* One line, without a newline, that tells a person what went wrong. */
struct hf_failure {
	char text[192];
};

enum hf_direction {
	HF_DIRECTION_IN, /* a frame arrived */
	HF_DIRECTION_OUT, /* a frame was sent */
	HF_DIRECTION_TIMER, /* no frame: a timer ran */
};

/* What the host reported of a frame or a timer, for tracers. */
struct hf_sight {
	enum hf_direction direction;
	struct hf_frame frame; /* len 0 with HF_DIRECTION_TIMER */
	const struct hf_report *report;
	hf_time now;
};

struct hf_device;

struct hf_device_ops {
	/*
	 * Fills in up to n frames and returns how many; 0: none just now;
	 * -1: the device has failed, and device->failure tells why. The
	 * octets stay the device's, until the next call of receive.
	 */
	int (*receive)(struct hf_device *device, struct hf_frame *frames,
		       size_t n, hf_time now);
	/* True if it takes a frame now; retries the one that it kept. */
	bool (*ready)(struct hf_device *device, hf_time now);
	/*
	 * Takes one frame, after ready() said so; it is sent, or kept until
	 * the device can. False: the device has failed.
	 */
	bool (*send)(struct hf_device *device, const struct hf_frame *frame,
		     hf_time now);
	/* When to call receive though the descriptor is silent; or NULL. */
	hf_time (*expiry)(const struct hf_device *device);
	/* Hears what became of each frame; or NULL. */
	void (*sight)(struct hf_device *device, const struct hf_sight *sight);
	/* Writes out what is buffered; or NULL. */
	void (*flush)(struct hf_device *device);
	/* Ends the device, and the one inside it. */
	void (*close)(struct hf_device *device);
};

/* Frames that a device lost, and could count; not a failure. */
struct hf_device_losses {
	uint64_t too_long; /* came in, longer than the device's room */
	uint64_t overrun; /* came in while its ring was full */
};

struct hf_device {
	const struct hf_device_ops *ops;
	struct hf_failure *failure; /* shared with the device inside */
	const struct hf_device_losses *losses; /* the same; NULL: not counted */
	int fd; /* to poll for reading; -1: none */
	uint32_t mtu; /* octets of the largest IP datagram to send */
	uint32_t room; /* octets of the largest frame that may come */
	uint8_t kind; /* enum hf_link_kind: what its frames begin with */
	struct hf_mac mac; /* of the host's end, on Ethernet */
	bool wants_sights;
};

/* What Ethernet has before a datagram: addresses, type, a VLAN tag. */
#define HF_ETHERNET_MOST 18u

/* The calls, with what is optional left out. */
HF_PUBLIC int hf_device_receive(struct hf_device *device,
				struct hf_frame *frames, size_t n, hf_time now);
HF_PUBLIC bool hf_device_ready(struct hf_device *device, hf_time now);
HF_PUBLIC bool hf_device_send(struct hf_device *device,
			      const struct hf_frame *frame, hf_time now);
HF_PUBLIC hf_time hf_device_expiry(const struct hf_device *device);
HF_PUBLIC void hf_device_sight(struct hf_device *device,
			       const struct hf_sight *sight);
HF_PUBLIC void hf_device_flush(struct hf_device *device);
HF_PUBLIC void hf_device_close(struct hf_device *device);

/* ---- devices ---------------------------------------------------------- */

/*
 * A Linux TUN interface: the one of this name, or a new one. NULL: `failure`
 * tells why.
 */
HF_PUBLIC struct hf_device *hf_tun_open(const char *name,
					struct hf_failure *failure);

/*
 * A Linux TAP interface, the one of this name or a new one: Ethernet with the
 * kernel at the other end. `mac` is the host's, or NULL: one that is made of
 * the kernel's. NULL: `failure` tells why.
 */
HF_PUBLIC struct hf_device *hf_tap_open(const char *name,
					const struct hf_mac *mac,
					struct hf_failure *failure);

/*
 * An Ethernet interface of this system by AF_PACKET (packet(7)), beside the
 * kernel's own stack, which should have no address there. `mac` is the
 * host's, or NULL: the interface's; another makes the interface promiscuous.
 * Frames come in blocks, as the kernel fills them or a millisecond has
 * passed. They may be longer than the MTU, where segments are coalesced. An
 * interface that is down loses frames until it is up. NULL: `failure` tells
 * why.
 */
HF_PUBLIC struct hf_device *hf_packet_open(const char *name,
					   const struct hf_mac *mac,
					   struct hf_failure *failure);

/*
 * Two devices joined in memory: what one sends the other receives, `delay`
 * later. At most `frames` are on their way in each direction; past that a
 * device is not ready. They may be closed in any order. On Ethernet their
 * MACs are 02:00:00:00:00:01 and 02:00:00:00:00:02. False: no memory.
 */
struct hf_memory_wire {
	uint32_t mtu;
	uint32_t frames;
	hf_time delay;
	bool is_ethernet;
};

HF_PUBLIC bool hf_memory_pair(const struct hf_memory_wire *wire,
			      struct hf_device **a, struct hf_device **b);

/* ---- wrappers: each owns the device that it wraps --------------------- */

/*
 * Calls `trace` for each frame, in and out, and each timer that did
 * something, with the host's report. NULL: no memory.
 */
HF_PUBLIC struct hf_device *
hf_trace_wrap(struct hf_device *inner,
	      void (*trace)(void *context, const struct hf_sight *sight),
	      void *context);

/*
 * Records each frame, in and out, in a pcap file with nanoseconds. `epoch` is
 * added to the times of the calls: nanoseconds since 1970 at time 0. NULL:
 * `failure` tells why, and `inner` is still the caller's.
 */
HF_PUBLIC struct hf_device *hf_pcap_wrap(struct hf_device *inner,
					 const char *path, hf_time epoch,
					 struct hf_failure *failure);

/* Faults in each direction; chances are per million frames. */
struct hf_fault {
	uint64_t seed;
	uint32_t loss;
	uint32_t duplicate;
	uint32_t reorder; /* held until another frame has passed it */
	uint32_t corrupt; /* one bit turned */
	uint32_t truncate;
	hf_time hold; /* longest a frame is held; 0: 10 ms */
	uint64_t drop_in, drop_out; /* bit n: the frame n is lost, n < 64 */
};

/* The same seed and frames have the same faults. NULL: no memory. */
HF_PUBLIC struct hf_device *hf_fault_wrap(struct hf_device *inner,
					  const struct hf_fault *fault);

/* ---- a host in a process ---------------------------------------------- */

/* CLOCK_MONOTONIC as hf_time; and what to add to it for time since 1970. */
HF_PUBLIC hf_time hf_clock(void);
HF_PUBLIC hf_time hf_clock_epoch(void);

/* 32 octets from the system's generator. False: it has none. */
HF_PUBLIC bool hf_clock_secret(uint8_t secret[32]);

/*
 * A zeroed block for hf_host_init(), whose pages cost nothing until they are
 * touched. NULL: the system refuses.
 */
HF_PUBLIC void *hf_block_map(size_t size);
HF_PUBLIC void hf_block_unmap(void *block, size_t size);

struct pollfd;

/*
 * Drives one host, one device and the clock. `event` answers the host's
 * events.
 */
struct hf_loop {
	struct hf_host *host;
	struct hf_device *device;
	uint32_t link;
	void (*event)(void *context, const struct hf_event *event, hf_time now);
	void *context;
	/* its own */
	uint8_t *buffer;
	bool pending; /* there is more to do: do not sleep */
};

/* The link that a device leads to: its MTU, kind and MAC. */
HF_PUBLIC struct hf_link hf_device_link(const struct hf_device *device);

/*
 * Adds a link to the host, and makes the loop. `link` is what
 * hf_device_link() said, with the caller's wishes, or NULL for it as it is.
 * HF_ERR_NO_MEMORY; else as hf_link_add().
 */
HF_PUBLIC enum hf_error hf_loop_open(struct hf_loop *loop, struct hf_host *host,
				     struct hf_device *device,
				     const struct hf_link *link);

/*
 * One turn: waits until a frame comes, a timer is due, one of `extra` is
 * ready or `until` is reached; and does what there is to do. False: the
 * device has failed, and loop->device->failure tells why.
 */
HF_PUBLIC bool hf_loop_turn(struct hf_loop *loop, struct pollfd *extra,
			    size_t n, hf_time until);

/* Gives back the memory; host and device are the caller's. */
HF_PUBLIC void hf_loop_close(struct hf_loop *loop);

#endif
