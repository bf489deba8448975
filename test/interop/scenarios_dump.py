# SPDX-License-Identifier: MIT
"""`handfast dump` against tcpdump, over what kernel and handfast just said."""
import itertools
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from capture import LINUX_SLL, LINUX_SLL2, Recording
from common import PATIENCE, PORT, require, shell
from handfast import Server, scenario
from kernel import connect, receive_exactly, refused_datagram
from scenarios_ip import ping_command
from scenarios_tcp import (aborted_connection, refused_connection,
                           short_connection, tcpdump_lines)

OPTIONS = ["".join(letters) for letters in itertools.product(
    ("", " -S"), ("", " -e"), ("", " -v"))]
TIMES = ["-t", "-tt", "-ttt", "-tttt", "-ttttt", "-c 20 -e"]
FILTERS = ["tcp", "icmp or icmp6", f"src port {PORT}", "greater 100"]
LINES_LEAST = 60


def talk(lab, family):
    """A little of everything that the two say to each other."""
    if lab.wire.is_ethernet:
        lab.wire.forget_neighbours()
        subprocess.run(f"ping -n -c 1 -W 1 {family.nobody}", shell=True,
                       stdout=subprocess.DEVNULL, check=False)
    for size in 0, 56, 5000:
        ping_command(family, size)
    shell(f"ping -n -c 1 {family.kernel}") # over the loopback
    refused_datagram(family)
    short_connection(family)
    refused_connection(family)
    aborted_connection(family)
    with connect(family) as sock:
        sock.sendall(bytes(50000))
        receive_exactly(sock, 50000)


def ours(lab, capture, options, expression):
    done = subprocess.run([lab.program, "dump", *options.split(), capture,
                           *expression.split()], capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    require(done.returncode == 0 and not done.stderr,
            f"{options}: exit status {done.returncode}: {done.stderr}")
    return done.stdout.splitlines()


def compare(lab, capture, options, expression=""):
    """How many lines both have."""
    theirs = tcpdump_lines(capture, *options.split(), f"'{expression}'")
    lines = ours(lab, capture, options, expression)
    for our, their in zip(lines, theirs):
        require(our == their, f"{capture.name} {options} {expression}: "
                              f"handfast {our!r}, tcpdump {their!r}")
    require(len(lines) == len(theirs), f"{capture.name} {options}: "
            f"{len(lines)} lines, tcpdump has {len(theirs)}")
    return len(lines)


@scenario()
def dump_equals_tcpdump(lab, family):
    """As handfast recorded it, as libpcap did, and cooked in both ways."""
    with tempfile.TemporaryDirectory() as folder:
        path = {name: Path(folder, name + ".pcap")
                for name in ("handfast", "kernel", "sll", "sll2")}
        with ExitStack() as open_ones:
            open_ones.enter_context(Recording("hf0", path["kernel"]))
            open_ones.enter_context(Recording("any", path["sll"], LINUX_SLL))
            open_ones.enter_context(Recording("any", path["sll2"],
                                              LINUX_SLL2))
            with Server(lab, "echo", "--pcap", str(path["handfast"])):
                talk(lab, family)
        for capture in path.values():
            lines = [compare(lab, capture, options)
                     for options in OPTIONS + TIMES]
            require(lines[0] >= LINES_LEAST, f"{capture.name}: only "
                                             f"{lines[0]} lines")
            for expression in FILTERS:
                require(compare(lab, capture, "-e", expression) > 0,
                        f"{capture.name}: nothing is {expression}")
