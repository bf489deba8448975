#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Do the tests bite? Breaks src/tcp in many small ways, and runs them.

Every place of src/tcp where the code could be a little different (a `<` that
could be a `<=`, a call that could be missing) becomes a mutant. All of them
are compiled into one copy of the tree, each behind a number, so that a run
costs a process and not a build. A mutant is killed when a test fails that
passes without it. The survivors are printed, one line each, and compared
with survivors.txt, where each has a word on why it lives.

usage: mutate.py [--build DIR] [--sample N] [--seed N] [--only FILE] [--update]

Needs python3-clang-14. Takes some minutes on two cores.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import clang.cindex as ci

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
Kind = ci.CursorKind

# ---- what can be different ------------------------------------------------

RELATION = {"<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="],
            ">=": [">", "<"], "==": ["!="], "!=": ["=="]}
ARITHMETIC = {"+": ["-"], "-": ["+"], "*": ["/"], "&": ["|"], "|": ["&"],
              "<<": [">>"], ">>": ["<<"]}
LOGIC = {"&&": "||", "||": "&&"}


class Mutant:
    def __init__(self, number, file, line, what):
        self.number, self.file, self.line, self.what = number, file, line, what

    def __str__(self):
        return f"{self.file}:{self.line}: {self.what}"


class Source:
    """One file: finds its mutants, and writes it with all of them inside."""

    def __init__(self, path, first):
        self.path = path
        self.text = path.read_bytes()
        self.mutants = []
        self.next = first
        self.before, self.after = {}, {}  # offset: text to insert
        self.replaced = {}  # (start, end): text

    def add(self, line, what):
        self.mutants.append(Mutant(self.next, self.path.name, line, what))
        self.next += 1
        return self.next - 1

    def slice(self, start, end):
        return self.text[start:end].decode()

    # The outer one of two that begin or end at the same place stays outside.
    def wrap(self, start, end, opening, closing):
        self.before[start] = self.before.get(start, "") + opening
        self.after[end] = closing + self.after.get(end, "")

    def render(self):
        out, at = [], 0
        marks = sorted(set(self.before) | set(self.after) |
                       {s for s, _ in self.replaced})
        ends = dict(self.replaced)
        starts = {s: (e, t) for (s, e), t in ends.items()}
        for mark in marks:
            if mark < at:
                raise RuntimeError(f"{self.path}: edits overlap at {mark}")
            out.append(self.slice(at, mark))
            out.append(self.after.get(mark, ""))
            out.append(self.before.get(mark, ""))
            at = mark
            if mark in starts:
                end, text = starts[mark]
                out.append(text)
                at = end
        out.append(self.slice(at, len(self.text)))
        return "".join(out)


def is_here(source, cursor):
    """Written in the file itself, not by a macro."""
    start, end = cursor.extent.start, cursor.extent.end
    return (start.file and start.file.name == str(source.path) and
            end.file and end.file.name == str(source.path) and
            end.offset > start.offset)


def operator_of(source, cursor):
    """The operator's text and its place; None if a macro hides it."""
    left, right = list(cursor.get_children())
    start, end = left.extent.end.offset, right.extent.start.offset
    between = source.slice(start, end)
    found = re.fullmatch(r"(\s*)([-+*/%<>=!&|^]+)(\s*)", between)
    if not found:
        return None
    return found.group(2), start + len(found.group(1))


def mutate_binary(source, cursor):
    found = operator_of(source, cursor)
    if not found:
        return
    op, at = found
    left, right = list(cursor.get_children())
    line = cursor.location.line
    if op in LOGIC:
        n = source.add(line, f"{op} for {LOGIC[op]}")
        macro = "HFM_AND" if op == "&&" else "HFM_OR"
        source.wrap(cursor.extent.start.offset, cursor.extent.end.offset,
                    f"{macro}({n}, (", "))")
    elif op in RELATION or op in ARITHMETIC:
        if "*" in left.type.spelling and op not in RELATION:
            return  # pointers: a crash is no test
        others = RELATION.get(op) or ARITHMETIC[op]
        numbers = [source.add(line, f"{other} for {op}") for other in others]
        alternatives = "".join(
            f"HFM({n}) ? l_ {other} r_ : " for n, other in zip(numbers, others))
        # Macros of two operands: the comma stands where the operator was.
        name = f"HFM_OP_{numbers[0]}"
        source.macros.append(
            f"#define {name}(l, r) ({{ __typeof__((l) + 0) l_ = (l); "
            f"__typeof__((r) + 0) r_ = (r); {alternatives}l_ {op} r_; }})")
        source.wrap(cursor.extent.start.offset, cursor.extent.end.offset,
                    f"{name}((", "))")
    else:
        return
    source.replaced[(at, at + len(op))] = "), ("


def mutate_literal(source, cursor):
    start, end = cursor.extent.start.offset, cursor.extent.end.offset
    text = source.slice(start, end)
    if not re.fullmatch(r"[0-9]+[uU]?", text):
        return
    n = source.add(cursor.location.line, f"{text} plus 1")
    source.wrap(start, end, f"(HFM({n}) ? {text} + 1 : ", ")")


def mutate_condition(source, condition):
    """Of an `if`, a loop or a return that no macro has made."""
    if not is_here(source, condition):
        return
    n = source.add(condition.location.line, "the condition negated")
    source.wrap(condition.extent.start.offset, condition.extent.end.offset,
                f"HFM_NOT({n}, (", "))")


def mutate_statement(source, cursor):
    """A call or an assignment that is a statement of its own is left out."""
    start, end = cursor.extent.start.offset, cursor.extent.end.offset
    rest = source.slice(end, min(end + 40, len(source.text)))
    gap = re.match(r"\s*;", rest)
    if not gap:
        return
    text = " ".join(source.slice(start, end).split())
    n = source.add(cursor.location.line, f"without {text[:60]}")
    source.wrap(start, end + gap.end(), f"{{ if (!HFM({n})) {{ ", " } }")


STATEMENTS = {Kind.CALL_EXPR, Kind.COMPOUND_ASSIGNMENT_OPERATOR,
              Kind.UNARY_OPERATOR}
CONSTANT = {Kind.CASE_STMT, Kind.ENUM_DECL, Kind.STATIC_ASSERT}


def is_assignment(source, cursor):
    if cursor.kind != Kind.BINARY_OPERATOR:
        return False
    found = operator_of(source, cursor)
    return found is not None and found[0] == "="


def is_static(cursor):
    return cursor.kind == Kind.VAR_DECL and \
        cursor.storage_class == ci.StorageClass.STATIC


def starts_with(source, cursor, words):
    start = cursor.extent.start.offset
    return source.slice(start, start + 8).startswith(words)


def visit(source, cursor, parent):
    children = list(cursor.get_children())
    if cursor.kind in CONSTANT:
        children = children[1:] if cursor.kind == Kind.CASE_STMT else []
    elif is_static(cursor) or cursor.kind == Kind.CXX_UNARY_EXPR:
        children = []
    elif cursor.kind == Kind.VAR_DECL and cursor.type.get_array_size() >= 0:
        children = [c for c in children if c.kind == Kind.INIT_LIST_EXPR]
    elif is_here(source, cursor):
        if cursor.kind in (Kind.IF_STMT, Kind.WHILE_STMT) and \
                starts_with(source, cursor, ("if", "while")):
            mutate_condition(source, children[0])
        elif cursor.kind == Kind.RETURN_STMT and children and \
                children[0].type.get_canonical().spelling in ("_Bool", "bool"):
            mutate_condition(source, children[0])
        elif parent.kind in (Kind.COMPOUND_STMT, Kind.IF_STMT) and \
                (cursor.kind in STATEMENTS or is_assignment(source, cursor)):
            mutate_statement(source, cursor)
        if cursor.kind == Kind.BINARY_OPERATOR and len(children) == 2:
            mutate_binary(source, cursor)
        elif cursor.kind == Kind.INTEGER_LITERAL:
            mutate_literal(source, cursor)
    for child in children:
        visit(source, child, cursor)


def parse(path, first):
    source = Source(path, first)
    source.macros = []
    include = ["-I" + str(ROOT / p) for p in
               ("include", "src/block", "src/wire", "src/ip", "src/tcp")]
    unit = ci.Index.create().parse(str(path), args=["-std=c11"] + include)
    for problem in unit.diagnostics:
        if problem.severity >= ci.Diagnostic.Error:
            raise RuntimeError(str(problem))
    for cursor in unit.cursor.get_children():
        if cursor.kind == Kind.FUNCTION_DECL and cursor.is_definition() and \
                is_here(source, cursor):
            body = list(cursor.get_children())[-1]
            visit(source, body, cursor)
    return source


# ---- the tree of mutants --------------------------------------------------

HEADER = """
/* Made by test/mutation/mutate.py. */
#ifndef HFM_H
#define HFM_H
#include <stdbool.h>
extern int hf_mutant;
extern unsigned char hf_reached[];
#define HFM(n) (hf_reached[n] = 1, hf_mutant == (n))
#define HFM_NOT(n, c) (HFM(n) ? !(c) : !!(c))
#define HFM_AND(n, l, r) ({ bool l_ = (l); HFM(n) ? (l_ || (r)) : (l_ && (r)); })
#define HFM_OR(n, l, r) ({ bool l_ = (l); HFM(n) ? (l_ && (r)) : (l_ || (r)); })
#endif
"""

# Which mutant, by the environment; and which code was reached, to a file.
SELECTOR = """
#include "hfm.h"
#include <stdio.h>
#include <stdlib.h>
int hf_mutant;
unsigned char hf_reached[%d];
static void tell(void)
{
	const char *path = getenv("HF_REACHED");
	FILE *f = path ? fopen(path, "ab") : NULL;
	if (f) {
		fwrite(hf_reached, sizeof hf_reached, 1, f);
		fclose(f);
	}
}
__attribute__((constructor)) static void choose(void)
{
	const char *which = getenv("HF_MUTANT");
	hf_mutant = which ? atoi(which) : 0;
	atexit(tell);
}
"""


def make_tree(tree, sources):
    if tree.exists():
        shutil.rmtree(tree)
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(
        "build*", ".git", "__pycache__"))
    tcp = tree / "src/tcp"
    total = 1 + sum(len(s.mutants) for s in sources)
    (tcp / "hfm.h").write_text(HEADER)
    (tcp / "hfm.c").write_text(SELECTOR % total)
    for source in sources:
        relative = source.path.relative_to(ROOT)
        (tree / relative).write_text(
            '#include "hfm.h"\n' + "\n".join(source.macros) +
            f'\n#line 1 "{relative}"\n' + source.render())
    build = tcp / "meson.build"
    build.write_text(build.read_text().replace(
        "static_library('hf_tcp',", "static_library('hf_tcp',\n  'hfm.c',", 1))
    run = subprocess.run(
        ["meson", "setup", "build", "-Doptimization=1", "-Ddebug=false",
         "-Dwarning_level=0", "-Dc_args=-w"],
        cwd=tree, capture_output=True, text=True)
    if run.returncode == 0:
        run = subprocess.run(["ninja", "-C", "build"], cwd=tree,
                             capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stdout[-4000:] + run.stderr[-4000:])


# ---- the tests ------------------------------------------------------------

def commands(tree):
    build = tree / "build"
    for program in sorted(list(build.glob("test/wire/test_*")) +
                          list(build.glob("test/net/test_*"))):
        if program.is_file() and os.access(program, os.X_OK):
            yield [str(program)]
    for name in ("unit/test_host", "unit/test_config", "unit/test_device",
                 "unit/test_source_route", "unit/test_source_route_open", "unit/test_icmp_reply",
                 "unit/test_memory", "sim/test_sim", "purity/budget"):
        yield [str(build / "test" / name)]
    drill = build / "src/cli/handfast"
    for folder in sorted((tree / "test/wire").iterdir()):
        if folder.is_dir() and any(folder.glob("*.pkt")):
            yield [str(drill), "drill", str(folder)]
    yield [str(build / "test/sim/sim_torture"), "--seeds", "1-150"]
    yield [str(build / "test/sim/copy_test")]


LIMIT = 20  # seconds, and ten times as long as it took without a mutant


def run(command, tree, mutant=0, reached=None, limit=300):
    env = dict(os.environ, HF_MUTANT=str(mutant))
    if reached:
        env["HF_REACHED"] = str(reached)
    try:
        return subprocess.run(
            command, cwd=tree, env=env, timeout=limit,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Test:
    def __init__(self, command):
        self.command = command
        self.seconds = 0.0
        self.reaches = b""

    def learn(self, tree, count):
        """Passes without a mutant; how long it takes and what it reaches."""
        import time
        path = tree / "reached"
        path.unlink(missing_ok=True)
        began = time.monotonic()
        if not run(self.command, tree, 0, path):
            sys.exit(f"fails without a mutant: {' '.join(self.command)}")
        self.seconds = time.monotonic() - began
        data = path.read_bytes() if path.exists() else b""
        parts = [data[i:i + count] for i in range(0, len(data), count)]
        self.reaches = bytes(any(column) for column in zip(*parts)) \
            if parts else bytes(count)


def kill(mutant, tests, tree):
    """The test that notices the mutant; None."""
    for test in tests:
        if test.reaches[mutant.number] and not run(
                test.command, tree, mutant.number,
                limit=max(LIMIT / 4, 10 * test.seconds)):
            return test
    return None


# ---- the survivors --------------------------------------------------------

def known_survivors():
    """{mutant without its line number: the word on it}"""
    path = HERE / "survivors.txt"
    known = {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                mutant, _, word = line.partition("  -- ")
                known[mutant] = word
    return known


def name(mutant, source):
    """What stays the same when lines move: file, code of the line, change."""
    code = source.text.decode().splitlines()[mutant.line - 1].strip()
    return f"{mutant.file}: {code}: {mutant.what}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build-mutation"))
    parser.add_argument("--sample", type=int, help="so many mutants only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="mutants of this file only")
    parser.add_argument("--update", action="store_true",
                        help="write survivors.txt, keeping its words")
    options = parser.parse_args()

    sources, first = [], 1
    for path in sorted((ROOT / "src/tcp").rglob("*.c")):
        if path.name == "check.c":
            continue  # the invariants are a test themselves
        sources.append(parse(path, first))
        first = sources[-1].next
    of = {m.number: s for s in sources for m in s.mutants}
    mutants = [m for s in sources for m in s.mutants
               if not options.only or m.file == options.only]
    if options.sample:
        mutants = random.Random(options.seed).sample(
            mutants, min(options.sample, len(mutants)))
    tree = pathlib.Path(options.build)
    print(f"{len(mutants)} mutants of {first - 1}; building ...", flush=True)
    make_tree(tree, sources)

    tests = [Test(c) for c in commands(tree)]
    for test in tests:
        test.learn(tree, first)
    tests.sort(key=lambda t: t.seconds)
    print(f"{len(tests)} tests take {sum(t.seconds for t in tests):.1f} s",
          flush=True)

    survivors, done = [], 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {pool.submit(kill, m, tests, tree): m for m in mutants}
        for future in concurrent.futures.as_completed(futures):
            done += 1
            if future.result() is None:
                survivors.append(futures[future])
                print(futures[future], flush=True)
            if done % 100 == 0:
                print(f"{done} done, {len(survivors)} survive", flush=True)

    known = known_survivors()
    lines = []
    for mutant in sorted(survivors, key=lambda m: m.number):
        key = name(mutant, of[mutant.number])
        reached = any(t.reaches[mutant.number] for t in tests)
        word = known.get(key, "" if reached else "no test reaches it")
        lines.append(f"{key}  -- {word}")
        print(f"{mutant}  -- {word}")
    if options.update:
        (HERE / "survivors.txt").write_text(
            "# Mutants of src/tcp that no test notices, and why.\n" +
            "\n".join(lines) + "\n")
    killed = len(mutants) - len(survivors)
    print(f"{killed} of {len(mutants)} mutants killed: "
          f"{100 * killed / len(mutants):.1f} %")


if __name__ == "__main__":
    main()
