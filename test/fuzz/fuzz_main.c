/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target without a fuzzer:
 *
 *	fuzz_..._replay FILE ...            runs each file
 *	fuzz_..._replay --random FIRST LAST runs inputs made from these seeds
 *	fuzz_..._replay --write SEED FILE   writes the input made from a seed
 */
#include "fuzz_host.h"
#include "sim_random.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 65536u

static char doing[512]; /* printed if it crashes */

static void die(int number)
{
	if (write(STDERR_FILENO, doing, strlen(doing)) < 0)
		_exit(3);
	signal(number, SIG_DFL);
	raise(number);
}

static size_t make(uint64_t seed, uint8_t *data)
{
	struct sim_random r = sim_random_stream(seed, 3);
	size_t len = 4 + (size_t)sim_random_below(&r, 400);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)sim_random_next(&r);
	fuzz_target_shape(data, seed, &r);
	return len;
}

static int run_random(const char *first, const char *last)
{
	uint64_t from = strtoull(first, NULL, 10);
	uint64_t to = strtoull(last, NULL, 10);
	uint8_t data[512];

	for (uint64_t seed = from; seed <= to; seed++) {
		size_t len = make(seed, data);

		snprintf(doing, sizeof doing,
			 "start %s; replay: %s --random %llu %llu\n",
			 fuzz_target_start(data), fuzz_target_name,
			 (unsigned long long)seed, (unsigned long long)seed);
		LLVMFuzzerTestOneInput(data, len);
	}
	printf("%llu random inputs passed\n",
	       (unsigned long long)(to - from + 1));
	return 0;
}

static int write_random(const char *seed, const char *path)
{
	uint8_t data[512];
	size_t len = make(strtoull(seed, NULL, 10), data);
	FILE *file = fopen(path, "wb");

	if (!file) {
		perror(path);
		return 1;
	}
	fwrite(data, 1, len, file);
	return fclose(file) == 0 ? 0 : 1;
}

static int run_file(const char *path)
{
	static uint8_t data[MOST];
	FILE *file = fopen(path, "rb");
	size_t len;

	if (!file) {
		perror(path);
		return 1;
	}
	len = fread(data, 1, sizeof data, file);
	fclose(file);
	snprintf(doing, sizeof doing, "replay: %s %s\n", fuzz_target_name,
		 path);
	LLVMFuzzerTestOneInput(data, len);
	return 0;
}

int main(int argc, char **argv)
{
	int result = 0;

	signal(SIGABRT, die);
	if (argc == 4 && strcmp(argv[1], "--random") == 0)
		return run_random(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_random(argv[2], argv[3]);
	if (argc < 2 || argv[1][0] == '-') {
		fprintf(stderr,
			"usage: %s FILE ... | --random FIRST LAST | "
			"--write SEED FILE\n",
			fuzz_target_name);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		result |= run_file(argv[i]);
	if (!result)
		printf("%d inputs passed\n", argc - 1);
	return result;
}
