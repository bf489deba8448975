/* SPDX-License-Identifier: MIT */
/* What the code of scripts sees of a socket, as variables of Python. */
#ifndef DRILL_CODE_VARIABLES_H
#define DRILL_CODE_VARIABLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* getsockopt(), and how many octets of it are known. */
struct code_option {
	int level, name;
	size_t len;
};

/* TCP_INFO first; the others need not be there. */
#define CODE_OPTIONS 3u
extern const struct code_option code_options[CODE_OPTIONS];
#define CODE_MOST 512u /* octets of an option */

/* Writes "\tNAME=VALUE" for each variable of option `which`, within `len`. */
void code_variables_write(FILE *to, size_t which, const uint8_t *data,
			  size_t len);

#endif
