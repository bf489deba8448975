#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The core's promises, kept by test.

It needs nothing but four functions; nothing outlives a call but the block;
no floating point; no hosted system; no look into a room above. Each check is
also shown a file that breaks the promise (bad/) and must refuse it.

One line for each: "ok NAME", "FAILED NAME: why" or "skipped NAME: why".
Exit status 1 if any failed.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BAD = TOP / "test/purity/bad"

# Each room, and the rooms that it may look into.
ROOMS = {
    "block": [],
    "wire": ["block"],
    "ip": ["block", "wire"],
    "tcp": ["block", "wire", "ip"],
    "host": ["block", "wire", "ip", "tcp"],
    "device": ["block", "wire", "host"],
    "socket": ["host"],
    "sim": ["block", "wire", "host", "device"],
    "trace": ["wire"],
    "socket": ["host"],
    "drill": ["block", "wire", "host", "device", "socket", "trace"],
    "packetdrill": ["host", "device", "socket", "drill"],
    "picture": ["block", "wire", "trace"],
    "lab": ["block", "wire", "host", "device", "sim", "trace", "picture"],
    "cli": ["wire", "host", "device", "sim", "trace", "drill", "picture",
            "lab"],
}
CORE = ["block", "wire", "ip", "tcp", "host"]
GENERATED = {"code_py.h": "drill"}

# What is given to the core: by the compiler, and by whoever embeds it.
HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "stdalign.h", "limits.h"}
LIBRARY = {"string.h", "assert.h"} # in core.h only
SYMBOLS = {"memcpy", "memmove", "memset", "memcmp"}

PLAIN = ["-std=c11", "-fno-pie", "-fno-stack-protector"]
RELEASE = PLAIN + ["-O2", "-DNDEBUG"]
DEBUG = PLAIN + ["-O1", "-g"]


class Refused(Exception):
    """A promise is broken; the text says how."""


def room_files(room, pattern):
    return sorted((TOP / "src" / room).rglob(pattern))


def core_sources():
    return [path for room in CORE for path in room_files(room, "*.c")]


def include_flags():
    folders = {path.parent for room in CORE for path in room_files(room, "*.h")}
    return ["-I" + str(TOP / "include")] + ["-I" + str(d)
                                            for d in sorted(folders)]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr + done.stdout).strip().splitlines() or ["(silent)"]
        raise Refused(" | ".join(said[:3]))
    return done.stdout


def compile_all(sources, compiler, work):
    """Each source, alone, into an object; returns the objects."""
    folder = Path(tempfile.mkdtemp(dir=work))
    flags = include_flags()

    def compile_one(numbered):
        number, source = numbered
        out = folder / f"{number}-{source.stem}.o"
        run(compiler + flags + ["-c", str(source), "-o", str(out)])
        return out

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compile_one, enumerate(sources)))


def need_only(objects, given):
    """Linked together, the objects need no symbol but the given ones."""
    together = objects[0].parent / "together"
    run(["ld", "-r", "-o", str(together)] + [str(o) for o in objects])
    names = {line.split()[-1] for line in run(["nm", "-u", str(together)])
             .splitlines()}
    foreign = names - given - {"_GLOBAL_OFFSET_TABLE_"}
    if foreign:
        raise Refused("needs " + " ".join(sorted(foreign)))


def keep_nothing(objects):
    """No object has a section that is written to at run time.

    .data.rel.ro is the loader's: read-only once the program runs.
    """
    found = []
    for obj in objects:
        section = ""
        for line in run(["objdump", "-h", str(obj)]).splitlines():
            head = re.match(r"\s*\d+\s+(\S+)\s+([0-9a-f]{8})\s", line)
            if head:
                section = head[1] if int(head[2], 16) else ""
            elif (section and "ALLOC" in line and "READONLY" not in line
                  and not section.startswith(".data.rel.ro")):
                found.append(f"{obj.stem} {section}")
        for line in run(["nm", str(obj)]).splitlines():
            if line.split()[1] == "C":
                found.append(f"{obj.stem} common {line.split()[2]}")
    if found:
        raise Refused(", ".join(found[:5]))


def look_down_only(room, sources):
    """No include of a room above, or of what a hosted system brings."""
    seen = {header for header, home in GENERATED.items() if home == room}
    for below in ROOMS[room] + [room]:
        seen |= {path.name for path in room_files(below, "*.h")}
    for source in sources:
        for line in source.read_text().splitlines():
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not include:
                continue
            kind, name = include.groups()
            base = name.split("/")[-1]
            if kind == '"':
                if base not in seen:
                    raise Refused(f"{source.name} includes {name}")
            elif (room in CORE and not name.startswith("handfast/")
                  and name not in HEADERS
                  and not (source.name == "core.h" and name in LIBRARY)):
                raise Refused(f"{source.name} includes <{name}>")


# The checks. Each takes the sources to judge and a folder to work in.

def freestanding(sources, work):
    """With the compiler's own headers and no others."""
    own = run(["gcc", "-print-file-name=include"]).strip()
    compile_all(sources, ["gcc", "-ffreestanding", "-nostdinc", "-isystem",
                          own] + RELEASE, work)


def wasm32(sources, work):
    compile_all(sources, ["clang", "--target=wasm32", "-ffreestanding",
                          "-std=c11", "-O1"], work)


def release_symbols(sources, work):
    need_only(compile_all(sources, ["gcc"] + RELEASE, work), SYMBOLS)


def debug_symbols(sources, work):
    need_only(compile_all(sources, ["gcc"] + DEBUG, work),
              SYMBOLS | {"__assert_fail"})


def release_sections(sources, work):
    keep_nothing(compile_all(sources, ["gcc"] + RELEASE, work))


def debug_sections(sources, work):
    keep_nothing(compile_all(sources, ["gcc"] + DEBUG, work))


def no_floating_point(sources, work):
    """What is computed without its registers would call helpers."""
    need_only(compile_all(sources, ["gcc", "-mgeneral-regs-only"] + RELEASE,
                          work), SYMBOLS)


CHECKS = [
    # name, check, files that it must refuse, program that it needs
    ("freestanding x86-64", freestanding, ["hosted"], "gcc"),
    ("freestanding wasm32", wasm32, ["hosted"], "clang"),
    ("undefined symbols, release", release_symbols, ["foreign"], "gcc"),
    ("undefined symbols, debug", debug_symbols, ["foreign"], "gcc"),
    ("no writable objects, release", release_sections, ["writable"], "gcc"),
    ("no writable objects, debug", debug_sections, ["writable"], "gcc"),
    ("no floating point", no_floating_point, ["floating"], "gcc"),
]


class Tally:
    failed = 0

    def judge(self, name, check, *arguments):
        try:
            check(*arguments)
            print("ok", name, flush=True)
        except Refused as why:
            print(f"FAILED {name}: {why}", flush=True)
            self.failed += 1

    def must_refuse(self, name, check, *arguments):
        try:
            check(*arguments)
            print(f"FAILED {name}: it was taken as good", flush=True)
            self.failed += 1
        except Refused:
            print("ok", name, flush=True)


def check_objects(tally, work):
    for name, check, bad, program in CHECKS:
        if not shutil.which(program):
            print(f"skipped {name}: no {program} here", flush=True)
            continue
        tally.judge(name, check, core_sources(), work)
        for stem in bad:
            tally.must_refuse(f"{name} refuses {stem}.c", check,
                              [BAD / (stem + ".c")], work)


def check_includes(tally):
    for room in ROOMS:
        tally.judge(f"includes of src/{room}", look_down_only, room,
                    room_files(room, "*.[ch]"))
    tally.must_refuse("includes of a room above are refused", look_down_only,
                      "block", [BAD / "upward.c"])
    tally.must_refuse("hosted includes are refused", look_down_only,
                      "block", [BAD / "hosted.c"])


def main():
    tally = Tally()
    for room in CORE:
        if not room_files(room, "*.c"):
            print(f"FAILED purity: src/{room} has no sources")
            tally.failed += 1
    with tempfile.TemporaryDirectory() as work:
        check_objects(tally, work)
    check_includes(tally)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
