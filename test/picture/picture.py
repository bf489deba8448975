#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Captures that the laboratory writes, and diagrams of captures.

    picture.py [--program FILE] [--damaged N]

What the hosts knew is in the comments that tshark reads, and tshark finds
nothing malformed; `handfast diagram` draws captures of the laboratory and of
the kernel, and says in one line what it cannot draw. "ok NAME", "FAILED NAME:
why" or "skipped NAME: why" for each; exit status 1 if one failed.
"""
import argparse
import fcntl
import os
import pty
import random
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
PATIENCE = 60 # seconds
RAW = 101


class Failed(Exception):
    """The text says why."""


class Skipped(Exception):
    """The text says why."""


def require(is_so, why):
    if not is_so:
        raise Failed(why)


class Stage:
    """The program, and a folder for its files."""

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)

    def run(self, *arguments, stdin=None):
        return subprocess.run([self.program, *map(str, arguments)],
                              capture_output=True, timeout=PATIENCE,
                              input=stdin, check=False)

    def output(self, *arguments, stdin=None):
        done = self.run(*arguments, stdin=stdin)
        require(done.returncode == 0 and not done.stderr,
                f"{arguments}: exit status {done.returncode}, "
                f"{done.stderr.decode()!r}")
        return done.stdout.decode()

    def path(self, name, data=None):
        path = self.folder / name
        if data is not None:
            path.write_bytes(data)
        return path


# ---- what tshark says ----------------------------------------------------

def tshark(path, *arguments):
    done = subprocess.run(
        ["tshark", "-r", str(path), "-o", "tcp.check_checksum:TRUE",
         "-o", "ip.check_checksum:TRUE", *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    require(done.returncode == 0, f"tshark: {done.stderr}")
    return done.stdout


def is_well_formed(path):
    wrong = tshark(path, "-Y", "_ws.malformed || tcp.checksum.status == 0 || "
                   "ip.checksum.status == 0 || _ws.expert.severity == error")
    require(not wrong, f"tshark: {wrong}")


def experiments(stage):
    return [line.split()[0] for line in stage.output("lab").splitlines()]


def are_well_formed(stage):
    for name in experiments(stage):
        path = stage.path(name + ".pcapng")
        stage.output("lab", name, "--pcap", path)
        is_well_formed(path)


def has_comments(stage):
    path = stage.path("handshake.pcapng")
    stage.output("lab", "handshake", "--lang", "en", "--pcap", path)
    comments = tshark(path, "-T", "fields", "-e",
                      "frame.comment").splitlines()
    require(len(comments) == 3, f"{len(comments)} packets")
    for comment, parts in zip(comments, (
            ("why: OPEN", "client: SYN_SENT", "server: LISTEN -> SYN_RECEIVED",
             "SND.NXT 1", "retransmission: 1.000000 s", "cwnd"),
            ("why: ACCEPT", "client: SYN_SENT -> ESTABLISHED", "RCV.NXT 1",
             "SND.WND"),
            ("why: ACK", "server: SYN_RECEIVED -> ESTABLISHED"))):
        for part in parts:
            require(part in comment, f"no {part!r} in {comment!r}")


# ---- what is drawn -------------------------------------------------------

ECHO = """\
SYN_SENT
ESTABLISHED  SYN_RECEIVED
ESTABLISHED  ESTABLISHED
FIN_WAIT_1   CLOSE_WAIT
TIME_WAIT    LAST_ACK
TIME_WAIT    CLOSED
"""


def states(drawn):
    """The states of both ends in each row that has any, as they change."""
    rows = []
    for line in drawn.splitlines():
        row = line[12:25].ljust(13) + line[68:]
        if re.match(r" *\d+\.\d{6} ", line) and row.strip() and (
                not rows or rows[-1] != row.rstrip()):
            rows.append(row.rstrip())
    return rows


def draws_the_lab(stage):
    path = stage.path("echo.pcap")
    stage.output("lab", "echo", "--pcap", path)
    drawn = stage.output("diagram", path, "--width", "80", "--lang", "en")
    require(states(drawn) == ECHO.splitlines(), drawn)
    require("Nothing in it breaks the RFCs" in drawn, drawn)
    again = stage.output("diagram", "-", "--lang", "en",
                         stdin=path.read_bytes())
    require(again == drawn, "of standard input it is another")
    text = stage.path("echo.txt")
    stage.output("diagram", path, "-o", text, "--lang", "en")
    require(text.read_text() == drawn, "in a file it is another")


def draws_the_kernel(stage):
    path = stage.path("kernel.pcap")
    done = subprocess.run([TOP / "scripts/in-namespace", HERE / "kernel.py",
                           path], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    if done.returncode == 77:
        raise Skipped(done.stderr.strip())
    require(done.returncode == 0, done.stdout + done.stderr)
    listed = stage.run("diagram", path, "--lang", "en")
    require(listed.returncode == 0 and listed.stdout.count(b"\n") == 3,
            f"{listed}")
    whole, refused, aborted = (
        stage.output("diagram", path, "--connection", str(number), "--lang",
                     "en") for number in (1, 2, 3))
    require("Nothing in it breaks" in whole, whole)
    for state in ("FIN_WAIT_2", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"):
        require(state in whole, f"no {state} in {whole}")
    require("Nothing in it breaks" in refused and "CLOSED" in refused, refused)
    require("! a reset without need" in aborted, aborted)


# ---- terminals -----------------------------------------------------------

def in_terminal(stage, columns, environment, *arguments):
    """What the program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([stage.program, "lab", "handshake", *arguments],
                          stdout=theirs, env=environment) as program:
        os.close(theirs)
        said = b""
        try:
            while data := os.read(ours, 65536):
                said += data
        except OSError: # EIO: the other end is closed
            pass
        program.wait(PATIENCE)
    os.close(ours)
    return said.decode()


def fits_a_terminal(stage):
    plain = {"LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"}
    for columns in (40, 57, 72, 100, 133):
        for wish in ([], ["--width", "200"]):
            said = in_terminal(stage, columns, plain, *wish)
            require("─▶" in said and "\033" not in said, said)
            widest = max(map(len, said.splitlines()))
            require(widest <= columns, f"{widest} columns of {columns}")
    said = in_terminal(stage, 100, plain, "--width", "44")
    require(max(map(len, said.splitlines())) <= 44, "not of --width")
    coloured = in_terminal(stage, 100, {"LC_ALL": "C", "TERM": "xterm"})
    require("\033[1m" in coloured and "->" in coloured
            and coloured.isascii(), coloured)
    require("\033" not in stage.output("lab", "handshake"),
            "colour where there is no terminal")


# ---- what cannot be drawn ------------------------------------------------

def capture(frames, link=RAW):
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link)]
    for i, frame in enumerate(frames):
        parts.append(struct.pack("<IIII", 1700000000 + i, 0, len(frame),
                                 len(frame)) + frame)
    return b"".join(parts)


UDP = bytes.fromhex("4500001c00000000401166c00a0900010a0900020007000700080000")


def says_one_line(stage, name, data, what):
    done = stage.run("diagram", stage.path(name, data))
    said = done.stderr.decode()
    require(done.returncode == 1, f"exit status {done.returncode}")
    require(said.count("\n") == 1 and said.startswith("handfast diagram: "),
            f"it says {said!r}")
    require(what in said, f"it says {said!r}")


def is_refused(stage):
    path = stage.path("echo.pcap")
    stage.output("lab", "echo", "--pcap", path)
    for arguments in ([], ["--connection", "2", path], [path, path],
                      ["--connection", "0", path], ["--width", "39", path],
                      ["--lang", "fr", path]):
        done = stage.run("diagram", *arguments)
        require(done.returncode == 2 and done.stderr.count(b"\n") == 1,
                f"{arguments}: {done.stderr}")


def survives_damage(stage, count):
    """Flipped bits and cut ends: a picture, or one line, and no crash."""
    path = stage.path("echo.pcap")
    stage.output("lab", "echo", "--pcap", path)
    whole = path.read_bytes()
    for seed in range(count):
        rng = random.Random(seed)
        data = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(24, len(data))] ^= 1 << rng.randrange(8)
        if rng.randrange(3) == 0:
            del data[rng.randrange(1, len(data)):]
        done = stage.run("diagram", "-", stdin=bytes(data))
        require(done.returncode in (0, 1, 2)
                and done.stderr.count(b"\n") <= 1,
                f"seed {seed}: {done.returncode}, {done.stderr}")


def cases(stage, damaged):
    yield "comments that tshark reads", lambda: has_comments(stage)
    yield "nothing is malformed to tshark", lambda: are_well_formed(stage)
    yield "a capture of the laboratory", lambda: draws_the_lab(stage)
    yield "a capture of the kernel", lambda: draws_the_kernel(stage)
    yield "terminals of several widths", lambda: fits_a_terminal(stage)
    for name, data, what in (
            ("no capture", b"It was a dark and stormy night.", "no capture"),
            ("an empty file", b"", "no capture"),
            ("half a header", capture([UDP])[:20], "no capture"),
            ("no frames", capture([]), "no TCP"),
            ("no TCP", capture([UDP]), "no TCP"),
            ("half a frame", capture([UDP])[:-3], "broken"),
            ("a foreign link", capture([UDP], 105), "link type")):
        yield name, lambda name=name, data=data, what=what: says_one_line(
            stage, name, data, what)
    yield "wrong command lines", lambda: is_refused(stage)
    yield "damaged captures", lambda: survives_damage(stage, damaged)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=TOP / "build/src/cli/handfast")
    parser.add_argument("--damaged", type=int, default=200, metavar="N",
                        help="captures to damage (200)")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, case in cases(Stage(options.program, folder),
                                options.damaged):
            try:
                case()
                print("ok", name, flush=True)
            except Skipped as why:
                print(f"skipped {name}: {why}", flush=True)
            except (Failed, subprocess.TimeoutExpired) as why:
                failed = True
                print(f"FAILED {name}: {why}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
