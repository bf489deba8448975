/* SPDX-License-Identifier: MIT */
/* Two devices joined in memory, in one thread. */
#include <handfast/device.h>

#include <stdlib.h>
#include <string.h>

struct slot {
	hf_time due;
	uint32_t len;
	struct hf_frame_info info;
};

/* Frames on their way from one end to the other. */
struct lane {
	struct slot *slots;
	uint8_t *octets; /* of slot i: from i * room */
	uint32_t head, count;
	uint32_t lent; /* at the head, received but still read */
};

struct end {
	struct hf_device device;
	struct cable *cable;
	struct lane in;
};

struct cable {
	struct hf_memory_wire wire;
	struct hf_failure failure;
	struct end end[2];
	unsigned open; /* ends */
};

static struct end *other(struct end *end)
{
	struct end *ends = end->cable->end;

	return end == &ends[0] ? &ends[1] : &ends[0];
}

static uint32_t slot_at(const struct end *end, uint32_t i)
{
	return (end->in.head + i) % end->cable->wire.frames;
}

static void give_back(struct end *end)
{
	end->in.head = slot_at(end, end->in.lent);
	end->in.count -= end->in.lent;
	end->in.lent = 0;
}

static int receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		   hf_time now)
{
	struct end *end = (struct end *)device;
	struct lane *in = &end->in;

	give_back(end);
	while (in->lent < n && in->lent < in->count) {
		uint32_t i = slot_at(end, in->lent);

		if (in->slots[i].due > now)
			break;
		frames[in->lent++] = (struct hf_frame){
			.data = in->octets + (size_t)i * device->room,
			.len = in->slots[i].len,
			.info = in->slots[i].info,
		};
	}
	return (int)in->lent;
}

static bool ready(struct hf_device *device, hf_time now)
{
	struct end *to = other((struct end *)device);

	(void)now;
	return to->in.count < to->cable->wire.frames;
}

static bool send_frame(struct hf_device *device, const struct hf_frame *frame,
		       hf_time now)
{
	struct end *to = other((struct end *)device);
	uint32_t i = slot_at(to, to->in.count);

	if (frame->len > device->room || !ready(device, now))
		return true; /* lost, as on a wire */
	memcpy(to->in.octets + (size_t)i * device->room, frame->data,
	       frame->len);
	to->in.slots[i] = (struct slot){
		.due = now + to->cable->wire.delay,
		.len = frame->len,
		.info = frame->info,
	};
	to->in.count++;
	return true;
}

static hf_time expiry(const struct hf_device *device)
{
	const struct end *end = (const struct end *)device;

	if (end->in.count == end->in.lent)
		return HF_NEVER;
	return end->in.slots[slot_at(end, end->in.lent)].due;
}

static void free_cable(struct cable *cable)
{
	for (unsigned i = 0; i < 2; i++) {
		free(cable->end[i].in.slots);
		free(cable->end[i].in.octets);
	}
	free(cable);
}

static void close_end(struct hf_device *device)
{
	struct cable *cable = ((struct end *)device)->cable;

	if (--cable->open == 0)
		free_cable(cable);
}

static const struct hf_device_ops ops = {
	.receive = receive,
	.ready = ready,
	.send = send_frame,
	.expiry = expiry,
	.close = close_end,
};

static bool init_end(struct cable *cable, uint8_t number)
{
	const struct hf_memory_wire *wire = &cable->wire;
	struct end *end = &cable->end[number - 1];

	end->cable = cable;
	end->device = (struct hf_device){
		.ops = &ops,
		.failure = &cable->failure,
		.fd = -1,
		.mtu = wire->mtu,
		.room = wire->mtu,
	};
	if (wire->is_ethernet) {
		end->device.kind = HF_LINK_ETHERNET;
		end->device.mac = (struct hf_mac){ { 2, 0, 0, 0, 0, number } };
		end->device.room += HF_ETHERNET_MOST;
	}
	end->in.slots = calloc(wire->frames, sizeof *end->in.slots);
	end->in.octets = calloc(wire->frames, end->device.room);
	return end->in.slots && end->in.octets;
}

bool hf_memory_pair(const struct hf_memory_wire *wire, struct hf_device **a,
		    struct hf_device **b)
{
	struct cable *cable = calloc(1, sizeof *cable);

	if (!cable)
		return false;
	cable->wire = *wire;
	cable->open = 2;
	if (!init_end(cable, 1) || !init_end(cable, 2)) {
		free_cable(cable);
		return false;
	}
	*a = &cable->end[0].device;
	*b = &cable->end[1].device;
	return true;
}
