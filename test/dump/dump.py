#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`handfast dump` against the tcpdump that is installed, line for line.

    dump.py [--program FILE] [--frames N] [--seed N] [SCENARIO ...]

The modules kinds_*.py beside this file make frames: each has KINDS, a
dictionary from the name of a kind of frame to a function that takes a
random.Random and returns a datagram, or an ethertype and what follows it.
Each scenario prints "ok NAME" or "FAILED NAME: why", with the first lines
that differ and the command that makes the capture again. Exit status 1 if
one failed, 77 if there is no tcpdump 4.99.3.
"""
import argparse
import importlib
import itertools
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import kinds_icmp
import kinds_tcp
from captures import (HARMS, LINKS, MICROSECONDS, NANOSECONDS, RAW, Frame,
                      capture, file_header, file_record, make_frames, pcapng)
from frames import PORTS, put_checksum

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
TCPDUMP = "4.99.3"
PATIENCE = 60 # seconds that a program may take
SHOWN = 20 # kinds of which a difference is printed


def find_kinds():
    """Name: function, of all modules, in the order of names."""
    kinds = {}
    for path in sorted(HERE.glob("kinds_*.py")):
        found = importlib.import_module(path.stem).KINDS
        assert not kinds.keys() & found.keys()
        kinds.update(found)
    return kinds


# ---- the two programs ----------------------------------------------------

def run_tcpdump(path, options, expression=()):
    """As root, tcpdump wants to become another user, which the root of a
    user's own namespace cannot: it may be no root then."""
    command = ["tcpdump", "-Z", "root", "-n", *options, "-r", path,
               *expression]
    done = subprocess.run(command, capture_output=True, check=False,
                          timeout=PATIENCE)
    if b"setgroups" in done.stderr or b"initgroups" in done.stderr:
        done = subprocess.run(["unshare", "--user", "--map-user=1", *command],
                              capture_output=True, check=False,
                              timeout=PATIENCE)
    return done


def run_ours(lab, path, options, expression=()):
    return subprocess.run([lab.program, "dump", *options, path, *expression],
                          capture_output=True, check=False, timeout=PATIENCE)


def text_of(done):
    return done.stdout.decode("latin-1")


# Decoders of tcpdump that handfast does not have.
OUTSIDE = re.compile(
    r"\b(sctp|DCCP|EGPv\d+|OSPFv\d+|GREv\d+|PIMv\d+|VRRPv\d+|EIGRP|igrp|"
    r"RSVPv\d+|PGM|truncated-dccp|IPComp|MPLS|PPPoE|Slow Protocols|LLDP|STP|"
    r"IPX|AoE|NSH|EAP\w*|TIPC|MPCP|Loopback|CFMv\d|MOP|ipx-#\w+|OSI|CLNP|"
    r"ES-IS|IS-IS)\b|"
    r"\[\|(sctp|egp|ospf3?|gre|pim|vrrp|eigrp|rsvp|pgm|dccp|igrp|ipcomp|mobile|"
    r"ipx)\]|packet not supported|mobile: \[|Realtek|"
    r"AF (Appletalk|ISO) |\bAT +(\[\||\d)")


# The ports of a segment or datagram, past its addresses or alone; and not the
# last octets of addresses without ports.
ADDRESS = r"(?:(?:[0-9a-f:]*:)?\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]*)"
ENDS = re.compile(rf"(?<= )(?:{ADDRESS}\.)?(\d+) > (?:{ADDRESS}\.)?(\d+): ")


def is_outside(text):
    """True if tcpdump tells of a protocol that handfast does not know, or of
    ports that damage made, which may be those of one."""
    ports = {int(port) for ends in ENDS.findall(text) for port in ends}
    return OUTSIDE.search(text) or not ports <= set(PORTS)


BEGIN = re.compile(r"^(\d\d:\d\d:\d\d\.\d{6}|\[Invalid header)", re.M)


def by_frame(text):
    """Texts of frames, each of which begins with a time."""
    starts = [match.start() for match in BEGIN.finditer(text)]
    return [text[a:b] for a, b in zip(starts, starts[1:] + [len(text)])]


class Lab:
    """What all scenarios share, and what they found."""

    def __init__(self, options, folder):
        self.program = options.program
        self.seed, self.frames = options.seed, options.frames
        self.keep = options.keep
        self.kinds = find_kinds()
        self.path = str(Path(folder, "frames.pcap"))
        self.compared = self.excused = self.made = 0
        self.seen = set()
        self.why, self.shown = [], set()

    def write(self, data):
        Path(self.path).write_bytes(data)

    def fail(self, why):
        self.why.append(why)

    def compare(self, title, frames, options, expression=()):
        """The capture at self.path, by both."""
        theirs = run_tcpdump(self.path, options, expression)
        ours = run_ours(self, self.path, options, expression)
        if ours.returncode not in (0, 1):
            self.fail(f"{title}: exit status {ours.returncode}: "
                      f"{ours.stderr.decode()[-2000:]}")
        if ours.stdout == theirs.stdout:
            if theirs.returncode == 0 and ours.returncode != 0:
                self.fail(f"{title}: exit status {ours.returncode}")
            return
        self.show(title, frames, text_of(theirs), text_of(ours))

    def show(self, title, frames, theirs, ours):
        name = " ".join(title.split())
        if self.keep:
            kept = Path(self.keep, re.sub(r"\W+", "-", name) + ".pcap")
            kept.write_bytes(Path(self.path).read_bytes())
        frame_lines = [by_frame(text) for text in (theirs, ours)]
        if not frames or any(len(x) != len(frames) for x in frame_lines):
            frames = None
            frame_lines = [x.splitlines(keepends=True)
                           for x in (theirs, ours)]
            if len(frame_lines[0]) != len(frame_lines[1]):
                self.fail(f"{name}: {len(frame_lines[1])} lines, tcpdump "
                          f"has {len(frame_lines[0])}")
        differ = [i for i, (a, b) in enumerate(zip(*frame_lines)) if a != b]
        excused = [i for i in differ if is_outside(frame_lines[0][i])]
        differ = [i for i in differ if i not in excused]
        self.excused += len(excused)
        if not differ:
            return
        self.fail(f"{name}: {len(differ)} differ")
        for i in differ:
            kind = frames[i].kind if frames else f"line of {name}"
            if kind in self.shown or len(self.shown) > SHOWN:
                continue
            self.shown.add(kind)
            where = f" {frames[i].data[:120].hex()}" if frames else ""
            self.fail(f"  {kind} {i + 1}:{where}\n"
                      f"    tcpdump  {frame_lines[0][i]!r}\n"
                      f"    handfast {frame_lines[1][i]!r}")

    def compare_kinds(self, link, harm, options, count):
        number, wrap = LINKS[link]
        rng = random.Random(f"{self.seed} {link} {harm}")
        frames = make_frames(rng, self.kinds, wrap, HARMS[harm], count)
        self.write(capture(number, frames))
        for chosen in options:
            self.compare(f"{link} {harm} {' '.join(chosen)}", frames, chosen)
        self.made += len(frames)
        self.compared += len(frames) * len(options)
        self.seen |= {frame.kind for frame in frames}


# ---- scenarios -----------------------------------------------------------

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


PLAIN = [[], ["-v"], ["-e"], ["-e", "-v"], ["-S"]]
TIMES = ["", "-t", "-tt", "-ttt", "-tttt", "-ttttt"]


def each_link(harm):
    def run(lab):
        for link in LINKS:
            share = 3 if link in ("raw", "ethernet") else 8
            lab.compare_kinds(link, harm, PLAIN, lab.frames // share)
    return run


for HARM in HARMS:
    SCENARIOS[HARM + "-frames"] = each_link(HARM)


def every_segment(lab, title, make):
    """All that `make` yields, in one capture of raw IP."""
    frames = [Frame(title, data)
              for data in make(random.Random(f"{lab.seed} {title}"))]
    lab.write(capture(RAW, frames))
    for chosen in ([], ["-v"], ["-S"]):
        lab.compare(f"{title} {' '.join(chosen)}", frames, chosen)
    lab.made += len(frames)
    lab.compared += 3 * len(frames)


@scenario
def every_flag(lab):
    every_segment(lab, "flags", kinds_tcp.every_flag)


@scenario
def every_option(lab):
    every_segment(lab, "options", kinds_tcp.every_option)


@scenario
def every_cut(lab):
    """A frame of each kind, captured up to each of its octets."""
    for link in LINKS:
        number, wrap = LINKS[link]
        rng = random.Random(f"{lab.seed} cuts {link}")
        frames = []
        for kind, make in lab.kinds.items():
            data = wrap(rng, make(rng)) or b""
            frames += [Frame(kind, data[:n], len(data))
                       for n in range(len(data) + 1)]
        lab.write(capture(number, frames))
        for options in ([], ["-e", "-v"]):
            lab.compare(f"{link} cut {' '.join(options)}", frames, options)
        lab.made += len(frames)
        lab.compared += 2 * len(frames)


def shorten(datagram, length):
    """As if it had been sent with so many octets; else the same."""
    if datagram[0] >> 4 == 6:
        return (datagram[:4] + struct.pack(">H", length - 40) +
                datagram[6:length])
    whole = datagram[:2] + struct.pack(">H", length) + datagram[4:length]
    return put_checksum(whole[:10] + b"\0\0" + whole[12:20], 10) + whole[20:]


@scenario
def every_length(lab):
    """A datagram of each kind, sent with each of the lengths up to its own."""
    rng = random.Random(f"{lab.seed} lengths")
    frames = []
    for kind, make in lab.kinds.items():
        data = make(rng)
        if isinstance(data, tuple) or len(data) < 40 or data[0] >> 4 not in (
                4, 6):
            continue
        least = 40 if data[0] >> 4 == 6 else 20
        frames += [Frame(kind, shorten(data, n))
                   for n in range(least, len(data) + 1)]
    lab.write(capture(RAW, frames))
    for options in ([], ["-v"], ["-S", "-v"]):
        lab.compare(f"lengths {' '.join(options)}", frames, options)
    lab.made += len(frames)
    lab.compared += 3 * len(frames)


@scenario
def every_quote(lab):
    """The same within an ICMP error, which goes on behind it, or not."""
    rng = random.Random(f"{lab.seed} quotes")
    frames = []
    for kind, make in lab.kinds.items():
        data = make(rng)
        if not isinstance(data, tuple) and len(data) > 20 and (
                data[0] >> 4 == 4):
            frames += [Frame(kind, kinds_icmp.extended(rng, shorten(data, n)))
                       for n in range(20, min(len(data), 128) + 1)]
    lab.write(capture(RAW, frames))
    for options in ([], ["-v"]):
        lab.compare(f"quotes {' '.join(options)}", frames, options)
    lab.made += len(frames)
    lab.compared += 2 * len(frames)


def some_frames(lab, link, harm="snapped", count=300):
    number, wrap = LINKS[link]
    rng = random.Random(f"{lab.seed} some {link} {harm}")
    frames = make_frames(rng, lab.kinds, wrap, HARMS[harm], count)
    lab.made += len(frames)
    return number, frames


@scenario
def times(lab):
    """Each form of time, with frames that go back in time, and years off."""
    frames = some_frames(lab, "raw", "whole")[1]
    rng = random.Random(lab.seed)
    for magic, unit in ((MICROSECONDS, 1000000), (NANOSECONDS, 1000000000)):
        for order in "<>":
            now = 1700000000
            parts = [file_header(RAW, magic, order)]
            for frame in frames:
                now += rng.choice([0, 0, 1, 61, 4000, 100000, -1, -5000])
                parts.append(file_record(frame, rng.choice(
                    [now, now, now, now, rng.randrange(1 << 32)]),
                    rng.randrange(unit), order))
            lab.write(b"".join(parts))
            for count in range(6):
                options = ["-" + "t" * count] if count else []
                lab.compare(f"times {magic:x} {order} {options}", [], options)
                lab.compared += len(frames)


@scenario
def odd_fractions(lab):
    """Microseconds of a million and more."""
    _, frames = some_frames(lab, "raw", "whole", 50)
    rng = random.Random(lab.seed)
    lab.write(file_header(RAW) + b"".join(
        file_record(frame, rng.randrange(1 << 32), rng.randrange(1 << 32))
        for frame in frames))
    for count in range(6):
        lab.compare(f"fractions {count}", [],
                    ["-" + "t" * count] if count else [])
        lab.compared += len(frames)


@scenario
def option_letters(lab):
    """Letters apart and together; over Ethernet, each set of them."""
    each_set = [[word for word in words if word] for words in
                itertools.product(("", "-S"), ("", "-e"), ("", "-v"),
                                  TIMES, ("", "-c150"))]
    for link in LINKS:
        number, frames = some_frames(lab, link)
        lab.write(capture(number, frames))
        few = [["-n"], ["-nn"], ["-nS"], ["-evS"], ["-tev"],
               ["-ttttS", "-v"], ["-tttt", "-e"], ["-t", "-t"]]
        for options in few + (each_set if link == "ethernet" else []):
            lab.compare(f"{link} {' '.join(options)}", [], options)
            lab.compared += len(frames)


@scenario
def counts(lab):
    number, frames = some_frames(lab, "ethernet")
    lab.write(capture(number, frames))
    for options in (["-c", "1"], ["-c5"], ["-ec7"], ["-c", "299"],
                    ["-c", "300"], ["-c", "301"], ["-vc100"]):
        lab.compare(f"counts {' '.join(options)}", [], options)
        lab.compare(f"counts {' '.join(options)}", [], options, ["udp"])
        lab.compared += 2 * len(frames)


FILTERS = ["tcp", "udp", "icmp", "icmp6", "ip6", "ip", "port 9877",
           "src port 1000 and tcp", "host 10.9.0.1", "net fd00:9::/64",
           "tcp[tcpflags] & tcp-syn != 0", "len > 60", "greater 80",
           "not ip", "ip proto 50", "ip6 proto 6", "less 40 or udp",
           "ip[6:2] & 0x1fff != 0"]
ETHERNET_FILTERS = ["vlan", "arp", "ether src 02:00:00:00:00:01",
                    "vlan and tcp", "ether proto 0x1234", "broadcast"]


@scenario
def filters(lab):
    for link in LINKS:
        number, frames = some_frames(lab, link, "whole", 500)
        lab.write(capture(number, frames))
        chosen = FILTERS + (ETHERNET_FILTERS if link == "ethernet" else [])
        for words in chosen:
            lab.compare(f"{link} {words}", [], ["-e"], words.split())
            lab.compared += len(frames)
        lab.compare(f"{link} one word", [], ["-e"], ["tcp or udp"])


@scenario
def file_formats(lab):
    for link in LINKS:
        number, frames = some_frames(lab, link, "snapped", 200)
        for order in "<>":
            for made in (pcapng(number, frames, order),
                         capture(number, frames, NANOSECONDS, order),
                         capture(number, frames, MICROSECONDS, order)):
                lab.write(made)
                lab.compare(f"format {link} {order}", [], ["-v"])
                lab.compared += len(frames)
    for number in (228, 229, 12): # IPv4, IPv6, and RAW as it was once
        lab.write(capture(number, some_frames(lab, "raw")[1]))
        lab.compare(f"link type {number}", [], ["-e"])


@scenario
def standard_input(lab):
    number, frames = some_frames(lab, "raw", "whole", 100)
    lab.write(capture(number, frames))
    theirs = run_tcpdump(lab.path, [])
    with open(lab.path, "rb") as file:
        ours = subprocess.run([lab.program, "dump", "-"], stdin=file,
                              capture_output=True, check=False, timeout=PATIENCE)
    lab.compared += len(frames)
    if ours.stdout != theirs.stdout or ours.returncode:
        lab.fail("standard input: other text")


def expect_complaint(lab, title, status=1):
    """What could be read is told as tcpdump does; and one line of why not."""
    theirs = run_tcpdump(lab.path, ["-e"])
    ours = run_ours(lab, lab.path, ["-e"])
    said = ours.stderr.decode()
    if ours.stdout != theirs.stdout:
        lab.show(title, [], text_of(theirs), text_of(ours))
    if ours.returncode != status or said.count("\n") != 1 or \
            not said.startswith(f"handfast dump: {lab.path}: "):
        lab.fail(f"{title}: exit status {ours.returncode}, said {said!r}")


@scenario
def cut_files(lab):
    """Cut anywhere but between two records."""
    number, frames = some_frames(lab, "ethernet", "snapped", 40)
    rng = random.Random(lab.seed)
    for form in (capture, pcapng):
        whole_file = form(number, frames)
        ends = {len(form(number, frames[:i])) for i in range(41)}
        for _ in range(60):
            at = rng.randrange(len(whole_file))
            if at not in ends:
                lab.write(whole_file[:at])
                expect_complaint(lab, f"{form.__name__} cut at {at}")
                lab.compared += len(frames)


@scenario
def bad_files(lab):
    number, frames = some_frames(lab, "ethernet", "whole", 20)
    good = capture(number, frames)
    for title, data in (("empty", b""), ("text", b"this is no capture\n" * 9),
                        ("header alone, cut", good[:20]),
                        ("link type", file_header(147) + good[24:]),
                        ("version", good[:4] + b"\x09\0" + good[6:]),
                        ("record too long", good + struct.pack(
                            "<IIII", 0, 0, 1 << 30, 1 << 30) + bytes(100))):
        lab.write(data)
        expect_complaint(lab, title)
    lab.write(file_header(number, snap=0) + good[24:])
    expect_complaint(lab, "snap length 0", 0)
    for path in ("/nonexistent", "/"):
        ours = run_ours(lab, path, [])
        if ours.returncode != 1 or ours.stdout or \
                ours.stderr.count(b"\n") != 1:
            lab.fail(f"{path}: {ours}")


@scenario
def damaged_files(lab):
    """Files with bits flipped: no more than what tcpdump reads of them."""
    number, frames = some_frames(lab, "ethernet", "whole", 30)
    rng = random.Random(lab.seed)
    for i in range(120):
        data = bytearray((capture, pcapng)[i % 2](number, frames))
        for _ in range(rng.choice([1, 1, 2, 5])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        lab.write(bytes(data))
        theirs, ours = run_tcpdump(lab.path, []), run_ours(lab, lab.path, [])
        if ours.returncode not in (0, 1):
            lab.fail(f"file {i}: exit status {ours.returncode}")
        if ours.stdout != theirs.stdout and \
                b"link type" not in ours.stderr and \
                not is_outside(text_of(theirs)):
            lab.show(f"file {i}", [], text_of(theirs), text_of(ours))
        lab.compared += len(frames)


@scenario
def usage(lab):
    for options in (["-x"], ["-c"], ["-c", "0"], ["-c", "x"], ["-vv"],
                    ["-tttttt"], ["--unknown"]):
        ours = run_ours(lab, lab.path, options)
        if ours.returncode != 2 or ours.stdout or \
                ours.stderr.count(b"\n") != 1:
            lab.fail(f"{options}: {ours}")
    number, frames = some_frames(lab, "raw", "whole", 2)
    lab.write(capture(number, frames))
    ours = run_ours(lab, lab.path, [], ["no", "such", "filter"])
    if ours.returncode != 2 or ours.stdout or ours.stderr.count(b"\n") != 1:
        lab.fail(f"a wrong expression: {ours}")


# ---- the run -------------------------------------------------------------

def parse_options():
    parser = argparse.ArgumentParser(
        description="handfast dump against tcpdump")
    parser.add_argument("--program",
                        default=str(TOP / "build-check/release/src/cli/handfast"))
    parser.add_argument("--frames", type=int, default=1500,
                        help="frames of each comparison")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER",
                        help="where to leave captures that differ")
    parser.add_argument("--kind", help="only kinds whose name matches")
    parser.add_argument("scenario", nargs="*",
                        help="; ".join(SCENARIOS) + " (default: all)")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name}")
    return options


def has_tcpdump():
    try:
        done = subprocess.run(["tcpdump", "--version"], capture_output=True,
                              check=False, text=True)
    except FileNotFoundError:
        return False
    return f"tcpdump version {TCPDUMP}" in done.stdout + done.stderr


def run(lab, name):
    lab.why, lab.shown = [], set()
    SCENARIOS[name](lab)
    if not lab.why:
        print(f"ok {name}", flush=True)
        return True
    print(f"FAILED {name}: " + "\n".join(lab.why))
    print(f"again: {sys.argv[0]} --program {lab.program} --seed {lab.seed} "
          f"--frames {lab.frames} {name}", flush=True)
    return False


def main():
    options = parse_options()
    if not has_tcpdump():
        print(f"tcpdump {TCPDUMP} is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(options, folder)
        if options.kind:
            lab.kinds = {name: make for name, make in lab.kinds.items()
                         if re.search(options.kind, name)}
        results = [run(lab, name)
                   for name in options.scenario or SCENARIOS]
    print(f"| dump: {lab.made} frames of {len(lab.seen)} kinds, compared "
          f"{lab.compared} times with tcpdump; {lab.excused} times it tells "
          "of a protocol that is not known here")
    if lab.excused > lab.compared // 50:
        print("FAILED dump: too many frames of protocols that are not told")
        return 1
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
