/* SPDX-License-Identifier: MIT */
/*
 * A copy of a block is as good as the block: hosts that are moved to other
 * addresses in mid-flight, or saved to a file and loaded by another process,
 * send the same octets at the same nanoseconds as hosts that are left alone.
 *
 * The second test executes this program again, as
 * `copy_test --continue DIRECTORY`.
 */
#define _GNU_SOURCE
#include <handfast/sim.h>
#include "sim_random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define CONNECTIONS 4u
#define OCTETS 40000u
#define PORT 7u
#define MTU 1500u
#define BLOCK (1u << 20)

/* ---- a program without pointers: it can be saved too ------------------ */

struct transfer {
	struct hf_handle handle;
	uint32_t sent, received;
	bool is_held, is_shut, is_eof;
};

struct program {
	struct hf_handle listener;
	bool is_listening;
	uint32_t transfers;
	struct transfer transfer[CONNECTIONS];
	uint32_t wrong; /* octets, or calls */
};

static uint8_t octet_at(uint32_t position)
{
	return (uint8_t)(position * 2654435761u >> 24);
}

static void send_some(struct hf_host *host, struct program *p,
		      struct transfer *t)
{
	uint8_t buf[1000];
	size_t sent;

	while (t->sent < OCTETS) {
		size_t len = OCTETS - t->sent;

		if (len > sizeof buf)
			len = sizeof buf;
		for (size_t i = 0; i < len; i++)
			buf[i] = octet_at(t->sent + (uint32_t)i);
		if (hf_send(host, t->handle, buf, len, &sent) != HF_OK)
			return;
		t->sent += (uint32_t)sent;
	}
	if (!t->is_shut) {
		p->wrong += hf_shutdown(host, t->handle) != HF_OK;
		t->is_shut = true;
	}
}

static void receive_some(struct hf_host *host, struct program *p,
			 struct transfer *t)
{
	uint8_t buf[3000];
	size_t got;

	while (!t->is_eof &&
	       hf_receive(host, t->handle, buf, sizeof buf, &got) == HF_OK) {
		for (size_t i = 0; i < got; i++)
			p->wrong += buf[i] != octet_at(t->received++);
		t->is_eof = got == 0;
	}
}

static void work(struct hf_host *host, struct program *p, struct transfer *t,
		 hf_time now)
{
	if (!t->is_held)
		return;
	receive_some(host, p, t);
	send_some(host, p, t);
	if (t->is_shut && t->is_eof) {
		p->wrong += hf_close(host, t->handle, now) != HF_OK;
		t->is_held = false;
	}
}

static void accept_all(struct hf_host *host, struct program *p, hf_time now)
{
	struct hf_handle handle;

	while (hf_accept(host, p->listener, &handle) == HF_OK) {
		struct transfer *t = &p->transfer[p->transfers];

		if (p->transfers == CONNECTIONS) {
			p->wrong++;
			return;
		}
		t->handle = handle;
		t->is_held = true;
		hf_set(host, handle, HF_OPTION_USER, ++p->transfers);
		work(host, p, t, now);
	}
}

static void answer(struct hf_sim *sim, uint32_t number,
		   const struct hf_event *event, void *context)
{
	struct program *p = context;
	struct hf_host *host = hf_sim_host(sim, number);
	hf_time now = hf_sim_now(sim);

	if (event->flags & HF_EVENT_ACCEPT)
		accept_all(host, p, now);
	else if (event->user >= 1 && event->user <= CONNECTIONS)
		work(host, p, &p->transfer[event->user - 1], now);
	p->wrong += (event->flags & HF_EVENT_CLOSED) && event->error;
}

static bool is_whole(const struct program *p)
{
	bool is_so = p->wrong == 0;

	for (uint32_t i = 0; i < CONNECTIONS; i++)
		is_so &= p->transfer[i].received == OCTETS &&
			 p->transfer[i].is_eof && !p->transfer[i].is_held;
	return is_so;
}

/* ---- two hosts -------------------------------------------------------- */

struct net {
	struct hf_sim *sim;
	struct program program[2];
	uint32_t host[2], end[2], link;
};

static const struct hf_sim_wire lossy = {
	.delay = 20 * HF_MILLISECOND,
	.jitter = 3000017,
	.rate = 20000000,
	.loss = 30000,
	.duplicate = 10000,
	.reorder = 20000,
	.reorder_delay = 10 * HF_MILLISECOND,
};

static void configure(struct hf_config *config, uint8_t secret)
{
	hf_config_default(config, HF_PROFILE_LINUX);
	memset(config->secret, secret, sizeof config->secret);
	config->links = 2;
	config->routes = 8;
	config->replies = 16;
}

/* Half of the seeds are on Ethernet, where neighbours must be found first. */
static struct hf_link link_of(uint64_t seed, uint8_t host)
{
	struct hf_link options = { .mtu = MTU };

	if (seed % 2 == 0) {
		options.kind = HF_LINK_ETHERNET;
		options.mac.octet[0] = 2;
		options.mac.octet[5] = (uint8_t)(host + 1);
	}
	return options;
}

static void net_start(struct net *n, uint64_t seed)
{
	struct hf_listen listen = { .port = PORT };
	struct hf_open open = { .remote_port = PORT };
	struct hf_config config;

	memset(n, 0, sizeof *n);
	n->sim = hf_sim_new(seed, HF_SECOND);
	hf_sim_link_add(n->sim, &lossy, &n->link);
	for (uint8_t i = 0; i < 2; i++) {
		struct hf_sim_app app = { answer, &n->program[i] };
		struct hf_link options = link_of(seed, i);

		configure(&config, (uint8_t)(seed + i));
		assert_int_equal(hf_sim_host_add(n->sim, &config, BLOCK, &app,
						 &n->host[i]),
				 HF_OK);
		assert_int_equal(hf_sim_attach(n->sim, n->link, n->host[i],
					       &options, &n->end[i]),
				 HF_OK);
		assert_int_equal(hf_sim_address(n->sim, n->link, n->end[i],
						hf_ipv4(10, 0, 0, 1 + i), 24),
				 HF_OK);
	}
	assert_int_equal(hf_listen(hf_sim_host(n->sim, 1), &listen,
				   &n->program[1].listener),
			 HF_OK);
	open.remote = hf_ipv4(10, 0, 0, 2);
	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		struct transfer *t = &n->program[0].transfer[i];

		open.user = i + 1;
		assert_int_equal(hf_open(hf_sim_host(n->sim, 0), &open,
					 hf_sim_now(n->sim), &t->handle),
				 HF_OK);
		t->is_held = true;
	}
	hf_sim_kick(n->sim, 0);
}

/* ---- what was on the wire --------------------------------------------- */

struct seen {
	hf_time when;
	uint32_t fate, end, len, pad;
};

/* Each frame: struct seen, then its octets. */
struct diary {
	uint8_t *octets;
	size_t len, room;
	uint32_t host; /* only what it sends and gets; HF_SIM_NOBODY: sent */
};

static void write_down(struct diary *d, const void *data, size_t len)
{
	if (d->len + len > d->room) {
		d->room = 2 * (d->room + len);
		d->octets = realloc(d->octets, d->room);
		if (!d->octets)
			abort();
	}
	memcpy(d->octets + d->len, data, len);
	d->len += len;
}

static void keep(const struct hf_sim_sight *sight, void *context)
{
	struct diary *d = context;
	struct seen seen = { .when = sight->when,
			     .fate = sight->fate,
			     .end = sight->end,
			     .len = sight->len };

	if (sight->fate != HF_SIM_SENT &&
	    (sight->fate != HF_SIM_DELIVERED || d->host == HF_SIM_NOBODY))
		return;
	if (d->host != HF_SIM_NOBODY && d->host != sight->host)
		return;
	write_down(d, &seen, sizeof seen);
	write_down(d, sight->data, sight->len);
}

/* The number of the first frame that is not the same, or -1. */
static long first_difference(const struct diary *a, const struct diary *b)
{
	size_t at = 0;
	long number = 0;

	while (at < a->len && at < b->len) {
		struct seen seen;
		size_t len;

		memcpy(&seen, a->octets + at, sizeof seen);
		len = sizeof seen + seen.len;
		if (at + len > b->len ||
		    memcmp(a->octets + at, b->octets + at, len) != 0)
			return number;
		at += len;
		number++;
	}
	return a->len == b->len ? -1 : number;
}

/* ---- moved ------------------------------------------------------------ */

static void run(uint64_t seed, uint32_t moves, struct diary *diary,
		uint32_t *moved)
{
	struct sim_random r = sim_random_stream(seed, 7);
	struct net n;

	*diary = (struct diary){ .host = HF_SIM_NOBODY };
	net_start(&n, seed);
	hf_sim_tap_add(n.sim, keep, diary);
	*moved = 0;
	while (hf_sim_step(n.sim)) {
		assert_null(hf_sim_complaint(n.sim));
		if (!sim_random_chance(&r, moves))
			continue;
		assert_int_equal(
			hf_sim_host_move(n.sim,
					 (uint32_t)sim_random_below(&r, 2)),
			HF_OK);
		++*moved;
		assert_int_equal(hf_host_check(hf_sim_host(n.sim, 0)), 0);
		assert_int_equal(hf_host_check(hf_sim_host(n.sim, 1)), 0);
	}
	assert_true(is_whole(&n.program[0]));
	assert_true(is_whole(&n.program[1]));
	hf_sim_free(n.sim);
}

static void test_moved_blocks_send_the_same(void **state)
{
	uint32_t moved, moves = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct diary still, moving;

		run(seed, 0, &still, &moved);
		assert_int_equal(moved, 0);
		run(seed, seed == 1 ? HF_SIM_CERTAIN : 50000, &moving, &moved);
		moves += moved;
		assert_true(still.len > 2 * CONNECTIONS * OCTETS);
		assert_int_equal(first_difference(&still, &moving), -1);
		free(still.octets);
		free(moving.octets);
	}
	assert_true(moves > 500);
}

/* ---- saved and loaded ------------------------------------------------- */

struct saved {
	uint64_t seed;
	hf_time now;
	struct program program;
};

static FILE *open_in(const char *directory, const char *name, const char *mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, mode);
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static void write_file(const char *directory, const char *name,
		       const void *data, size_t len)
{
	FILE *file = open_in(directory, name, "wb");

	if (len && fwrite(data, len, 1, file) != 1)
		abort();
	if (fclose(file) != 0)
		abort();
}

static void *read_file(const char *directory, const char *name, size_t *len)
{
	FILE *file = open_in(directory, name, "rb");
	size_t room = 64u << 20;
	char *data = malloc(room);

	if (!data)
		abort();
	*len = fread(data, 1, room, file);
	fclose(file);
	return data;
}

static void save(const struct net *n, const char *directory, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	assert_int_equal(hf_sim_host_save(n->sim, 0, path), HF_OK);
}

/* Runs host 0 up to some step; then writes down what it sends and gets. */
static void leave_traces(uint64_t seed, uint32_t steps, const char *directory)
{
	struct diary diary = { .host = 0 };
	struct saved saved = { 0 };
	struct net n;

	net_start(&n, seed);
	for (uint32_t i = 0; i < steps; i++)
		assert_true(hf_sim_step(n.sim));
	saved.seed = seed;
	saved.now = hf_sim_now(n.sim);
	saved.program = n.program[0];
	write_file(directory, "program", &saved, sizeof saved);
	save(&n, directory, "block");
	hf_sim_tap_add(n.sim, keep, &diary);
	while (hf_sim_step(n.sim))
		;
	assert_true(is_whole(&n.program[0]));
	assert_true(is_whole(&n.program[1]));
	save(&n, directory, "block-end");
	write_file(directory, "diary", diary.octets, diary.len);
	hf_sim_free(n.sim);
	free(diary.octets);
}

/* What the other process replays. */
struct replay {
	struct diary then, now;
	size_t at;
	uint32_t raw, link;
};

/* The next frame that host 0 got; NULL if there is none. */
static const uint8_t *next_got(struct replay *r, struct seen *seen)
{
	while (r->at < r->then.len) {
		const uint8_t *data = r->then.octets + r->at + sizeof *seen;

		memcpy(seen, r->then.octets + r->at, sizeof *seen);
		if (seen->fate == HF_SIM_DELIVERED)
			return data;
		r->at += sizeof *seen + seen->len;
	}
	return NULL;
}

static void feed(struct hf_sim *sim, void *context)
{
	struct replay *r = context;
	struct seen seen = { 0 };
	const uint8_t *data = next_got(r, &seen);

	if (!data)
		return;
	hf_sim_send(sim, r->link, r->raw, data, seen.len);
	r->at += sizeof seen + seen.len;
	if (next_got(r, &seen))
		hf_sim_timer(sim, HF_SIM_NOBODY, seen.when, feed, r);
}

static struct hf_sim *load(const char *directory, struct saved *saved,
			   struct replay *r)
{
	struct hf_sim_app app = { answer, &saved->program };
	struct hf_link options = link_of(saved->seed, 0);
	struct hf_sim *sim = hf_sim_new(0, saved->now);
	char path[256];
	uint32_t host, end;

	snprintf(path, sizeof path, "%s/block", directory);
	hf_sim_link_add(sim, NULL, &r->link);
	if (hf_sim_host_load(sim, path, &app, &host) ||
	    hf_sim_adopt(sim, r->link, host, 1, &options, &end) ||
	    hf_sim_attach_raw(sim, r->link, NULL, NULL, &r->raw)) {
		fprintf(stderr, "the saved block cannot be loaded\n");
		exit(1);
	}
	return sim;
}

static bool is_same_block(const struct hf_sim *sim, const char *directory)
{
	char path[256];
	size_t a_len, b_len;
	void *a, *b;
	bool is_same;

	snprintf(path, sizeof path, "%s/block-again", directory);
	hf_sim_host_save(sim, 0, path);
	a = read_file(directory, "block-end", &a_len);
	b = read_file(directory, "block-again", &b_len);
	is_same = a_len == b_len && memcmp(a, b, a_len) == 0;
	free(a);
	free(b);
	return is_same;
}

/* The other process. */
static int go_on(const char *directory)
{
	struct replay r = { .now = { .host = 0 } };
	struct hf_sim *sim;
	struct saved saved;
	struct seen seen;
	size_t len;
	void *data = read_file(directory, "program", &len);
	bool is_same;
	long differs;

	if (len != sizeof saved)
		abort();
	memcpy(&saved, data, sizeof saved);
	free(data);
	r.then.octets = read_file(directory, "diary", &r.then.len);
	sim = load(directory, &saved, &r);
	hf_sim_tap_add(sim, keep, &r.now);
	if (next_got(&r, &seen))
		hf_sim_timer(sim, HF_SIM_NOBODY, seen.when, feed, &r);
	hf_sim_kick(sim, 0);
	while (hf_sim_step(sim))
		;
	differs = first_difference(&r.then, &r.now);
	is_same = is_same_block(sim, directory);
	if (differs >= 0)
		fprintf(stderr, "frame %ld is not the same\n", differs);
	if (!is_whole(&saved.program))
		fprintf(stderr, "the transfers are not whole\n");
	if (!is_same)
		fprintf(stderr, "the block ends differently\n");
	hf_sim_free(sim);
	free(r.then.octets);
	free(r.now.octets);
	return differs < 0 && is_same && is_whole(&saved.program) ? 0 : 1;
}

static int in_another_process(const char *directory)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		execl("/proc/self/exe", "copy_test", "--continue", directory,
		      (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void remove_files(const char *directory)
{
	static const char *const name[] = { "block", "block-end", "diary",
					    "block-again", "program" };
	char path[256];

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, name[i]);
		unlink(path);
	}
	rmdir(directory);
}

static void test_saved_block_goes_on_in_another_process(void **state)
{
	char directory[] = "/tmp/hf_copy_test_XXXXXX";
	int status;

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (uint64_t seed = 1; seed <= 8; seed++) {
		leave_traces(seed, (uint32_t)seed * 45, directory);
		status = in_another_process(directory);
		assert_int_equal(status, 0);
	}
	remove_files(directory);
}

static void test_what_is_no_block_is_refused(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	char directory[] = "/tmp/hf_copy_test_XXXXXX", path[64];
	char *nonsense = calloc(1, BLOCK);
	uint32_t host;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/block", directory);
	write_file(directory, "block", nonsense, BLOCK);
	assert_int_equal(hf_sim_host_load(sim, path, NULL, &host),
			 HF_ERR_ARGUMENT);
	write_file(directory, "block", nonsense, 100);
	assert_int_equal(hf_sim_host_load(sim, path, NULL, &host),
			 HF_ERR_ARGUMENT);
	free(nonsense);
	remove_files(directory);
	hf_sim_free(sim);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moved_blocks_send_the_same),
		cmocka_unit_test(test_saved_block_goes_on_in_another_process),
		cmocka_unit_test(test_what_is_no_block_is_refused),
	};

	if (argc == 3 && strcmp(argv[1], "--continue") == 0)
		return go_on(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
