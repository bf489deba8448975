/* SPDX-License-Identifier: MIT */
/* Runs packetdrill scripts: the command line, and the sum. */
#define _GNU_SOURCE
#include "cli.h"

#include "drill_batch.h"
#include "option.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct cli_about about = {
	CLI_DRILL,
	"drill",
	"drill [OPTION...] FILE.pkt|FOLDER...",
	"Runs scripts in the language of packetdrill against a host in virtual "
	"time:\n"
	"no root, no device, no waiting. Of a folder all .pkt files below are "
	"run.\n\n"
	"Example:\n"
	"  handfast drill -j 4 test/drill/pass\n\n"
	"  -j N              run N scripts at a time\n"
	"  --verbose         print every packet, with states and reasons\n"
	"  --profile NAME    linux (the default) or rfc\n"
	"  --variants        run each script in all its variants: IPv4 and "
	"IPv6,\n"
	"                    header prediction on and off, incoming text "
	"split\n"
	"                    in two, incoming segments duplicated\n"
	"  --no-prediction, --split, --duplicate\n"
	"                    one of these alone\n"
	"  --kernel          run against the running kernel, in real time "
	"(root);\n"
	"                    what fails beside others is run again, alone\n"
	"  --long            with --kernel: also what takes more than 10 s\n"
	"  --allow-shell     run other commands in backticks than settings\n"
	"  -D NAME=VALUE, --define=NAME=VALUE\n"
	"                    a macro of the scripts\n"
	"  --NAME=VALUE      an option of packetdrill, such as --ip_version="
	"ipv6,\n"
	"                    --mtu=1500, --tolerance_usecs=4000, --bind_port="
	"8080,\n"
	"                    --local_ip=192.168.0.1, --init_scripts=a.sh\n"
	"  --help            print this\n\n"
	"It ends with \"N passed, N failed\".",
};

#define SETTINGS 64u

struct drill {
	struct drill_setup setup;
	struct drill_setting setting[SETTINGS];
	struct drill_define define[SETTINGS + 1];
	size_t defines;
	char **file; /* paths, sorted within each folder */
	size_t files;
	unsigned jobs;
};

/* ---- the command line ------------------------------------------------- */

/* NAME=VALUE, which is cut in two. */
static int add_define(struct drill *drill, char *text)
{
	char *equals = text ? strchr(text, '=') : NULL;

	if (!equals || equals == text)
		return cli_misuse(&about, "-D wants NAME=VALUE");
	if (drill->defines == SETTINGS)
		return cli_misuse(&about, "too many macros");
	*equals = '\0';
	drill->define[drill->defines].name = text;
	drill->define[drill->defines].value = equals + 1;
	drill->defines++;
	return 0;
}

static int set_profile(struct drill *drill, const char *name)
{
	drill->setup.has_profile = true;
	if (name && strcmp(name, "linux") == 0)
		drill->setup.profile = HF_PROFILE_LINUX;
	else if (name && strcmp(name, "rfc") == 0)
		drill->setup.profile = HF_PROFILE_RFC;
	else
		return cli_misuse(&about, "--profile is linux or rfc");
	return 0;
}

static int set_jobs(struct drill *drill, const char *value)
{
	uint64_t jobs;

	if (!value || !cli_read_number(value, 1, 1024, &jobs))
		return cli_misuse(&about, "-j wants 1 to 1024");
	drill->jobs = (unsigned)jobs;
	return 0;
}

/* An option of ours without a value; false: it is none. */
static bool set_flag(struct drill *drill, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} rows[] = {
		{ "--verbose", &drill->setup.verbose },
		{ "-v", &drill->setup.verbose },
		{ "--kernel", &drill->setup.kernel },
		{ "--long", &drill->setup.allow_long },
		{ "--allow-shell", &drill->setup.allow_shell },
		{ "--variants", &drill->setup.all_variants },
		{ "--no-prediction", &drill->setup.variant.no_prediction },
		{ "--split", &drill->setup.variant.split },
		{ "--duplicate", &drill->setup.variant.duplicate },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, word) == 0) {
			*rows[i].flag = true;
			return true;
		}
	}
	return false;
}

/* --NAME=VALUE, --NAME VALUE, or --NAME of a flag. */
static int add_setting(struct drill *drill, char *word, char ***argv)
{
	char *name = word + 2, *value = strchr(name, '=');
	const struct drill_option_row *row;
	struct drill_rules rules;
	char why[DRILL_FAILURE];

	if (value)
		*value++ = '\0';
	row = drill_option_find(name);
	if (!row)
		return cli_misuse(&about, "no option %s", word);
	if (!value && row->kind != DRILL_VALUE_FLAG && **argv)
		value = *(*argv)++;
	if (row->kind == DRILL_VALUE_DEFINE)
		return add_define(drill, value);
	drill_rules_default(&rules);
	if (drill_rules_set(&rules, name, value, why))
		return cli_misuse(&about, "%s", why);
	if (drill->setup.settings == SETTINGS)
		return cli_misuse(&about, "too many options");
	drill->setting[drill->setup.settings].name = name;
	drill->setting[drill->setup.settings].value = value;
	drill->setup.settings++;
	return 0;
}

static int read_option(struct drill *drill, char *word, char ***argv)
{
	if (set_flag(drill, word))
		return 0;
	if (strncmp(word, "--profile=", 10) == 0)
		return set_profile(drill, word + 10);
	if (strcmp(word, "--profile") == 0)
		return set_profile(drill, **argv ? *(*argv)++ : NULL);
	if (strncmp(word, "-j", 2) == 0)
		return set_jobs(drill, word[2]	? word + 2
				       : **argv ? *(*argv)++
						: NULL);
	if (strncmp(word, "-D", 2) == 0)
		return add_define(drill, word[2]  ? word + 2
					 : **argv ? *(*argv)++
						  : NULL);
	if (word[1] == '-' && word[2])
		return add_setting(drill, word, argv);
	return cli_misuse(&about, "no option %s", word);
}

/* ---- files ------------------------------------------------------------ */

static int add_file(struct drill *drill, const char *path)
{
	char **more = realloc(drill->file, (drill->files + 1) * sizeof *more);

	if (!more)
		return cli_fail(&about, "no memory");
	drill->file = more;
	more[drill->files] = strdup(path);
	if (!more[drill->files])
		return cli_fail(&about, "no memory");
	drill->files++;
	return 0;
}

static bool is_folder(const char *path)
{
	struct stat about_it;

	return stat(path, &about_it) == 0 && S_ISDIR(about_it.st_mode);
}

static bool is_script(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".pkt") == 0;
}

static int add_path(struct drill *drill, const char *path, bool is_named);

static int add_folder(struct drill *drill, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), status = 0;
	char *inner;

	if (n < 0)
		return cli_fail(&about, "%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!status && entries[i]->d_name[0] != '.') {
			if (asprintf(&inner, "%s/%s", path,
				     entries[i]->d_name) < 0)
				status = cli_fail(&about, "no memory");
			else
				status = add_path(drill, inner, false);
			if (!status)
				free(inner);
		}
		free(entries[i]);
	}
	free(entries);
	return status;
}

static int add_path(struct drill *drill, const char *path, bool is_named)
{
	if (is_folder(path))
		return add_folder(drill, path);
	return is_named || is_script(path) ? add_file(drill, path) : 0;
}

/* As cli_parse(). */
static int parse(struct drill *drill, char **argv)
{
	bool is_over = false;
	int status = 0;

	while (!status && *argv) {
		char *word = *argv++;

		if (!is_over && strcmp(word, "--help") == 0) {
			printf("Usage: handfast %s\n%s\n", about.usage,
			       about.text);
			return -1;
		}
		if (!is_over && strcmp(word, "--") == 0)
			is_over = true;
		else if (!is_over && word[0] == '-' && word[1])
			status = read_option(drill, word, &argv);
		else
			status = add_path(drill, word, true);
	}
	if (!status && !drill->files)
		return cli_misuse(&about, "name a script, or a folder of them");
	return status;
}

/* ---- the end ---------------------------------------------------------- */

static void print_sum(const struct drill_result *sum)
{
	if (sum->ignored[0])
		printf("ignored, since it has no meaning here: %s\n",
		       sum->ignored);
	if (sum->differ)
		printf("%u not run: they differ from Linux, and say why\n",
		       sum->differ);
	if (sum->took_long)
		printf("%u not run: they need --long\n", sum->took_long);
	printf("%u passed, %u failed\n", sum->passed, sum->failed);
}

static int run(const struct drill *drill)
{
	const struct drill_batch batch = { &drill->setup, drill->file,
					   drill->files, drill->jobs };
	struct drill_result sum = { 0 };
	const char *wrong = drill_batch_run(&batch, &sum);

	if (wrong)
		return cli_fail(&about, "%s: %s", wrong, strerror(errno));
	print_sum(&sum);
	return sum.failed ? CLI_FAILED : CLI_OK;
}

int cmd_drill(char **argv)
{
	struct drill drill = { .jobs = 1 };
	int status = parse(&drill, argv);

	drill.setup.setting = drill.setting;
	drill.setup.define = drill.defines ? drill.define : NULL;
	if (!status)
		status = run(&drill);
	for (size_t i = 0; i < drill.files; i++)
		free(drill.file[i]);
	free(drill.file);
	return status < 0 ? CLI_OK : status;
}
