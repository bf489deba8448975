/* SPDX-License-Identifier: MIT */
#include "record.h"
#include "seat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A frame that was sent and has not been seen to arrive. */
struct under_way {
	uint32_t moment;
	uint32_t link, end; /* that sent it */
};

struct record {
	struct hf_sim *sim;
	struct story *story;
	struct hf_trace *trace;
	uint8_t column[STORY_ENDS]; /* of each host */
	struct seats seats;
	struct under_way *under_way;
	size_t under_way_count, under_way_room;
	uint32_t forger; /* host; HF_SIM_NOBODY */
	bool is_copy;
};

/* ---- hosts ------------------------------------------------------------ */

uint8_t record_end(const struct record *record, uint32_t host)
{
	return host < STORY_ENDS ? record->column[host] : STORY_NOBODY;
}

void record_host(struct record *record, uint32_t host, const char *name,
		 const struct hf_addr *addr)
{
	if (host < STORY_ENDS)
		record->column[host] = story_end_add(record->story, name, addr);
}

void record_off(struct record *record, uint32_t host)
{
	for (size_t i = 0; i < record->seats.count; i++) {
		struct seat *seat = &record->seats.seat[i];

		if (seat->host != host)
			continue;
		seat->handle = (struct hf_handle){ 0 };
		seat->last = (struct story_tcb){ .state = HF_CLOSED,
						 .deadline = HF_NEVER };
	}
}

void record_forge(struct record *record, uint32_t host, bool is_copy)
{
	record->forger = host;
	record->is_copy = is_copy;
}

/* Whose address it is. */
static uint8_t end_by_address(const struct story *story,
			      const struct hf_addr *addr)
{
	for (size_t i = 0; i < story->ends; i++)
		if (addr_eq(&story->end[i].addr, addr))
			return (uint8_t)i;
	return STORY_NOBODY;
}

/* ---- seats ------------------------------------------------------------ */

static struct hf_host *host_of(const struct record *record,
			       const struct seat *seat)
{
	return hf_sim_host(record->sim, seat->host);
}

/* What one end of the segment is to its host. */
static struct seat *seat_of(struct record *record,
			    const struct story_segment *segment, uint32_t host,
			    bool is_sender)
{
	const struct wire_ip *ip = &segment->ip;
	const struct wire_tcp *tcp = &segment->tcp;
	struct seat like = {
		.host = host,
		.local = is_sender ? ip->src : ip->dst,
		.remote = is_sender ? ip->dst : ip->src,
		.local_port = is_sender ? tcp->src_port : tcp->dst_port,
		.remote_port = is_sender ? tcp->dst_port : tcp->src_port,
	};

	return seats_by_pair(&record->seats, &like);
}

static uint32_t connection_of(struct record *record,
			      const struct story_segment *segment)
{
	const struct story_connection connection = {
		.end = { end_by_address(record->story, &segment->ip.src),
			 end_by_address(record->story, &segment->ip.dst) },
		.addr = { segment->ip.src, segment->ip.dst },
		.port = { segment->tcp.src_port, segment->tcp.dst_port },
	};

	return story_connection_add(record->story, &connection);
}

/* The states of a report; what a FIN shows, if a program's call was missed. */
static void write_path(struct story_side *side, const struct hf_report *report)
{
	side->steps = report->steps;
	for (unsigned i = 0; i <= report->steps; i++)
		side->path[i] = report->path[i];
	if (report->steps)
		side->before.state = report->path[0];
}

/* A change that no report has told. */
static void write_change(struct story_side *side)
{
	if (side->steps || side->before.state == side->after.state ||
	    side->after.state == STORY_UNKNOWN)
		return;
	side->path[0] = side->before.state == STORY_UNKNOWN
				? (uint8_t)HF_CLOSED
				: side->before.state;
	side->path[1] = side->after.state;
	side->steps = side->path[0] != side->path[1];
}

static void take_report(struct record *record, struct seat *seat,
			struct story_side *side, const struct hf_report *report)
{
	seat_report(seat, host_of(record, seat), report,
		    hf_sim_now(record->sim));
	side->after = seat->last;
	write_path(side, report);
	write_change(side);
}

/* ---- frames ----------------------------------------------------------- */

static bool open_trace(struct record *record)
{
	const struct hf_trace_style style = { .link = record->story->link };

	if (!record->trace)
		record->trace = hf_trace_new(&style);
	return record->trace;
}

static void keep_under_way(struct record *record,
			   const struct hf_sim_sight *sight)
{
	if (record->under_way_count == record->under_way_room) {
		record->under_way_room = 2 * record->under_way_room + 16;
		record->under_way = realloc(record->under_way,
					    record->under_way_room *
						    sizeof *record->under_way);
		if (!record->under_way)
			abort();
	}
	record->under_way[record->under_way_count++] =
		(struct under_way){ (uint32_t)record->story->moments - 1,
				    sight->link, sight->end };
}

static struct story_moment *add_frame(struct record *record,
				      const struct hf_sim_sight *sight)
{
	bool is_forged = !sight->report; /* hosts always have one */
	uint32_t host = is_forged ? record->forger : sight->host;
	struct story_moment *moment =
		story_moment_add(record->story, STORY_SEGMENT, sight->when,
				 record_end(record, host));
	struct story_segment *segment = &moment->segment;
	char line[HF_TRACE_LINE];

	story_segment_set(record->story, moment, sight->data, sight->len);
	segment->fate = STORY_UNDER_WAY;
	segment->is_forged = is_forged;
	segment->is_copy = is_forged && record->is_copy;
	if (sight->report)
		segment->why = sight->report->why;
	if (open_trace(record)) {
		hf_trace_line(record->trace, sight->data, sight->len, line,
			      sizeof line);
		segment->line = story_keep(record->story, line);
	}
	if (segment->is_tcp) {
		moment->connection = connection_of(record, segment);
		moment->to = end_by_address(record->story, &segment->ip.dst);
	}
	return moment;
}

static void frame_sent(struct record *record, const struct hf_sim_sight *sight)
{
	struct story_moment *moment = add_frame(record, sight);
	struct seat *seat;

	keep_under_way(record, sight);
	if (!moment->segment.is_tcp || moment->segment.is_forged)
		return;
	seat = seat_of(record, &moment->segment, sight->host, true);
	seat->connection = moment->connection;
	moment->side.before = moment->side.after = seat->last;
	moment->segment.is_again = seat_is_again(seat, &moment->segment.tcp);
	seat_sent(seat, &moment->segment.tcp);
	take_report(record, seat, &moment->side, sight->report);
}

/*
 * The moment of a frame that arrives, which is under way no longer; NULL: it
 * is one more copy. What the wire has altered is the oldest that was sent.
 */
static struct story_moment *take_under_way(struct record *record,
					   const struct hf_sim_sight *sight)
{
	size_t found = record->under_way_count;
	struct story_moment *moment;

	for (size_t i = 0; i < record->under_way_count; i++) {
		const struct under_way *u = &record->under_way[i];

		moment = &record->story->moment[u->moment];
		if (u->link != sight->link || u->end == sight->end)
			continue;
		if (moment->segment.len == sight->len &&
		    memcmp(moment->segment.frame, sight->data, sight->len) ==
			    0) {
			found = i;
			break;
		}
		if (found == record->under_way_count)
			found = i;
	}
	if (found == record->under_way_count)
		return NULL;
	moment = &record->story->moment[record->under_way[found].moment];
	memmove(&record->under_way[found], &record->under_way[found + 1],
		(--record->under_way_count - found) *
			sizeof *record->under_way);
	return moment;
}

static struct story_moment *add_copy(struct record *record,
				     const struct hf_sim_sight *sight)
{
	struct story_moment *moment = add_frame(record, sight);

	moment->segment.is_copy = true;
	moment->segment.is_forged = false;
	moment->segment.why = HF_WHY_NONE;
	moment->end = STORY_NOBODY;
	if (moment->segment.is_tcp)
		moment->end =
			end_by_address(record->story, &moment->segment.ip.src);
	return moment;
}

static void tell_arrival(struct record *record,
			 const struct hf_sim_sight *sight,
			 struct story_moment *moment)
{
	struct story_segment *segment = &moment->segment;
	const struct hf_report *report = sight->report;
	struct seat *seat = seat_of(record, segment, sight->host, false);

	seat->connection = moment->connection;
	moment->far.before = moment->far.after = seat->last;
	segment->drop = report->drop;
	if (report->drop == HF_ACCEPTED)
		seat_heard(seat, &segment->tcp);
	take_report(record, seat, &moment->far, report);
	if (seat->last.state == HF_TIME_WAIT && !report->steps &&
	    segment->tcp.flags & TCP_FIN) {
		seat_time_wait(seat, host_of(record, seat), sight->when);
		moment->far.after = seat->last;
	}
}

static void frame_arrived(struct record *record,
			  const struct hf_sim_sight *sight)
{
	struct story_moment *moment = take_under_way(record, sight);
	struct story_segment *segment;

	if (!moment)
		moment = add_copy(record, sight);
	segment = &moment->segment;
	moment->to = record_end(record, sight->host);
	segment->fate = sight->fate == HF_SIM_LOST_OFF ? STORY_LOST_OFF
						       : STORY_ARRIVED;
	segment->arrived = sight->when;
	segment->is_altered = segment->len != sight->len ||
			      memcmp(segment->frame, sight->data, sight->len);
	if (!sight->report)
		return;
	segment->drop = sight->report->drop;
	if (segment->is_tcp)
		tell_arrival(record, sight, moment);
}

/* The frame that was sent last is lost at once. */
static void frame_lost(struct record *record, const struct hf_sim_sight *sight,
		       enum story_fate fate)
{
	struct story_moment *moment;

	if (!record->under_way_count)
		return;
	moment = &record->story->moment
			  [record->under_way[--record->under_way_count].moment];
	moment->segment.fate = (uint8_t)fate;
	moment->segment.arrived = sight->when;
}

/* ---- timers ----------------------------------------------------------- */

static void timer_fired(struct record *record, const struct hf_sim_sight *sight)
{
	const struct hf_report *report = sight->report;
	struct seat like = {
		.host = sight->host,
		.local = report->local,
		.remote = report->remote,
		.local_port = report->local_port,
		.remote_port = report->remote_port,
		.handle = report->connection,
	};
	struct story_moment *moment;
	struct seat *seat;

	if (!report->remote_port)
		return;
	seat = seats_by_pair(&record->seats, &like);
	/* The wheel may come by early, at a deadline that has moved. */
	if (!report->steps && seat->last.deadline > sight->when)
		return;
	moment = story_moment_add(record->story, STORY_TIMER, sight->when,
				  record_end(record, sight->host));
	moment->connection = seat->connection;
	moment->timer = seat->last.timer != STORY_TIMER_NONE
				? seat->last.timer
				: (uint8_t)STORY_TIMER_OTHER;
	moment->side.before = seat->last;
	take_report(record, seat, &moment->side, report);
}

static void see(const struct hf_sim_sight *sight, void *context)
{
	struct record *record = context;

	switch (sight->fate) {
	case HF_SIM_SENT:
		frame_sent(record, sight);
		break;
	case HF_SIM_DELIVERED:
	case HF_SIM_LOST_OFF:
		frame_arrived(record, sight);
		break;
	case HF_SIM_LOST_QUEUE:
		frame_lost(record, sight, STORY_LOST_QUEUE);
		break;
	case HF_SIM_LOST_MASK:
		frame_lost(record, sight, STORY_LOST_MASK);
		break;
	case HF_SIM_LOST_CHANCE:
		frame_lost(record, sight, STORY_LOST_CHANCE);
		break;
	case HF_SIM_LOST_NOBODY:
		frame_lost(record, sight, STORY_LOST_NOBODY);
		break;
	case HF_SIM_LOST_DOWN:
		frame_lost(record, sight, STORY_LOST_UNPLUGGED);
		break;
	case HF_SIM_TIMER:
		timer_fired(record, sight);
		break;
	case HF_SIM_FATES:
		break;
	}
}

/* ---- programs --------------------------------------------------------- */

/* A seat for a handle that is not known: the host says what it is. */
static struct seat *new_seat(struct record *record, uint32_t host,
			     struct hf_handle handle)
{
	struct hf_status status;
	struct seat like = { .host = host };
	struct seat *seat;

	if (hf_status(hf_sim_host(record->sim, host), handle, &status))
		return NULL;
	like.local = status.local;
	like.remote = status.remote;
	like.local_port = status.local_port;
	like.remote_port = status.remote_port;
	seat = seats_by_pair(&record->seats, &like);
	seat->handle = handle;
	return seat;
}

static struct story_moment *add_call(struct record *record, uint32_t host,
				     struct hf_handle handle,
				     enum story_kind kind, uint8_t state)
{
	struct seat *seat = seats_by_handle(&record->seats, host, handle);
	struct story_moment *moment =
		story_moment_add(record->story, kind, hf_sim_now(record->sim),
				 record_end(record, host));

	if (!seat)
		seat = new_seat(record, host, handle);
	if (!seat)
		return moment;
	moment->connection = seat->connection;
	moment->side.before = seat->last;
	seat_ask(seat, hf_sim_host(record->sim, host));
	if (state != STORY_UNKNOWN)
		seat->last.state = state;
	moment->side.after = seat->last;
	write_change(&moment->side);
	return moment;
}

void record_call(struct record *record, uint32_t host, struct hf_handle handle,
		 const struct story_call *call, uint8_t state)
{
	struct story_moment *moment =
		add_call(record, host, handle, STORY_CALL, state);

	moment->call.name = story_keep(record->story, call->name);
	moment->call.detail = story_keep(record->story, call->detail);
	moment->call.answer = story_keep(record->story, call->answer);
}

void record_event(struct record *record, uint32_t host,
		  const struct hf_event *event)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ HF_EVENT_ACCEPT, "ACCEPT" },
		{ HF_EVENT_SYN, "SYN" },
		{ HF_EVENT_CONNECTED, "CONNECTED" },
		{ HF_EVENT_READABLE, "READABLE" },
		{ HF_EVENT_URGENT, "URGENT" },
		{ HF_EVENT_EOF, "EOF" },
		{ HF_EVENT_SOFT_ERROR, "SOFT_ERROR" },
		{ HF_EVENT_CLOSED, "CLOSED" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct story_moment *moment;

		if (!(event->flags & names[i].flag))
			continue;
		moment = add_call(record, host, event->handle, STORY_EVENT,
				  STORY_UNKNOWN);
		moment->call.name = names[i].name;
		if (event->error &&
		    names[i].flag & (HF_EVENT_SOFT_ERROR | HF_EVENT_CLOSED))
			moment->call.answer = hf_error_name(event->error);
	}
}

/* ---- the record ------------------------------------------------------- */

struct record *record_new(struct hf_sim *sim, struct story *story)
{
	struct record *record = calloc(1, sizeof *record);

	if (!record)
		abort();
	record->sim = sim;
	record->story = story;
	record->forger = HF_SIM_NOBODY;
	memset(record->column, STORY_NOBODY, sizeof record->column);
	hf_sim_tap_add(sim, see, record);
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	seats_free(&record->seats);
	free(record->under_way);
	hf_trace_free(record->trace);
	free(record);
}
