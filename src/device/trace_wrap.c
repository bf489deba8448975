/* SPDX-License-Identifier: MIT */
/* A wrapper that shows what the host said of each frame. */
#include "wrap.h"

#include <stdlib.h>

struct tracer {
	struct wrap wrap;
	void (*trace)(void *context, const struct hf_sight *sight);
	void *context;
};

static void sight(struct hf_device *device, const struct hf_sight *what)
{
	struct tracer *tracer = (struct tracer *)device;

	tracer->trace(tracer->context, what);
	wrap_sight(device, what);
}

static const struct hf_device_ops ops = {
	.receive = wrap_receive,
	.ready = wrap_ready,
	.send = wrap_send,
	.expiry = wrap_expiry,
	.sight = sight,
	.flush = wrap_flush,
	.close = wrap_close,
};

struct hf_device *hf_trace_wrap(struct hf_device *inner,
				void (*trace)(void *context,
					      const struct hf_sight *sight),
				void *context)
{
	struct tracer *tracer = calloc(1, sizeof *tracer);

	if (!tracer)
		return NULL;
	wrap_init(&tracer->wrap, &ops, inner);
	tracer->wrap.device.wants_sights = true;
	tracer->trace = trace;
	tracer->context = context;
	return &tracer->wrap.device;
}
