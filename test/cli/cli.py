#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the command line of `handfast` promises to people and scripts.

    cli.py [--program FILE]

Help with an example, one clear line and exit status 2 for a wrong command
line, JSON with the promised names, an experiment that repeats itself and that
tcpdump reads as it was printed. "ok NAME" or "FAILED NAME: why" for each;
exit status 1 if one failed.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

COMMANDS = [["serve"], ["connect"], ["lab"], ["bench"], ["bench", "crr"],
            ["bench", "stream"], ["drill"], ["diagram"]]

WRONG = [
    [],
    ["dance"],
    ["--dance"],
    ["serve"],
    ["serve", "tea"],
    ["serve", "echo", "discard"],
    ["serve", "echo", "--dance"],
    ["serve", "echo", "-x"],
    ["serve", "echo", "--port"],
    ["serve", "echo", "--port", "0"],
    ["serve", "echo", "--port", "65536"],
    ["serve", "echo", "--port", "9877x"],
    ["serve", "echo", "--port="],
    ["serve", "echo", "--address", "10.9.0.2/33"],
    ["serve", "echo", "--address", "10.9.0"],
    ["serve", "echo", "--address", "fd00::1/129"],
    ["serve", "echo", "--profile", "windows"],
    ["serve", "echo", "--memory", "-1"],
    ["serve", "echo", "--memory", "99999999999999999999G"],
    ["serve", "echo", "--tun", ""],
    ["serve", "echo", "--tap="],
    ["serve", "echo", "--interface", ""],
    ["serve", "echo", "--tun", "hf0", "--tap", "hf1"],
    ["serve", "echo", "--tap", "hf0", "--interface", "hf1"],
    ["connect", "10.9.0.1", "80", "--tun", "hf0", "--interface", "hf1"],
    ["serve", "echo", "--mac", "02:00:00:00:00:01"],
    ["serve", "echo", "--tun", "hf0", "--gateway", "10.9.0.1"],
    ["serve", "echo", "--vlan", "5"],
    ["serve", "echo", "--accept-routers"],
    ["serve", "echo", "--tap", "hf0", "--mac", "02:00:00:00:00"],
    ["serve", "echo", "--tap", "hf0", "--mac", "02:00:00:00:00:01:02"],
    ["serve", "echo", "--tap", "hf0", "--mac", "0g:00:00:00:00:01"],
    ["serve", "echo", "--tap", "hf0", "--mac", "2:0:0:0:0:1"],
    ["serve", "echo", "--tap", "hf0", "--mac", "01:00:5e:00:00:01"],
    ["serve", "echo", "--tap", "hf0", "--mac", "00:00:00:00:00:00"],
    ["serve", "echo", "--tap", "hf0", "--vlan", "0"],
    ["serve", "echo", "--tap", "hf0", "--vlan", "4095"],
    ["serve", "echo", "--tap", "hf0", "--gateway", "10.9.0.1/24"],
    ["serve", "echo", "--tap", "hf0", "--gateway", "10.9.0.1", "--gateway",
     "10.9.0.3"],
    ["serve", "echo", "--tap", "hf0", "--mtu", "575"],
    ["serve", "echo", "--tap", "hf0", "--mtu", "65536"],
    ["lab", "echo", "--tap", "hf0"],
    ["drill"],
    ["drill", "--dance", "x.pkt"],
    ["drill", "--mtu=big", "x.pkt"],
    ["drill", "--profile", "windows", "x.pkt"],
    ["drill", "-j", "0", "x.pkt"],
    ["drill", "-D", "x", "x.pkt"],
    ["drill", "--ip_version=ipv5", "x.pkt"],
    ["connect"],
    ["connect", "10.9.0.1"],
    ["connect", "10.9.0.1", "0"],
    ["connect", "10.9.0.1", "http"],
    ["connect", "nowhere", "80"],
    ["connect", "10.9.0.1", "80", "81"],
    ["lab", "dance"],
    ["lab", "handshake", "--width", "39"],
    ["lab", "handshake", "--lang", "fr"],
    ["lab", "handshake", "--output", "x"],
    ["lab", "echo", "--json"],
    ["bench"],
    ["bench", "dance"],
    ["bench", "crr", "--connections", "0"],
    ["bench", "crr", "--connections", "many"],
    ["bench", "stream", "--mtu", "1"],
]


class Wrong(Exception):
    """What was seen is not what must be."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


class Program:
    def __init__(self, path):
        self.path = path

    def run(self, *arguments):
        return subprocess.run([self.path, *arguments], text=True, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              check=False)

    def output(self, *arguments):
        done = self.run(*arguments)
        require(done.returncode == 0 and not done.stderr,
                f"exit status {done.returncode}: {done.stderr}")
        return done.stdout


def has_help(program, command):
    text = program.output(*command, "--help")
    require("Usage: handfast" in text, "it does not begin with the usage")
    require("\nExample" in text, "it shows no example")
    require(max(map(len, text.splitlines())) <= 80, "a line is too long")


def has_version(program):
    require(program.output("--version") == "handfast 0.1.0\n",
            "it says something else")


def is_refused(program, arguments):
    done = program.run(*arguments)
    require(done.returncode == 2, f"exit status {done.returncode}")
    require(not done.stdout, f"it prints {done.stdout!r}")
    require(done.stderr.count("\n") == 1 and done.stderr.endswith("\n")
            and done.stderr.startswith("handfast"),
            f"it says {done.stderr!r}")


def measures(program, name, few, key):
    line = program.output("bench", name, *few, "--json")
    require(line.count("\n") == 1, "it is not one line")
    require(json.loads(line)[key] > 0, f"no {key}")


def repeats_itself(program):
    first, second = (program.output("lab", "echo") for _ in range(2))
    require(first == second, "two runs differ")
    for change in ("LISTEN -> SYN_RECEIVED", "CLOSED -> SYN_SENT",
                   "CLOSE_WAIT -> LAST_ACK", "FIN_WAIT_2 -> TIME_WAIT"):
        require(change in first, f"no {change}")


def is_as_tcpdump(program, *options):
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "echo.pcap")
        said = program.output("lab", "echo", "--pcap", str(capture), *options)
        ours = [line.split("  # ")[0] for line in said.splitlines()
                if " IP" in line]
        dump = f"tcpdump -Z root -n {' '.join(options)} -r {capture}"
        theirs = subprocess.run(
            f"{dump} || unshare --user --map-user=1 {dump}", shell=True,
            capture_output=True, text=True, check=True).stdout.splitlines()
    # The experiment's clock begins at zero; so do the capture's stamps.
    require(len(ours) >= 7, f"only {len(ours)} lines")
    require([line.split(" ", 1)[1] for line in ours]
            == [line.split(" ", 1)[1] for line in theirs],
            f"{ours} instead of {theirs}")


def names_the_near(program):
    done = program.run("lab", "handshke")
    require(done.returncode == 2 and "there is handshake;" in done.stderr,
            f"it says {done.stderr!r}")


def speaks(program):
    """By the option, or by the locale."""
    english = program.output("lab", "handshake", "--lang", "en")
    chinese = program.output("lab", "handshake", "--lang", "zh")
    require("both ends are ESTABLISHED" in english, english)
    require("两端都处于 ESTABLISHED" in chinese, chinese)


def fails_in_one_line(program, *arguments):
    done = program.run(*arguments)
    require(done.returncode == 1, f"exit status {done.returncode}")
    require(done.stderr.count("\n") == 1
            and done.stderr.startswith("handfast"), f"it says {done.stderr!r}")


def cases(program):
    yield "version", lambda: has_version(program)
    yield "help of handfast", lambda: has_help(program, [])
    for command in COMMANDS:
        yield ("help of " + " ".join(command),
               lambda command=command: has_help(program, command))
    for arguments in WRONG:
        yield ("wrong: " + " ".join(map(repr, arguments)),
               lambda arguments=arguments: is_refused(program, arguments))
    for option, name in (("--tun", "a-name-that-is-too-long"),
                         ("--tap", "a-name-that-is-too-long"),
                         ("--interface", "a-name-that-is-too-long"),
                         ("--interface", "hf-nowhere")):
        yield (f"a failure is one line: {option} {name}",
               lambda option=option, name=name: fails_in_one_line(
                   program, "serve", "echo", option, name))
    yield ("a failure is one line: lab echo --pcap /dev/full",
           lambda: fails_in_one_line(program, "lab", "echo", "--pcap",
                                     "/dev/full"))
    yield "bench crr", lambda: measures(
        program, "crr", ["--connections", "1000"], "ns_per_connection")
    yield "bench stream", lambda: measures(
        program, "stream", ["--megabytes", "10"], "gigabytes_per_second")
    yield "a name that is none, and the near one", lambda: names_the_near(
        program)
    yield "two languages", lambda: speaks(program)
    yield "lab echo repeats itself", lambda: repeats_itself(program)
    yield "lab echo is as tcpdump prints it", lambda: is_as_tcpdump(program)
    yield "lab echo -S too", lambda: is_as_tcpdump(program, "-S")


def judge(name, case):
    try:
        case()
        print(f"ok {name}")
        return True
    except Exception as why: # pylint: disable=broad-except
        print(f"FAILED {name}: " + str(why).replace("\n", " | "))
        return False


def main():
    parser = argparse.ArgumentParser(description="handfast's command line")
    parser.add_argument("--program",
                        default=TOP / "build-check/gcc/src/cli/handfast")
    program = Program(str(parser.parse_args().program))
    good = [judge(name, case) for name, case in cases(program)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
