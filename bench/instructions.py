#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instruction counts under callgrind, compared with instructions.txt.

    bench/instructions.py [--update] [--program FILE]

The program is `handfast` as ./check builds it for speed. Each benchmark runs
twice, for a few and for many, and the difference is divided: what starting
and ending cost falls out. Counts depend on the compiler, so they are compared
only if it is the one of the file; else the exit status is 77. "ok NAME" or
"FAILED NAME: why" for each; exit status 1 if one is more than SLACK above its
count.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
FILE = TOP / "bench/instructions.txt"
SLACK = 0.03

HEAD = """\
# Instructions that both ends take, counted by callgrind: see instructions.py.
# More than 3% above fails ./check. bench/instructions.py --update writes this
# file anew, and the commit says what the price buys.
"""

# name, what it counts, its option, few, many
BENCHES = [
    ("crr", "a connection", "--connections", 2000, 12000),
    ("stream", "a megabyte", "--megabytes", 4, 20),
]


def compiler():
    said = subprocess.run(["gcc", "--version"], capture_output=True, text=True,
                          check=True).stdout
    return said.splitlines()[0] + " -O2 -DNDEBUG"


def count(command):
    """All instructions of a run. The C library chooses among its copies of
    memcpy by the processor; it is told to take those of any x86-64."""
    plain = ["AVX2", "AVX", "AVX_Fast_Unaligned_Load", "ERMS", "FSRM",
             "SSSE3", "Fast_Unaligned_Copy"]
    environment = dict(os.environ, GLIBC_TUNABLES="glibc.cpu.hwcaps="
                       + ",".join("-" + name for name in plain))
    done = subprocess.run(["valgrind", "--tool=callgrind",
                           "--callgrind-out-file=/dev/null", *command],
                          capture_output=True, text=True, check=False,
                          env=environment)
    collected = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode or not collected:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return int(collected[1])


def measure(program, bench):
    name, _, option, few, many = bench
    some, more = (count([program, "bench", name, option, str(n)])
                  for n in (few, many))
    return round((more - some) / (many - few))


def read_file():
    if not FILE.exists():
        return None, {}
    lines = [line for line in FILE.read_text().splitlines()
             if line and not line.startswith("#")]
    counts = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return lines[0].removeprefix("compiler "), counts


def write_file(counts):
    rows = [f"{name:8} {counts[name]:10}  {unit}"
            for name, unit, *_ in BENCHES]
    FILE.write_text(HEAD + f"compiler {compiler()}\n"
                    + "\n".join(rows) + "\n")


def compare(name, unit, now, then):
    change = (now - then) / then
    print(f"| {name}: {now} instructions for {unit}, {change:+.1%} of {then}")
    if change <= SLACK:
        print(f"ok instructions of {name}")
        return True
    print(f"FAILED instructions of {name}: {now} instead of {then}; if that "
          "is meant: bench/instructions.py --update")
    return False


def main():
    parser = argparse.ArgumentParser(
        description="instruction counts, compared with instructions.txt")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--program",
                        default=TOP / "build-check/release/src/cli/handfast")
    options = parser.parse_args()
    recorded, then = read_file()
    if not options.update and recorded is None:
        print("FAILED instructions: there is no bench/instructions.txt")
        return 1
    if not options.update and recorded != compiler():
        print(f"counted with {recorded}; here is {compiler()}")
        return 77
    now = {bench[0]: measure(str(options.program), bench)
           for bench in BENCHES}
    if options.update:
        write_file(now)
        print(FILE.read_text(), end="")
        return 0
    good = [compare(name, unit, now[name], then[name])
            for name, unit, *_ in BENCHES]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
