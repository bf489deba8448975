/* SPDX-License-Identifier: MIT */
/* The options of all commands, as one table; help is printed from it too. */
#define _GNU_SOURCE
#include "cli.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- messages --------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static void
tell(const struct cli_about *about, const char *format, va_list args)
{
	fprintf(stderr, "handfast %s: ", about->name);
	vfprintf(stderr, format, args);
}

int cli_misuse(const struct cli_about *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(about, format, args);
	va_end(args);
	fprintf(stderr, "; try handfast %s --help\n", about->name);
	return CLI_USAGE;
}

int cli_fail(const struct cli_about *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(about, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILED;
}

const char *cli_error_text(enum hf_error error)
{
	switch (error) {
	case HF_ERR_REFUSED:
		return "connection refused";
	case HF_ERR_RESET:
		return "connection reset by the peer";
	case HF_ERR_TIMED_OUT:
		return "timed out";
	case HF_ERR_ABORTED:
		return "connection aborted";
	case HF_ERR_HOST_UNREACHABLE:
		return "host unreachable";
	case HF_ERR_NET_UNREACHABLE:
		return "network unreachable";
	case HF_ERR_NO_ROUTE:
		return "no route to that address";
	case HF_ERR_NO_MEMORY:
		return "the block is full; try a larger --memory";
	default:
		return hf_error_name(error);
	}
}

/* ---- values ----------------------------------------------------------- */

bool cli_read_number(const char *text, uint64_t least, uint64_t most,
		     uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end && *number >= least && *number <= most;
}

static bool read_number32(const char *text, uint32_t least, uint32_t most,
			  uint32_t *number)
{
	uint64_t wide;

	if (!cli_read_number(text, least, most, &wide))
		return false;
	*number = (uint32_t)wide;
	return true;
}

bool cli_read_address(const char *text, struct cli_address *address)
{
	struct hf_addr *addr = &address->addr;
	char name[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (len >= sizeof name)
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	*addr = hf_ipv4(0, 0, 0, 0);
	if (inet_pton(AF_INET, name, addr->octet + 12) == 1)
		bits = 32;
	else if (inet_pton(AF_INET6, name, addr->octet) == 1)
		bits = 128;
	else
		return false;
	if (slash && !cli_read_number(slash + 1, 0, bits, &bits))
		return false;
	address->prefix_len = (uint8_t)bits;
	return true;
}

bool cli_is_ipv4(const struct hf_addr *addr)
{
	const struct hf_addr mapped = hf_ipv4(0, 0, 0, 0);

	return memcmp(addr, &mapped, 12) == 0;
}

/* The value of a hexadecimal digit, or -1. */
static int read_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Six octets; not of a group, and not all zero. */
static bool read_mac(const char *text, struct hf_mac *mac)
{
	unsigned any = 0;

	for (unsigned i = 0; i < 6; i++, text += 3) {
		int high = read_digit(text[0]);
		int low = high < 0 ? -1 : read_digit(text[1]);

		if (low < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac->octet[i] = (uint8_t)(high << 4 | low);
		any |= mac->octet[i];
	}
	return any && !(mac->octet[0] & 1);
}

static bool read_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	char digits[24];
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

	if (unit)
		len--;
	if (!len || len >= sizeof digits)
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!cli_read_number(digits, 1, UINT64_MAX >> shift, size))
		return false;
	*size <<= shift;
	return *size >= 65536 && *size <= (uint64_t)1 << 46;
}

/* ---- setters: false if the value is none ------------------------------ */

static bool set_tun(struct cli_options *options, const char *value)
{
	options->tun = value;
	return *value;
}

static bool set_tap(struct cli_options *options, const char *value)
{
	options->tap = value;
	return *value;
}

static bool set_interface(struct cli_options *options, const char *value)
{
	options->interface = value;
	return *value;
}

static bool set_mac(struct cli_options *options, const char *value)
{
	options->has_mac = true;
	return read_mac(value, &options->mac);
}

static bool set_vlan(struct cli_options *options, const char *value)
{
	uint64_t vlan;

	if (!cli_read_number(value, 1, 4094, &vlan))
		return false;
	options->vlan = (uint16_t)vlan;
	return true;
}

static bool set_accept_routers(struct cli_options *options, const char *value)
{
	(void)value;
	return options->accept_routers = true;
}

/* One for each IP version. */
static bool set_gateway(struct cli_options *options, const char *value)
{
	struct cli_address *gateway = &options->gateway[options->gateways];

	if (options->gateways == CLI_GATEWAYS || strchr(value, '/') ||
	    !cli_read_address(value, gateway))
		return false;
	options->gateways++;
	return options->gateways == 1 ||
	       cli_is_ipv4(&options->gateway[0].addr) !=
		       cli_is_ipv4(&options->gateway[1].addr);
}

static bool set_address(struct cli_options *options, const char *value)
{
	if (options->addresses == CLI_ADDRESSES)
		return false;
	return cli_read_address(value, &options->address[options->addresses++]);
}

static bool set_port(struct cli_options *options, const char *value)
{
	uint64_t port;

	if (!cli_read_number(value, 1, 65535, &port))
		return false;
	options->port = (uint16_t)port;
	return true;
}

static bool set_pcap(struct cli_options *options, const char *value)
{
	options->pcap = value;
	return *value;
}

static bool set_output(struct cli_options *options, const char *value)
{
	options->output = value;
	return *value;
}

static bool set_lang(struct cli_options *options, const char *value)
{
	options->lang = strcmp(value, "zh") == 0 ? STORY_ZH : STORY_EN;
	return strcmp(value, "zh") == 0 || strcmp(value, "en") == 0;
}

static bool set_width(struct cli_options *options, const char *value)
{
	return read_number32(value, 40, 500, &options->width);
}

static bool set_connection(struct cli_options *options, const char *value)
{
	return read_number32(value, 1, UINT32_MAX, &options->connection);
}

static bool set_trace(struct cli_options *options, const char *value)
{
	(void)value;
	return options->trace = true;
}

static bool set_absolute(struct cli_options *options, const char *value)
{
	(void)value;
	return options->absolute = true;
}

static bool set_verbose(struct cli_options *options, const char *value)
{
	(void)value;
	return options->verbose = true;
}

static bool set_json(struct cli_options *options, const char *value)
{
	(void)value;
	return options->json = true;
}

static bool set_help(struct cli_options *options, const char *value)
{
	(void)value;
	return options->help = true;
}

static bool set_profile(struct cli_options *options, const char *value)
{
	if (strcmp(value, "rfc") == 0)
		options->profile = HF_PROFILE_RFC;
	else if (strcmp(value, "linux") == 0)
		options->profile = HF_PROFILE_LINUX;
	else
		return false;
	return true;
}

static bool set_memory(struct cli_options *options, const char *value)
{
	return read_size(value, &options->memory);
}

static bool set_connections(struct cli_options *options, const char *value)
{
	return read_number32(value, 1, 100000000, &options->connections);
}

static bool set_concurrent(struct cli_options *options, const char *value)
{
	return read_number32(value, 1, 5000, &options->concurrent);
}

static bool set_megabytes(struct cli_options *options, const char *value)
{
	return read_number32(value, 1, 100000000, &options->megabytes);
}

static bool set_mtu(struct cli_options *options, const char *value)
{
	return read_number32(value, 576, 65535, &options->mtu);
}

static bool set_timeout(struct cli_options *options, const char *value)
{
	return read_number32(value, 1, 86400, &options->timeout);
}

static bool set_count(struct cli_options *options, const char *value)
{
	return cli_read_number(value, 1, UINT64_MAX, &options->count);
}

static bool set_octets(struct cli_options *options, const char *value)
{
	return cli_read_number(value, 1, UINT64_MAX, &options->octets);
}

/* ---- the table -------------------------------------------------------- */

#define ON_DEVICE (CLI_SERVE | CLI_CONNECT)
#define BENCH (CLI_CRR | CLI_STREAM)
#define ALL (ON_DEVICE | CLI_LAB | BENCH)
#define DRAWS (CLI_LAB | CLI_DIAGRAM)

static const struct option {
	const char *name;
	char letter; /* 0: none */
	const char *value; /* what follows; NULL: nothing */
	const char *range; /* of a number; NULL: none is told */
	unsigned commands;
	bool (*set)(struct cli_options *options, const char *value);
	const char *help;
} table[] = {
	{ "tun", 0, "NAME", NULL, ON_DEVICE | CLI_LAB, set_tun,
	  "the TUN interface to use (serve, connect: hf0)" },
	{ "tap", 0, "NAME", NULL, ON_DEVICE, set_tap,
	  "the TAP interface to use: Ethernet to the kernel" },
	{ "interface", 0, "NAME", NULL, ON_DEVICE, set_interface,
	  "the Ethernet interface to use (AF_PACKET)" },
	{ "mac", 0, "MAC", NULL, ON_DEVICE, set_mac,
	  "the host's MAC, such as 02:00:00:00:00:01 (the\n"
	  "interface's; with --tap, one that is made of it)" },
	{ "vlan", 0, "N", "1-4094", ON_DEVICE, set_vlan,
	  "the VLAN of the host, on Ethernet (no tags)" },
	{ "address", 0, "ADDR/LEN", NULL, ON_DEVICE | CLI_LAB, set_address,
	  "an address of the host; may be repeated, 8 times\n"
	  "(10.9.0.2/24 and fd00:9::2/64)" },
	{ "gateway", 0, "ADDR", NULL, ON_DEVICE, set_gateway,
	  "the router to all else, on Ethernet; may be repeated,\n"
	  "one for each IP version (none)" },
	{ "accept-routers", 0, NULL, NULL, ON_DEVICE, set_accept_routers,
	  "take IPv6 addresses and routers that are advertised" },
	{ "mtu", 0, "N", "576-65535", ON_DEVICE, set_mtu,
	  "octets of the largest datagram (the interface's)" },
	{ "port", 0, "N", "1-65535", CLI_SERVE | CLI_LAB, set_port,
	  "the port to listen on (9877)" },
	{ "trace", 0, NULL, NULL, ON_DEVICE, set_trace,
	  "print each datagram as tcpdump does, and its effect" },
	{ "absolute", 'S', NULL, NULL, ON_DEVICE | CLI_LAB, set_absolute,
	  "print absolute sequence numbers" },
	{ "pcap", 0, "FILE", NULL, ON_DEVICE | CLI_LAB, set_pcap,
	  "record all datagrams in FILE" },
	{ "output", 'o', "FILE", NULL, CLI_DIAGRAM, set_output,
	  "write to FILE; - is standard output (-)" },
	{ "connection", 0, "N", "1 or more", CLI_DIAGRAM, set_connection,
	  "draw the N-th connection of those that are listed" },
	{ "width", 0, "N", "40-500", DRAWS, set_width,
	  "columns of the ladder (the window's, or 80)" },
	{ "lang", 0, "en|zh", NULL, DRAWS, set_lang,
	  "the language (that of the locale)" },
	{ "count", 0, "N", "1 or more", CLI_SERVE, set_count,
	  "end after N connections" },
	{ "octets", 0, "N", "1 or more", CLI_SERVE, set_octets,
	  "chargen: send N octets, then close" },
	{ "timeout", 0, "SECONDS", "1-86400", CLI_CONNECT, set_timeout,
	  "give up if not connected by then" },
	{ "connections", 0, "N", "1-100000000", ON_DEVICE, set_connections,
	  "most connections at once (as many as the profile says)" },
	{ "connections", 0, "N", "1-100000000", CLI_CRR, set_connections,
	  "connections to measure (200000)" },
	{ "concurrent", 0, "N", "1-5000", CLI_CRR, set_concurrent,
	  "connections at once (1)" },
	{ "megabytes", 0, "N", "1-100000000", CLI_STREAM, set_megabytes,
	  "megabytes to move (1000)" },
	{ "mtu", 0, "N", "576-65535", BENCH, set_mtu,
	  "octets of the largest datagram (1500)" },
	{ "profile", 0, "rfc|linux", NULL, ALL, set_profile,
	  "how to use the freedom of the RFCs (linux)" },
	{ "memory", 0, "SIZE", "64K-64T", ALL & ~CLI_LAB, set_memory,
	  "the host's block, such as 64M or 2G (1G)" },
	{ "json", 0, NULL, NULL, BENCH, set_json, "print one line of JSON" },
	{ "verbose", 'v', NULL, NULL, ON_DEVICE, set_verbose,
	  "print at the end what is in use; SIGUSR1 does at any time" },
	{ "help", 'h', NULL, NULL, ALL | CLI_DIAGRAM, set_help, "print this" },
};

static void print_option(const struct option *option)
{
	const char *help = option->help, *end;
	char left[40];
	int n = snprintf(left, sizeof left, "  --%s", option->name);

	if (option->value)
		n += snprintf(left + n, sizeof left - (size_t)n, " %s",
			      option->value);
	if (option->letter)
		snprintf(left + n, sizeof left - (size_t)n, ", -%c",
			 option->letter);
	for (; (end = strchr(help, '\n')); help = end + 1, left[0] = '\0')
		printf("%-22s %.*s\n", left, (int)(end - help), help);
	printf("%-22s %s\n", left, help);
}

static void print_help(const struct cli_about *about)
{
	printf("Usage: handfast %s\n%s\n", about->usage, about->text);
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].commands & about->command)
			print_option(&table[i]);
}

/* ---- reading ---------------------------------------------------------- */

static const struct option *find(const struct cli_about *about,
				 const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].commands & about->command &&
		    strlen(table[i].name) == len &&
		    memcmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

static const struct option *find_letter(const struct cli_about *about,
					const char *word)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].commands & about->command && table[i].letter &&
		    table[i].letter == word[1] && !word[2])
			return &table[i];
	return NULL;
}

/* Reads the option at **argv, and its value, and moves past them. */
static int read_option(struct cli_options *options,
		       const struct cli_about *about, char ***argv)
{
	const char *word = *(*argv)++, *name = word + 2;
	const char *equals = strchr(word, '='), *value = NULL;
	const struct option *option;

	if (word[1] == '-')
		option = find(about, name,
			      equals ? (size_t)(equals - name) : strlen(name));
	else
		option = find_letter(about, word);
	if (!option)
		return cli_misuse(about, "no option %s", word);
	if (!option->value && equals)
		return cli_misuse(about, "--%s takes no value", option->name);
	if (option->value) {
		value = equals ? equals + 1 : **argv;
		if (!value)
			return cli_misuse(about, "--%s wants %s", option->name,
					  option->value);
		if (!equals)
			++*argv;
	}
	if (!option->set(options, value))
		return cli_misuse(about, "--%s wants %s%s%s, not \"%s\"",
				  option->name, option->value,
				  option->range ? " of " : "",
				  option->range ? option->range : "", value);
	return 0;
}

static int read_argument(struct cli_options *options,
			 const struct cli_about *about, const char *word)
{
	if (options->arguments == CLI_ARGUMENTS)
		return cli_misuse(about, "too many words: \"%s\"", word);
	options->argument[options->arguments++] = word;
	return 0;
}

static void set_defaults(struct cli_options *options,
			 const struct cli_about *about)
{
	memset(options, 0, sizeof *options);
	options->port = LAB_PORT;
	options->lang = story_lang_default();
	options->profile = HF_PROFILE_LINUX;
	options->memory = (uint64_t)1 << 30;
	options->concurrent = 1;
	options->megabytes = 1000;
	if (about->command & BENCH)
		options->mtu = 1500;
}

const char *cli_interface(const struct cli_options *options)
{
	if (options->tap)
		return options->tap;
	if (options->interface)
		return options->interface;
	return options->tun ? options->tun : "hf0";
}

/* What each option is may still not go together. */
static int check(const struct cli_options *options,
		 const struct cli_about *about)
{
	bool is_ethernet = options->tap || options->interface;

	if ((options->tun != NULL) + (options->tap != NULL) +
		    (options->interface != NULL) >
	    1)
		return cli_misuse(about, "only one of --tun, --tap and "
					 "--interface");
	if (!is_ethernet && (options->has_mac || options->vlan ||
			     options->gateways || options->accept_routers))
		return cli_misuse(about,
				  "--mac, --vlan, --gateway and "
				  "--accept-routers want --tap or --interface");
	return 0;
}

int cli_parse(struct cli_options *options, const struct cli_about *about,
	      char **argv)
{
	bool only_words = false;
	int status = 0;

	set_defaults(options, about);
	while (!status && *argv) {
		if (!only_words && strcmp(*argv, "--") == 0) {
			only_words = true;
			argv++;
		} else if (!only_words && (*argv)[0] == '-' && (*argv)[1]) {
			status = read_option(options, about, &argv);
		} else {
			status = read_argument(options, about, *argv++);
		}
	}
	if (!status && options->help) {
		print_help(about);
		return -1;
	}
	if (!status)
		status = check(options, about);
	if (!status && !options->addresses) {
		set_address(options, "10.9.0.2/24");
		set_address(options, "fd00:9::2/64");
	}
	return status;
}
