/* SPDX-License-Identifier: MIT */
/* The calls of a device; and what wrappers have in common. */
#include "wrap.h"

#include <stdlib.h>

int hf_device_receive(struct hf_device *device, struct hf_frame *frames,
		      size_t n, hf_time now)
{
	return device->ops->receive(device, frames, n, now);
}

bool hf_device_ready(struct hf_device *device, hf_time now)
{
	return device->ops->ready(device, now);
}

bool hf_device_send(struct hf_device *device, const struct hf_frame *frame,
		    hf_time now)
{
	return device->ops->send(device, frame, now);
}

hf_time hf_device_expiry(const struct hf_device *device)
{
	return device->ops->expiry ? device->ops->expiry(device) : HF_NEVER;
}

void hf_device_sight(struct hf_device *device, const struct hf_sight *sight)
{
	if (device->ops->sight)
		device->ops->sight(device, sight);
}

void hf_device_flush(struct hf_device *device)
{
	if (device->ops->flush)
		device->ops->flush(device);
}

void hf_device_close(struct hf_device *device)
{
	if (device)
		device->ops->close(device);
}

void wrap_init(struct wrap *wrap, const struct hf_device_ops *ops,
	       struct hf_device *inner)
{
	wrap->device = *inner;
	wrap->device.ops = ops;
	wrap->inner = inner;
}

int wrap_receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		 hf_time now)
{
	return hf_device_receive(wrap_inner(device), frames, n, now);
}

bool wrap_ready(struct hf_device *device, hf_time now)
{
	return hf_device_ready(wrap_inner(device), now);
}

bool wrap_send(struct hf_device *device, const struct hf_frame *frame,
	       hf_time now)
{
	return hf_device_send(wrap_inner(device), frame, now);
}

hf_time wrap_expiry(const struct hf_device *device)
{
	return hf_device_expiry(((const struct wrap *)device)->inner);
}

void wrap_sight(struct hf_device *device, const struct hf_sight *sight)
{
	hf_device_sight(wrap_inner(device), sight);
}

void wrap_flush(struct hf_device *device)
{
	hf_device_flush(wrap_inner(device));
}

void wrap_close(struct hf_device *device)
{
	hf_device_close(wrap_inner(device));
	free(device);
}
