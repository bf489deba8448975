/* SPDX-License-Identifier: MIT */
/*
 * What the program wants to know. Flags are gathered in the object they are
 * about, which stands in the list once: events cannot overflow.
 */
#include "tcp.h"

struct notice *notice_of(const struct turn *t, uint32_t ref)
{
	return (struct notice *)(void *)((char *)block_at(t->b, ref) +
					 NOTICE_OFFSET);
}

void notice_add(struct turn *t, uint32_t ref, uint32_t flags)
{
	struct notice *n = notice_of(t, ref);

	n->flags = (uint16_t)(n->flags | flags);
	if (n->is_listed)
		return;
	n->is_listed = true;
	n->prev = t->tcp->last_notice;
	if (n->prev != 0)
		notice_of(t, n->prev)->next = ref;
	else
		t->tcp->first_notice = ref;
	t->tcp->last_notice = ref;
}

void tcb_tell(struct turn *t, struct tcb *tcb, uint32_t flags)
{
	if (!(tcb->flags & TCB_RELEASED))
		notice_add(t, tcb_ref(t, tcb), flags);
}

/* SHLD-20: a flag; who does not care about it is not disturbed. */
void tcb_tell_soft(struct turn *t, struct tcb *tcb, enum hf_error error)
{
	if (tcb->flags & TCB_RELEASED)
		return;
	tcb->notice.soft_error = (uint8_t)error;
	notice_add(t, tcb_ref(t, tcb), HF_EVENT_SOFT_ERROR);
}

void notice_remove(struct turn *t, uint32_t ref)
{
	struct notice *n = notice_of(t, ref);

	if (!n->is_listed)
		return;
	if (n->prev != 0)
		notice_of(t, n->prev)->next = n->next;
	else
		t->tcp->first_notice = n->next;
	if (n->next != 0)
		notice_of(t, n->next)->prev = n->prev;
	else
		t->tcp->last_notice = n->prev;
	n->is_listed = false;
	n->next = n->prev = 0;
}

static void describe(const struct turn *t, uint32_t ref, struct hf_event *event)
{
	const struct flow *flow = block_at(t->b, ref);
	const struct notice *n = notice_of(t, ref);
	enum flow_kind kind = flow_kind(flow);

	event->handle = (struct hf_handle){ ref, flow->record.generation };
	event->flags = n->flags;
	event->error = (enum hf_error)n->soft_error;
	event->user = 0;
	if (kind == FLOW_LISTENER)
		event->user =
			((const struct listener *)(const void *)flow)->user;
	if (kind == FLOW_CONNECTION) {
		const struct tcb *tcb = tcb_at(t, ref);

		event->user = tcb->owner.user;
		if (n->flags & HF_EVENT_CLOSED)
			event->error = (enum hf_error)tcb->error;
	}
}

bool notice_next(struct turn *t, struct hf_event *event)
{
	uint32_t ref = t->tcp->first_notice;

	if (ref == 0)
		return false;
	describe(t, ref, event);
	notice_remove(t, ref);
	notice_of(t, ref)->flags = 0;
	notice_of(t, ref)->soft_error = HF_OK;
	return true;
}
