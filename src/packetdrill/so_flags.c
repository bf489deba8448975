/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "so_flags.h"
#include "sysctl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTU 1500u /* packetdrill's, if it is not told another */
#define MTU_LEAST 576u

static bool read_address(struct hf_addr *addr, const char *text)
{
	*addr = hf_ipv4(0, 0, 0, 0);
	return inet_pton(AF_INET, text, addr->octet + 12) == 1 ||
	       inet_pton(AF_INET6, text, addr->octet) == 1;
}

static bool add_local(struct so_flags *flags, const char *value, char *failure)
{
	if (flags->locals == SO_FLAGS_ADDRESSES) {
		snprintf(failure, DRILL_FAILURE, "more than %u addresses",
			 SO_FLAGS_ADDRESSES);
		return false;
	}
	if (read_address(&flags->local[flags->locals], value)) {
		flags->locals++;
		return true;
	}
	snprintf(failure, DRILL_FAILURE, "'%s' is not an address", value);
	return false;
}

static bool set_mtu(struct so_flags *flags, const char *value, char *failure)
{
	char *end;
	unsigned long mtu = strtoul(value, &end, 10);

	if (*value >= '0' && *value <= '9' && !*end && mtu >= MTU_LEAST &&
	    mtu <= UINT16_MAX) {
		flags->mtu = (uint32_t)mtu;
		return true;
	}
	snprintf(failure, DRILL_FAILURE, "an MTU is %u to %u, not '%s'",
		 MTU_LEAST, (unsigned)UINT16_MAX, value);
	return false;
}

/* It must come first, as it is where settings begin. */
static bool set_profile(struct so_flags *flags, const char *value,
			char *failure)
{
	if (strcmp(value, "linux") != 0 && strcmp(value, "rfc") != 0) {
		snprintf(failure, DRILL_FAILURE,
			 "profile is linux or rfc, not '%s'", value);
		return false;
	}
	drill_setting_defaults(&flags->config, &flags->sockets,
			       *value == 'r' ? HF_PROFILE_RFC
					     : HF_PROFILE_LINUX);
	return true;
}

static bool set_other(struct so_flags *flags, const char *name,
		      const char *value, char *failure)
{
	const char *why = drill_setting_why(name);

	switch (drill_setting_apply(&flags->config, &flags->sockets, name,
				    value)) {
	case DRILL_SETTING_DONE:
		return true;
	case DRILL_SETTING_IGNORED:
		fprintf(stderr, "handfast: %s is ignored: %s\n", name,
			why ? why : "it means nothing here");
		return true;
	case DRILL_SETTING_UNKNOWN:
		snprintf(failure, DRILL_FAILURE,
			 "'%s' is neither local, mtu, profile nor a setting",
			 name);
		return false;
	case DRILL_SETTING_VALUE:
		break;
	}
	snprintf(failure, DRILL_FAILURE, "%s cannot be '%s'%s%s", name, value,
		 why ? ": " : "", why ? why : "");
	return false;
}

static bool read_word(struct so_flags *flags, char *word, char *failure)
{
	char *value = strchr(word, '=');

	if (!value) {
		snprintf(failure, DRILL_FAILURE, "'%s' has no '='", word);
		return false;
	}
	*value++ = '\0';
	if (strcmp(word, "local") == 0)
		return add_local(flags, value, failure);
	if (strcmp(word, "mtu") == 0)
		return set_mtu(flags, value, failure);
	if (strcmp(word, "profile") == 0)
		return set_profile(flags, value, failure);
	return set_other(flags, word, value, failure);
}

/* For tests of many connections; the block is small in exchange. */
static void set_limits(struct hf_config *config)
{
	config->listeners = 256;
	config->connections = 4096;
	config->half_open = 4096;
	config->time_wait = 4096;
	config->addresses = 256;
}

bool so_flags_read(struct so_flags *flags, const char *text, char *failure)
{
	char *copy, *rest, *word;
	bool is_good = true;

	memset(flags, 0, sizeof *flags);
	flags->mtu = MTU;
	drill_setting_defaults(&flags->config, &flags->sockets,
			       HF_PROFILE_LINUX);
	rest = copy = strdup(text ? text : "");
	if (!copy) {
		snprintf(failure, DRILL_FAILURE, "no memory");
		return false;
	}
	while (is_good && (word = strsep(&rest, ",")))
		is_good = !*word || read_word(flags, word, failure);
	free(copy);
	set_limits(&flags->config);
	return is_good;
}
