/* SPDX-License-Identifier: MIT */
/*
 * Packets that the stack sends. Each must be the next that the script says,
 * at its time. What is not of the script's connection is not looked at; nor
 * is what is left when the script ends.
 *
 * If segments that come in are cut or doubled, pure acknowledgements come and
 * go as they like: then those which the script does not say are passed over,
 * and those which it says need not come.
 */
#include "run.h"

#include <netinet/in.h>
#include <string.h>

#define GRACE (2 * (int64_t)HF_SECOND) /* past its time, before giving up */
#define ANY_TIME (600 * (int64_t)HF_SECOND)
#define ANY_REAL_TIME (15 * (int64_t)HF_SECOND)
#define OPTION_TIMESTAMP 8u

static bool is_lenient(const struct drill_run *run)
{
	return run->rules->variant.split || run->rules->variant.duplicate;
}

/* ---- whose packet it is ----------------------------------------------- */

static struct drill_flow *expected_flow(struct drill_run *run,
					const struct drill_packet *packet)
{
	struct drill_flow *flow;

	if (!packet->has_ports || packet->protocol != DRILL_TCP)
		return run->flows.tested;
	flow = drill_flows_find_script(&run->flows, packet->destination_port);
	return flow ? flow : run->flows.tested;
}

static bool is_of(const struct drill_flow *flow, const struct drill_view *view)
{
	return memcmp(&view->destination, &flow->remote, sizeof flow->remote) ==
		       0 &&
	       view->destination_port == flow->remote_port &&
	       (!flow->local_port || view->source_port == flow->local_port);
}

static bool is_icmp(const struct drill_view *view)
{
	return view->protocol == IPPROTO_ICMP ||
	       view->protocol == IPPROTO_ICMPV6;
}

/* What nobody asked about: ICMP while the script speaks of TCP, and so on. */
static bool concerns(const struct drill_flow *flow,
		     const struct drill_packet *packet,
		     const struct drill_view *view)
{
	if (view->protocol == IPPROTO_TCP)
		return flow && is_of(flow, view);
	switch (packet->protocol) {
	case DRILL_TCP:
		return false;
	case DRILL_UDP:
	case DRILL_UDPLITE:
		return !is_icmp(view);
	case DRILL_ICMP:
	case DRILL_ICMPV6:
		return is_icmp(view) && flow;
	}
	return false;
}

/* ---- segments that make up one packet of the script ------------------- */

/*
 * What the script's packet should look like from `got` octets on, if `view`
 * is only a piece of it.
 */
static void cut_piece(const struct drill_packet *packet, uint32_t got,
		      const struct drill_view *view, struct drill_packet *piece)
{
	const uint16_t ends = DRILL_PSH | DRILL_FIN;
	uint32_t left = packet->tcp.len - got;

	*piece = *packet;
	piece->tcp.seq.start += got;
	piece->tcp.len = left;
	if (got)
		piece->tcp.flags &= (uint16_t)~DRILL_CWR;
	/* What is sent as one, to be cut by the device, is pushed by Linux. */
	if (got && !(view->flags & DRILL_PSH))
		piece->tcp.flags &= (uint16_t)~DRILL_PSH;
	if (view->len >= left)
		return;
	piece->tcp.len = view->len;
	piece->tcp.flags = (uint16_t)((piece->tcp.flags & ~ends) |
				      (view->flags & DRILL_PSH));
}

static bool may_be_cut(const struct drill_run *run,
		       const struct drill_packet *packet,
		       const struct drill_view *view)
{
	return packet->protocol == DRILL_TCP && view->protocol == IPPROTO_TCP &&
	       view->len && !run->rules->strict_segments &&
	       !(packet->tcp.flags & DRILL_SYN);
}

/* ---- comparing -------------------------------------------------------- */

/* What the script does not say is taken from what came. */
static void fill_unsaid(struct drill_packet *packet,
			const struct drill_view *view)
{
	if (!packet->tcp.has_win) {
		packet->tcp.win = view->win;
		packet->tcp.has_win = true;
	}
	if (!packet->ip.has_ttl) {
		packet->ip.ttl = view->ttl;
		packet->ip.has_ttl = true;
	}
}

/* Which TS val is sent is not looked at; it is shown as it came. */
static void copy_timestamp(uint8_t *octets, const struct drill_view *expected,
			   const struct drill_view *came)
{
	const uint8_t *from = drill_view_option(came, OPTION_TIMESTAMP, 8);
	const uint8_t *to = drill_view_option(expected, OPTION_TIMESTAMP, 8);

	if (from && to)
		memcpy(octets + (to - octets), from, 4);
}

/* `expected` in octets; false: a failure. */
static bool build_expected(struct drill_run *run, struct drill_flow *flow,
			   const struct drill_packet *packet,
			   const struct drill_view *came,
			   struct drill_view *expected)
{
	const struct drill_path path = { &run->rules->network, flow };
	struct drill_packet full = *packet;
	char why[DRILL_FAILURE];
	const char *wrong;
	uint32_t len;

	fill_unsaid(&full, came);
	len = drill_packet_build(&path, &full, run->octets[0], why);
	if (!len)
		return drill_run_fail(run, "%s", why);
	wrong = drill_view_read(expected, run->octets[0], len);
	if (wrong)
		return drill_run_fail(run, "the script's packet: %s", wrong);
	copy_timestamp(run->octets[0], expected, came);
	run->expected = len;
	return true;
}

static bool text_differs(const struct drill_flow *flow,
			 const struct drill_view *expected,
			 const struct drill_view *came)
{
	return !flow->written_unknown && came->protocol == IPPROTO_TCP &&
	       expected->len == came->len &&
	       memcmp(expected->text, came->text, came->len) != 0;
}

/* What was expected is in octets[0]. */
static void tell_expected(struct drill_run *run)
{
	drill_report_packet(&run->report, run->origin + (hf_time)run->start,
			    run->octets[0], run->expected,
			    run->report.expected);
}

/* What came is told first: the trace learns from what is not true. */
static bool differs(struct drill_run *run, const char *why)
{
	drill_report_packet(&run->report, run->sent.when, run->sent.data,
			    run->sent.len, run->report.came);
	if (run->expected)
		tell_expected(run);
	return drill_run_fail(run, "%s", why);
}

static bool check_packet(struct drill_run *run, struct drill_flow *flow,
			 const struct drill_packet *packet,
			 const struct drill_view *came)
{
	struct drill_view expected;
	char why[DRILL_FAILURE];
	const char *difference;

	if (!build_expected(run, flow, packet, came, &expected))
		return false;
	difference = drill_packet_differs(packet, &expected, came, why);
	if (!difference && text_differs(flow, &expected, came))
		difference = "the text is not what was written";
	if (difference)
		return differs(run, difference);
	if (!drill_run_check_time(run, "outgoing packet",
				  (int64_t)(run->sent.when - run->origin)))
		return differs(run, "");
	run->expected = 0;
	return true;
}

/* ---- pure acknowledgements that come and go --------------------------- */

enum fate {
	COMPARE,
	PASS_OVER, /* what came is not looked at */
	NEED_NOT_COME, /* what the script says; what came is for the next */
};

/* Whether it is just what the script says, without a failure if it is not. */
static bool is_the_same(struct drill_run *run, struct drill_flow *flow,
			const struct drill_packet *packet,
			const struct drill_view *came)
{
	const struct drill_path path = { &run->rules->network, flow };
	struct drill_packet full = *packet;
	struct drill_view expected;
	char why[DRILL_FAILURE];
	uint32_t len;

	fill_unsaid(&full, came);
	len = drill_packet_build(&path, &full, run->octets[0], why);
	return len && !drill_view_read(&expected, run->octets[0], len) &&
	       !drill_packet_differs(packet, &expected, came, why) &&
	       drill_run_is_in_time(run,
				    (int64_t)(run->sent.when - run->origin));
}

static enum fate choose_fate(struct drill_run *run, struct drill_flow *flow,
			     const struct drill_packet *packet,
			     const struct drill_view *came)
{
	if (!is_lenient(run) || came->protocol != IPPROTO_TCP)
		return COMPARE;
	if (drill_view_is_pure_ack(came))
		return is_the_same(run, flow, packet, came) ? COMPARE
							    : PASS_OVER;
	return drill_packet_is_pure_ack(packet) ? NEED_NOT_COME : COMPARE;
}

/* ---- the event -------------------------------------------------------- */

static bool consider(struct drill_run *run, struct drill_flow *flow,
		     const struct drill_packet *packet,
		     const struct drill_view *view)
{
	uint32_t got = run->pieces.got;
	struct drill_packet piece = *packet;

	if (view->protocol == IPPROTO_TCP && packet->protocol == DRILL_TCP) {
		drill_run_learn_isn(flow, packet, view);
		if (may_be_cut(run, packet, view))
			cut_piece(packet, got, view, &piece);
	}
	if (!check_packet(run, flow, &piece, view) ||
	    !drill_run_learn_timestamp(run, flow, packet, view))
		return false;
	run->pieces.got += view->len;
	if (packet->protocol == DRILL_TCP && run->pieces.got < packet->tcp.len)
		return true;
	run->pieces.got = 0;
	drill_run_done(run);
	return true;
}

/* What is in run->sent; it is for the next event if it is to be kept. */
static bool look(struct drill_run *run)
{
	const struct drill_packet *packet = &drill_run_event(run)->packet;
	struct drill_flow *flow = expected_flow(run, packet);
	struct drill_view view;
	const char *wrong =
		drill_view_read(&view, run->sent.data, run->sent.len);

	if (wrong)
		return differs(run, wrong);
	run->has_sent = false;
	if (!concerns(flow, packet, &view))
		return true;
	switch (choose_fate(run, flow, packet, &view)) {
	case COMPARE:
		return consider(run, flow, packet, &view);
	case PASS_OVER:
		break;
	case NEED_NOT_COME:
		run->has_sent = true;
		drill_run_done(run);
		break;
	}
	return true;
}

static bool may_stay_away(const struct drill_run *run)
{
	return is_lenient(run) &&
	       drill_packet_is_pure_ack(&drill_run_event(run)->packet);
}

static int64_t give_up_at(const struct drill_run *run)
{
	const struct drill_event *event = drill_run_event(run);
	bool is_range = event->time == DRILL_TIME_ABSOLUTE_RANGE ||
			event->time == DRILL_TIME_RELATIVE_RANGE;
	int64_t last = is_range ? run->end : run->start;

	if (may_stay_away(run))
		return last;
	if (event->time == DRILL_TIME_ANY)
		return last +
		       (run->stack->ops->is_virtual ? ANY_TIME : ANY_REAL_TIME);
	return last + drill_run_tolerance(run) + GRACE;
}

static bool missing(struct drill_run *run)
{
	const struct drill_packet *packet = &drill_run_event(run)->packet;
	struct drill_flow *flow = expected_flow(run, packet);
	struct drill_view nothing = { 0 }, expected;

	if (may_stay_away(run)) {
		drill_run_done(run);
		return true;
	}
	if (!flow)
		return drill_run_fail(run, "no packet came out, and there is "
					   "no connection it could be of");
	nothing.ttl = 64;
	if (!build_expected(run, flow, packet, &nothing, &expected))
		return false;
	tell_expected(run);
	return drill_run_fail(run, "no packet came out");
}

bool drill_run_outbound(struct drill_run *run, int64_t until)
{
	int64_t limit = give_up_at(run);

	if (!run->has_sent)
		run->has_sent = run->stack->ops->take(run->stack, &run->sent);
	if (run->has_sent)
		return look(run);
	if (drill_run_now(run) >= limit)
		return missing(run);
	return drill_run_pass(run, until < limit ? until : limit);
}

bool drill_run_silence(struct drill_run *run, int64_t until)
{
	struct drill_view view;

	for (;;) {
		if (!run->has_sent)
			run->has_sent =
				run->stack->ops->take(run->stack, &run->sent);
		if (run->has_sent &&
		    !drill_view_read(&view, run->sent.data, run->sent.len) &&
		    view.protocol == IPPROTO_TCP && run->flows.tested &&
		    is_of(run->flows.tested, &view) &&
		    !(is_lenient(run) && drill_view_is_pure_ack(&view)))
			return differs(run, "a packet that nobody expected");
		if (!run->has_sent && drill_run_now(run) >= until)
			return true;
		if (!run->has_sent && !drill_run_pass(run, until))
			return false;
		run->has_sent = false;
	}
}
