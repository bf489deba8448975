/* SPDX-License-Identifier: MIT */
/*
 * usage: test_differential [SCRIPT | FIRST-LAST]
 *
 * Runs scripts against the running kernel and against a net, in a network
 * namespace of its own, and compares each answer; without arguments those of
 * the table and then some random ones. A random script that fails is made
 * shorter as long as it fails, and is printed as the argument that runs it.
 * The output is TAP.
 */
#include "differential.h"
#include "virtual.h"
#include "scripts.h"
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CALLS 400
#define PORT_LOW 10000
#define PORT_HIGH 32000
#define COUNT (sizeof scripts / sizeof scripts[0])
#define DELAYED_ACK 60000 /* microseconds */
#define RANDOM_SCRIPTS 1000

/* A script, its calls apart. */
struct script {
	char text[CALLS][64];
	int count;
};

/* ---- the kernel's namespace -------------------------------------------- */

static bool loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool is_up;

	request.ifr_flags = IFF_UP;
	is_up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return is_up;
}

static bool enter_namespace(void)
{
	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	return loopback_up();
}

/* Ports that no script has used in this namespace. */
static uint16_t next_base(void)
{
	static uint16_t base = PORT_HIGH;

	base = (uint16_t)(base + PORTS_OF_SCRIPT);
	if (base >= PORT_HIGH) {
		base = PORT_LOW;
		if (!enter_namespace()) {
			printf("not ok 1 # SKIP no network namespace: %s\n",
			       strerror(errno));
			exit(0);
		}
	}
	return base;
}

/* ---- running ----------------------------------------------------------- */

static void split(struct script *script, const char *text)
{
	char copy[8192], *rest = copy, *one;

	snprintf(copy, sizeof copy, "%s", text);
	script->count = 0;
	while ((one = strsep(&rest, ";\n")) != NULL) {
		while (*one == ' ' || *one == '\t')
			one++;
		if (*one != 0 && script->count < CALLS)
			snprintf(script->text[script->count++],
				 sizeof script->text[0], "%s", one);
	}
}

/* Runs it on both sides; the number of the call that differs, or -1. */
static int run_once(const struct script *script, unsigned patience,
		    bool is_loud)
{
	static struct virtual_net v;
	char kernel[512], net[512];
	struct side a, b;
	int differs = -1;
	uint16_t base = next_base();

	virtual_start(&v, NULL);
	side_start(&a, NULL, base);
	a.patience = patience;
	side_start(&b, &v, base);
	b.patience = patience;
	for (int i = 0; i < script->count && differs < 0; i++) {
		if (!side_call(&a, script->text[i], kernel, sizeof kernel)) {
			printf("no such call: %s\n", script->text[i]);
			exit(2);
		}
		side_call(&b, script->text[i], net, sizeof net);
		if (strcmp(kernel, net) != 0)
			differs = i;
		if (is_loud)
			printf("%-28s %s%s%s\n", script->text[i], net,
			       differs == i ? "   BUT THE KERNEL: " : "",
			       differs == i ? kernel : "");
	}
	side_end(&a);
	side_end(&b);
	virtual_end(&v);
	return differs;
}

/* The kernel may be busy: what differs must do so with time to settle. */
static int run(const struct script *script)
{
	int differs = run_once(script, 0, false);

	if (differs >= 0)
		differs = run_once(script, 3000, false);
	if (differs >= 0) /* longer than an ACK is delayed */
		differs = run_once(script, DELAYED_ACK, false);
	return differs;
}

/* ---- what fails -------------------------------------------------------- */

static void shorten(struct script *script, int differs)
{
	script->count = differs + 1;
	for (int i = script->count - 2; i >= 0; i--) {
		struct script less = *script;

		less.count--;
		memmove(less.text[i], less.text[i + 1],
			(size_t)(less.count - i) * sizeof less.text[0]);
		differs = run_once(&less, DELAYED_ACK, false);
		if (differs < 0)
			continue;
		*script = less;
		script->count = differs + 1;
		if (i > differs)
			i = differs;
	}
}

static void print_command(const struct script *script)
{
	printf("test/socket/test_differential '");
	for (int i = 0; i < script->count; i++)
		printf("%s%s", i > 0 ? "; " : "", script->text[i]);
	printf("'\n");
}

/* ---- random scripts ---------------------------------------------------- */

struct dice {
	uint64_t state;
};

static unsigned roll(struct dice *d, unsigned sides)
{
	uint64_t x = d->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((x ^ (x >> 31)) % sides);
}

static const char *pick(struct dice *d, const char *const *words,
			unsigned count)
{
	return words[roll(d, count)];
}

#define PICK(d, ...)                                                           \
	pick(d, (const char *const[]){ __VA_ARGS__ },                          \
	     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* Fills in what stands for something: %s a socket, %a an address ... */
static void write_call(struct dice *d, const char *form, char *to)
{
	for (; *form != 0; form++) {
		if (*form != '%') {
			*to++ = *form;
			continue;
		}
		switch (*++form) {
		case 's': /* a socket */
			to += sprintf(to, "%u", roll(d, 6));
			break;
		case 'e': /* an epoll instance */
			to += sprintf(to, "%u", 8 + roll(d, 2));
			break;
		case 'p': /* a port */
			to += sprintf(to, "%u", 1 + roll(d, 2));
			break;
		case 'n': /* octets */
			to += sprintf(to, "%u", roll(d, 12));
			break;
		case 'a':
			to += sprintf(to, "%s",
				      PICK(d, "any4", "lo4", "lo4", "lo4",
					   "two4", "any6", "lo6", "map4",
					   "mapany", "none"));
			break;
		case 'v': /* an IP version */
			to += sprintf(to, "%s", PICK(d, "4", "4", "4", "6"));
			break;
		case 'f': /* of recv */
			to += sprintf(to, "%s",
				      PICK(d, "0", "0", "peek", "oob", "trunc",
					   "all", "oob|peek"));
			break;
		case 'F': /* of send */
			to += sprintf(to, "%s", PICK(d, "0", "0", "0", "oob"));
			break;
		case 'E': /* of epoll */
			to += sprintf(to, "%s",
				      PICK(d, "in|out|pri|rdhup", "in", "out",
					   "in|out|et", "in|et", "in|out|one",
					   "0", "in|excl"));
			break;
		case 'o':
			to += sprintf(to, "%s",
				      PICK(d, "reuseaddr 1", "reuseport 1",
					   "oobinline 1", "oobinline 0",
					   "v6only 1", "rcvlowat 4", "inq 1",
					   "reuseaddr 0"));
			break;
		case 'i':
			to += sprintf(to, "%s",
				      PICK(d, "SIOCINQ", "SIOCATMARK"));
			break;
		case 'h':
			to += sprintf(to, "%u", roll(d, 3));
			break;
		}
	}
	*to = 0;
}

/* What a random script is made of; the more often, the likelier. */
static const char *const forms[] = {
	"socket %s %v",	    "socket %s %v",	"bind %s %a %p",
	"bind %s %a %p",    "bind %s %a 0",	"listen %s %h",
	"listen %s %h",	    "connect %s %a %p", "connect %s %a %p",
	"connect %s %a %p", "accept %s %s",	"accept %s %s",
	"accept %s %s",	    "send %s %n %F",	"send %s %n %F",
	"send %s %n %F",    "send %s %n %F",	"recv %s %n %f",
	"recv %s %n %f",    "recv %s %n %f",	"recvmsg %s %n %f",
	"read %s %n",	    "write %s",		"shutdown %s %h",
	"shutdown %s %h",   "close %s",		"poll %s",
	"poll %s",	    "poll %s",		"name %s",
	"peer %s",	    "set %s %o",	"get %s error",
	"linger %s 1 0",    "state %s",		"state %s",
	"ioctl %s %i",	    "ioctl %s %i",	"dup %s %s",
	"epoll %e",	    "eadd %e %s %E",	"eadd %e %s %E",
	"emod %e %s %E",    "edel %e %s",	"ewait %e",
	"ewait %e",	    "ewait %e",		"eadd %e %e %E",
};

/* Something to begin with: most calls about nothing say only EBADF. */
static const char *const openings[] = {
	"socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; connect 1 lo4 1; "
	"accept 2 0",
	"socket 0 6; bind 0 any6 1; listen 0 0; socket 1 4; connect 1 lo4 1; "
	"socket 2 6; connect 2 lo6 1; accept 3 0",
	"socket 0 4; socket 1 6; socket 2 4; epoll 8",
	"socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; epoll 8; "
	"eadd 8 0 in|et; eadd 8 1 in|out|pri|rdhup|et; connect 1 lo4 1; "
	"accept 2 0; eadd 8 2 in|out|rdhup",
};

static void make_random(uint64_t seed, struct script *script)
{
	struct dice d = { seed };
	unsigned count = 10 + roll(&d, 40);
	const unsigned form_count = sizeof forms / sizeof forms[0];

	split(script, openings[roll(&d, sizeof openings / sizeof openings[0])]);
	while (count-- > 0)
		write_call(&d, forms[roll(&d, form_count)],
			   script->text[script->count++]);
}

/* ---- the program ------------------------------------------------------- */

static unsigned run_random(uint64_t first, uint64_t last)
{
	unsigned failed = 0;

	for (uint64_t seed = first; seed <= last; seed++) {
		struct script script;
		int differs;

		make_random(seed, &script);
		differs = run(&script);
		if (differs < 0)
			continue;
		failed++;
		shorten(&script, differs);
		run_once(&script, DELAYED_ACK, true);
		printf("seed %llu: ", (unsigned long long)seed);
		print_command(&script);
		fflush(stdout);
	}
	return failed;
}

static unsigned run_table(void)
{
	unsigned failed = 0;

	for (size_t i = 0; i < COUNT; i++) {
		struct script script;

		split(&script, scripts[i].text);
		if (run(&script) < 0) {
			printf("ok %zu - %s\n", i + 1, scripts[i].name);
			continue;
		}
		run_once(&script, DELAYED_ACK, true);
		printf("not ok %zu - %s\n", i + 1, scripts[i].name);
		failed++;
	}
	return failed;
}

int main(int argc, char **argv)
{
	unsigned long long first = 1, last = RANDOM_SCRIPTS;
	struct script script;
	unsigned failed = 0;

	if (argc > 1 && sscanf(argv[1], "%llu-%llu", &first, &last) != 2) {
		split(&script, argv[1]);
		return run_once(&script, DELAYED_ACK, true) < 0 ? 0 : 1;
	}
	if (argc == 1)
		failed = run_table();
	if (run_random(first, last) == 0) {
		printf("ok %zu - random scripts\n", COUNT + 1);
	} else {
		printf("not ok %zu - random scripts\n", COUNT + 1);
		failed++;
	}
	return failed != 0;
}
