/* SPDX-License-Identifier: MIT */
/* Links of Ethernet in the simulator: hubs, cables, and what may be harmed. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#include <handfast/sim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define MTU 1500u
#define BLOCK (1u << 20)
#define LINKTYPE_ETHERNET 1u

static struct hf_link ethernet(uint8_t host)
{
	return (struct hf_link){
		.mtu = MTU,
		.kind = HF_LINK_ETHERNET,
		.mac = { { 2, 0, 0, 0, 0, (uint8_t)(host + 1) } },
	};
}

static uint32_t add_host(struct hf_sim *sim)
{
	struct hf_config config;
	uint32_t host;

	hf_config_default(&config, HF_PROFILE_LINUX);
	config.links = 2;
	assert_int_equal(hf_sim_host_add(sim, &config, BLOCK, NULL, &host), 0);
	return host;
}

/* A host on the link, with address 10.0.0.1 + its number. */
static uint32_t join(struct hf_sim *sim, uint32_t link)
{
	uint32_t host = add_host(sim), end;
	struct hf_link options = ethernet((uint8_t)host);

	assert_int_equal(hf_sim_attach(sim, link, host, &options, &end), 0);
	assert_int_equal(hf_sim_address(sim, link, end,
					hf_ipv4(10, 0, 0, (uint8_t)(host + 1)),
					24),
			 0);
	hf_sim_kick(sim, host);
	return host;
}

static struct hf_handle open_to(struct hf_sim *sim, uint32_t from, uint32_t to)
{
	struct hf_open open = { .remote_port = 7 };
	struct hf_handle handle;

	open.remote = hf_ipv4(10, 0, 0, (uint8_t)(to + 1));
	assert_int_equal(hf_open(hf_sim_host(sim, from), &open, hf_sim_now(sim),
				 &handle),
			 0);
	hf_sim_kick(sim, from);
	return handle;
}

static struct hf_status status_of(struct hf_sim *sim, uint32_t host,
				  struct hf_handle handle)
{
	struct hf_status status;

	assert_int_equal(hf_status(hf_sim_host(sim, host), handle, &status), 0);
	return status;
}

static void listen_at(struct hf_sim *sim, uint32_t host)
{
	const struct hf_listen listen = { .port = 7 };
	struct hf_handle listener;

	assert_int_equal(hf_listen(hf_sim_host(sim, host), &listen, &listener),
			 0);
}

/* ---- a segment -------------------------------------------------------- */

static void test_hub_joins_any_number_of_hosts(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	struct hf_handle handle[3][3];
	uint32_t link;

	(void)state;
	hf_sim_link_add(sim, NULL, &link);
	for (uint32_t i = 0; i < 3; i++)
		listen_at(sim, join(sim, link));
	for (uint32_t i = 0; i < 9; i++) {
		if (i / 3 != i % 3)
			handle[i / 3][i % 3] = open_to(sim, i / 3, i % 3);
	}
	hf_sim_run_until(sim, HF_SECOND);
	for (uint32_t i = 0; i < 9; i++) {
		if (i / 3 != i % 3)
			assert_int_equal(
				status_of(sim, i / 3, handle[i / 3][i % 3])
					.state,
				HF_ESTABLISHED);
	}
	/* Each has heard what was for the others, and passed it over. */
	for (uint32_t i = 0; i < 3; i++)
		assert_true(hf_drops(hf_sim_host(sim, i),
				     HF_DROP_LINK_ADDRESS) > 0);
	assert_null(hf_sim_complaint(sim));
	hf_sim_free(sim);
}

static void test_link_is_of_one_kind(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	struct hf_link ip = { .mtu = MTU };
	uint32_t link, host, end;

	(void)state;
	hf_sim_link_add(sim, NULL, &link);
	join(sim, link);
	host = add_host(sim);
	assert_int_equal(hf_sim_attach(sim, link, host, &ip, &end),
			 HF_ERR_ARGUMENT);
	hf_sim_free(sim);
}

/* ---- a cable ---------------------------------------------------------- */

static void count(const struct hf_sim_sight *sight, void *context)
{
	uint32_t *fates = context;

	fates[sight->fate]++;
}

/* RFC 1122 2.3.2.2, RFC 4861 7.2.2: three questions, a second apart. */
static void test_unplugged_link_is_unreachable(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	uint32_t fates[HF_SIM_FATES] = { 0 };
	struct hf_handle first, second;
	uint32_t link;

	(void)state;
	hf_sim_link_add(sim, NULL, &link);
	join(sim, link);
	listen_at(sim, join(sim, link));
	hf_sim_run_until(sim, 20 * HF_SECOND);
	assert_int_equal(hf_sim_link_set(sim, link, false), 0);
	hf_sim_tap_add(sim, count, fates);
	first = open_to(sim, 0, 1);
	hf_sim_run_until(sim, 24 * HF_SECOND);
	assert_int_equal(status_of(sim, 0, first).state, HF_CLOSED);
	assert_int_equal(status_of(sim, 0, first).error,
			 HF_ERR_HOST_UNREACHABLE);
	assert_int_equal(fates[HF_SIM_LOST_DOWN], 3);
	assert_int_equal(fates[HF_SIM_DELIVERED], 0);
	assert_int_equal(hf_sim_link_set(sim, link, true), 0);
	second = open_to(sim, 0, 1);
	hf_sim_run_until(sim, 25 * HF_SECOND);
	assert_int_equal(status_of(sim, 0, second).state, HF_ESTABLISHED);
	assert_int_equal(hf_sim_link_set(sim, link + 1, true), HF_ERR_ARGUMENT);
	hf_sim_free(sim);
}

/* ---- what corruption spares ------------------------------------------- */

struct heard {
	uint8_t octets[100];
	uint32_t len;
};

static void hear(struct hf_sim *sim, uint32_t link, uint32_t end,
		 const void *data, uint32_t len, void *context)
{
	struct heard *heard = context;

	(void)sim, (void)link, (void)end;
	assert_true(len <= sizeof heard->octets);
	memcpy(heard->octets, data, len);
	heard->len = len;
}

/* What arrives of a frame of zeros with this type, `tag` octets further on. */
static void harm(uint64_t seed, uint8_t type, uint32_t tag, uint8_t *sent,
		 struct heard *heard)
{
	const struct hf_sim_wire wire = { .corrupt = HF_SIM_CERTAIN,
					  .corrupt_bits = 3 };
	struct hf_sim *sim = hf_sim_new(seed, 0);
	uint32_t link, end;

	memset(sent, 0, sizeof heard->octets);
	if (tag)
		sent[12] = 0x81;
	sent[12 + tag] = 8;
	sent[13 + tag] = type;
	hf_sim_link_add(sim, &wire, &link);
	join(sim, link);
	assert_int_equal(hf_sim_attach_raw(sim, link, hear, heard, &end), 0);
	assert_int_equal(hf_sim_attach_raw(sim, link, NULL, NULL, &end), 0);
	assert_int_equal(
		hf_sim_send(sim, link, end, sent, sizeof heard->octets), 0);
	while (heard->len != sizeof heard->octets && hf_sim_step(sim))
		;
	hf_sim_free(sim);
}

static void test_corruption_spares_what_a_checksum_guards(void **state)
{
	uint8_t sent[sizeof((struct heard *)NULL)->octets];

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		uint32_t tag = seed % 2 * 4;
		struct heard heard = { .len = 0 };

		harm(seed, 6, tag, sent, &heard); /* ARP */
		assert_int_equal(heard.len, sizeof sent);
		assert_memory_equal(heard.octets, sent, sizeof sent);
		heard.len = 0;
		harm(seed, 0, tag, sent, &heard); /* IPv4 */
		assert_int_equal(heard.len, sizeof sent);
		assert_memory_equal(heard.octets, sent, 14 + tag);
		assert_memory_not_equal(heard.octets, sent, sizeof sent);
	}
}

/* ---- captures --------------------------------------------------------- */

static void test_capture_is_of_ethernet(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	char path[] = "/tmp/hf_test_ethernet_XXXXXX", error[256];
	int fd = mkstemp(path);
	struct hf_sim_capture *capture;
	uint32_t link, head[24 / 4];

	(void)state;
	assert_true(fd >= 0);
	hf_sim_link_add(sim, NULL, &link);
	join(sim, link);
	join(sim, link);
	capture = hf_sim_capture_open(sim, path, 0, error, sizeof error);
	assert_non_null(capture);
	open_to(sim, 0, 1);
	hf_sim_run_until(sim, HF_SECOND);
	hf_sim_capture_close(capture);
	assert_int_equal(read(fd, head, sizeof head), sizeof head);
	assert_int_equal(head[5], LINKTYPE_ETHERNET);
	assert_true(lseek(fd, 0, SEEK_END) > 24 + 16 + 42);
	close(fd);
	unlink(path);
	hf_sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hub_joins_any_number_of_hosts),
		cmocka_unit_test(test_link_is_of_one_kind),
		cmocka_unit_test(test_unplugged_link_is_unreachable),
		cmocka_unit_test(test_corruption_spares_what_a_checksum_guards),
		cmocka_unit_test(test_capture_is_of_ethernet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
