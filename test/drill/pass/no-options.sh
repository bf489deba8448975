#!/bin/bash
# What the public suites have in such files: settings, and things about
# devices.
set -e
sysctl -q net.ipv4.tcp_timestamps=0
sysctl -q \
    net.ipv4.tcp_sack=0 \
    net.ipv4.tcp_window_scaling=0
sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"
sysctl -q net.core.some_thing_new=1
if [ -n "$NOTHING" ]; then
	echo "nothing" > /dev/null
fi
tc qdisc show > /dev/null
