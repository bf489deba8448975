/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#define LINES 256u /* that wait at once; older ones are printed as they are */
#define NOTE 160u

struct line {
	char text[HF_TRACE_LINE + 32];
	char client[NOTE], server[NOTE];
	bool waits; /* for the client's part */
};

struct lab_lines {
	struct line line[LINES];
	uint32_t first, end; /* numbers of lines; in slot number % LINES */
	char sent[LINES][NOTE]; /* the client's part of frames on their way */
	uint32_t sent_first, sent_end;
	struct hf_trace *trace; /* of the server's interface */
	struct hf_trace *client; /* for its states */
	FILE *out;
};

struct lab_lines *lab_lines_new(FILE *out, bool absolute)
{
	const struct hf_trace_style style = { .absolute = absolute };
	struct lab_lines *lines = calloc(1, sizeof *lines);

	if (!lines)
		return NULL;
	lines->out = out;
	lines->trace = hf_trace_new(&style);
	lines->client = hf_trace_new(&style);
	if (lines->trace && lines->client)
		return lines;
	lab_lines_free(lines);
	return NULL;
}

static void print(FILE *out, const struct line *line)
{
	bool both = line->client[0] && line->server[0];

	fputs(line->text, out);
	if (line->client[0] || line->server[0])
		fputs("  # ", out);
	if (line->client[0])
		fprintf(out, "client %s", line->client);
	if (both)
		fputs("; ", out);
	if (line->server[0])
		fprintf(out, "server %s", line->server);
	fputc('\n', out);
}

static void print_ready(struct lab_lines *lines)
{
	while (lines->first != lines->end &&
	       !lines->line[lines->first % LINES].waits)
		print(lines->out, &lines->line[lines->first++ % LINES]);
}

void lab_lines_finish(struct lab_lines *lines)
{
	while (lines->first != lines->end)
		print(lines->out, &lines->line[lines->first++ % LINES]);
}

void lab_lines_free(struct lab_lines *lines)
{
	if (!lines)
		return;
	hf_trace_free(lines->trace);
	hf_trace_free(lines->client);
	free(lines);
}

/* A new line with its time, and its datagram if it has one. */
static struct line *add(struct lab_lines *lines, const struct hf_sight *sight)
{
	struct line *line;
	size_t n;

	if (lines->end - lines->first == LINES)
		print(lines->out, &lines->line[lines->first++ % LINES]);
	line = &lines->line[lines->end++ % LINES];
	memset(line, 0, sizeof *line);
	n = hf_trace_time(sight->now, line->text, sizeof line->text);
	if (!sight->frame.len)
		return line;
	line->text[n++] = ' ';
	hf_trace_line(lines->trace, sight->frame.data, sight->frame.len,
		      line->text + n, sizeof line->text - n);
	return line;
}

void lab_lines_server(struct lab_lines *lines, const struct hf_sight *sight)
{
	struct line *line = add(lines, sight);

	hf_trace_note(lines->trace, sight, line->server, NOTE);
	if (sight->direction == HF_DIRECTION_OUT)
		line->waits = true;
	if (sight->direction == HF_DIRECTION_IN &&
	    lines->sent_first != lines->sent_end)
		memcpy(line->client, lines->sent[lines->sent_first++ % LINES],
		       NOTE);
	print_ready(lines);
}

/* The oldest line that the server sent and the client has not yet seen. */
static struct line *oldest_waiting(struct lab_lines *lines)
{
	for (uint32_t i = lines->first; i != lines->end; i++)
		if (lines->line[i % LINES].waits)
			return &lines->line[i % LINES];
	return NULL;
}

void lab_lines_client(struct lab_lines *lines, const struct hf_sight *sight)
{
	struct line *line;

	if (sight->direction == HF_DIRECTION_OUT) {
		hf_trace_note(lines->client, sight,
			      lines->sent[lines->sent_end++ % LINES], NOTE);
		return;
	}
	line = sight->direction == HF_DIRECTION_IN ? oldest_waiting(lines)
						   : add(lines, sight);
	if (line) {
		hf_trace_note(lines->client, sight, line->client, NOTE);
		line->waits = false;
	}
	print_ready(lines);
}
