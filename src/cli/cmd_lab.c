/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static const struct cli_about about = {
	CLI_LAB,
	"lab",
	"lab [NAME [OPTION...]]",
	"Runs the experiment NAME on a simulated wire in virtual time, or "
	"lists\n"
	"the experiments. With --tun the peer is the running kernel: handfast\n"
	"serves one connection on the interface and ends; this needs root.\n\n"
	"Example:\n"
	"  handfast lab echo --pcap echo.pcap\n",
};

static int list(enum story_lang lang)
{
	for (size_t i = 0; lab_experiments[i]; i++)
		printf("%-18s %s\n", lab_experiments[i]->name,
		       story_pick(&lab_experiments[i]->about, lang));
	return CLI_OK;
}

/* Against the kernel: a traced server, for one connection if not told else. */
static int run_on_tun(struct cli_options *options)
{
	options->trace = true;
	if (!options->count)
		options->count = 1;
	return serve_run(options, &about, LAB_ECHO);
}

static const struct lab_experiment *find(const char *name)
{
	for (size_t i = 0; lab_experiments[i]; i++)
		if (strcmp(lab_experiments[i]->name, name) == 0)
			return lab_experiments[i];
	return NULL;
}

/* All in their order; the worst status. */
static int run_all(const struct lab_options *lab)
{
	int worst = CLI_OK;

	for (size_t i = 0; lab_experiments[i]; i++) {
		int status = lab_run(lab_experiments[i], lab);

		worst = status ? status : worst;
		putchar('\n');
	}
	return worst;
}

/* A name that is none: the near ones, or all. */
static int misuse_name(const char *name)
{
	char near[400] = "";
	size_t len = 0;

	for (size_t i = 0; lab_experiments[i]; i++) {
		const char *other = lab_experiments[i]->name;

		if (len + strlen(other) + 3 < sizeof near &&
		    cli_is_near(name, other))
			len += (size_t)snprintf(near + len, sizeof near - len,
						"%s%s", len ? ", " : "", other);
	}
	if (len)
		return cli_misuse(&about, "no experiment \"%s\"; there is %s",
				  name, near);
	return cli_misuse(&about, "no experiment \"%s\"", name);
}

int cmd_lab(char **argv)
{
	const struct lab_experiment *e;
	struct lab_options lab;
	struct cli_options options;
	int status = cli_parse(&options, &about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (!options.arguments)
		return list(options.lang);
	if (options.arguments > 1)
		return cli_misuse(&about, "name one experiment");
	lab = (struct lab_options){
		.profile = options.profile,
		.lang = options.lang,
		.width = options.width,
		.absolute = options.absolute,
		.pcap = options.pcap,
		.out = stdout,
	};
	if (strcmp(options.argument[0], "all") == 0)
		return run_all(&lab);
	e = find(options.argument[0]);
	if (!e)
		return misuse_name(options.argument[0]);
	return options.tun ? run_on_tun(&options) : lab_run(e, &lab);
}
