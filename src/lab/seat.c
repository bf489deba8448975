/* SPDX-License-Identifier: MIT */
#include "seat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void seats_free(struct seats *seats)
{
	free(seats->seat);
	*seats = (struct seats){ 0 };
}

struct seat *seats_by_handle(const struct seats *seats, uint32_t host,
			     struct hf_handle handle)
{
	for (size_t i = seats->count; i-- > 0 && handle.index;) {
		struct seat *seat = &seats->seat[i];

		if (seat->host == host && seat->handle.index == handle.index &&
		    seat->handle.generation == handle.generation)
			return seat;
	}
	return NULL;
}

static bool is_same(const struct seat *a, const struct seat *b)
{
	return a->host == b->host && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port &&
	       addr_eq(&a->local, &b->local) && addr_eq(&a->remote, &b->remote);
}

struct seat *seats_by_pair(struct seats *seats, const struct seat *like)
{
	struct seat *seat;

	for (size_t i = 0; i < seats->count; i++)
		if (is_same(&seats->seat[i], like))
			return &seats->seat[i];
	seat = realloc(seats->seat, (seats->count + 1) * sizeof *seat);
	if (!seat) {
		fputs("handfast lab: no memory\n", stderr);
		exit(1);
	}
	seats->seat = seat;
	seat += seats->count++;
	*seat = *like;
	seat->connection = STORY_NO_CONNECTION;
	seat->last = (struct story_tcb){ .state = STORY_UNKNOWN,
					 .deadline = HF_NEVER };
	return seat;
}

void seat_ask(struct seat *seat, const struct hf_host *host)
{
	struct hf_status status;

	seat->last.has_status = seat->handle.index &&
				hf_status(host, seat->handle, &status) == HF_OK;
	if (!seat->last.has_status)
		return;
	seat->last.status = status;
	seat->last.state = (uint8_t)status.state;
}

/* ---- sequence numbers ------------------------------------------------- */

bool seat_is_again(const struct seat *seat, const struct wire_tcp *tcp)
{
	return seat->last.has_send && wire_tcp_len(tcp) &&
	       !(tcp->flags & TCP_RST) &&
	       seq_upto(seq_add(tcp->seq, wire_tcp_len(tcp)),
			seat->last.snd_nxt);
}

void seat_sent(struct seat *seat, const struct wire_tcp *tcp)
{
	struct story_tcb *tcb = &seat->last;
	struct hf_seq end = seq_add(tcp->seq, wire_tcp_len(tcp));

	if (tcp->flags & TCP_RST)
		return;
	if (tcp->flags & TCP_SYN) {
		tcb->iss = tcb->snd_una = tcp->seq;
		tcb->snd_nxt = end;
		tcb->has_send = true;
	}
	tcb->snd_nxt = seq_max(tcb->snd_nxt, end);
	if (tcp->flags & TCP_ACK && tcb->has_receive)
		tcb->rcv_nxt = tcp->ack;
}

void seat_heard(struct seat *seat, const struct wire_tcp *tcp)
{
	struct story_tcb *tcb = &seat->last;

	if (tcp->flags & TCP_SYN && !tcb->has_receive) {
		tcb->irs = tcp->seq;
		tcb->rcv_nxt = seq_add(tcp->seq, 1);
		tcb->has_receive = true;
	}
	if (!tcb->has_receive)
		return;
	if (tcp->flags & TCP_ACK && tcb->has_send &&
	    seq_upto(tcp->ack, tcb->snd_nxt))
		tcb->snd_una = seq_max(tcb->snd_una, tcp->ack);
	if (seq_eq(tcp->seq, tcb->rcv_nxt))
		tcb->rcv_nxt = seq_add(tcp->seq, wire_tcp_len(tcp));
}

/* ---- timers ----------------------------------------------------------- */

static bool has_outstanding(const struct story_tcb *tcb)
{
	return tcb->has_status ? tcb->status.in_flight > 0
			       : tcb->has_send &&
					 seq_before(tcb->snd_una, tcb->snd_nxt);
}

/*
 * A host tells when its earliest timer is due; which it is follows from what
 * the connection waits for, and for how long.
 */
static enum story_timer name_timer(const struct seat *seat,
				   const struct hf_config *config,
				   hf_time deadline, hf_time now)
{
	const struct story_tcb *tcb = &seat->last;
	hf_time wait = deadline - now;

	if (deadline == HF_NEVER)
		return STORY_TIMER_NONE;
	if (tcb->timer != STORY_TIMER_NONE && tcb->deadline == deadline)
		return (enum story_timer)tcb->timer;
	if (tcb->state == HF_TIME_WAIT)
		return STORY_TIMER_TIME_WAIT;
	if (wait == config->delayed_ack && tcb->state >= HF_ESTABLISHED &&
	    (!tcb->has_status || wait != tcb->status.rto))
		return STORY_TIMER_DELAYED_ACK;
	if (has_outstanding(tcb))
		return STORY_TIMER_RETRANSMISSION;
	if (tcb->state == HF_FIN_WAIT_2)
		return STORY_TIMER_FIN_WAIT_2;
	if (tcb->has_status && !tcb->status.send_window && tcb->status.unsent)
		return STORY_TIMER_PERSIST;
	return tcb->has_status && !tcb->status.send_queue
		       ? STORY_TIMER_KEEPALIVE
		       : STORY_TIMER_OTHER;
}

void seat_time_wait(struct seat *seat, const struct hf_host *host, hf_time now)
{
	struct hf_config config;

	hf_config_get(host, &config);
	seat->last.timer = STORY_TIMER_TIME_WAIT;
	seat->last.deadline = now + 2 * config.msl;
}

/* Half-open ones have no TCB to ask. */
static void half_open_timer(struct seat *seat, const struct hf_report *report,
			    const struct hf_config *config, hf_time now)
{
	if (report->why == HF_WHY_ACCEPT) {
		seat->last.timer = STORY_TIMER_RETRANSMISSION;
		seat->last.deadline = now + config->rto_initial;
	}
}

static void report_timer(struct seat *seat, const struct hf_host *host,
			 const struct hf_report *report, hf_time now)
{
	struct story_tcb *tcb = &seat->last;
	struct hf_config config;

	hf_config_get(host, &config);
	if (tcb->state == HF_CLOSED) {
		tcb->timer = STORY_TIMER_NONE;
		tcb->deadline = HF_NEVER;
	} else if (tcb->state == HF_TIME_WAIT) {
		if (report->steps)
			seat_time_wait(seat, host, now);
	} else if (report->connection.index) {
		tcb->timer = (uint8_t)name_timer(seat, &config,
						 report->deadline, now);
		tcb->deadline = report->deadline;
	} else {
		half_open_timer(seat, report, &config, now);
	}
}

void seat_report(struct seat *seat, const struct hf_host *host,
		 const struct hf_report *report, hf_time now)
{
	if (report->connection.index)
		seat->handle = report->connection;
	if (report->steps)
		seat->last.state = report->path[report->steps];
	seat_ask(seat, host);
	report_timer(seat, host, report, now);
}
