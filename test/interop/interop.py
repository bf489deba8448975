#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""handfast against the running kernel, over TUN, TAP and AF_PACKET.

    interop.py [--full] [--device NAME] [--program FILE] [--peer FILE]
               [SCENARIO ...]

Everything happens in network namespaces of its own, which end with the
program (scripts/in-namespace): one for each device and kind of scenario, some
of them at once. The kernel is 10.9.0.1 and fd00:9::1, handfast is 10.9.0.2
and fd00:9::2 (see wire.py). Each scenario runs over IPv4 and over IPv6 and
prints "ok NAME VERSION DEVICE", "FAILED ...: why" or "skipped ...: why". Exit
status 1 if one failed, 77 if a TUN device is not allowed here.

--full: a gigabyte each way, 10,000 connections one after another over each
device (TUN: 20,000), every size of echo request. The programs are those that
./check left in build-check/release.
"""
import argparse
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True # pylint: disable=wrong-import-position
import scenarios_dump # pylint: disable=unused-import
import scenarios_ethernet # pylint: disable=unused-import
import scenarios_fragments # pylint: disable=unused-import
import scenarios_ip # pylint: disable=unused-import
import scenarios_tcp # pylint: disable=unused-import
from common import FAMILIES, Skipped
from handfast import SCENARIOS, Lab
from wire import WIRES, set_up_namespace

TOP = Path(__file__).resolve().parents[2]
AT_ONCE = 6 # namespaces
NOT_ALLOWED = 77


def parse_options():
    parser = argparse.ArgumentParser(
        description="handfast against the running kernel")
    parser.add_argument("--full", action="store_true",
                        help="a gigabyte each way, 10,000 connections")
    parser.add_argument("--device", action="append", choices=list(WIRES),
                        help="may be repeated (all)")
    parser.add_argument("--megabytes", type=int, default=64,
                        help="over TUN; a fourth over the others")
    parser.add_argument("--connections", type=int, default=2000,
                        help="over TUN; a tenth over the others")
    parser.add_argument("--program",
                        default="build-check/release/src/cli/handfast")
    parser.add_argument("--peer",
                        default="build-check/release/test/interop/peer")
    parser.add_argument("--inside", action="store_true",
                        help=argparse.SUPPRESS)
    parser.add_argument("scenario", nargs="*",
                        help="; ".join(SCENARIOS) + " (default: all)")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name}")
    options.device = options.device or list(WIRES)
    options.scenario = options.scenario or list(SCENARIOS)
    return options


# ---- inside of a namespace: one device -----------------------------------

def run(lab, one, family):
    name = f"{one.name} {family.name} {lab.wire.name}"
    try:
        one.function(lab, family)
        print(f"ok {name}", flush=True)
        return True
    except Skipped as why:
        print(f"skipped {name}: {why}", flush=True)
        return True
    except Exception as why: # pylint: disable=broad-except
        text = str(why).replace("\n", " | ") or type(why).__name__
        print(f"FAILED {name}: {text}", flush=True)
        return False


def run_inside(options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    set_up_namespace()
    wire = WIRES[options.device[0]]()
    wire.make()
    lab = Lab(options, wire)
    good = [run(lab, SCENARIOS[name], family)
            for name in options.scenario for family in FAMILIES
            if family.name in SCENARIOS[name].versions]
    return 0 if all(good) else 1


# ---- outside -------------------------------------------------------------

def chunks(options):
    """(device, names): what one namespace is for; the longest first."""
    for patient in False, True:
        for device in options.device:
            names = [name for name in options.scenario
                     if SCENARIOS[name].patient == patient
                     and device in SCENARIOS[name].wires]
            if names:
                yield device, names


def run_chunk(options, device, names):
    command = ["scripts/in-namespace", __file__, "--inside",
               "--device", device, "--megabytes", str(options.megabytes),
               "--connections", str(options.connections),
               "--program", options.program, "--peer", options.peer]
    if options.full:
        command.append("--full")
    return subprocess.run(command + names, stdin=subprocess.DEVNULL,
                          check=False).returncode


def run_outside(options):
    probe = subprocess.run(["scripts/in-namespace", "true"], check=False)
    if probe.returncode == NOT_ALLOWED:
        return NOT_ALLOWED
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(lambda chunk: run_chunk(options, *chunk),
                                 chunks(options)))
    return 0 if statuses and not any(statuses) else 1


def main():
    options = parse_options()
    os.chdir(TOP)
    options.program = os.path.abspath(options.program)
    options.peer = os.path.abspath(options.peer)
    if options.inside:
        return run_inside(options)
    for program in options.program, options.peer:
        if not os.access(program, os.X_OK):
            print(f"{program} was not built")
            return 1
    return run_outside(options)


if __name__ == "__main__":
    sys.exit(main())
