/* SPDX-License-Identifier: MIT */
/* What the files of the kit share. */
#ifndef LAB_KIT_PARTS_H
#define LAB_KIT_PARTS_H

#include "kit.h"
#include "record.h"

#define KIT_HOSTS STORY_ENDS
#define KIT_LOSSES 16u /* orders to lose something, of one host */

/* An order to lose segments of a host. */
struct kit_loss {
	uint8_t flags; /* with all of these; 0: whatever they are */
	unsigned skip; /* so many first */
	unsigned count; /* then so many are lost */
};

/* The events of one socket. */
struct kit_heard {
	struct hf_handle handle;
	uint32_t flags;
	enum hf_error error;
};

struct kit_host {
	const char *name;
	struct hf_config config;
	struct hf_addr addr;
	uint32_t link, end; /* where it was attached first */
	bool is_attached;
	kit_program *program;
	void *context;
	struct kit_loss loss[KIT_LOSSES];
	struct kit_heard *heard;
	size_t heard_count;
	struct kit *kit;
};

struct kit {
	const struct lab_options *options;
	const char *experiment;
	struct story_book *book;
	struct story *story; /* the scene that plays */
	struct hf_sim *sim;
	struct record *record;
	struct kit_host host[KIT_HOSTS];
	uint32_t hosts;
	unsigned failed; /* claims */
};

struct kit *kit_new(const struct lab_experiment *experiment,
		    const struct lab_options *options);
/* Gives back all but the book. */
void kit_free(struct kit *kit);

/* Ends the process: the experiment cannot be done. */
_Noreturn void kit_give_up(const struct kit *kit, const char *what,
			   const char *why);

/* Keeps what is known of a host's sockets. */
void kit_hear(struct kit *kit, uint32_t host, const struct hf_event *event);

#endif
