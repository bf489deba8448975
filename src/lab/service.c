/* SPDX-License-Identifier: MIT */
/*
 * Echo, discard and character generator. Each takes what is there, until the
 * host would block, and leaves the text in the host's own queues: echo is one
 * copy, from the receive queue to the send queue.
 */
#include "lab.h"

#include <string.h>

/* What is there to take: HF_OK with 0 octets at the end. */
static enum hf_error look(struct hf_host *host, struct lab_session *session,
			  const void **data, size_t *len)
{
	*len = 0;
	return hf_peek(host, session->connection, data, len);
}

static void take(struct hf_host *host, struct lab_session *session, size_t len)
{
	if (hf_consume(host, session->connection, len) == HF_OK)
		session->in += len;
}

/*
 * Is an error of sending the end? A full queue is not; nor is a full block
 * while octets of our own are under way, for HF_EVENT_DRAINED will come.
 */
static bool is_final(const struct hf_host *host,
		     const struct lab_session *session, enum hf_error error)
{
	struct hf_status status;

	if (error == HF_ERR_NO_MEMORY)
		return hf_status(host, session->connection, &status) ||
		       !status.send_queue;
	return error != HF_ERR_WOULD_BLOCK;
}

static bool serve_echo(struct hf_host *host, struct lab_session *session)
{
	enum hf_error error;
	const void *data;
	size_t len, sent;

	for (;;) {
		error = look(host, session, &data, &len);
		if (error || !len)
			return error != HF_ERR_WOULD_BLOCK;
		error = hf_send(host, session->connection, data, len, &sent);
		if (error)
			return is_final(host, session, error);
		session->out += sent;
		take(host, session, sent);
	}
}

static bool serve_discard(struct hf_host *host, struct lab_session *session)
{
	enum hf_error error;
	const void *data;
	size_t len;

	for (;;) {
		error = look(host, session, &data, &len);
		if (error || !len)
			return error != HF_ERR_WOULD_BLOCK;
		take(host, session, len);
	}
}

/*
 * Lines of 72 of the 95 printing characters, each line starting one further
 * along: the octet at a place of the endless text.
 */
static char pattern(uint64_t place)
{
	uint64_t line = place / 74, column = place % 74;

	if (column >= 72)
		return column == 72 ? '\r' : '\n';
	return (char)(' ' + (line + column) % 95);
}

static bool is_complete(const struct lab_session *session)
{
	return session->limit && session->out >= session->limit;
}

static bool generate(struct hf_host *host, struct lab_session *session)
{
	enum hf_error error = HF_OK;
	char *data;
	void *room;
	size_t len;

	while (!error && !is_complete(session)) {
		error = hf_reserve(host, session->connection, &room, &len);
		if (error)
			return is_final(host, session, error);
		if (session->limit && len > session->limit - session->out)
			len = (size_t)(session->limit - session->out);
		data = room;
		for (size_t i = 0; i < len; i++)
			data[i] = pattern(session->out + i);
		error = hf_commit(host, session->connection, len);
		session->out += len;
	}
	return true;
}

bool lab_serve(struct hf_host *host, struct lab_session *session)
{
	switch (session->service) {
	case LAB_ECHO:
		return serve_echo(host, session);
	case LAB_DISCARD:
		return serve_discard(host, session);
	case LAB_CHARGEN:
		/* The peer's FIN is how it ends the service. */
		return serve_discard(host, session) || generate(host, session);
	}
	return true;
}
