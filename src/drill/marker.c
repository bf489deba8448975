/* SPDX-License-Identifier: MIT */
#include "marker.h"

#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void read_marker(struct drill_markers *markers, const char *text)
{
	const struct {
		const char *begin;
		bool *flag;
	} rows[] = {
		{ "profile: rfc", &markers->rfc },
		{ "profile: linux", &markers->linux_profile },
		{ "differs from Linux:", &markers->differs },
		{ "long:", &markers->is_long },
		{ "ipv4 only:", &markers->ipv4_only },
		{ "ipv6 only:", &markers->ipv6_only },
		{ "not split:", &markers->not_split },
		{ "not duplicated:", &markers->not_duplicated },
		{ "silent at the end", &markers->silent_at_end },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (begins(text, rows[i].begin))
			*rows[i].flag = true;
}

void drill_markers_read(struct drill_markers *markers, const char *text)
{
	memset(markers, 0, sizeof *markers);
	while (*text) {
		text += strspn(text, " \t");
		if (begins(text, "//"))
			read_marker(markers, text + 2 + strspn(text + 2, " "));
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}
