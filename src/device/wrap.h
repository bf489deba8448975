/* SPDX-License-Identifier: MIT */
/* A device around a device: what a wrapper does not change it passes on. */
#ifndef DEVICE_WRAP_H
#define DEVICE_WRAP_H

#include <handfast/device.h>

/* The first member of each wrapper. */
struct wrap {
	struct hf_device device;
	struct hf_device *inner;
};

static inline struct hf_device *wrap_inner(struct hf_device *device)
{
	return ((struct wrap *)device)->inner;
}

void wrap_init(struct wrap *wrap, const struct hf_device_ops *ops,
	       struct hf_device *inner);

int wrap_receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		 hf_time now);
bool wrap_ready(struct hf_device *device, hf_time now);
bool wrap_send(struct hf_device *device, const struct hf_frame *frame,
	       hf_time now);
hf_time wrap_expiry(const struct hf_device *device);
void wrap_sight(struct hf_device *device, const struct hf_sight *sight);
void wrap_flush(struct hf_device *device);
void wrap_close(struct hf_device *device);

#endif
