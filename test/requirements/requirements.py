#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of RFC 9293's requirements, made from the tags in the tree.

    requirements.py             checks that doc/requirements.md is whole
    requirements.py --update    writes it anew
    requirements.py --missing   says only what is missing, to work from

A tag (MUST-14, SHLD-3, MAY-1, REC-1) stands in a comment at the code that
satisfies the requirement and at the test that proves it, inside of a function
or right above it. A list ("MUST-51 to MUST-53") names each. What stands above
the first line of code of a file, or in a banner ("---- ..."), introduces and
proves nothing. positions.tsv says what handfast's position is:

    yes                 optionally with a remark: "yes: ...", "yes, by ..."
    no: REASON          of SHLD and MAY; the test shows what happens instead
    not yet: REASON     neither code nor test is asked for

A row needs code, unless the position says no, and a test. One line for each
requirement: "ok TAG" or "FAILED TAG: why"; exit status 1 if any failed.
"""
import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
HERE = Path("test/requirements")
TABLE = Path("doc/requirements.md")
COUNT = 119

CODE = ["include", "src"]
TESTS = ["test"]
SUFFIXES = {".c", ".h", ".py", ".pkt"}

# "MUST-1", or "MUST-1 to MUST-3" also where a comment goes on in a new line.
TAG = re.compile(r"\b(MUST|SHLD|MAY|REC)-(\d+)\b"
                 r"(?:[\s*#]+to[\s*#]+\1-(\d+)\b)?")
# A function of C begins with its name and ends with a brace, in column 0;
# a table of data is as good a place.
C_NAME = re.compile(r"(\w+)\s*\(|(\w+)(?:\[\w*\])*\s*=")
C_BODY = re.compile(r"^[A-Za-z_][^;{}#]*?(?:^\{|= \{)$.*?^\}", re.M | re.S)
PY_BODY = re.compile(r"^(?:def|class) (\w+).*?(?=^\S|\Z)", re.M | re.S)


class Place:
    """A stretch of a file that has a name: [first, last) of its text."""

    def __init__(self, name, first, last):
        self.name, self.first, self.last = name, first, last


# ---- reading ------------------------------------------------------------

def read_rows(path, columns):
    """The rows of a file of tabs, by their tag; # begins a remark."""
    rows = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            row = line.split("\t")
            if len(row) != columns or row[0] in rows:
                sys.exit(f"{path}: not a row, or twice: {line}")
            rows[row[0]] = row[1:]
    return rows


def tags_of(text):
    """(tag, where) for each tag that a text names."""
    for match in TAG.finditer(text):
        kind, first, last = match.groups()
        for number in range(int(first), int(last or first) + 1):
            yield f"{kind}-{number}", match.start()


def places_of(path, text):
    """What has a name in a file, in the order of the file."""
    if path.suffix == ".py":
        return [Place(m[1], m.start(), m.end())
                for m in PY_BODY.finditer(text)]
    places = []
    for m in C_BODY.finditer(text):
        name = C_NAME.search(m[0])
        if name:
            places.append(Place(name[1] or name[2], m.start(), m.end()))
    return places


def is_banner(text, at):
    """Whether the comment around a place is a heading, or a file's first."""
    begins = max(text.rfind("/*", 0, at), text.rfind('"""', 0, at))
    heads = text[begins:begins + 7] == "/* ----"
    return heads or not re.search(r"^(#include|import|from) ", text[:at], re.M)


def place_of(places, text, at):
    """The name of the function around a place, or right below it."""
    for place in places:
        if at < place.first:
            between = text[at:place.first]
            comment_ends = between.find("*/")
            is_above = comment_ends >= 0 and \
                not between[comment_ends + 2:].strip()
            return place.name if is_above else ""
        if at < place.last:
            return place.name
    return ""


def gather(top, folders, needs_function):
    """{tag: {path: [names]}} of all that the files in `folders` name."""
    found = {}
    for folder in folders:
        for path in sorted((top / folder).rglob("*")):
            shown = path.relative_to(top)
            if path.suffix not in SUFFIXES or HERE in shown.parents:
                continue
            text = path.read_text()
            places = places_of(path, text)
            for tag, at in tags_of(text):
                name = place_of(places, text, at)
                if needs_function and path.suffix != ".pkt" and \
                        (not name or is_banner(text, at)):
                    found.setdefault(tag, {})
                    continue
                names = found.setdefault(tag, {}).setdefault(str(shown), [])
                if name and name not in names:
                    names.append(name)
    return found


# ---- writing ------------------------------------------------------------

HEAD = """\
# The requirements of RFC 9293

The {count} requirements of [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293), Appendix B, what handfast's position to
each is, the code that satisfies it and the tests that prove it. `test/requirements/requirements.py --update` makes
this table from the tags in the sources; `./check` refuses it when it is stale or a row is not complete.

| requirement | section and feature | position | code | tests |
|---|---|---|---|---|
"""


def cell(places):
    """Links to files, each with the functions that have the tag."""
    links = []
    for path, names in sorted(places.items()):
        short = path.split("/", 1)[1]
        link = f"[{short}](../{path})"
        links.append(" ".join([link] + [f"`{name}`" for name in names]))
    return "<br>".join(links)


def table(requirements, positions, code, tests):
    rows = [HEAD.format(count=len(requirements))]
    for tag, (section, feature, _) in requirements.items():
        position = positions.get(tag, [""])[0]
        rows.append(f"| {tag} | {section} {feature} | {position} | "
                    f"{cell(code.get(tag, {}))} | "
                    f"{cell(tests.get(tag, {}))} |\n")
    return "".join(rows)


# ---- checking -----------------------------------------------------------

def faults_of(tag, position, has_code, has_test):
    """What is wrong with a row."""
    word = re.match(r"(yes|no|not yet)(?=$|[:,] .)", position)
    if not word or position == "no":
        return ["has no position that is known"]
    if word[1] == "not yet":
        return ["is done, and its position says not yet"] \
            if has_code and has_test else []
    faults = []
    if word[1] == "no" and tag.startswith("MUST"):
        faults.append("is a MUST, and its position says no")
    if word[1] == "yes" and not has_code:
        faults.append("has no code")
    if not has_test:
        faults.append("has no test")
    return faults


class Tree:
    """A tree of sources, with its requirements and what it says of them."""

    def __init__(self, top):
        self.top = top
        self.requirements = read_rows(top / HERE / "requirements.tsv", 4)
        self.positions = read_rows(top / HERE / "positions.tsv", 2)
        self.code = gather(top, CODE, False)
        self.tests = gather(top, TESTS, True)

    def table(self):
        return table(self.requirements, self.positions, self.code, self.tests)

    def faults(self):
        """{what: [why]} for each row, each unknown tag, and the table."""
        found = {}
        for tag in self.requirements:
            found[tag] = faults_of(tag, self.positions.get(tag, [""])[0],
                                   bool(self.code.get(tag)),
                                   bool(self.tests.get(tag)))
        for tag in [*self.code, *self.tests, *self.positions]:
            if tag not in self.requirements:
                found[tag] = ["is in the tree, and no requirement"]
        stored = self.top / TABLE
        is_fresh = stored.exists() and stored.read_text() == self.table()
        found[str(TABLE)] = [] if is_fresh else \
            [f"is stale: {HERE}/requirements.py --update"]
        found["requirements"] = [] if len(self.requirements) == COUNT else \
            [f"are {len(self.requirements)}, not {COUNT}"]
        return found


def say(faults):
    for what, why in faults.items():
        print(f"FAILED {what}: {', '.join(why)}" if why else f"ok {what}")
    return not any(faults.values())


# ---- checking the check -------------------------------------------------

def spoil(top, path, old, new):
    text = (top / path).read_text()
    if old not in text:
        sys.exit(f"{path}: the check of the check finds no {old!r}")
    (top / path).write_text(text.replace(old, new))


def strip(top, folders, tag):
    """Takes a tag out of all files of some folders."""
    for folder in folders:
        for path in (top / folder).rglob("*"):
            if path.suffix in SUFFIXES:
                text = path.read_text()
                path.write_text(re.sub(rf"\b{tag}\b", "", text))


# What is done to a copy of the tree, and which fault must be found.
SPOILERS = {
    "a tag without code": (
        lambda top: strip(top, CODE, "MUST-55"), "MUST-55", "no code"),
    "a tag without a test": (
        lambda top: strip(top, TESTS, "MUST-55"), "MUST-55", "no test"),
    "a tag that is unknown": (
        lambda top: spoil(top, "src/tcp/icmp_error.c", "MUST-55", "MUST-70"),
        "MUST-70", "no requirement"),
    "a position that is missing": (
        lambda top: spoil(top, HERE / "positions.tsv", "MUST-55\t", "#\t"),
        "MUST-55", "no position"),
    "a MUST that says no": (
        lambda top: spoil(top, HERE / "positions.tsv", "MUST-55\tyes",
                          "MUST-55\tno: it would be rude"),
        "MUST-55", "position says no"),
    "a requirement that is gone": (
        lambda top: spoil(top, HERE / "requirements.tsv", "MUST-55\t", "#\t"),
        "requirements", f"not {COUNT}"),
    "a table that is stale": (
        lambda top: spoil(top, TABLE, "| MUST-55 |", "| MUST-5 |"),
        str(TABLE), "stale"),
}


def check_the_check():
    """Each fault is made in a copy of the tree, and must be found."""
    found = {}
    for name, (harm, what, why) in SPOILERS.items():
        with tempfile.TemporaryDirectory() as work:
            top = Path(work)
            for folder in [*CODE, *TESTS, "doc"]:
                shutil.copytree(TOP / folder, top / folder)
            harm(top)
            faults = Tree(top).faults().get(what, [])
        found[f"finds {name}"] = [] if why in ", ".join(faults) else \
            ["was not found"]
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--update", action="store_true",
                        help="write doc/requirements.md")
    parser.add_argument("--missing", action="store_true",
                        help="say what is missing only")
    args = parser.parse_args()
    os.chdir(TOP)
    tree = Tree(TOP)
    if args.update:
        (TOP / TABLE).write_text(tree.table())
    faults = tree.faults()
    if args.missing:
        return 0 if say({k: v for k, v in faults.items() if v}) else 1
    is_good = say(faults)
    return 0 if say(check_the_check()) and is_good else 1


if __name__ == "__main__":
    sys.exit(main())
