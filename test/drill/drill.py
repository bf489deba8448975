#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`handfast drill` passes what is right and fails what is wrong.

    drill.py [--program FILE]

Each script of pass/ passes in all its variants. Each of fail/ fails, at the
line and for the reason that its comments tell:

    // fails at 10: window is 65535 instead of 100
    // expected: a part of the packet that was expected
    // came: a part of the one that came
    // option: --strict_segments

"ok NAME" or "FAILED NAME: why" for each; exit status 1 if one failed.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


class Refused(Exception):
    """What was seen is not what was promised."""


def drill(program, *arguments):
    return subprocess.run([program, "drill", *arguments], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def marks(script, name):
    return re.findall(rf"^// {name}(?: at)?:? ?(.*)$", script.read_text(), re.M)


def must_pass(program, script):
    done = drill(program, "--variants", script)
    last = done.stdout.splitlines()[-1:]
    if done.returncode or not re.fullmatch(r"[1-9]\d* passed, 0 failed",
                                           "".join(last)):
        raise Refused(" | ".join(done.stdout.splitlines()[:4]))


def must_fail(program, script):
    done = drill(program, *marks(script, "option"), script)
    lines = done.stdout.splitlines()
    (reason,) = marks(script, "fails")
    if not lines or not lines[0].startswith(f"{script}:{reason}"):
        raise Refused(f"it said {lines[:1]} instead of {reason}")
    for kind in "expected", "came":
        said = [line for line in lines if line.startswith(f"  {kind}:")]
        for part in marks(script, kind):
            if not said or part not in said[0]:
                raise Refused(f"no {part} in {said}")
    if lines[-1] != "0 passed, 1 failed":
        raise Refused(f"it ended with {lines[-1]}")
    if done.returncode != 1 or done.stderr:
        raise Refused(f"status {done.returncode}, {done.stderr.strip()}")


def must_be(condition, why):
    if not condition:
        raise Refused(why)


# What the command line promises. Each takes the program.

def missing_file_fails(program):
    done = drill(program, "no-such-file.pkt")
    must_be(done.returncode == 1 and "0 passed, 1 failed" in done.stdout,
            done.stdout)


def folders_are_walked_in_order(program):
    one = drill(program, HERE / "pass", HERE / "fail")
    four = drill(program, "-j", "4", HERE / "pass", HERE / "fail")
    must_be(one.stdout == four.stdout, "-j 4 prints something else")
    passed, failed = (len(list((HERE / kind).glob("*.pkt")))
                      for kind in ("pass", "fail"))
    strict = 1 # which fails only with its option
    must_be(one.stdout.splitlines()[-1] ==
            f"{passed + strict} passed, {failed - strict} failed",
            one.stdout.splitlines()[-1])


def verbose_tells_states_and_reasons(program):
    done = drill(program, "--verbose", HERE / "pass/accept.pkt")
    for part in ("LISTEN -> SYN_RECEIVED", "NEW_DATA", "accept(3",
                 "FIN, CLOSE_WAIT -> LAST_ACK"):
        must_be(part in done.stdout, f"no {part} in {done.stdout}")


def failure_shows_the_trace(program):
    done = drill(program, HERE / "fail/wrong-window.pkt")
    must_be("until then:" in done.stdout and "[S.]" in done.stdout,
            done.stdout)


def defines_are_given(program):
    text = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = NUMBER\n"
    done = subprocess.run([program, "drill", "-D", "NUMBER=3", "/dev/stdin"],
                          input=text, capture_output=True, text=True,
                          check=False, timeout=60)
    must_be(done.returncode == 0, done.stdout)


def shell_is_allowed(program):
    for command, status in ("test 1 = 1", 0), ("test 1 = 2", 1):
        done = subprocess.run([program, "drill", "--allow-shell",
                               "/dev/stdin"], input=f"0 `{command}`\n",
                              capture_output=True, text=True, check=False,
                              timeout=60)
        must_be(done.returncode == status, f"{command}: {done.stdout}")


def command_line_wins(program):
    done = drill(program, "--mtu=1300", HERE / "pass/options.pkt")
    must_be("the TCP options differ" in done.stdout, done.stdout)


COMMAND_LINE = [missing_file_fails, folders_are_walked_in_order, verbose_tells_states_and_reasons,
                failure_shows_the_trace, defines_are_given, shell_is_allowed,
                command_line_wins]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program",
                        default=str(TOP / "build/src/cli/handfast"))
    program = parser.parse_args().program
    failed = 0
    cases = [(f"pass/{s.stem}", must_pass, (s,))
             for s in sorted((HERE / "pass").glob("*.pkt"))]
    cases += [(f"fail/{s.stem}", must_fail, (s,))
              for s in sorted((HERE / "fail").glob("*.pkt"))]
    cases += [(case.__name__, case, ()) for case in COMMAND_LINE]
    for name, case, arguments in cases:
        try:
            case(program, *arguments)
            print("ok", name, flush=True)
        except Refused as why:
            print(f"FAILED {name}: {why}", flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
