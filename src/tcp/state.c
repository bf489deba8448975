/* SPDX-License-Identifier: MIT */
#include "tcp.h"

/* What each state may do. */
static const struct {
	bool may_send, may_receive, is_synchronized;
	bool has_sent_fin, has_received_fin;
} can[HF_STATES] = {
	/* clang-format off */
	/*                    send   text   synch.  our    peer's
	 *                                          FIN    FIN      */
	[HF_CLOSED]       = { false, false, false,  false, false },
	[HF_LISTEN]       = { false, false, false,  false, false },
	[HF_SYN_SENT]     = { true,  false, false,  false, false },
	[HF_SYN_RECEIVED] = { true,  false, false,  false, false },
	[HF_ESTABLISHED]  = { true,  true,  true,   false, false },
	[HF_FIN_WAIT_1]   = { false, true,  true,   true,  false },
	[HF_FIN_WAIT_2]   = { false, true,  true,   true,  false },
	[HF_CLOSE_WAIT]   = { true,  false, true,   false, true  },
	[HF_CLOSING]      = { false, false, true,   true,  true  },
	[HF_LAST_ACK]     = { false, false, true,   true,  true  },
	[HF_TIME_WAIT]    = { false, false, true,   true,  true  },
	/* clang-format on */
};

bool state_may_send(enum hf_state state)
{
	return can[state].may_send;
}

bool state_may_receive(enum hf_state state)
{
	return can[state].may_receive;
}

bool state_is_synchronized(enum hf_state state)
{
	return can[state].is_synchronized;
}

bool state_has_sent_fin(enum hf_state state)
{
	return can[state].has_sent_fin;
}

bool state_has_received_fin(enum hf_state state)
{
	return can[state].has_received_fin;
}

const char *hf_state_name(enum hf_state state)
{
	static const char *const name[HF_STATES] = {
		[HF_CLOSED] = "CLOSED",
		[HF_LISTEN] = "LISTEN",
		[HF_SYN_SENT] = "SYN_SENT",
		[HF_SYN_RECEIVED] = "SYN_RECEIVED",
		[HF_ESTABLISHED] = "ESTABLISHED",
		[HF_FIN_WAIT_1] = "FIN_WAIT_1",
		[HF_FIN_WAIT_2] = "FIN_WAIT_2",
		[HF_CLOSE_WAIT] = "CLOSE_WAIT",
		[HF_CLOSING] = "CLOSING",
		[HF_LAST_ACK] = "LAST_ACK",
		[HF_TIME_WAIT] = "TIME_WAIT",
	};

	return (unsigned)state < HF_STATES ? name[state] : "?";
}

void report_flow(struct turn *t, const struct flow *flow)
{
	struct hf_report *r = t->report;

	if (r == NULL)
		return;
	r->local = *flow_local(t, flow);
	r->remote = flow->remote;
	r->local_port = flow->local_port;
	r->remote_port = flow->remote_port;
}

void report_tcb(struct turn *t, const struct tcb *tcb)
{
	struct hf_report *r = t->report;

	if (r == NULL)
		return;
	report_flow(t, &tcb->flow);
	r->connection = (struct hf_handle){ tcb_ref(t, tcb),
					    tcb->flow.record.generation };
	r->cwnd = tcb->cwnd;
	r->ssthresh = tcb->ssthresh;
	r->rto = rto(t, tcb);
	r->deadline = timer_earliest(t, tcb);
}

void report_step(struct turn *t, const struct flow *flow, enum hf_state from,
		 enum hf_state to)
{
	struct hf_report *r = t->report;

	if (r == NULL)
		return;
	report_flow(t, flow);
	if (r->steps == 0)
		r->path[0] = (uint8_t)from;
	if (r->steps < HF_REPORT_STEPS)
		r->steps++;
	r->path[r->steps] = (uint8_t)to;
}

void begin(struct tcb *tcb, enum hf_state state)
{
	tcb->state = (uint8_t)state;
}

void enter(struct turn *t, struct tcb *tcb, enum hf_state state)
{
	report_step(t, &tcb->flow, (enum hf_state)tcb->state, state);
	tcb->state = (uint8_t)state;
}
