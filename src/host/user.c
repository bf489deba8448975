/* SPDX-License-Identifier: MIT */
/* The user calls: handles are checked here, and nothing else is trusted. */
#include "internal.h"

/* ---- opening ---------------------------------------------------------- */

enum hf_error hf_listen(struct hf_host *host, const struct hf_listen *options,
			struct hf_handle *listener)
{
	struct turn t = turn_of(host, 0, NULL);

	if (options == NULL || listener == NULL ||
	    options->send_buffer > BUFFER_MOST ||
	    options->receive_buffer > BUFFER_MOST)
		return HF_ERR_ARGUMENT;
	return listen_open(&t, options, listener);
}

enum hf_error hf_accept(struct hf_host *host, struct hf_handle listener,
			struct hf_handle *connection)
{
	struct turn t = turn_of(host, 0, NULL);
	struct listener *l = find_listener(host, listener);

	return l != NULL ? listen_accept(&t, l, connection) : HF_ERR_HANDLE;
}

enum hf_error hf_backlog(struct hf_host *host, struct hf_handle listener,
			 uint32_t completed)
{
	struct listener *l = find_listener(host, listener);

	if (l == NULL)
		return HF_ERR_HANDLE;
	l->completed_limit = completed;
	return HF_OK;
}

enum hf_error hf_syn(struct hf_host *host, struct hf_handle syn,
		     struct hf_syn *about)
{
	struct turn t = turn_of(host, 0, NULL);
	const struct ask *ask = pool_find(&host->block, &host->tcp.asks, syn);
	const struct half_open *h;
	const struct listener *l;

	if (ask == NULL)
		return HF_ERR_HANDLE;
	h = ask_about(&t, ask);
	l = block_at(t.b, h->listener);
	*about = (struct hf_syn){
		.listener = { h->listener, l->flow.record.generation },
		.local = *flow_local(&t, &h->flow),
		.remote = h->flow.remote,
		.local_port = h->flow.local_port,
		.remote_port = h->flow.remote_port,
	};
	return HF_OK;
}

enum hf_error hf_decide(struct hf_host *host, struct hf_handle syn,
			enum hf_verdict verdict, hf_time now)
{
	struct turn t = turn_of(host, now, NULL);
	struct ask *ask = pool_find(&host->block, &host->tcp.asks, syn);

	if ((unsigned)verdict > HF_VERDICT_SILENCE)
		return HF_ERR_ARGUMENT;
	if (ask == NULL)
		return HF_ERR_HANDLE;
	ask_decide(&t, ask, verdict);
	return HF_OK;
}

enum hf_error hf_open(struct hf_host *host, const struct hf_open *options,
		      hf_time now, struct hf_handle *connection)
{
	struct turn t = turn_of(host, now, NULL);

	if (options == NULL || connection == NULL ||
	    options->send_buffer > BUFFER_MOST ||
	    options->receive_buffer > BUFFER_MOST)
		return HF_ERR_ARGUMENT;
	return call_open(&t, options, connection);
}

/* ---- SEND ------------------------------------------------------------- */

static enum hf_error ended(const struct tcb *tcb)
{
	return tcb->error != HF_OK ? (enum hf_error)tcb->error
				   : HF_ERR_NOT_CONNECTED;
}

/* Whether SEND is possible now, and how many octets the queue takes. */
static enum hf_error may_send(struct tcb *tcb, uint32_t *room)
{
	*room = 0;
	if (tcb->state == HF_CLOSED)
		return ended(tcb);
	if (tcb->flags & TCB_FIN_QUEUED ||
	    !state_may_send((enum hf_state)tcb->state))
		return HF_ERR_CLOSING;
	if (tcb->send.len >= tcb->send_buffer) {
		tcb->flags |= TCB_WANTS_ROOM;
		return HF_ERR_WOULD_BLOCK;
	}
	*room = tcb->send_buffer - tcb->send.len;
	return HF_OK;
}

enum hf_error hf_send_as(struct hf_host *host, struct hf_handle connection,
			 const void *data, size_t len, unsigned flags,
			 size_t *sent)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	uint32_t room;

	*sent = 0;
	if (tcb == NULL)
		return HF_ERR_HANDLE;
	if (len == 0 || flags & ~(HF_SEND_PUSH | HF_SEND_URGENT | HF_SEND_MORE))
		return HF_ERR_ARGUMENT;
	error = may_send(tcb, &room);
	if (error != HF_OK)
		return error;
	if (!send_may_mark(&t, tcb, flags))
		return HF_ERR_NO_MEMORY;
	send_push_remember(&t, tcb);
	*sent = send_append(&t, tcb, data, len < room ? (uint32_t)len : room);
	if (*sent < len)
		tcb->flags |= TCB_WANTS_ROOM;
	if (*sent > 0 && flags & HF_SEND_PUSH)
		tcb->flags |= TCB_PUSH_AT_END;
	if (*sent > 0 && tcb->side != 0)
		send_marked(&t, tcb, flags);
	tcb_ready(&t, tcb);
	return *sent > 0 ? HF_OK : HF_ERR_NO_MEMORY;
}

enum hf_error hf_send(struct hf_host *host, struct hf_handle connection,
		      const void *data, size_t len, size_t *sent)
{
	return hf_send_as(host, connection, data, len, 0, sent);
}

enum hf_error hf_flush(struct hf_host *host, struct hf_handle connection,
		       size_t *dropped)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	uint32_t n = 0;

	*dropped = 0;
	if (tcb == NULL)
		return HF_ERR_HANDLE;
	error = call_flush(&t, tcb, &n);
	*dropped = n;
	return error;
}

enum hf_error hf_reserve(struct hf_host *host, struct hf_handle connection,
			 void **data, size_t *len)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	uint32_t room, n;

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	error = may_send(tcb, &room);
	if (error != HF_OK)
		return error;
	*data = send_reserve(&t, tcb, &n);
	if (*data == NULL)
		return HF_ERR_NO_MEMORY;
	*len = n < room ? n : room;
	return HF_OK;
}

enum hf_error hf_commit(struct hf_host *host, struct hf_handle connection,
			size_t len)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	uint32_t room;

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	error = may_send(tcb, &room);
	if (error != HF_OK)
		return error;
	if (len > room || len > queue_lent(t.b, &tcb->send))
		return HF_ERR_ARGUMENT;
	if (queue_lent(t.b, &tcb->send) == 0)
		return HF_OK; /* nothing was lent, and nothing is committed */
	if (len > 0)
		send_push_remember(&t, tcb);
	queue_commit(t.b, &t.ip->buffers, &tcb->send, (uint32_t)len);
	if (tcb->side != 0)
		send_marked(&t, tcb, 0);
	tcb_ready(&t, tcb);
	return HF_OK;
}

/* ---- RECEIVE ---------------------------------------------------------- */

/* HF_OK: there are octets, or the end (and then none). */
static enum hf_error may_receive(const struct tcb *tcb)
{
	if (tcb->receive.len > 0)
		return HF_OK;
	if (tcb->state == HF_CLOSED && tcb->error != HF_OK)
		return (enum hf_error)tcb->error;
	if (tcb->flags & TCB_FIN_RECEIVED)
		return HF_OK;
	return tcb->state == HF_CLOSED ? HF_ERR_NOT_CONNECTED
				       : HF_ERR_WOULD_BLOCK;
}

static void consume(struct turn *t, struct tcb *tcb, uint32_t len)
{
	queue_consume(t->b, &t->ip->buffers, &tcb->receive, len);
	if (tcb->side != 0)
		urgent_consumed(t, tcb);
	tcb_window_changed(t, tcb);
}

enum hf_error hf_receive(struct hf_host *host, struct hf_handle connection,
			 void *buf, size_t cap, size_t *got)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	uint8_t *to = buf;

	*got = 0;
	if (tcb == NULL)
		return HF_ERR_HANDLE;
	if (cap == 0)
		return HF_ERR_ARGUMENT;
	error = may_receive(tcb);
	if (error != HF_OK)
		return error;
	while (*got < cap && tcb->receive.len > 0) {
		uint32_t n;
		const uint8_t *from = queue_peek(t.b, &tcb->receive, &n);

		if (n > cap - *got)
			n = (uint32_t)(cap - *got);
		memcpy(to + *got, from, n);
		*got += n;
		consume(&t, tcb, n);
	}
	return HF_OK;
}

enum hf_error hf_peek_at(struct hf_host *host, struct hf_handle connection,
			 uint32_t offset, const void **data, size_t *len)
{
	const struct tcb *tcb = find_connection(host, connection);
	struct queue_cursor cursor = { 0 };
	enum hf_error error;
	uint32_t n = 0;

	*data = NULL;
	*len = 0;
	if (tcb == NULL)
		return HF_ERR_HANDLE;
	error = may_receive(tcb);
	if (error != HF_OK || offset >= tcb->receive.len)
		return error;
	*data = queue_at(&host->block, &tcb->receive, &cursor, offset, &n);
	*len = n;
	return HF_OK;
}

enum hf_error hf_peek(struct hf_host *host, struct hf_handle connection,
		      const void **data, size_t *len)
{
	return hf_peek_at(host, connection, 0, data, len);
}

enum hf_error hf_consume(struct hf_host *host, struct hf_handle connection,
			 size_t len)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	if (len > tcb->receive.len)
		return HF_ERR_ARGUMENT;
	consume(&t, tcb, (uint32_t)len);
	return HF_OK;
}

/* ---- closing ---------------------------------------------------------- */

enum hf_error hf_shutdown(struct hf_host *host, struct hf_handle connection)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);

	return tcb != NULL ? call_shutdown(&t, tcb) : HF_ERR_HANDLE;
}

enum hf_error hf_close(struct hf_host *host, struct hf_handle handle,
		       hf_time now)
{
	struct turn t = turn_of(host, now, NULL);
	struct tcb *tcb = find_connection(host, handle);
	struct listener *l = find_listener(host, handle);

	if (tcb != NULL)
		call_close(&t, tcb);
	else if (l != NULL)
		listen_close(&t, l);
	else
		return HF_ERR_HANDLE;
	return HF_OK;
}

enum hf_error hf_abort(struct hf_host *host, struct hf_handle connection,
		       hf_time now)
{
	struct turn t = turn_of(host, now, NULL);
	struct tcb *tcb = find_connection(host, connection);

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	call_abort(&t, tcb);
	return HF_OK;
}
