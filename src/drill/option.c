/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <string.h>

/* clang-format off */
static const struct drill_option_row rows[] = {
	/* Addresses, ports, the device. */
	{ "ip_version",         DRILL_VALUE_VERSION },
	{ "bind_port",          DRILL_VALUE_NUMBER },
	{ "connect_port",       DRILL_VALUE_NUMBER },
	{ "local_ip",           DRILL_VALUE_ADDRESS },
	{ "remote_ip",          DRILL_VALUE_ADDRESS },
	{ "gateway_ip",         DRILL_VALUE_ADDRESS },
	{ "netmask_ip",         DRILL_VALUE_ADDRESS },
	{ "mtu",                DRILL_VALUE_NUMBER },
	{ "mss",                DRILL_VALUE_NUMBER },
	{ "speed",              DRILL_VALUE_TEXT },
	{ "is_anyip",           DRILL_VALUE_FLAG },
	{ "udp_encaps",         DRILL_VALUE_TEXT },
	{ "tun_dev",            DRILL_VALUE_TEXT },
	{ "persistent_tun_dev", DRILL_VALUE_FLAG },
	/* How strict to be. */
	{ "tolerance_usecs",    DRILL_VALUE_NUMBER },
	{ "tolerance_percent",  DRILL_VALUE_DECIMAL },
	{ "tcp_ts_tick_usecs",  DRILL_VALUE_NUMBER },
	{ "tcp_ts_ecr_scaled",  DRILL_VALUE_FLAG },
	{ "non_fatal",          DRILL_VALUE_TEXT },
	{ "strict_segments",    DRILL_VALUE_FLAG },
	{ "send_omit_free",     DRILL_VALUE_FLAG },
	/* What is run, and how. */
	{ "init_scripts",       DRILL_VALUE_TEXT },
	{ "define",             DRILL_VALUE_DEFINE },
	{ "code_command",       DRILL_VALUE_TEXT },
	{ "code_format",        DRILL_VALUE_TEXT },
	{ "code_sockopt",       DRILL_VALUE_TEXT },
	{ "dry_run",            DRILL_VALUE_FLAG },
	{ "verbose",            DRILL_VALUE_FLAG },
	{ "debug",              DRILL_VALUE_FLAG },
	{ "so_filename",        DRILL_VALUE_TEXT },
	{ "so_flags",           DRILL_VALUE_TEXT },
	/* Two machines. */
	{ "wire_client",        DRILL_VALUE_FLAG },
	{ "wire_client_dev",    DRILL_VALUE_TEXT },
	{ "wire_server",        DRILL_VALUE_FLAG },
	{ "wire_server_dev",    DRILL_VALUE_TEXT },
	{ "wire_server_ip",     DRILL_VALUE_ADDRESS },
	{ "wire_server_port",   DRILL_VALUE_NUMBER },
};
/* clang-format on */

const struct drill_option_row *drill_option_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}
