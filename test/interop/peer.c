/* SPDX-License-Identifier: MIT */
/*
 * handfast's side of the tests against the running kernel that `handfast`
 * itself has no command for: very many connections, half-close from either
 * end, abort, an address that never answers. interop.py is the other side.
 *
 *	peer DEVICE echo ADDR PORT TOTAL BATCH	TOTAL connections, BATCH at once
 *	peer DEVICE half-first ADDR PORT	shuts down, receives a megabyte
 *	peer DEVICE half-second ADDR PORT	at end of stream sends one
 *	peer DEVICE abort ADDR PORT		sends four octets, then aborts
 *	peer DEVICE silent ADDR PORT		gives up after three seconds
 *	peer DEVICE refused ADDR PORT		is answered with a reset
 *
 * DEVICE is tun:NAME, tap:NAME or packet:NAME. With "-" for ADDR it listens
 * on PORT and serves one connection so. Says what it saw in one line; exit
 * status 1 if it was not as it should be.
 */
#define _POSIX_C_SOURCE 200809L
#include <handfast/device.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)256 << 20)
#define MEGABYTE 1048576u
#define PATIENCE (60 * HF_SECOND)

static const char greeting[16] = "fifteen letters";

struct mode;

struct talk {
	struct hf_handle handle;
	uint32_t sent, got; /* octets */
};

struct peer {
	struct hf_host *host;
	struct hf_loop loop;
	struct hf_open open; /* remote, if it is to connect */
	struct hf_handle listener; /* else */
	struct talk *talks; /* one for each of a batch */
	uint32_t total, batch;
	uint32_t opened, connected, ended; /* of the batch */
	uint32_t echoed; /* in all */
	enum hf_error error; /* of the last that ended badly */
	bool bad; /* the wrong octets came */
	const struct mode *mode;
};

/* ---- what both sides send: octet i of the megabyte -------------------- */

static uint8_t pattern(uint32_t i)
{
	return (uint8_t)(i * 31u + (i >> 8));
}

/* Takes what has come; true at the end of the stream. */
static bool take(struct peer *p, struct talk *talk)
{
	uint8_t buf[4096];
	enum hf_error error;
	size_t n;

	for (;;) {
		error = hf_receive(p->host, talk->handle, buf, sizeof buf, &n);
		if (error || n == 0)
			return error == HF_OK;
		for (size_t i = 0; i < n; i++)
			if (buf[i] != pattern(talk->got++))
				p->bad = true;
	}
}

/* Queues what fits; true once all of the megabyte is. */
static bool give(struct peer *p, struct talk *talk)
{
	uint8_t buf[4096];
	size_t n;

	while (talk->sent < MEGABYTE) {
		uint32_t len = MEGABYTE - talk->sent;

		if (len > sizeof buf)
			len = sizeof buf;
		for (uint32_t i = 0; i < len; i++)
			buf[i] = pattern(talk->sent + i);
		if (hf_send(p->host, talk->handle, buf, len, &n))
			return false;
		talk->sent += (uint32_t)n;
	}
	return true;
}

/* ---- one connection after another, or many at once -------------------- */

static void end(struct peer *p, struct talk *talk, hf_time now)
{
	hf_close(p->host, talk->handle, now);
	p->ended++;
}

static void greet_all(struct peer *p)
{
	size_t n;

	for (uint32_t i = 0; i < p->batch; i++)
		if (hf_send(p->host, p->talks[i].handle, greeting,
			    sizeof greeting, &n))
			p->bad = true;
}

static void hear_echo(struct peer *p, struct talk *talk, hf_time now)
{
	char buf[sizeof greeting];
	size_t n;

	while (hf_receive(p->host, talk->handle, buf, sizeof buf, &n) ==
	       HF_OK) {
		if (n == 0) {
			end(p, talk, now);
			return;
		}
		if (talk->got + n > sizeof greeting ||
		    memcmp(buf, greeting + talk->got, n) != 0)
			p->bad = true;
		talk->got += (uint32_t)n;
		if (talk->got == sizeof greeting) {
			p->echoed++;
			hf_shutdown(p->host, talk->handle);
		}
	}
}

static void on_echo(void *context, const struct hf_event *event, hf_time now)
{
	struct peer *p = context;
	struct talk *talk = &p->talks[event->user];

	if (event->flags & HF_EVENT_CONNECTED && ++p->connected == p->batch)
		greet_all(p);
	if (event->flags & (HF_EVENT_READABLE | HF_EVENT_EOF))
		hear_echo(p, talk, now);
	if (event->flags & HF_EVENT_CLOSED && event->error) {
		p->error = event->error;
		end(p, talk, now);
	}
}

static bool open_batch(struct peer *p)
{
	p->connected = p->ended = 0;
	for (uint32_t i = 0; i < p->batch; i++) {
		p->talks[i] = (struct talk){ 0 };
		p->open.user = i;
		p->error = hf_open(p->host, &p->open, hf_clock(),
				   &p->talks[i].handle);
		if (p->error)
			return false;
	}
	return true;
}

/* ---- one connection: what each mode does ------------------------------ */

static void on_half_first(void *context, const struct hf_event *event,
			  hf_time now)
{
	struct peer *p = context;
	struct talk *talk = p->talks;

	if (event->flags & HF_EVENT_CONNECTED)
		hf_shutdown(p->host, talk->handle);
	if (take(p, talk) || event->error)
		end(p, talk, now);
	p->error = event->error;
}

static void on_half_second(void *context, const struct hf_event *event,
			   hf_time now)
{
	struct peer *p = context;
	struct talk *talk = p->talks;

	if (event->error)
		p->error = event->error;
	if (event->flags & HF_EVENT_CLOSED)
		end(p, talk, now);
	else if (take(p, talk) && give(p, talk))
		end(p, talk, now); /* FIN follows what is queued */
}

static void on_abort(void *context, const struct hf_event *event, hf_time now)
{
	struct peer *p = context;
	size_t n;

	if (event->flags & HF_EVENT_CONNECTED)
		hf_send(p->host, p->talks->handle, "1234", 4, &n);
	if (event->flags & HF_EVENT_READABLE) {
		p->error = hf_abort(p->host, p->talks->handle, now);
		p->ended++;
	}
}

static void on_failure(void *context, const struct hf_event *event, hf_time now)
{
	struct peer *p = context;

	if (event->flags & HF_EVENT_CONNECTED)
		p->bad = true;
	if (event->flags & HF_EVENT_CLOSED) {
		p->error = event->error;
		end(p, p->talks, now);
	}
}

/* ---- judgement -------------------------------------------------------- */

static bool is_echo_good(const struct peer *p)
{
	return !p->bad && !p->error && p->echoed == p->total;
}

static bool is_megabyte_in(const struct peer *p)
{
	return !p->bad && !p->error && p->talks->got == MEGABYTE;
}

static bool is_megabyte_out(const struct peer *p)
{
	return !p->bad && !p->error && p->talks->sent == MEGABYTE;
}

static bool is_aborted(const struct peer *p)
{
	return !p->error && p->ended == 1;
}

static bool is_timed_out(const struct peer *p)
{
	return !p->bad && p->error == HF_ERR_TIMED_OUT;
}

static bool is_refused(const struct peer *p)
{
	return !p->bad && p->error == HF_ERR_REFUSED;
}

static const struct mode {
	const char *name;
	void (*event)(void *context, const struct hf_event *event, hf_time now);
	bool (*is_good)(const struct peer *p);
	uint32_t user_timeout; /* milliseconds */
} modes[] = {
	/* clang-format off */
	{ "echo",	  on_echo,	  is_echo_good,    0 },
	{ "half-first",	  on_half_first,  is_megabyte_in,  0 },
	{ "half-second",  on_half_second, is_megabyte_out, 0 },
	{ "abort",	  on_abort,	  is_aborted,      0 },
	{ "silent",	  on_failure,	  is_timed_out,    3000 },
	{ "refused",	  on_failure,	  is_refused,      0 },
	/* clang-format on */
};

/* ---- the run ---------------------------------------------------------- */

/* What comes and goes by itself while no connection is there. */
static bool is_fleeting(int pool)
{
	return pool == HF_POOL_LISTENER || pool == HF_POOL_NEIGHBOUR ||
	       pool == HF_POOL_LEARNED;
}

/*
 * A listener's first connection takes the place of the one that would have
 * been opened, and its mode hears the same event.
 */
static void on_accept(struct peer *p, hf_time now)
{
	struct hf_event connected = { .flags = HF_EVENT_CONNECTED };

	p->error = hf_accept(p->host, p->listener, &p->talks->handle);
	hf_close(p->host, p->listener, now);
	connected.handle = p->talks->handle;
	p->mode->event(p, &connected, now);
}

/* What concerns no connection is no mode's business. */
static void on_event(void *context, const struct hf_event *event, hf_time now)
{
	struct peer *p = context;

	if (event->flags & HF_EVENT_ACCEPT)
		on_accept(p, now);
	else if (event->handle.index)
		p->mode->event(p, event, now);
}

static bool pools_are(const struct hf_host *host, const struct hf_usage *before)
{
	struct hf_usage used;

	hf_host_used(host, &used);
	for (int i = 0; i < HF_POOLS; i++)
		if (!is_fleeting(i) &&
		    used.pool[i].used != before->pool[i].used)
			return false;
	return true;
}

static bool turn_until_ended(struct peer *p)
{
	hf_time until = hf_clock() + PATIENCE;

	while (p->ended < p->batch && hf_clock() < until)
		if (!hf_loop_turn(&p->loop, NULL, 0, until))
			return false;
	return p->ended == p->batch;
}

/* What was released still has to end; then every pool is as it was. */
static bool turn_until_empty(struct peer *p, const struct hf_usage *before)
{
	hf_time until = hf_clock() + 10 * HF_SECOND;

	while (!pools_are(p->host, before) && hf_clock() < until)
		if (!hf_loop_turn(&p->loop, NULL, 0, until))
			return false;
	return pools_are(p->host, before);
}

static bool run(struct peer *p)
{
	struct hf_listen listen = { .port = p->open.local_port };

	p->loop.event = on_event;
	if (p->open.remote_port == 0) {
		p->error = hf_listen(p->host, &listen, &p->listener);
		return !p->error && turn_until_ended(p);
	}
	for (p->opened = 0; p->opened < p->total; p->opened += p->batch) {
		if (!open_batch(p))
			return false;
		if (p->mode->user_timeout)
			hf_set(p->host, p->talks->handle,
			       HF_OPTION_USER_TIMEOUT, p->mode->user_timeout);
		if (!turn_until_ended(p))
			return false;
	}
	return true;
}

/* ---- setting up ------------------------------------------------------- */

static void give_up(const char *what)
{
	fprintf(stderr, "peer: %s\n", what);
	exit(2);
}

static struct hf_addr parse_addr(const char *text)
{
	struct hf_addr addr = hf_ipv4(0, 0, 0, 0);

	if (inet_pton(AF_INET, text, addr.octet + 12) != 1 &&
	    inet_pton(AF_INET6, text, addr.octet) != 1)
		give_up("not an address");
	return addr;
}

static struct hf_device *open_device(const char *name,
				     struct hf_failure *failure)
{
	if (strncmp(name, "tap:", 4) == 0)
		return hf_tap_open(name + 4, NULL, failure);
	if (strncmp(name, "packet:", 7) == 0)
		return hf_packet_open(name + 7, NULL, failure);
	if (strncmp(name, "tun:", 4) == 0)
		return hf_tun_open(name + 4, failure);
	give_up("no such device");
	return NULL;
}

static void set_up(struct peer *p, const char *name)
{
	static struct hf_failure failure;
	struct hf_device *device;
	struct hf_config config;
	void *block = hf_block_map(BLOCK_SIZE);

	hf_config_default(&config, HF_PROFILE_LINUX);
	config.connections = p->batch + 8;
	config.msl = 100 * HF_MILLISECOND; /* so that the test ends soon */
	if (!block || !hf_clock_secret(config.secret))
		give_up("no memory or no random numbers");
	p->error =
		hf_host_init(block, BLOCK_SIZE, &config, hf_clock(), &p->host);
	if (p->error)
		give_up(hf_error_name(p->error));
	device = open_device(name, &failure);
	if (!device)
		give_up(failure.text);
	if (hf_loop_open(&p->loop, p->host, device, NULL) ||
	    hf_address_add(p->host, p->loop.link, hf_ipv4(10, 9, 0, 2), 24,
			   hf_clock()) ||
	    hf_address_add(p->host, p->loop.link, parse_addr("fd00:9::2"), 64,
			   hf_clock()))
		give_up("cannot configure the host");
	p->loop.context = p;
}

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	give_up("no such mode");
	return NULL;
}

int main(int argc, char **argv)
{
	struct peer p = { .total = 1, .batch = 1 };
	struct hf_usage before;
	bool good, empty;

	if (argc != 5 && argc != 7)
		give_up("usage: peer DEVICE MODE ADDR|- PORT [TOTAL BATCH]");
	p.mode = find_mode(argv[2]);
	if (argc == 7) {
		p.total = (uint32_t)strtoul(argv[5], NULL, 10);
		p.batch = (uint32_t)strtoul(argv[6], NULL, 10);
	}
	if (strcmp(argv[3], "-") == 0) {
		p.open.local_port = (uint16_t)strtoul(argv[4], NULL, 10);
	} else {
		p.open.remote = parse_addr(argv[3]);
		p.open.remote_port = (uint16_t)strtoul(argv[4], NULL, 10);
	}
	p.talks = calloc(p.batch, sizeof *p.talks);
	if (!p.talks || p.total % p.batch)
		give_up("TOTAL is not a multiple of BATCH");
	set_up(&p, argv[1]);
	hf_host_used(p.host, &before);

	good = run(&p) && p.mode->is_good(&p);
	empty = turn_until_empty(&p, &before);
	printf("%s: %s, ended with %s, echoed %u, sent %u, received %u, "
	       "pools %s\n",
	       p.mode->name, good ? "good" : "bad", hf_error_name(p.error),
	       (unsigned)p.echoed, (unsigned)p.talks->sent,
	       (unsigned)p.talks->got, empty ? "empty" : "not empty");
	hf_device_close(p.loop.device);
	hf_loop_close(&p.loop);
	hf_block_unmap((void *)p.host, BLOCK_SIZE);
	free(p.talks);
	return good && empty ? 0 : 1;
}
