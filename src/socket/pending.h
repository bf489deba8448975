/* SPDX-License-Identifier: MIT */
/* What host.h is about to have. To be deleted when it does. */
#ifndef SOCKET_PENDING_H
#define SOCKET_PENDING_H

#include <handfast/host.h>

enum {
	HF_OPTION_CORK = HF_OPTIONS,
	HF_OPTION_MSS,
	HF_OPTION_WINDOW_CLAMP,
	HF_OPTION_FIN_WAIT_2,
	HF_OPTION_QUICK_ACK,
	HF_OPTION_OPEN_RETRIES,
	HF_OPTION_DEFER_ACCEPT,
	HF_OPTION_TIMESTAMP,
	HF_OPTION_MTU_DISCOVERY,
	HF_OPTION_COUNT,
};

#define HF_SEND_PUSH 1u
#define HF_SEND_URGENT 2u
#define HF_SEND_MORE 4u

static inline enum hf_error hf_send_as(struct hf_host *host,
				       struct hf_handle connection,
				       const void *data, size_t len,
				       unsigned flags, size_t *sent)
{
	(void)flags;
	return hf_send(host, connection, data, len, sent);
}

static inline void hf_config_get(struct hf_host *host, struct hf_config *config)
{
	(void)host;
	hf_config_default(config, HF_PROFILE_LINUX);
}

static inline uint32_t pending_urgent(const struct hf_status *status)
{
	(void)status;
	return 0;
}

#endif
