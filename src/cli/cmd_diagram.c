/* SPDX-License-Identifier: MIT */
/* Draws a connection of a capture, with what was inferred of both ends. */
#define _GNU_SOURCE
#include "cli.h"

#include "infer.h"
#include "ladder.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_about about = {
	CLI_DIAGRAM,
	"diagram",
	"diagram CAPTURE [OPTION...]",
	"Draws a TCP connection of CAPTURE (pcap or pcapng, \"-\" standard "
	"input) as a\n"
	"ladder, infers the states of both ends by RFC 9293, and says what "
	"breaks the\n"
	"RFC. Of several connections it lists them; --connection chooses "
	"one.\n\n"
	"Example:\n"
	"  handfast diagram echo.pcap -o echo.txt\n",
};

struct diagram {
	const struct cli_options *options;
	const char *path;
	pcap_t *pcap;
	struct infer *infer;
	bool is_broken; /* the capture ends within a frame, or worse */
};

/* ---- reading ---------------------------------------------------------- */

static int open_capture(struct diagram *d)
{
	char why[PCAP_ERRBUF_SIZE];
	FILE *file = strcmp(d->path, "-") == 0 ? stdin : fopen(d->path, "rb");

	if (!file)
		return cli_fail(&about, "%s: %s", d->path, strerror(errno));
	d->pcap = pcap_fopen_offline_with_tstamp_precision(
		file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (d->pcap)
		return 0;
	if (file != stdin)
		fclose(file);
	return cli_fail(&about, "%s: this is no capture: %s", d->path, why);
}

static bool find_link(int datalink, enum hf_trace_link *link)
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

	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		if (links[i].datalink != datalink)
			continue;
		*link = links[i].link;
		return true;
	}
	return false;
}

static hf_time time_of(const struct pcap_pkthdr *header)
{
	return (hf_time)header->ts.tv_sec * HF_SECOND +
	       (hf_time)header->ts.tv_usec; /* nanoseconds: see above */
}

static int read_capture(struct diagram *d)
{
	struct pcap_pkthdr *header;
	enum hf_trace_link link;
	const uint8_t *frame;
	int status;

	if (!find_link(pcap_datalink(d->pcap), &link))
		return cli_fail(&about, "%s: link type %d is not known here",
				d->path, pcap_datalink(d->pcap));
	d->infer = infer_new(link);
	while ((status = pcap_next_ex(d->pcap, &header, &frame)) == 1)
		infer_frame(d->infer, time_of(header), frame, header->caplen,
			    header->len);
	infer_finish(d->infer);
	d->is_broken = status == PCAP_ERROR;
	if (!infer_count(d->infer) && d->is_broken)
		return cli_fail(&about, "%s: the capture is broken: %s",
				d->path, pcap_geterr(d->pcap));
	if (!infer_count(d->infer))
		return cli_fail(&about, "%s: there is no TCP in this capture",
				d->path);
	return 0;
}

/* What is missing from a picture that was drawn all the same. */
static int tell_missing(const struct diagram *d)
{
	uint64_t left_out = infer_left_out(d->infer);

	if (d->is_broken)
		return cli_fail(&about,
				"%s: the capture is broken; what came before "
				"is shown: %s",
				d->path, pcap_geterr(d->pcap));
	if (left_out)
		return cli_fail(&about,
				"%s: only the first %u segments are shown, "
				"%llu are left out",
				d->path, INFER_SEGMENTS_MOST,
				(unsigned long long)left_out);
	return CLI_OK;
}

/* ---- drawing ---------------------------------------------------------- */

static int list(const struct diagram *d)
{
	static const struct story_text line = { "segments, findings:",
						"个报文段，问题：" };

	for (size_t i = 0; i < infer_count(d->infer); i++) {
		const struct story *story = infer_story(d->infer, i);

		printf("%4zu  %s > %s  %zu %s %zu\n", i + 1, story->end[0].name,
		       story->end[1].name, story->moments,
		       story_pick(&line, d->options->lang), story->findings);
	}
	if (!d->is_broken && !infer_left_out(d->infer))
		fputs("handfast diagram: choose one with --connection N\n",
		      stderr);
	return tell_missing(d);
}

static bool draw(FILE *out, const struct story_book *book,
		 const struct cli_options *options)
{
	struct ladder_style style;

	ladder_style_default(&style, out, options->width);
	style.lang = options->lang;
	ladder_print_book(out, book, &style);
	return !ferror(out);
}

static int draw_to(const char *name, const struct story_book *book,
		   const struct cli_options *options)
{
	bool is_stdout = strcmp(name, "-") == 0, is_drawn;
	FILE *out = is_stdout ? stdout : fopen(name, "wb");

	if (!out)
		return cli_fail(&about, "%s: %s", name, strerror(errno));
	is_drawn = draw(out, book, options);
	if ((is_stdout ? fflush(out) : fclose(out)) != 0 || !is_drawn)
		return cli_fail(&about, "%s: cannot write all of it", name);
	return CLI_OK;
}

static int draw_one(const struct diagram *d, struct story *story)
{
	static const struct story_text title = { "", "" };
	struct story_book book = {
		.name = d->path,
		.title = title,
		.scene = &story,
		.scenes = 1,
	};
	const char *name = d->options->output ? d->options->output : "-";
	int status = draw_to(name, &book, d->options);

	return status ? status : tell_missing(d);
}

static int show(const struct diagram *d)
{
	size_t count = infer_count(d->infer);
	uint32_t number = d->options->connection;

	if (number > count)
		return cli_misuse(&about,
				  "--connection wants 1 to %zu for this "
				  "capture, not %u",
				  count, number);
	if (!number && count > 1)
		return list(d);
	return draw_one(d, infer_story(d->infer, number ? number - 1 : 0));
}

int cmd_diagram(char **argv)
{
	struct cli_options options;
	struct diagram d = { .options = &options };
	int status = cli_parse(&options, &about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (options.arguments != 1)
		return cli_misuse(&about, "name one capture, or - for standard "
					  "input");
	d.path = options.argument[0];
	status = open_capture(&d);
	if (!status)
		status = read_capture(&d);
	if (!status)
		status = show(&d);
	infer_free(d.infer);
	if (d.pcap)
		pcap_close(d.pcap);
	return status;
}
