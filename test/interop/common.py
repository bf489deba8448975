# SPDX-License-Identifier: MIT
"""What all files of the test share: judgement, commands, waiting, streams."""
import hashlib
import os
import socket
import struct
import subprocess
import threading
import time

MEGABYTE = 1 << 20
PATIENCE = 60 # seconds that anything may take, the gigabytes excepted
PORT = 9877
CLOSED_PORT = 9


class Family:
    """The addresses of one IP version on the link between the two."""

    def __init__(self, name, kind, prefix_len, kernel, handfast, nobody):
        self.name, self.kind, self.prefix_len = name, kind, prefix_len
        self.kernel, self.handfast, self.nobody = kernel, handfast, nobody


FAMILIES = [
    Family("IPv4", socket.AF_INET, 24, "10.9.0.1", "10.9.0.2", "10.9.0.77"),
    Family("IPv6", socket.AF_INET6, 64, "fd00:9::1", "fd00:9::2",
           "fd00:9::77"),
]


class Wrong(Exception):
    """What was seen is not what must be."""


class Skipped(Exception):
    """This machine does not offer what the scenario needs."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


def shell(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True,
                          check=False)
    require(done.returncode == 0, f"{command}: {done.stderr.strip()}")
    return done.stdout


def wait_for(condition, what, seconds=PATIENCE):
    until = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < until, f"waited in vain for {what}")
        time.sleep(0.01)


class Stream:
    """`size` octets that do not repeat soon, made as they are asked for."""

    def __init__(self, size):
        self.left = size
        self.block = os.urandom(MEGABYTE)
        self.hash = hashlib.sha256()
        self.turn = 0

    def next(self):
        n = min(self.left, MEGABYTE - 8)
        data = struct.pack("!Q", self.turn) + self.block[:n - 8]
        data = data[:n]
        self.turn += 1
        self.left -= len(data)
        self.hash.update(data)
        return data

    def give_to(self, write):
        while self.left:
            write(self.next())


class Background(threading.Thread):
    """A call in a thread, whose exception is raised where it is joined."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.error, self.result = call, None, None
        self.start()

    def run(self):
        try:
            self.result = self.call()
        except Exception as error: # pylint: disable=broad-except
            self.error = error

    def finish(self):
        self.join(PATIENCE * 10)
        require(not self.is_alive(), "a thread does not end")
        if self.error:
            raise self.error
        return self.result
