/* SPDX-License-Identifier: MIT */
#include "story_pcapng.h"
#include "pcapng.h"

#include <stdarg.h>
#include <string.h>

#define COMMENT_MOST 4096u

struct comment {
	char text[COMMENT_MOST];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct comment *comment,
						      const char *format, ...)
{
	size_t room = sizeof comment->text - comment->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(comment->text + comment->len, room, format, args);
	va_end(args);
	if (len > 0)
		comment->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void add_seconds(struct comment *comment, hf_time time)
{
	add(comment, "%llu.%06llu s", (unsigned long long)(time / HF_SECOND),
	    (unsigned long long)(time % HF_SECOND / 1000));
}

static void add_states(struct comment *comment, const struct story_side *side)
{
	if (!side->steps && side->after.state != STORY_UNKNOWN)
		add(comment, " %s",
		    hf_state_name((enum hf_state)side->after.state));
	for (unsigned i = 0; side->steps && i <= side->steps; i++)
		add(comment, "%s%s", i ? " -> " : " ",
		    hf_state_name((enum hf_state)side->path[i]));
}

static void add_numbers(struct comment *comment, const struct story_tcb *tcb)
{
	if (tcb->has_send)
		add(comment, "\n  SND.UNA %u, SND.NXT %u",
		    tcb->snd_una.n - tcb->iss.n, tcb->snd_nxt.n - tcb->iss.n);
	if (tcb->has_receive)
		add(comment, "%sRCV.NXT %u", tcb->has_send ? ", " : "\n  ",
		    tcb->rcv_nxt.n - tcb->irs.n);
	if (!tcb->has_status)
		return;
	add(comment, "\n  SND.WND %u, RCV.WND %u, cwnd %u, ssthresh %u",
	    tcb->status.send_window, tcb->status.receive_window,
	    tcb->status.cwnd, tcb->status.ssthresh);
	add(comment, "\n  in flight %u, unsent %u, to receive %u, RTO ",
	    tcb->status.in_flight, tcb->status.unsent,
	    tcb->status.receive_queue);
	add_seconds(comment, tcb->status.rto);
}

static void add_timer(struct comment *comment, const struct story *story,
		      const struct story_tcb *tcb, enum story_lang lang)
{
	if (tcb->timer == STORY_TIMER_NONE || tcb->deadline == HF_NEVER)
		return;
	add(comment,
	    "\n  %s: ", story_timer_name((enum story_timer)tcb->timer, lang));
	add_seconds(comment, tcb->deadline - story->begin);
}

static void add_side(struct comment *comment, const struct story *story,
		     uint8_t end, const struct story_side *side,
		     enum story_lang lang)
{
	if (end >= story->ends)
		return;
	add(comment, "%s%s:", comment->len ? "\n" : "", story->end[end].name);
	add_states(comment, side);
	add_numbers(comment, &side->after);
	add_timer(comment, story, &side->after, lang);
}

static void add_findings(struct comment *comment, const struct story *story,
			 uint32_t number, enum story_lang lang)
{
	for (size_t i = 0; i < story->findings; i++)
		if (story->finding[i].moment == number)
			add(comment, "\n! %s (%s)",
			    story_pick(&story->finding[i].text, lang),
			    story->finding[i].cite);
}

static void write_comment(struct comment *comment, const struct story *story,
			  uint32_t number, enum story_lang lang)
{
	const struct story_moment *moment = &story->moment[number];
	const struct story_segment *segment = &moment->segment;

	comment->len = 0;
	comment->text[0] = '\0';
	if (segment->why)
		add(comment, "why: %s", hf_why_name((enum hf_why)segment->why));
	add_side(comment, story, moment->end, &moment->side, lang);
	if (segment->fate != STORY_ARRIVED)
		add(comment, "\n%s",
		    story_fate_text((enum story_fate)segment->fate, lang));
	else
		add_side(comment, story, moment->to, &moment->far, lang);
	if (segment->drop)
		add(comment, "\ndropped: %s",
		    hf_drop_name((enum hf_drop)segment->drop));
	add_findings(comment, story, number, lang);
}

static bool write_scene(FILE *out, const struct story *story,
			enum story_lang lang)
{
	struct comment comment;

	if (!pcapng_section(out, story->link, "wire"))
		return false;
	for (uint32_t i = 0; i < story->moments; i++) {
		const struct story_moment *moment = &story->moment[i];

		if (moment->kind != STORY_SEGMENT)
			continue;
		write_comment(&comment, story, i, lang);
		if (!pcapng_packet(out, moment->when, moment->segment.frame,
				   moment->segment.len, comment.text))
			return false;
	}
	return true;
}

bool story_pcapng(FILE *out, const struct story_book *book,
		  enum story_lang lang)
{
	for (size_t i = 0; i < book->scenes; i++)
		if (!write_scene(out, book->scene[i], lang))
			return false;
	return true;
}
