/* SPDX-License-Identifier: MIT */
/* Finds a setting, reads its value, and applies it. */
#include "sysctl_table.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME 128u
#define VALUES 3u

/* The most that a window can say without a scale. */
#define UNSCALED 65535u

/* ---- finding ----------------------------------------------------------- */

/*
 * "/proc/sys/net/ipv4/tcp_sack" as "net.ipv4.tcp_sack". With slashes, the
 * name of an interface may have dots; what is asked for here has none.
 */
static bool put_in_form(char *form, const char *name)
{
	static const char folder[] = "/proc/sys/";
	size_t len;

	if (strncmp(name, folder, sizeof folder - 1) == 0)
		name += sizeof folder - 1;
	len = strlen(name);
	if (len >= NAME)
		return false;
	for (size_t i = 0; i <= len; i++)
		form[i] = name[i] == '/' ? '.' : name[i];
	return true;
}

static const struct sysctl_row *find_in(const struct sysctl_row *row,
					const char *name)
{
	for (; row->name; row++)
		if (fnmatch(row->name, name, 0) == 0)
			return row;
	return NULL;
}

static const struct sysctl_row *find(const char *name)
{
	const struct sysctl_row *row;
	char form[NAME];

	if (!put_in_form(form, name))
		return NULL;
	row = find_in(sysctl_linux, form);
	return row ? row : find_in(sysctl_bsd, form);
}

/* ---- reading ----------------------------------------------------------- */

struct values {
	int64_t number[VALUES];
	size_t n;
};

/* Whole numbers between blanks, as the kernel reads them; nothing else. */
static bool read_values(struct values *values, const char *text)
{
	char *end;

	values->n = 0;
	text += strspn(text, " \t");
	while (*text) {
		if (values->n == VALUES)
			return false;
		errno = 0;
		values->number[values->n++] = strtoll(text, &end, 0);
		if (errno || end == text || !strchr(" \t", *end))
			return false;
		text = end + strspn(end, " \t");
	}
	return values->n != 0;
}

static bool in_range(const struct sysctl_row *row, const struct values *values)
{
	for (size_t i = 0; i < values->n; i++)
		if (values->number[i] < row->least ||
		    values->number[i] > row->most)
			return false;
	return true;
}

static size_t values_of(enum sysctl_kind kind)
{
	switch (kind) {
	case SYSCTL_SEND_BUFFER:
	case SYSCTL_RECEIVE_BUFFER:
		return 3;
	case SYSCTL_PORTS:
		return 2;
	case SYSCTL_IGNORED:
	case SYSCTL_CONGESTION:
		return 0;
	case SYSCTL_NUMBER:
	case SYSCTL_SMALL:
	case SYSCTL_FLAG:
	case SYSCTL_NOT:
	case SYSCTL_TIME:
	case SYSCTL_RECEIVE_MOST:
	case SYSCTL_ECN:
	case SYSCTL_ECN_BSD:
	case SYSCTL_RFC_1323:
		break;
	}
	return 1;
}

/* ---- applying ---------------------------------------------------------- */

/*
 * Linux offers the scale with which the largest receive queue that it might
 * ever have can be said in 16 bits.
 */
static void choose_scale(struct sysctl_target *target)
{
	const struct drill_sockets_defaults *sockets = &target->sockets;
	uint32_t most = sockets->receive_growth > sockets->receive_most
				? sockets->receive_growth
				: sockets->receive_most;
	uint8_t scale = 0;

	while (scale < 14 && most >> scale > UNSCALED)
		scale++;
	target->config.window_scale = scale;
}

/*
 * A Linux receive queue counts what segments take in memory: the window is
 * half of it, which is what tcp_adv_win_scale is about.
 */
static void set_receive_buffer(struct sysctl_target *target,
			       const struct values *values)
{
	uint32_t first = (uint32_t)values->number[1];

	target->config.receive_buffer = first > 1 ? first / 2 : 1;
	target->sockets.receive_growth = (uint32_t)values->number[2];
	choose_scale(target);
}

static bool set_ports(struct hf_config *config, const struct values *values)
{
	if (values->number[0] > values->number[1])
		return false;
	config->port_low = (uint16_t)values->number[0];
	config->port_high = (uint16_t)values->number[1];
	return true;
}

/*
 * Of Linux: 3 asks for accurate ECN, which a handfast host cannot; 4 and 5
 * are 1 and 2 that would answer to it.
 */
static bool set_ecn(uint8_t *ecn, int64_t value)
{
	static const uint8_t meaning[] = {
		HF_ECN_OFF, HF_ECN_ASK, HF_ECN_ANSWER,
		0,	    HF_ECN_ASK, HF_ECN_ANSWER,
	};

	*ecn = meaning[value];
	return value != 3;
}

/* Of FreeBSD: the same up to 2; 3 and 4 are about accurate ECN. */
static bool set_ecn_bsd(uint8_t *ecn, int64_t value)
{
	return value <= 2 && set_ecn(ecn, value);
}

/* 1: both, 2: scales only, 3: timestamps only. */
static void set_rfc_1323(struct hf_config *config, int64_t value)
{
	config->no_window_scale = value == 0 || value == 3;
	config->no_timestamps = value == 0 || value == 2;
}

static int64_t cut(const struct sysctl_row *row, int64_t value)
{
	return row->limit && value > row->limit ? row->limit : value;
}

/* False: a combination without meaning. */
static bool set_row(struct sysctl_target *target, const struct sysctl_row *row,
		    const struct values *values)
{
	void *member = (char *)target + row->offset;
	int64_t value = cut(row, values->number[0]);

	switch (row->kind) {
	case SYSCTL_IGNORED:
	case SYSCTL_CONGESTION:
		break;
	case SYSCTL_NUMBER:
		*(uint32_t *)member = (uint32_t)value;
		break;
	case SYSCTL_SMALL:
		*(uint8_t *)member = (uint8_t)value;
		break;
	case SYSCTL_FLAG:
		*(bool *)member = value != 0;
		break;
	case SYSCTL_NOT:
		*(bool *)member = value == 0;
		break;
	case SYSCTL_TIME:
		*(hf_time *)member = (hf_time)value * row->unit;
		break;
	case SYSCTL_SEND_BUFFER:
		/* Ours does not grow: it is at once what theirs may become. */
		*(uint32_t *)member = (uint32_t)values->number[2];
		break;
	case SYSCTL_RECEIVE_BUFFER:
		set_receive_buffer(target, values);
		break;
	case SYSCTL_RECEIVE_MOST:
		*(uint32_t *)member = (uint32_t)value;
		choose_scale(target);
		break;
	case SYSCTL_PORTS:
		return set_ports(&target->config, values);
	case SYSCTL_ECN:
		return set_ecn(member, value);
	case SYSCTL_ECN_BSD:
		return set_ecn_bsd(member, value);
	case SYSCTL_RFC_1323:
		set_rfc_1323(&target->config, value);
		break;
	}
	return true;
}

/* Those of both systems mean New Reno, and nothing else is there. */
static enum drill_setting_result choose_congestion(const char *value)
{
	if (strcmp(value, "reno") == 0 || strcmp(value, "newreno") == 0)
		return DRILL_SETTING_DONE;
	return DRILL_SETTING_IGNORED;
}

static enum drill_setting_result apply(struct sysctl_target *target,
				       const struct sysctl_row *row,
				       const char *value)
{
	struct sysctl_target changed = *target;
	struct values values;

	if (row->kind == SYSCTL_IGNORED)
		return DRILL_SETTING_IGNORED;
	if (row->kind == SYSCTL_CONGESTION)
		return choose_congestion(value);
	if (!read_values(&values, value) || values.n != values_of(row->kind) ||
	    !in_range(row, &values) || !set_row(&changed, row, &values))
		return DRILL_SETTING_VALUE;
	*target = changed;
	return DRILL_SETTING_DONE;
}

enum drill_setting_result
drill_setting_apply(struct hf_config *config,
		    struct drill_sockets_defaults *sockets, const char *name,
		    const char *value)
{
	const struct sysctl_row *row = find(name);
	struct sysctl_target target = { *config, *sockets };
	enum drill_setting_result result;

	if (!row)
		return DRILL_SETTING_UNKNOWN;
	result = apply(&target, row, value);
	*config = target.config;
	*sockets = target.sockets;
	return result;
}

/* ---- what there is at first --------------------------------------------- */

void drill_setting_defaults(struct hf_config *config,
			    struct drill_sockets_defaults *sockets,
			    enum hf_profile profile)
{
	struct sysctl_target target = { 0 };
	const struct sysctl_row *row;

	hf_config_default(&target.config, profile);
	if (profile == HF_PROFILE_LINUX)
		for (row = sysctl_linux; row->name; row++)
			if (row->first)
				(void)apply(&target, row, row->first);
	*config = target.config;
	*sockets = target.sockets;
}

const char *drill_setting_first(const char *name)
{
	const struct sysctl_row *row = find(name);

	return row ? row->first : NULL;
}

const char *drill_setting_why(const char *name)
{
	const struct sysctl_row *row = find(name);

	return row ? row->why : NULL;
}
