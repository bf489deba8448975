# SPDX-License-Identifier: MIT
"""handfast's side: `handfast serve`, `handfast connect`, and the peer."""
import os
import re
import signal
import subprocess
import tempfile

from common import (Background, FAMILIES, MEGABYTE, PATIENCE, PORT, Wrong,
                    require, wait_for)

# What comes and goes by itself while no connection is there.
FLEETING = ["neighbour", "learned"]


class Server:
    """`handfast serve KIND` on the wire, as a context."""

    def __init__(self, lab, kind, *options, addresses=None, may_end=False):
        self.lab, self.may_end = lab, may_end
        self.out = tempfile.TemporaryFile()
        self.command = lab.handfast("serve", kind, "--port", PORT)
        for address in addresses or [f"{family.handfast}/{family.prefix_len}"
                                     for family in FAMILIES]:
            self.command += ["--address", address]
        self.command += options

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=self.out,
                                        stderr=subprocess.STDOUT)
        wait_for(lambda: "interface hf" in self.said()
                 or self.process.poll() is not None, "the server", 10)
        require(self.may_end or self.process.poll() is None,
                "handfast ended: " + self.said())
        return self

    def said(self):
        """Read without moving the place where the server writes."""
        return os.pread(self.out.fileno(), 1 << 26, 0).decode()

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Wrong("Ctrl-C does not end the server") from None
        if kind is None:
            require(self.process.returncode == 0,
                    f"exit status {self.process.returncode}: {self.said()}")

    def expect_failure(self, seconds, *lines):
        """It ends by itself, with these words in its last lines."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it goes on: {self.said()}") from None
        said = self.said().splitlines()[-len(lines):]
        require(status == 1, f"exit status {status}: {said}")
        for wanted, line in zip(lines, said):
            require(wanted in line, f"it says {said}")
        self.process.returncode = 0 # as it should be

    def pools(self, fleeting=False):
        """What SIGUSR1 makes it say: {pool: records in use}."""
        before = len(self.said())
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: "\nblock " in self.said()[before:], "the pools", 5)
        return {name: int(used) for name, used in
                re.findall(r"^pool (.+) used (\d+) ", self.said()[before:],
                           re.M) if fleeting or name not in FLEETING}

    def wait_until_pools_are(self, before):
        try:
            wait_for(lambda: self.pools() == before, "empty pools", 10)
        except Wrong:
            raise Wrong(f"pools {self.pools()} instead of {before}") from None


class Client:
    """`handfast connect` to the kernel's port, as a context."""

    def __init__(self, lab, family, *options):
        self.process = subprocess.Popen(
            lab.handfast("connect", family.kernel, PORT, *options),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def expect_end(self, wanted=0, *words):
        status = self.process.wait(PATIENCE)
        said = self.process.stderr.read().decode()
        require(status == wanted, f"exit status {status}: {said}")
        for word in words:
            require(word in said, f"it says {said!r}")
        return said


class Lab:
    """What the scenarios share."""

    def __init__(self, options, wire):
        self.wire, self.full = wire, options.full
        self.program, self.peer_program = options.program, options.peer
        self.size = (1024 if options.full else options.megabytes) * MEGABYTE
        self.short = options.connections
        if options.full:
            self.short = 20000 if wire.name == "tun" else 10000
        elif wire.is_ethernet:
            self.size //= 4
            self.short //= 10

    def handfast(self, command, *arguments):
        """The command line of `handfast COMMAND` on the wire."""
        return [*self.wire.prefix, self.program, command,
                *map(str, arguments), self.wire.option, self.wire.end]

    def connect(self, *arguments):
        """Runs `handfast connect` to its end, with nothing to send."""
        return subprocess.run(self.handfast("connect", *arguments),
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)

    def peer(self, mode, addr, *arguments):
        """Runs handfast's side of a test and requires that it liked it."""
        command = [*self.wire.prefix, self.peer_program,
                   f"{self.wire.name}:{self.wire.end}", mode, addr, str(PORT),
                   *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=10 * PATIENCE, check=False)
        require(done.returncode == 0, (done.stdout + done.stderr).strip())
        return done.stdout

    def peer_behind(self, *arguments):
        """The same in the background, once it is attached."""
        thread = Background(lambda: self.peer(*arguments))
        self.wire.wait_until_attached()
        return thread


SCENARIOS = {}


class Scenario:
    """A function of the lab and a family, and where it belongs."""

    def __init__(self, function, wires, versions, patient):
        self.function, self.patient = function, patient
        self.wires, self.versions = wires, versions
        self.name = function.__name__.replace("_", "-")


def scenario(wires=("tun", "tap", "packet"), versions=("IPv4", "IPv6"),
             patient=False):
    """`patient`: it waits more than it works, and others may work then."""
    def add(function):
        one = Scenario(function, wires, versions, patient)
        SCENARIOS[one.name] = one
        return function
    return add


ETHERNET = ("tap", "packet")
