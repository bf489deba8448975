/* SPDX-License-Identifier: MIT */
/* Plays an experiment with the kit, draws it, and writes its files. */
#include "lab.h"

#include "kit_parts.h"
#include "ladder.h"
#include "story_pcapng.h"

#include <errno.h>
#include <string.h>

static int fail(const char *name, const char *path, const char *why)
{
	fprintf(stderr, "handfast lab %s: %s: %s\n", name, path, why);
	return 1;
}

static int write_file(const char *path, const struct story_book *book,
		      enum story_lang lang)
{
	FILE *file;
	bool is_written;

	if (!path)
		return 0;
	file = fopen(path, "wb");
	if (!file)
		return fail(book->name, path, strerror(errno));
	is_written = story_pcapng(file, book, lang);
	if (fclose(file) != 0 || !is_written)
		return fail(book->name, path, "cannot write all of it");
	return 0;
}

static int show(const struct story_book *book,
		const struct lab_options *options)
{
	struct ladder_style style;

	ladder_style_default(&style, options->out, options->width);
	style.lang = options->lang;
	ladder_print_book(options->out, book, &style);
	return write_file(options->pcap, book, options->lang);
}

int lab_run(const struct lab_experiment *experiment,
	    const struct lab_options *options)
{
	struct story_book *book;
	struct kit *kit;
	int status;

	if (experiment->run)
		return experiment->run(options);
	kit = kit_new(experiment, options);
	experiment->play(kit);
	status = kit->failed != 0;
	book = kit->book;
	kit_free(kit);
	status |= show(book, options);
	story_book_free(book);
	return status;
}
