/* SPDX-License-Identifier: MIT */
/* host.h: "HF_ERR_ARGUMENT: a member of config has no meaning." */
#include <handfast/host.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BLOCK ((size_t)2 << 20)

static enum hf_error try(const struct hf_config *config)
{
	void *block = aligned_alloc(HF_BLOCK_ALIGN, BLOCK);
	struct hf_host *host;
	enum hf_error error;

	assert_non_null(block);
	memset(block, 0, BLOCK);
	error = hf_host_init(block, BLOCK, config, HF_SECOND, &host);
	if (error == HF_OK)
		assert_int_equal(hf_host_check(host), 0);
	free(block);
	return error;
}

/* One member set to a value, in both profiles. */
#define TRY(member, value, want)                                               \
	do {                                                                   \
		struct hf_config c;                                            \
		hf_config_default(&c, HF_PROFILE_LINUX);                       \
		c.member = (value);                                            \
		assert_int_equal(try(&c), want);                               \
		hf_config_default(&c, HF_PROFILE_RFC);                         \
		c.member = (value);                                            \
		assert_int_equal(try(&c), want);                               \
	} while (0)

#define REFUSED(member, value) TRY(member, value, HF_ERR_ARGUMENT)
#define TAKEN(member, value) TRY(member, value, HF_OK)

static void defaults_have_meaning(void **state)
{
	struct hf_config config;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	assert_int_equal(try(&config), HF_OK);
	hf_config_default(&config, HF_PROFILE_RFC);
	assert_int_equal(try(&config), HF_OK);
	config.size--;
	assert_int_equal(try(&config), HF_ERR_ARGUMENT);
}

/* What RFC 9293 3.8.3 and 3.8.4 ask of whoever sets nothing. */
static void defaults_are_patient(void **state)
{
	(void)state;
	for (unsigned p = HF_PROFILE_LINUX; p <= HF_PROFILE_RFC; p++) {
		struct hf_config config;

		hf_config_default(&config, (enum hf_profile)p);
		assert_true(config.r1 >= 3); /* SHLD-10 */
		assert_true(config.r2 >= 100 * HF_SECOND); /* SHLD-11 */
		assert_true(config.r2_syn >= 180 * HF_SECOND); /* MUST-23 */
		assert_true(config.keepalive_idle >= 7200 * HF_SECOND);
		assert_true(config.keepalive_probes > 1); /* MUST-29 */
	}
}

/* A half-open connection ends: the count of its SYN-ACKs goes to 15. */
static void syn_ack_retries(void **state)
{
	(void)state;
	TAKEN(syn_ack_retries, 0);
	TAKEN(syn_ack_retries, 14);
	REFUSED(syn_ack_retries, 15);
	REFUSED(syn_ack_retries, UINT32_MAX);
}

/* MUST-29: at least one probe, and no more than are counted. */
static void keepalive(void **state)
{
	(void)state;
	REFUSED(keepalive_probes, 0);
	TAKEN(keepalive_probes, 1);
	TAKEN(keepalive_probes, 255);
	REFUSED(keepalive_probes, 256);
	REFUSED(keepalive_interval, 0);
	TAKEN(keepalive_interval, HF_SECOND);
	REFUSED(keepalive_interval, HF_NEVER - 1);
	REFUSED(keepalive_idle, HF_NEVER - 1);
}

/* Times are added to `now`, or doubled, and must not wrap around. */
static void times(void **state)
{
	(void)state;
	REFUSED(rto_initial, 0);
	REFUSED(rto_initial, HF_NEVER);
	REFUSED(rto_initial, HF_NEVER - 1);
	REFUSED(rto_max, HF_NEVER);
	REFUSED(rto_max, HF_NEVER / 8);
	REFUSED(rto_min, HF_NEVER);
	REFUSED(fin_wait_2, HF_NEVER - 1);
	REFUSED(r2, HF_NEVER - 1);
	REFUSED(r2_syn, HF_NEVER - 1);
	TAKEN(fin_wait_2, HF_NEVER);
	TAKEN(r2, HF_NEVER);
	TAKEN(r2_syn, HF_NEVER);
	REFUSED(msl, HF_NEVER - 1);
	REFUSED(delayed_ack, HF_SECOND / 2); /* MUST-40 */
}

/* Octets of a window, and of tables, fit into 32 bits. */
static void sizes(void **state)
{
	(void)state;
	TAKEN(initial_window, 0);
	TAKEN(initial_window, 10);
	REFUSED(initial_window, UINT32_C(1) << 31);
	REFUSED(initial_window, UINT32_MAX / 1460);
	REFUSED(routes, UINT32_MAX);
	REFUSED(routes, UINT32_C(1) << 26); /* times 64 is 2^32 */
	REFUSED(routes, 0);
	REFUSED(send_buffer, 0);
	REFUSED(receive_buffer, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_have_meaning),
		cmocka_unit_test(defaults_are_patient),
		cmocka_unit_test(syn_ack_retries),
		cmocka_unit_test(keepalive),
		cmocka_unit_test(times),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
