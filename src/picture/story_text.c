/* SPDX-License-Identifier: MIT */
/* The words for what a story counts by numbers, in each language. */
#include "story.h"

#include <stdlib.h>
#include <string.h>

const char *story_pick(const struct story_text *text, enum story_lang lang)
{
	const char *picked = lang == STORY_ZH ? text->zh : text->en;

	return picked ? picked : "";
}

enum story_lang story_lang_default(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strncmp(value, "zh", 2) == 0 ? STORY_ZH
							    : STORY_EN;
	}
	return STORY_EN;
}

const char *story_timer_name(enum story_timer timer, enum story_lang lang)
{
	static const struct story_text name[STORY_TIMERS] = {
		[STORY_TIMER_NONE] = { "", "" },
		[STORY_TIMER_RETRANSMISSION] = { "retransmission", "重传" },
		[STORY_TIMER_DELAYED_ACK] = { "delayed ACK", "延迟确认" },
		[STORY_TIMER_PERSIST] = { "persist", "坚持" },
		[STORY_TIMER_KEEPALIVE] = { "keepalive", "保活" },
		[STORY_TIMER_FIN_WAIT_2] = { "FIN_WAIT_2", "FIN_WAIT_2" },
		[STORY_TIMER_TIME_WAIT] = { "2MSL", "2MSL" },
		[STORY_TIMER_OTHER] = { "timer", "定时器" },
	};

	return story_pick(&name[timer], lang);
}

const char *story_fate_text(enum story_fate fate, enum story_lang lang)
{
	static const struct story_text text[STORY_FATES] = {
		[STORY_ARRIVED] = { "", "" },
		[STORY_UNDER_WAY] = { "under way", "在途" },
		[STORY_LOST_QUEUE] = { "lost: the queue was full",
				       "丢失：队列已满" },
		[STORY_LOST_MASK] = { "lost on purpose", "故意丢弃" },
		[STORY_LOST_CHANCE] = { "lost on the wire", "线路上丢失" },
		[STORY_LOST_NOBODY] = { "lost: nobody has the address",
					"丢失：无人拥有该地址" },
		[STORY_LOST_UNPLUGGED] = { "lost: the cable is unplugged",
					   "丢失：网线已拔" },
		[STORY_LOST_OFF] = { "lost: the host is off",
				     "丢失：主机已关机" },
	};

	return story_pick(&text[fate], lang);
}
