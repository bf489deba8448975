/* SPDX-License-Identifier: MIT */
/*
 * What a connection takes of the block in each part of its life, seen from
 * outside: one host connects to another many times over, and the pools are
 * counted. Prints one line each; exit status 1 if one is over its budget.
 */
#include <handfast/host.h>

#include <stdio.h>
#include <string.h>

#define COUNT 100u
#define PORT 9877

static _Alignas(HF_BLOCK_ALIGN) unsigned char blocks[2][4u << 20];
static int failed;

struct side {
	struct hf_host *host;
	struct hf_addr addr;
	uint32_t link;
	struct hf_handle handle[COUNT];
};

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	printf("FAILED %s\n", what);
	failed = 1;
}

/* A record of the pool, and nothing beside it, is what each of them takes. */
static void judge(const struct side *side, const char *what, const char *family,
		  enum hf_pool pool, uint32_t budget)
{
	struct hf_usage usage;
	unsigned beside, octets;
	char name[40];

	hf_host_used(side->host, &usage);
	octets = usage.pool[pool].octets;
	beside = usage.pool[HF_POOL_SIDE].used +
		 usage.pool[HF_POOL_SMALL].used + usage.pool[HF_POOL_PAGE].used;
	snprintf(name, sizeof name, "%s, %s", what, family);
	printf("| %-24s %3u octets of %u, and %u other records\n", name, octets,
	       (unsigned)budget, beside);
	if (usage.pool[pool].used == COUNT && octets <= budget && !beside) {
		printf("ok budget: %s\n", name);
		return;
	}
	printf("FAILED budget: %s: %u in use instead of %u\n", name,
	       (unsigned)usage.pool[pool].used, COUNT);
	failed = 1;
}

/* Takes all that one has to send to the other. */
static void carry(struct side *from, struct side *to, hf_time now)
{
	unsigned char octets[1500];
	struct hf_frame frame = { .data = octets };

	for (;;) {
		frame.len = (uint32_t)hf_output(from->host, from->link, octets,
						sizeof octets, now, NULL, NULL);
		if (!frame.len)
			return;
		hf_input(to->host, to->link, &frame, 1, now, NULL);
	}
}

static void settle(struct side *a, struct side *b, hf_time now)
{
	hf_advance(a->host, now, NULL);
	hf_advance(b->host, now, NULL);
	for (int i = 0; i < 6; i++) {
		carry(a, b, now);
		carry(b, a, now);
	}
}

static void send_all(struct side *side)
{
	size_t n;

	for (unsigned i = 0; i < COUNT; i++)
		check(!hf_send(side->host, side->handle[i], "octets", 6, &n) &&
			      n == 6,
		      "send");
}

static void receive_all(struct side *side)
{
	char text[64];
	size_t n;

	for (unsigned i = 0; i < COUNT; i++)
		check(!hf_receive(side->host, side->handle[i], text,
				  sizeof text, &n) &&
			      n == 6,
		      "receive");
}

static void close_all(struct side *side, hf_time now)
{
	for (unsigned i = 0; i < COUNT; i++)
		check(!hf_close(side->host, side->handle[i], now), "close");
}

static void make(struct side *side, unsigned char *block, size_t size,
		 struct hf_addr addr)
{
	struct hf_config config;
	struct hf_link link = { .mtu = 1500 };

	memset(block, 0, size);
	hf_config_default(&config, HF_PROFILE_LINUX);
	side->addr = addr;
	if (hf_host_init(block, size, &config, 0, &side->host) ||
	    hf_link_add(side->host, &link, 0, &side->link) ||
	    hf_address_add(side->host, side->link, addr, 8, 0))
		check(false, "make a host");
}

static void run(struct side *a, struct side *b, const char *family)
{
	struct hf_listen listen = { .port = PORT, .completed = COUNT };
	struct hf_open open = { .remote = b->addr, .remote_port = PORT };
	struct hf_handle listener;
	hf_time now = HF_SECOND;

	check(!hf_listen(b->host, &listen, &listener), "listen");
	for (unsigned i = 0; i < COUNT; i++)
		check(!hf_open(a->host, &open, now, &a->handle[i]), "open");
	carry(a, b, now);
	judge(b, "half-open", family, HF_POOL_HALF_OPEN, 64);

	settle(a, b, now);
	for (unsigned i = 0; i < COUNT; i++)
		check(!hf_accept(b->host, listener, &b->handle[i]), "accept");
	send_all(a);
	send_all(b);
	settle(a, b, now);
	receive_all(a);
	receive_all(b);
	now += 10 * HF_SECOND; /* delayed ACKs and whatever else was due */
	settle(a, b, now);
	judge(a, "idle, active end", family, HF_POOL_CONNECTION, 256);
	judge(b, "idle, passive end", family, HF_POOL_CONNECTION, 256);

	close_all(a, now);
	settle(a, b, now);
	close_all(b, now);
	settle(a, b, now);
	judge(a, "TIME_WAIT", family, HF_POOL_TIME_WAIT, 64);
}

int main(void)
{
	static struct side a, b;

	make(&a, blocks[0], sizeof blocks[0], hf_ipv4(10, 9, 0, 1));
	make(&b, blocks[1], sizeof blocks[1], hf_ipv4(10, 9, 0, 2));
	if (!failed)
		run(&a, &b, "IPv4");
	make(&a, blocks[0], sizeof blocks[0],
	     (struct hf_addr){ { 0xfd, [15] = 1 } });
	make(&b, blocks[1], sizeof blocks[1],
	     (struct hf_addr){ { 0xfd, [15] = 2 } });
	if (!failed)
		run(&a, &b, "IPv6");
	return failed;
}
