/* SPDX-License-Identifier: MIT */
/* A host in a block of memory that talks to itself: prints "helloJava". */
#include <handfast/host.h>
#include <stdio.h>

static _Alignas(HF_BLOCK_ALIGN) char block[1 << 20], frame[65536], text[64];

int main(void)
{
	struct hf_addr self = hf_ipv4(10, 9, 0, 2);
	struct hf_handle listener, client, server;
	struct hf_config config;
	struct hf_host *host;
	size_t n;

	hf_config_default(&config, HF_PROFILE_LINUX);
	config.secret[0] = 42; /* a real program asks for 32 random octets */
	if (hf_host_init(block, sizeof block, &config, 0, &host))
		return 1;
	hf_address_add(host, HF_LINK_LOOPBACK, self, 32, 0);
	hf_listen(host, &(struct hf_listen){ .port = 9877 }, &listener);
	hf_open(host, &(struct hf_open){ .remote = self, .remote_port = 9877 },
		0, &client);
	hf_loopback(host, frame, sizeof frame, 64, 0); /* the handshake */
	hf_accept(host, listener, &server);
	hf_send(host, client, "helloJava\n", 10, &n);
	hf_loopback(host, frame, sizeof frame, 64, 0);
	hf_receive(host, server, text, sizeof text, &n);
	return fwrite(text, 1, n, stdout) == 10 ? 0 : 1;
}
