/* SPDX-License-Identifier: MIT */
/* Time, and waiting for it: all of it is the driver's. */
#include "net.h"

hf_time net_now(const struct hf_net *net)
{
	return net->driver.now(net->driver.context);
}

void net_kick(struct hf_net *net)
{
	if (net->driver.kick != NULL)
		net->driver.kick(net->driver.context);
}

hf_time net_deadline(const struct hf_net *net, hf_time after)
{
	hf_time now = net_now(net);

	return after < HF_NEVER - now ? now + after : HF_NEVER;
}

hf_time net_poll_deadline(const struct hf_net *net, int milliseconds)
{
	if (milliseconds < 0)
		return HF_NEVER;
	if (milliseconds == 0)
		return NET_AT_ONCE;
	return net_deadline(net, (hf_time)milliseconds * HF_MILLISECOND);
}

int net_wait(struct hf_net *net, hf_time until)
{
	int error;

	if (net->driver.wait == NULL || until <= net_now(net))
		return -EAGAIN;
	net_kick(net);
	error = net->driver.wait(net->driver.context, until);
	hf_net_update(net);
	return -error;
}
