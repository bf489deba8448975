/* SPDX-License-Identifier: MIT */
#include "lab.h"

const struct lab_experiment lab_experiments[] = {
	{ "echo", "a connection's whole life: 10 octets there and back",
	  lab_echo },
	{ NULL, NULL, NULL },
};
