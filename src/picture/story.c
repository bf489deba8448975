/* SPDX-License-Identifier: MIT */
/* Making a story: arrays that grow, and an arena for what they point to. */
#include "story.h"
#include "wire_ethernet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ----------------------------------------------------------- */

#define CHUNK ((size_t)16 << 10)

struct story_arena {
	struct story_arena *before;
	size_t used, size;
	uint8_t octet[];
};

static void *memory(void *old, size_t octets)
{
	void *new = realloc(old, octets ? octets : 1);

	if (!new) {
		fputs("handfast: no memory for a story\n", stderr);
		exit(1);
	}
	return new;
}

/* Room for one more in an array that doubles, and holds `count` now. */
static void *grown(void *array, size_t count, size_t octets)
{
	if (count & (count - 1))
		return array;
	return memory(array, (count ? 2 * count : 1) * octets);
}

static void *take(struct story *story, size_t octets)
{
	struct story_arena *arena = story->arena;

	if (!arena || arena->size - arena->used < octets) {
		size_t size = octets > CHUNK ? octets : CHUNK;

		arena = memory(NULL, sizeof *arena + size);
		arena->before = story->arena;
		arena->used = 0;
		arena->size = size;
		story->arena = arena;
	}
	arena->used += octets;
	return arena->octet + arena->used - octets;
}

const uint8_t *story_keep_octets(struct story *story, const void *data,
				 size_t len)
{
	uint8_t *kept = take(story, len);

	if (len)
		memcpy(kept, data, len);
	return kept;
}

const char *story_keep(struct story *story, const char *text)
{
	return (const char *)story_keep_octets(story, text, strlen(text) + 1);
}

const char *story_printf(struct story *story, const char *format, ...)
{
	va_list args, again;
	char *kept;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	kept = take(story, (size_t)len + 1);
	vsnprintf(kept, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return kept;
}

/* ---- texts with values ------------------------------------------------ */

/* The value that "{i}" at `at` stands for; NULL: it is plain text. */
static const char *value_at(const char *at, const char *const *values)
{
	size_t count = 0;

	while (values && values[count])
		count++;
	if (at[0] != '{' || at[1] < '0' || at[1] > '9' || at[2] != '}' ||
	    (size_t)(at[1] - '0') >= count)
		return NULL;
	return values[at[1] - '0'];
}

/* Writes the filled text to `to`, unless that is NULL; its length. */
static size_t fill(char *to, const char *text, const char *const *values)
{
	size_t len = 0;

	while (*text) {
		const char *value = value_at(text, values);
		size_t n = value ? strlen(value) : 1;

		if (to)
			memcpy(to + len, value ? value : text, n);
		len += n;
		text += value ? 3 : 1;
	}
	return len;
}

static const char *filled(struct story *story, const char *text,
			  const char *const *values)
{
	size_t len;
	char *to;

	if (!text)
		return NULL;
	len = fill(NULL, text, values);
	to = take(story, len + 1);
	fill(to, text, values);
	to[len] = '\0';
	return to;
}

struct story_text story_fill(struct story *story, const struct story_text *text,
			     const char *const *values)
{
	return (struct story_text){ .en = filled(story, text->en, values),
				    .zh = filled(story, text->zh, values) };
}

/* ---- stories and books ------------------------------------------------ */

struct story *story_new(const struct story_text *title, enum hf_trace_link link)
{
	struct story *story = memory(NULL, sizeof *story);

	memset(story, 0, sizeof *story);
	story->link = link;
	story->title = story_fill(story, title, NULL);
	return story;
}

static void plot_free(struct story_plot *plot)
{
	for (size_t i = 0; i < plot->count; i++) {
		free(plot->series[i].x);
		free(plot->series[i].y);
	}
	free(plot->series);
}

void story_free(struct story *story)
{
	struct story_arena *arena;

	if (!story)
		return;
	while ((arena = story->arena) != NULL) {
		story->arena = arena->before;
		free(arena);
	}
	for (size_t i = 0; i < story->plots; i++)
		plot_free(&story->plot[i]);
	free(story->plot);
	free(story->connection);
	free(story->moment);
	free(story->finding);
	free(story->paragraph);
	free(story);
}

struct story_book *story_book_new(const char *name,
				  const struct story_text *title)
{
	struct story_book *book = memory(NULL, sizeof *book);
	size_t len = strlen(name) + 1;

	*book = (struct story_book){
		.name = memcpy(memory(NULL, len), name, len),
		.title = *title,
	};
	return book;
}

struct story *story_book_add(struct story_book *book,
			     const struct story_text *title,
			     enum hf_trace_link link)
{
	struct story *story = story_new(title, link);

	book->scene = grown(book->scene, book->scenes, sizeof *book->scene);
	book->scene[book->scenes++] = story;
	return story;
}

void story_book_free(struct story_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->scenes; i++)
		story_free(book->scene[i]);
	free(book->scene);
	free((void *)(uintptr_t)book->name);
	free(book);
}

/* ---- who and when ----------------------------------------------------- */

uint8_t story_end_add(struct story *story, const char *name,
		      const struct hf_addr *addr)
{
	struct story_end *end;

	if (story->ends == STORY_ENDS)
		return STORY_NOBODY;
	end = &story->end[story->ends];
	end->name = story_keep(story, name);
	if (addr)
		end->addr = *addr;
	return (uint8_t)story->ends++;
}

static bool is_side(const struct story_connection *a, unsigned i,
		    const struct story_connection *b, unsigned j)
{
	return a->port[i] == b->port[j] && addr_eq(&a->addr[i], &b->addr[j]);
}

uint32_t story_connection_add(struct story *story,
			      const struct story_connection *connection)
{
	const struct story_connection *c;

	for (size_t i = story->connections; i-- > 0;) {
		c = &story->connection[i];
		if ((is_side(c, 0, connection, 0) &&
		     is_side(c, 1, connection, 1)) ||
		    (is_side(c, 0, connection, 1) &&
		     is_side(c, 1, connection, 0)))
			return (uint32_t)i;
	}
	story->connection = grown(story->connection, story->connections,
				  sizeof *story->connection);
	story->connection[story->connections] = *connection;
	return (uint32_t)story->connections++;
}

static const struct story_tcb unknown = {
	.state = STORY_UNKNOWN,
	.deadline = HF_NEVER,
};

struct story_moment *story_moment_add(struct story *story, enum story_kind kind,
				      hf_time when, uint8_t end)
{
	struct story_moment *moment;

	story->moment =
		grown(story->moment, story->moments, sizeof *story->moment);
	moment = &story->moment[story->moments++];
	memset(moment, 0, sizeof *moment);
	moment->when = when;
	moment->kind = kind;
	moment->end = end;
	moment->to = STORY_NOBODY;
	moment->connection = STORY_NO_CONNECTION;
	moment->side.before = moment->side.after = unknown;
	moment->far.before = moment->far.after = unknown;
	moment->segment.arrived = when;
	moment->segment.line = "";
	moment->call = (struct story_call){ "", "", "" };
	return moment;
}

/* ---- frames ----------------------------------------------------------- */

bool story_datagram(enum hf_trace_link link, const uint8_t *frame, uint32_t len,
		    uint32_t *at)
{
	uint32_t type;

	*at = 0;
	switch (link) {
	case HF_TRACE_IP:
		return len > 0;
	case HF_TRACE_ETHERNET:
		*at = 14;
		if (len >= 18 && get_be16(frame + 12) == 0x8100)
			*at = 18;
		break;
	case HF_TRACE_LINUX_SLL:
		*at = 16;
		break;
	case HF_TRACE_LINUX_SLL2:
		*at = 20;
		return len > 20 && (get_be16(frame) == WIRE_ETHERTYPE_IPV4 ||
				    get_be16(frame) == WIRE_ETHERTYPE_IPV6);
	case HF_TRACE_NULL:
	case HF_TRACE_LOOP:
		*at = 4;
		return len > 4;
	case HF_TRACE_OCTETS:
	case HF_TRACE_LINKS:
		return false;
	}
	if (len <= *at)
		return false;
	type = get_be16(frame + *at - 2);
	return type == WIRE_ETHERTYPE_IPV4 || type == WIRE_ETHERTYPE_IPV6;
}

void story_segment_set(struct story *story, struct story_moment *moment,
		       const void *frame, size_t len)
{
	struct story_segment *segment = &moment->segment;
	uint32_t at;

	segment->frame = story_keep_octets(story, frame, len);
	segment->len = (uint32_t)len;
	segment->is_tcp = story_datagram(story->link, segment->frame,
					 segment->len, &at) &&
			  !wire_ip_parse(&segment->ip, segment->frame + at,
					 segment->len - at) &&
			  segment->ip.protocol == WIRE_PROTOCOL_TCP &&
			  !segment->ip.is_fragment &&
			  !wire_tcp_parse(&segment->tcp, segment->ip.payload,
					  segment->ip.payload_len);
}

/* ---- what is said ----------------------------------------------------- */

void story_find(struct story *story, uint32_t moment, enum story_weight weight,
		const char *cite, const struct story_text *text,
		const char *const *values)
{
	story->finding =
		grown(story->finding, story->findings, sizeof *story->finding);
	story->finding[story->findings++] = (struct story_finding){
		.moment = moment,
		.weight = weight,
		.text = story_fill(story, text, values),
		.cite = story_keep(story, cite),
	};
}

static void add_paragraph(struct story *story,
			  const struct story_paragraph *paragraph)
{
	story->paragraph = grown(story->paragraph, story->paragraphs,
				 sizeof *story->paragraph);
	story->paragraph[story->paragraphs++] = *paragraph;
}

void story_explain(struct story *story, const struct story_text *text,
		   const char *const *values)
{
	struct story_paragraph paragraph = {
		.text = story_fill(story, text, values),
	};

	add_paragraph(story, &paragraph);
}

void story_claim(struct story *story, bool holds, const struct story_text *text,
		 const char *const *values)
{
	struct story_paragraph paragraph = {
		.text = story_fill(story, text, values),
		.is_claim = true,
		.holds = holds,
	};

	add_paragraph(story, &paragraph);
}

struct story_plot *story_plot_add(struct story *story,
				  const struct story_text *title,
				  const struct story_text *x,
				  const struct story_text *y)
{
	struct story_plot *plot;

	story->plot = grown(story->plot, story->plots, sizeof *story->plot);
	plot = &story->plot[story->plots++];
	*plot = (struct story_plot){
		.title = story_fill(story, title, NULL),
		.x = story_fill(story, x, NULL),
		.y = story_fill(story, y, NULL),
	};
	return plot;
}

struct story_series *story_series_add(struct story_plot *plot,
				      const struct story_text *name)
{
	plot->series = grown(plot->series, plot->count, sizeof *plot->series);
	plot->series[plot->count] = (struct story_series){ .name = *name };
	return &plot->series[plot->count++];
}

void story_point_add(struct story_series *series, double x, double y)
{
	series->x = grown(series->x, series->count, sizeof *series->x);
	series->y = grown(series->y, series->count, sizeof *series->y);
	series->x[series->count] = x;
	series->y[series->count++] = y;
}
