/* SPDX-License-Identifier: MIT */
#include "lab.h"

const struct lab_experiment *const lab_experiments[] = {
	&lab_handshake,
	&lab_echo,
	NULL,
};
