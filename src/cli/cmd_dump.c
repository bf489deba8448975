/* SPDX-License-Identifier: MIT */
/* Prints a capture as tcpdump does; the frames are put into words by trace. */
#define _GNU_SOURCE
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cli_about about = {
	CLI_DUMP,
	"dump",
	"dump [OPTION...] FILE [EXPRESSION]",
	"Prints each frame of a capture as \"tcpdump -n\" does. FILE is pcap "
	"or\n"
	"pcapng, \"-\" standard input; EXPRESSION chooses frames, as in pcap-"
	"filter(7).\n\n"
	"Example:\n"
	"  handfast dump -v echo.pcap tcp port 9877\n\n"
	"  -c N      end after N frames\n"
	"  -e        print the link header too\n"
	"  -n        print numbers, not names; it always does\n"
	"  -S        print absolute sequence numbers\n"
	"  -t        print no times; -tt: seconds since 1970; -ttt: since the\n"
	"            frame before; -tttt: with the date; -ttttt: since the "
	"first\n"
	"  -v        print IP headers and checksums, on more lines\n"
	"  --help    print this",
};

struct dump {
	struct hf_trace_style style;
	struct hf_trace_clock clock;
	uint64_t count; /* 0: no limit */
	unsigned times; /* how many -t */
	const char *path;
	char *expression;
	struct hf_trace *trace;
	pcap_t *pcap;
	char *text; /* grows with the longest frame */
	size_t text_cap;
};

/* ---- the command line ------------------------------------------------- */

static int read_count(struct dump *dump, const char *value)
{
	if (!value)
		return cli_misuse(&about, "-c wants a number");
	if (!cli_read_number(value, 1, UINT64_MAX, &dump->count))
		return cli_misuse(&about, "-c wants 1 or more, not \"%s\"",
				  value);
	return 0;
}

/* A word of letters, such as -nve or -c5; `argv` is what follows it. */
static int read_letters(struct dump *dump, const char *word, char ***argv)
{
	for (const char *letter = word + 1; *letter; letter++) {
		if (*letter == 'e')
			dump->style.link_header = true;
		else if (*letter == 'S')
			dump->style.absolute = true;
		else if (*letter == 't' && dump->times < HF_TRACE_SINCE_FIRST)
			dump->times++;
		else if (*letter == 'v' && !dump->style.verbose)
			dump->style.verbose = 1;
		else if (*letter == 'c')
			return read_count(dump, letter[1]  ? letter + 1
						: *(*argv) ? *(*argv)++
							   : NULL);
		else if (*letter != 'n')
			return cli_misuse(&about, "no option %s", word);
	}
	return 0;
}

/* All words that are left, with blanks between. */
static int read_expression(struct dump *dump, char **argv)
{
	size_t len = 1;

	for (char **word = argv; *word; word++)
		len += strlen(*word) + 1;
	dump->expression = malloc(len);
	if (!dump->expression)
		return cli_fail(&about, "no memory");
	dump->expression[0] = '\0';
	for (char **word = argv; *word; word++) {
		if (word != argv)
			strcat(dump->expression, " ");
		strcat(dump->expression, *word);
	}
	return 0;
}

/* As cli_parse(). */
static int parse(struct dump *dump, char **argv)
{
	int status = 0;

	while (!status && *argv && (*argv)[0] == '-' && (*argv)[1]) {
		const char *word = *argv++;

		if (strcmp(word, "--") == 0)
			break;
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
			printf("Usage: handfast %s\n%s\n", about.usage,
			       about.text);
			return -1;
		}
		if (word[1] == '-')
			return cli_misuse(&about, "no option %s", word);
		status = read_letters(dump, word, &argv);
	}
	if (status)
		return status;
	if (!*argv)
		return cli_misuse(&about, "name a file, or - for standard "
					  "input");
	dump->path = *argv++;
	dump->clock.form = (enum hf_trace_time_form)dump->times;
	return *argv ? read_expression(dump, argv) : 0;
}

/* ---- the file --------------------------------------------------------- */

#define FILE_HEADER 24u
#define SNAP_OFFSET 16u

/* A file whose first octets were looked at already. */
struct peeked {
	uint8_t head[FILE_HEADER];
	size_t len, at;
	int fd;
};

static ssize_t read_peeked(void *cookie, char *to, size_t size)
{
	struct peeked *file = cookie;
	size_t n = file->len - file->at;

	if (!n)
		return read(file->fd, to, size);
	if (n > size)
		n = size;
	memcpy(to, file->head + file->at, n);
	file->at += n;
	return (ssize_t)n;
}

static int close_peeked(void *cookie)
{
	struct peeked *file = cookie;

	close(file->fd);
	free(file);
	return 0;
}

static bool peek(struct peeked *file)
{
	while (file->len < FILE_HEADER) {
		ssize_t n = read(file->fd, file->head + file->len,
				 FILE_HEADER - file->len);

		if (n <= 0)
			return n == 0;
		file->len += (size_t)n;
	}
	return true;
}

/* libpcap takes a snap length of 0 for the largest there is. */
static bool has_no_snap_length(const struct peeked *file)
{
	static const uint8_t magics[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 },
		{ 0xd4, 0xc3, 0xb2, 0xa1 },
		{ 0xa1, 0xb2, 0x3c, 0x4d },
		{ 0x4d, 0x3c, 0xb2, 0xa1 },
	};
	static const uint8_t zero[4];

	if (file->len < FILE_HEADER ||
	    memcmp(file->head + SNAP_OFFSET, zero, 4))
		return false;
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (memcmp(file->head, magics[i], 4) == 0)
			return true;
	return false;
}

/* NULL after a line on stderr. */
static FILE *open_file(const char *path)
{
	const cookie_io_functions_t functions = { .read = read_peeked,
						  .close = close_peeked };
	struct peeked *file = calloc(1, sizeof *file);
	FILE *stream;

	if (!file) {
		cli_fail(&about, "no memory");
		return NULL;
	}
	file->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					  : open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || !peek(file)) {
		cli_fail(&about, "%s: %s", path, strerror(errno));
		if (file->fd >= 0)
			close(file->fd);
		free(file);
		return NULL;
	}
	if (has_no_snap_length(file))
		cli_fail(&about, "%s: the snap length is 0; taken as no limit",
			 path);
	stream = fopencookie(file, "rb", functions);
	if (!stream) {
		cli_fail(&about, "%s: %s", path, strerror(errno));
		close_peeked(file);
	}
	return stream;
}

static enum hf_trace_link find_link(int datalink)
{
	static const struct {
		int datalink;
		enum hf_trace_link link;
	} links[] = {
		{ DLT_EN10MB, HF_TRACE_ETHERNET },
		{ DLT_RAW, HF_TRACE_IP },
		{ DLT_IPV4, HF_TRACE_IP },
		{ DLT_IPV6, HF_TRACE_IP },
		{ DLT_LINUX_SLL, HF_TRACE_LINUX_SLL },
		{ DLT_LINUX_SLL2, HF_TRACE_LINUX_SLL2 },
		{ DLT_NULL, HF_TRACE_NULL },
		{ DLT_LOOP, HF_TRACE_LOOP },
	};

	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (links[i].datalink == datalink)
			return links[i].link;
	return HF_TRACE_OCTETS;
}

static int set_filter(struct dump *dump)
{
	struct bpf_program program;
	int status = 0;

	if (!dump->expression)
		return 0;
	if (pcap_compile(dump->pcap, &program, dump->expression, 1,
			 PCAP_NETMASK_UNKNOWN))
		return cli_misuse(&about, "\"%s\": %s", dump->expression,
				  pcap_geterr(dump->pcap));
	if (pcap_setfilter(dump->pcap, &program))
		status = cli_fail(&about, "%s", pcap_geterr(dump->pcap));
	pcap_freecode(&program);
	return status;
}

static int open_capture(struct dump *dump)
{
	char error[PCAP_ERRBUF_SIZE];
	FILE *file = open_file(dump->path);

	if (!file)
		return CLI_FAILED;
	dump->pcap = pcap_fopen_offline(file, error);
	if (!dump->pcap) {
		fclose(file);
		return cli_fail(&about, "%s: %s", dump->path, error);
	}
	dump->style.link = find_link(pcap_datalink(dump->pcap));
	dump->trace = hf_trace_new(&dump->style);
	if (!dump->trace)
		return cli_fail(&about, "no memory");
	return set_filter(dump);
}

/* ---- printing --------------------------------------------------------- */

/* An octet becomes at most so many characters; and what comes besides. */
#define EXPANSION 16u
#define BESIDES 8192u

static bool reserve(struct dump *dump, size_t caplen)
{
	size_t cap = caplen * EXPANSION + BESIDES;
	char *text;

	if (cap <= dump->text_cap)
		return true;
	text = realloc(dump->text, cap);
	if (!text)
		return false;
	dump->text = text;
	dump->text_cap = cap;
	return true;
}

static bool print(struct dump *dump, const struct pcap_pkthdr *header,
		  const uint8_t *frame)
{
	const struct hf_trace_moment moment = { header->ts.tv_sec,
						header->ts.tv_usec };
	size_t n;

	if (!reserve(dump, header->caplen))
		return false;
	n = !hf_trace_is_sound(header->caplen, header->len)
		    ? 0
		    : hf_trace_stamp(&dump->clock, &moment, dump->text,
				     dump->text_cap);
	if (n) {
		fwrite(dump->text, 1, n, stdout);
		putchar(' ');
	}
	n = hf_trace_capture(dump->trace, frame, header->caplen, header->len,
			     dump->text, dump->text_cap);
	fwrite(dump->text, 1, n, stdout);
	return putchar('\n') != EOF;
}

static int print_all(struct dump *dump)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	int status = PCAP_ERROR_BREAK;

	for (uint64_t i = 0; !dump->count || i < dump->count; i++) {
		status = pcap_next_ex(dump->pcap, &header, &frame);
		if (status != 1)
			break;
		if (!print(dump, header, frame))
			return cli_fail(&about, "cannot write");
	}
	if (fflush(stdout))
		return cli_fail(&about, "cannot write");
	if (status == PCAP_ERROR)
		return cli_fail(&about, "%s: %s", dump->path,
				pcap_geterr(dump->pcap));
	if (dump->style.link == HF_TRACE_OCTETS)
		return cli_fail(&about,
				"%s: link type %d is not known here, only the "
				"octets of its frames",
				dump->path, pcap_datalink(dump->pcap));
	return CLI_OK;
}

int cmd_dump(char **argv)
{
	struct dump dump = { .path = NULL };
	int status = parse(&dump, argv);

	if (!status)
		status = open_capture(&dump);
	if (!status)
		status = print_all(&dump);
	if (dump.pcap)
		pcap_close(dump.pcap);
	hf_trace_free(dump.trace);
	free(dump.expression);
	free(dump.text);
	return status < 0 ? CLI_OK : status;
}
