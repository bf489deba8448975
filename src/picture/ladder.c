/* SPDX-License-Identifier: MIT */
/*
 * The ladder. Each step is a row with the time, the states of two ends, and
 * between them an arrow or what an end did; in a narrow window the arrow has
 * a row of its own under its label. Of more than two hosts, those two that a
 * step is about are shown, under their names.
 */
#include "ladder.h"
#include "label.h"
#include "row.h"

#include <string.h>

#define WIDE 72u /* columns from which on a step is one row */
#define STATE 12u /* columns: SYN_RECEIVED */
#define NOWHERE UINT32_MAX

struct ladder {
	FILE *out;
	const struct story *story;
	const struct ladder_style *style;
	struct labels labels;
	struct row row;
	uint8_t pair[2]; /* ends that are shown: left, right */
	uint8_t told[STORY_ENDS]; /* states as they were last shown */
	bool is_wide;
	unsigned left, right; /* columns of the states */
	unsigned middle, room; /* what is between them */
};

static const struct story_text fires = { "{0} timer fires", "{0}定时器到期" };
static const struct story_text runs = { "{0} timer until {1}",
					"{0}定时器，至 {1}" };
static const struct story_text dropped = { "dropped: {0}", "丢弃：{0}" };

/* ---- places ----------------------------------------------------------- */

static unsigned time_columns(const struct ladder *l)
{
	return l->is_wide ? 12 : 10;
}

static void lay_out(struct ladder *l)
{
	unsigned width = l->style->width;

	if (width < LADDER_WIDTH_LEAST)
		width = LADDER_WIDTH_LEAST;
	if (width > ROW_MOST)
		width = ROW_MOST;
	l->row.width = width;
	l->row.colour = l->style->colour;
	l->row.unicode = l->style->unicode;
	l->is_wide = width >= WIDE;
	l->left = time_columns(l);
	l->right = width - STATE;
	l->middle = l->left + STATE + 1;
	l->room = l->right - 1 - l->middle;
}

static const char *glyph(const struct ladder *l, const char *unicode,
			 const char *ascii)
{
	return l->style->unicode ? unicode : ascii;
}

static void flush(struct ladder *l)
{
	row_print(&l->row, l->out);
	row_clear(&l->row);
}

/* ---- pieces ----------------------------------------------------------- */

static void put_time(struct ladder *l, hf_time when)
{
	hf_time since = when - l->story->begin;
	unsigned columns = time_columns(l) - 1;
	char text[40];

	snprintf(text, sizeof text,
		 l->is_wide ? "%*llu.%06llu" : "%*llu.%04llu",
		 l->is_wide ? (int)columns - 7 : (int)columns - 5,
		 (unsigned long long)(since / HF_SECOND),
		 (unsigned long long)(since % HF_SECOND /
				      (l->is_wide ? 1000 : 100000)));
	row_put(&l->row, 0, columns, text, ROW_DIM);
}

static void put_state(struct ladder *l, unsigned side, const uint8_t *state)
{
	uint8_t end = l->pair[side];
	unsigned column = side ? l->right : l->left;
	bool is_new;

	if (end >= STORY_ENDS || state[end] == STORY_UNKNOWN)
		return;
	is_new = l->told[end] != state[end];
	l->told[end] = state[end];
	row_put(&l->row, column, STATE,
		hf_state_name((enum hf_state)state[end]),
		is_new ? ROW_BOLD : ROW_DIM);
}

static void put_states(struct ladder *l, const uint8_t *state)
{
	put_state(l, 0, state);
	put_state(l, 1, state);
}

/* Text between two columns; wrapped where it must be; side 1: to the right. */
static void say(struct ladder *l, unsigned from, unsigned room, unsigned side,
		const char *text, enum row_style style)
{
	while (*text) {
		char line[4 * ROW_MOST + 1];
		size_t n = row_break(text, room), columns;

		if (n >= sizeof line)
			n = sizeof line - 1;
		memcpy(line, text, n);
		line[n] = '\0';
		columns = row_columns(line);
		row_put(&l->row,
			side && columns < room ? from + room - (unsigned)columns
					       : from,
			room, line, style);
		flush(l);
		text += n;
		text += *text == ' ';
	}
}

/* Text at a side, between the states if they have columns of their own. */
static void say_at(struct ladder *l, unsigned side, const char *text,
		   enum row_style style)
{
	if (l->is_wide)
		say(l, l->middle, l->room, side, text, style);
	else
		say(l, l->left, l->row.width - l->left, side, text, style);
}

/* The same with values, which need not live longer. */
static void tell_at(struct ladder *l, unsigned side,
		    const struct story_text *text, const char *const *values,
		    enum row_style style)
{
	struct story *scratch =
		story_new(&(struct story_text){ "", "" }, HF_TRACE_IP);
	struct story_text filled = story_fill(scratch, text, values);

	say_at(l, side, story_pick(&filled, l->style->lang), style);
	story_free(scratch);
}

/* ---- arrows ----------------------------------------------------------- */

static bool is_drop_told(const struct story_segment *segment)
{
	return segment->drop != HF_ACCEPTED &&
	       segment->drop != HF_DROP_NOT_OURS;
}

static enum row_style arrow_style(const struct story_moment *moment)
{
	const struct story_segment *segment = &moment->segment;

	if (story_is_lost((enum story_fate)segment->fate))
		return ROW_RED;
	return is_drop_told(segment) ? ROW_YELLOW : ROW_PLAIN;
}

/*
 * The shaft from `from`, `columns` long; its head, or the cross where a
 * segment was lost, at the end that it points to. A part that is under way
 * still, or was before, is dotted.
 */
static void draw_arrow(struct ladder *l, unsigned from, unsigned columns,
		       const struct story_walk *walk, bool is_right)
{
	const struct story_segment *segment = &walk->moment->segment;
	enum row_style style = arrow_style(walk->moment);
	bool is_lost = story_is_lost((enum story_fate)segment->fate);
	unsigned tail = is_right ? from : from + columns - 1;
	unsigned head = is_right ? from + columns - 1 : from;
	const char *point = is_right ? glyph(l, "▶", ">") : glyph(l, "◀", "<");
	const char *dots = glyph(l, "┄", ".");

	row_fill(&l->row, from, columns, glyph(l, "─", "-"), style);
	if (walk->phase == STORY_LEAVES || segment->fate == STORY_UNDER_WAY) {
		row_fill(&l->row, is_right ? head - 2 : head, 3, dots, style);
		return;
	}
	if (walk->phase == STORY_ARRIVES)
		row_fill(&l->row, is_right ? tail : tail - 2, 3, dots, style);
	if (is_lost)
		row_fill(&l->row, is_right ? head - 3 : head, 4, " ", style);
	row_fill(&l->row, is_lost ? (is_right ? head - 4 : head + 4) : head, 1,
		 is_lost ? glyph(l, "╳", "X") : point, style);
}

/* The label, and why the sender sent it, as far as there is room. */
static void write_label(struct ladder *l, const struct story_moment *moment,
			size_t room, char to[2 * LABEL_MOST])
{
	const char *why = "";
	char label[LABEL_MOST];
	size_t len;

	if (moment->segment.why)
		why = hf_why_name((enum hf_why)moment->segment.why);
	len = *why ? strlen(why) + 3 : 0;
	label_segment(&l->labels, moment, room > len ? room - len : 0, label);
	snprintf(to, 2 * LABEL_MOST, len ? "%s (%s)" : "%s", label, why);
}

static void draw_wide(struct ladder *l, const struct story_walk *walk,
		      bool is_right)
{
	char label[2 * LABEL_MOST];
	unsigned room = l->room - 10;
	unsigned from = is_right ? l->middle + 3 : l->middle + 6;
	unsigned columns;

	draw_arrow(l, l->middle, l->room, walk, is_right);
	if (walk->phase == STORY_ARRIVES && is_right)
		from += 3;
	write_label(l, walk->moment, room, label);
	columns = (unsigned)row_columns(label);
	if (columns > room)
		columns = room;
	row_put(&l->row, from - 1, 1, " ", ROW_PLAIN);
	row_put(&l->row, from, room, label, arrow_style(walk->moment));
	row_put(&l->row, from + columns, 1, " ", ROW_PLAIN);
}

static void draw_segment(struct ladder *l, const struct story_walk *walk)
{
	const struct story_moment *moment = walk->moment;
	bool is_right = moment->end == l->pair[0];
	char label[2 * LABEL_MOST];

	if (l->is_wide) {
		draw_wide(l, walk, is_right);
	} else {
		write_label(l, moment, l->row.width - l->left, label);
		row_put(&l->row, l->left, l->row.width, label,
			arrow_style(moment));
		flush(l);
		draw_arrow(l, l->middle, l->room, walk, is_right);
	}
	put_states(l, walk->state);
	flush(l);
}

/* ---- beside the arrow ------------------------------------------------- */

/* "FIN_WAIT_1 -> FIN_WAIT_2 -> TIME_WAIT", if it was more than one change. */
static void tell_path(struct ladder *l, unsigned side,
		      const struct story_side *what)
{
	char text[STORY_PATH * 20] = "";
	size_t len = 0;

	if (what->steps < 2)
		return;
	for (unsigned i = 0; i <= what->steps && i < STORY_PATH; i++)
		len += (size_t)snprintf(
			text + len, sizeof text - len, "%s%s",
			i ? glyph(l, " → ", " -> ") : "",
			hf_state_name((enum hf_state)what->path[i]));
	say_at(l, side, text, ROW_BOLD);
}

/* A timer that was started: another one, or 2MSL once more. */
static bool is_started(const struct story_side *side)
{
	return side->after.timer != STORY_TIMER_NONE &&
	       side->after.timer != STORY_TIMER_OTHER &&
	       (side->after.timer != side->before.timer ||
		(side->after.timer == STORY_TIMER_TIME_WAIT &&
		 side->after.deadline != side->before.deadline));
}

static void tell_timer(struct ladder *l, unsigned side,
		       const struct story_side *what)
{
	char due[40];
	hf_time at;

	if (!is_started(what))
		return;
	at = what->after.deadline - l->story->begin;
	snprintf(due, sizeof due, "%llu.%06llu",
		 (unsigned long long)(at / HF_SECOND),
		 (unsigned long long)(at % HF_SECOND / 1000));
	tell_at(l, side, &runs,
		STORY_VALUES(
			story_timer_name((enum story_timer)what->after.timer,
					 l->style->lang),
			due),
		ROW_YELLOW);
}

static void tell_side(struct ladder *l, uint8_t end,
		      const struct story_side *what)
{
	unsigned side = end == l->pair[1] && l->pair[1] != STORY_NOBODY;

	if (end == STORY_NOBODY)
		return;
	tell_path(l, side, what);
	tell_timer(l, side, what);
}

static void tell_fate(struct ladder *l, const struct story_moment *moment)
{
	const struct story_segment *segment = &moment->segment;
	unsigned side = moment->end == l->pair[0];

	if (segment->fate != STORY_ARRIVED)
		say_at(l, side,
		       story_fate_text((enum story_fate)segment->fate,
				       l->style->lang),
		       ROW_RED);
	else if (is_drop_told(segment))
		tell_at(l, side, &dropped,
			STORY_VALUES(hf_drop_name((enum hf_drop)segment->drop) +
				     strlen("HF_DROP_")),
			ROW_YELLOW);
}

/* What the wire breaks, under what breaks it. */
static void tell_findings(struct ladder *l, uint32_t number)
{
	for (size_t i = 0; i < l->story->findings; i++) {
		const struct story_finding *finding = &l->story->finding[i];
		char text[1024];

		if (finding->moment != number)
			continue;
		snprintf(text, sizeof text, "! %s (%s)",
			 story_pick(&finding->text, l->style->lang),
			 finding->cite);
		say_at(l, 0, text,
		       finding->weight == STORY_ODD ? ROW_YELLOW : ROW_RED);
	}
}

static void show_segment(struct ladder *l, const struct story_walk *walk)
{
	const struct story_moment *moment = walk->moment;

	draw_segment(l, walk);
	if (walk->phase != STORY_ARRIVES)
		tell_side(l, moment->end, &moment->side);
	if (walk->phase == STORY_LEAVES)
		return;
	tell_fate(l, moment);
	tell_side(l, moment->to, &moment->far);
	tell_findings(l, walk->number);
}

/* ---- what is no segment ----------------------------------------------- */

static void show_call(struct ladder *l, const struct story_walk *walk)
{
	const struct story_moment *moment = walk->moment;
	unsigned side = moment->end == l->pair[1];
	bool is_event = moment->kind == STORY_EVENT;
	char text[256];

	snprintf(text, sizeof text, "%s%s%s%s%s%s", is_event ? "* " : "",
		 moment->call.name, *moment->call.detail ? " " : "",
		 moment->call.detail, *moment->call.answer ? ": " : "",
		 moment->call.answer);
	if (l->is_wide)
		put_states(l, walk->state);
	say_at(l, side, text, is_event ? ROW_GREEN : ROW_CYAN);
	tell_side(l, moment->end, &moment->side);
}

static void show_fired(struct ladder *l, const struct story_walk *walk)
{
	const struct story_moment *moment = walk->moment;
	unsigned side = moment->end == l->pair[1];

	if (l->is_wide)
		put_states(l, walk->state);
	tell_at(l, side, &fires,
		STORY_VALUES(story_timer_name((enum story_timer)moment->timer,
					      l->style->lang)),
		ROW_YELLOW);
	tell_side(l, moment->end, &moment->side);
}

static void show_text(struct ladder *l, const struct story_walk *walk)
{
	const char *text = story_pick(&walk->moment->text, l->style->lang);
	bool is_fault = walk->moment->kind == STORY_FAULT;

	if (!is_fault) {
		say(l, l->left, l->row.width - l->left, 0, text, ROW_PLAIN);
		return;
	}
	if (l->is_wide)
		put_states(l, walk->state);
	say_at(l, walk->moment->end == l->pair[1], text, ROW_RED);
}

static void show(struct ladder *l, const struct story_walk *walk)
{
	put_time(l, walk->when);
	switch (walk->moment->kind) {
	case STORY_SEGMENT:
		show_segment(l, walk);
		break;
	case STORY_TIMER:
		show_fired(l, walk);
		break;
	case STORY_CALL:
	case STORY_EVENT:
		show_call(l, walk);
		break;
	case STORY_FAULT:
	case STORY_NOTE:
	case STORY_KINDS:
		show_text(l, walk);
		break;
	}
}

/* ---- the whole -------------------------------------------------------- */

static void show_names(struct ladder *l)
{
	for (unsigned side = 0; side < 2; side++) {
		const char *name = "";
		unsigned columns, column;

		if (l->pair[side] < l->story->ends)
			name = l->story->end[l->pair[side]].name;
		columns = (unsigned)row_columns(name);
		column = l->left;
		if (side && columns < l->row.width - l->left)
			column = columns > STATE ? l->row.width - columns
						 : l->right;
		row_put(&l->row, column, l->row.width, name, ROW_BOLD);
	}
	flush(l);
}

/* The two ends that a step is about: false, if they are shown already. */
static bool choose_pair(struct ladder *l, const struct story_moment *moment)
{
	uint8_t a = moment->end, b = moment->to;
	const struct story_connection *c = NULL;

	if (moment->connection < l->story->connections)
		c = &l->story->connection[moment->connection];
	if (a == STORY_NOBODY || a >= l->story->ends)
		return false;
	if (c && b == STORY_NOBODY)
		b = c->end[0] == a ? c->end[1] : c->end[0];
	if (b == STORY_NOBODY || b == a)
		b = l->pair[0] == a ? l->pair[1] : l->pair[0];
	if ((l->pair[0] == a && l->pair[1] == b) ||
	    (l->pair[0] == b && l->pair[1] == a))
		return false;
	l->pair[0] = a < b ? a : b;
	l->pair[1] = a < b ? b : a;
	return true;
}

void ladder_print(FILE *out, const struct story *story,
		  const struct ladder_style *style)
{
	struct ladder l = {
		.out = out,
		.story = story,
		.style = style,
		.pair = { 0, story->ends > 1 ? 1 : STORY_NOBODY },
	};
	struct story_walk walk;

	lay_out(&l);
	memset(l.told, STORY_UNKNOWN, sizeof l.told);
	labels_start(&l.labels, story, style->lang);
	story_walk_start(&walk, story, style->connection);
	if (story->ends <= 2)
		show_names(&l);
	while (story_walk_next(&walk)) {
		if (choose_pair(&l, walk.moment))
			show_names(&l);
		show(&l, &walk);
	}
	labels_end(&l.labels);
}
