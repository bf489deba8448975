/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job.h"

#include "marker.h"
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A file that was read. */
struct job {
	const struct drill_setup *setup;
	const char *path;
	char *text;
	struct drill_markers markers;
	FILE *out;
	struct drill_result *result;
};

/* ---- variants --------------------------------------------------------- */

/* So much more may be in a datagram of IPv6, that the MSS is the same. */
#define LONGER_HEADER 20u

struct kind {
	const char *name;
	enum drill_ip_version version;
	struct drill_variant variant;
};

static const struct kind kinds[] = {
	/* name                     version     slow   split  duplicate */
	{ "ipv4", DRILL_IPV4, { false, false, false } },
	{ "ipv6, no prediction", DRILL_IPV6, { true, false, false } },
	{ "ipv4, no prediction", DRILL_IPV4, { true, false, false } },
	{ "ipv6", DRILL_IPV6, { false, false, false } },
	{ "ipv4, duplicated", DRILL_IPV4, { false, false, true } },
	{ "ipv6, no prediction, duplicated",
	  DRILL_IPV6,
	  { true, false, true } },
	{ "ipv6, split", DRILL_IPV6, { false, true, false } },
	{ "ipv4, no prediction, split", DRILL_IPV4, { true, true, false } },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static bool applies(const struct job *job, const struct kind *kind)
{
	const struct drill_markers *markers = &job->markers;

	if (markers->ipv4_only && kind->version == DRILL_IPV6)
		return false;
	if (markers->ipv6_only && kind->version != DRILL_IPV6)
		return false;
	if (job->setup->kernel &&
	    (kind->variant.no_prediction || kind->variant.split ||
	     kind->variant.duplicate))
		return false;
	return !(markers->not_split && kind->variant.split) &&
	       !(markers->not_duplicated && kind->variant.duplicate);
}

/* ---- rules ------------------------------------------------------------ */

static bool set_option(struct job *job, struct drill_rules *rules,
		       const struct drill_option *option)
{
	const struct drill_setting setting = { option->name.data,
					       option->value.data };
	char why[DRILL_FAILURE];

	if (!drill_rules_set(rules, setting.name, setting.value, why))
		return true;
	fprintf(job->out, "%s:%u: %s\n", job->path, option->at.line, why);
	return false;
}

static bool set_options(struct job *job, struct drill_rules *rules,
			const struct drill_script *script)
{
	char why[DRILL_FAILURE];

	for (size_t i = 0; i < script->options; i++)
		if (!set_option(job, rules, &script->option[i]))
			return false;
	for (size_t i = 0; i < job->setup->settings; i++) {
		const struct drill_setting *setting = &job->setup->setting[i];

		if (!drill_rules_set(rules, setting->name, setting->value, why))
			continue;
		fprintf(job->out, "%s: %s\n", job->path, why);
		return false;
	}
	return true;
}

static bool settle(struct job *job, struct drill_rules *rules,
		   const struct drill_script *script, const struct kind *kind)
{
	const struct drill_setup *setup = job->setup;
	char why[DRILL_FAILURE];

	drill_rules_default(rules);
	rules->profile = job->markers.rfc ? HF_PROFILE_RFC : HF_PROFILE_LINUX;
	if (setup->has_profile)
		rules->profile = setup->profile;
	rules->kernel = setup->kernel;
	rules->allow_shell = setup->allow_shell;
	rules->variant = setup->variant;
	if (kind) {
		rules->variant = kind->variant;
		rules->network.ip_version = kind->version;
	} else if (job->markers.ipv6_only) {
		rules->network.ip_version = DRILL_IPV6;
	}
	if (!set_options(job, rules, script))
		return false;
	if (kind && !job->markers.ipv6_only &&
	    drill_network_is_ipv6(&rules->network))
		rules->network.mtu += LONGER_HEADER;
	rules->verbose |= setup->verbose;
	if (!drill_rules_finish(rules, why))
		return true;
	fprintf(job->out, "%s: %s\n", job->path, why);
	return false;
}

/* ---- one run ---------------------------------------------------------- */

static struct drill_stack *make_stack(const struct drill_rules *rules,
				      char *why)
{
	const struct drill_handfast options = {
		.profile = rules->profile,
		.no_header_prediction = rules->variant.no_prediction,
	};

	if (rules->kernel)
		return drill_stack_kernel(&rules->network, why);
	return drill_stack_handfast(&rules->network, &options, why);
}

static bool fill(struct drill_run *run)
{
	run->flows.local_port = run->rules->bind_port;
	run->arena = drill_arena_new();
	run->code = drill_code_new();
	run->octets[0] = malloc(DRILL_PACKET);
	run->octets[1] = malloc(DRILL_PACKET);
	return run->arena && run->code && run->octets[0] && run->octets[1];
}

static void empty(struct drill_run *run)
{
	if (run->stack)
		run->stack->ops->free(run->stack);
	drill_flows_free(&run->flows);
	drill_code_free(run->code);
	if (run->arena)
		drill_arena_free(run->arena);
	free(run->octets[0]);
	free(run->octets[1]);
}

static bool run_with(struct job *job, struct drill_run *run)
{
	char why[DRILL_FAILURE] = "";

	if (!fill(run)) {
		fprintf(job->out, "%s: no memory\n", job->path);
		return false;
	}
	run->stack = make_stack(run->rules, why);
	if (!run->stack) {
		fprintf(job->out, "%s: %s\n", job->path, why);
		return false;
	}
	if (drill_run_all(run))
		return true;
	drill_report_print(&run->report, job->out);
	return false;
}

static bool run_script(struct job *job, const struct drill_script *script,
		       const struct drill_rules *rules)
{
	struct drill_run *run = calloc(1, sizeof *run);
	bool passed = false;

	if (!run ||
	    !drill_report_open(&run->report, job->out, rules->verbose)) {
		fprintf(job->out, "%s: no memory\n", job->path);
		free(run);
		return false;
	}
	run->file = job->path;
	run->script = script;
	run->rules = rules;
	run->is_silent_at_end = job->markers.silent_at_end;
	run->report.ignored = job->result->ignored;
	passed = rules->dry_run || run_with(job, run);
	empty(run);
	drill_report_close(&run->report);
	free(run);
	return passed;
}

static bool run_kind(struct job *job, const struct kind *kind)
{
	struct drill_script *script;
	struct drill_rules rules;
	struct drill_error error;
	bool passed;

	script = drill_parse_with(job->path, job->text, strlen(job->text),
				  job->setup->define, &error);
	if (!script) {
		fprintf(job->out, "%s\n", error.text);
		return false;
	}
	passed = settle(job, &rules, script, kind) &&
		 run_script(job, script, &rules);
	if (!passed && kind)
		fprintf(job->out, "  in the variant: %s\n", kind->name);
	drill_script_free(script);
	return passed;
}

static void count(struct job *job, bool passed)
{
	if (passed)
		job->result->passed++;
	else
		job->result->failed++;
}

/* ---- the file --------------------------------------------------------- */

/* NULL after a line on `out`. */
static char *read_file(const char *path, FILE *out)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	if (!file) {
		fprintf(out, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	errno = 0;
	len = getdelim(&text, &room, '\0', file);
	if (len < 0 && (errno || ferror(file))) {
		fprintf(out, "%s: %s\n", path, strerror(errno));
		free(text);
		text = NULL;
	} else if (len < 0) {
		free(text);
		text = calloc(1, 1);
	}
	fclose(file);
	return text;
}

static bool is_left_out(struct job *job)
{
	if (!job->setup->kernel)
		return false;
	if (job->markers.differs || job->markers.rfc) {
		job->result->differ++;
		return true;
	}
	if (job->markers.is_long && !job->setup->allow_long) {
		job->result->took_long++;
		return true;
	}
	return false;
}

void drill_job_run(const struct drill_setup *setup, const char *path, FILE *out,
		   struct drill_result *result)
{
	struct job job = { .setup = setup, .path = path, .out = out };

	job.result = result;
	job.text = read_file(path, out);
	if (!job.text) {
		result->failed++;
		return;
	}
	drill_markers_read(&job.markers, job.text);
	if (!is_left_out(&job)) {
		if (!setup->all_variants)
			count(&job, run_kind(&job, NULL));
		for (size_t i = 0; setup->all_variants && i < KINDS; i++)
			if (applies(&job, &kinds[i]))
				count(&job, run_kind(&job, &kinds[i]));
	}
	free(job.text);
}
