#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""handfast against the TCP of the running kernel, over a TUN device.

    interop.py [--full] [--program FILE] [--peer FILE] [SCENARIO ...]

Everything happens in a network namespace of its own, which ends with the
program (scripts/in-namespace). The kernel's end of hf0 is 10.9.0.1 and
fd00:9::1, handfast's end is 10.9.0.2 and fd00:9::2. Each scenario runs over
IPv4 and over IPv6 and prints "ok NAME" or "FAILED NAME: why". Exit status 1
if one failed, 77 if a TUN device is not allowed here.

--full: a gigabyte each way, 20,000 connections one after another. The
programs are those that ./check left in build-check/release.
"""
import argparse
import errno
import hashlib
import os
import re
import resource
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
MEGABYTE = 1 << 20
PATIENCE = 60 # seconds that anything may take, the gigabytes excepted
PORT = 9877
CLOSED_PORT = 9


class Family:
    """The addresses of one IP version on the link between the two."""

    def __init__(self, name, kind, kernel, handfast, nobody):
        self.name, self.kind = name, kind
        self.kernel, self.handfast, self.nobody = kernel, handfast, nobody


FAMILIES = [
    Family("IPv4", socket.AF_INET, "10.9.0.1", "10.9.0.2", "10.9.0.77"),
    Family("IPv6", socket.AF_INET6, "fd00:9::1", "fd00:9::2", "fd00:9::77"),
]


class Wrong(Exception):
    """What was seen is not what must be."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


# ---- the kernel's side ---------------------------------------------------

def shell(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True,
                          check=False)
    require(done.returncode == 0, f"{command}: {done.stderr.strip()}")
    return done.stdout


def make_interface():
    """hf0 stays while programs attach to it and let go of it."""
    shell("ip link set lo up")
    shell("ip tuntap add dev hf0 mode tun")
    shell("ip link set hf0 addrgenmode none txqueuelen 5000")
    shell("ip addr add 10.9.0.1/24 dev hf0")
    shell("ip addr add fd00:9::1/64 dev hf0 nodad")
    shell("ip link set hf0 up")
    for name, value in (("ip_local_port_range", "2000 65000"),
                        ("tcp_max_syn_backlog", "4096")):
        Path("/proc/sys/net/ipv4", name).write_text(value)


def wait_for(condition, what, seconds=PATIENCE):
    until = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < until, f"waited in vain for {what}")
        time.sleep(0.01)


def is_attached():
    return "LOWER_UP" in shell("ip link show hf0")


def connect(family, port=PORT, seconds=PATIENCE):
    sock = socket.socket(family.kind, socket.SOCK_STREAM)
    sock.settimeout(seconds)
    sock.connect((family.handfast, port))
    return sock


def listen(family, port=PORT):
    sock = socket.socket(family.kind, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((family.kernel, port))
    sock.listen(4096)
    sock.settimeout(PATIENCE)
    return sock


def receive_all(sock):
    """Up to the end of the stream."""
    parts = []
    while part := sock.recv(65536):
        parts.append(part)
    return b"".join(parts)


def receive_exactly(sock, n):
    parts = []
    while n:
        part = sock.recv(n)
        require(part, "the stream ended early")
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


class EchoServer(threading.Thread):
    """The kernel's own echo service; one thread for all connections."""

    def __init__(self, family):
        super().__init__(daemon=True)
        self.listener = listen(family)
        self.listener.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.stopping = False
        self.resets = 0

    def run(self):
        while not self.stopping:
            for key, _ in self.selector.select(0.05):
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    self.echo(key.fileobj)
        self.listener.close()

    def accept(self):
        sock, _ = self.listener.accept()
        sock.settimeout(PATIENCE)
        self.selector.register(sock, selectors.EVENT_READ)

    def echo(self, sock):
        try:
            data = sock.recv(1 << 18)
            if data:
                sock.sendall(data)
                return
        except ConnectionResetError:
            self.resets += 1
        self.selector.unregister(sock)
        sock.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        self.stopping = True
        self.join()


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


# ---- handfast's side -----------------------------------------------------

class Server:
    """`handfast serve KIND` on hf0, as a context."""

    def __init__(self, lab, kind, *options):
        self.lab = lab
        self.out = tempfile.TemporaryFile("w+")
        self.command = [lab.program, "serve", kind, "--tun", "hf0",
                        "--address", "10.9.0.2/24",
                        "--address", "fd00:9::2/64",
                        "--port", str(PORT), *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=self.out,
                                        stderr=subprocess.STDOUT)
        wait_for(lambda: "interface hf0" in self.said()
                 or self.process.poll() is not None, "the server", 10)
        require(self.process.poll() is None, "handfast ended: " + self.said())
        return self

    def said(self):
        self.out.seek(0)
        return self.out.read()

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

    def pools(self):
        """What SIGUSR1 makes it say: {pool: records in use}."""
        before = len(self.said())
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: "\nblock " in self.said()[before:], "the pools", 5)
        return {name: int(used) for name, used in
                re.findall(r"^pool (.+) used (\d+) ", self.said()[before:],
                           re.M)}

    def wait_until_pools_are(self, before):
        try:
            wait_for(lambda: self.pools() == before, "empty pools", 10)
        except Wrong:
            raise Wrong(f"pools {self.pools()} instead of {before}") from None


class Lab:
    """What the scenarios share."""

    def __init__(self, options):
        self.program, self.peer_program = options.program, options.peer
        self.size = (1024 if options.full else options.megabytes) * MEGABYTE
        self.short = 20000 if options.full else options.connections

    def peer(self, mode, addr, *arguments):
        """Runs handfast's side of a test and requires that it liked it."""
        command = [self.peer_program, mode, addr, str(PORT),
                   *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=10 * PATIENCE, check=False)
        require(done.returncode == 0, (done.stdout + done.stderr).strip())
        return done.stdout

    def peer_behind(self, *arguments):
        """The same in the background, once it is attached."""
        thread = Background(lambda: self.peer(*arguments))
        wait_for(is_attached, "handfast to attach", 10)
        return thread


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


# ---- scenarios: each takes the lab and a family --------------------------

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


@scenario
def transfer_as_server(lab, family):
    """Each octet goes to handfast and comes back."""
    with Server(lab, "echo") as server:
        before = server.pools()
        sock = connect(family)
        stream = Stream(lab.size)
        sender = Background(lambda: (stream.give_to(sock.sendall),
                                     sock.shutdown(socket.SHUT_WR)))
        came = hashlib.sha256()
        while part := sock.recv(1 << 18):
            came.update(part)
        sender.finish()
        sock.close()
        require(came.digest() == stream.hash.digest(), "SHA-256 differs")
        server.wait_until_pools_are(before)


@scenario
def transfer_as_client(lab, family):
    """Each octet goes from handfast to the kernel and comes back."""
    stream = Stream(lab.size)
    came = hashlib.sha256()
    with EchoServer(family):
        process = subprocess.Popen([lab.program, "connect", family.kernel,
                                    str(PORT)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        sender = Background(lambda: (stream.give_to(process.stdin.write),
                                     process.stdin.close()))
        while part := process.stdout.read1(1 << 18):
            came.update(part)
        sender.finish()
        status = process.wait(PATIENCE)
        said = process.stderr.read().decode()
    require(status == 0, f"exit status {status}: {said}")
    require(came.digest() == stream.hash.digest(), "SHA-256 differs")


def short_connection(family):
    with connect(family) as sock:
        sock.sendall(b"fifteen letters\n")
        require(receive_exactly(sock, 16) == b"fifteen letters\n", "no echo")


def refused_connection(family):
    try:
        connect(family, CLOSED_PORT, 5).close()
        raise Wrong("it was not refused")
    except ConnectionRefusedError:
        pass


def aborted_connection(family):
    sock = connect(family)
    sock.sendall(b"abort")
    receive_exactly(sock, 5)
    close_with_reset(sock)


def close_with_reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


@scenario
def short_connections_as_server(lab, family):
    with Server(lab, "echo") as server:
        before = server.pools()
        for _ in range(lab.short):
            short_connection(family)
        server.wait_until_pools_are(before)


@scenario
def short_connections_as_client(lab, family):
    with EchoServer(family) as echo:
        lab.peer("echo", family.kernel, lab.short, 1)
    require(echo.resets == 0, f"{echo.resets} resets")


@scenario
def thousand_at_once_as_server(lab, family):
    with Server(lab, "echo", "--connections", "2000") as server:
        before = server.pools()
        socks = [socket.socket(family.kind, socket.SOCK_STREAM)
                 for _ in range(1000)]
        for sock in socks:
            sock.setblocking(False)
            require(sock.connect_ex((family.handfast, PORT))
                    in (0, errno.EINPROGRESS), "connect")
        for sock in socks:
            sock.settimeout(PATIENCE)
            wait_writable(sock)
        for number, sock in enumerate(socks):
            sock.sendall(b"%08d" % number)
        for number, sock in enumerate(socks):
            require(receive_exactly(sock, 8) == b"%08d" % number, "no echo")
        during = server.pools()
        require(during["connection"] == 1000, f"in use: {during}")
        for sock in socks:
            sock.close()
        server.wait_until_pools_are(before)


def wait_writable(sock):
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        require(selector.select(PATIENCE), "a connection is not made")
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    require(error == 0, os.strerror(error))


@scenario
def thousand_at_once_as_client(lab, family):
    """The peer sends nothing before all thousand are established."""
    with EchoServer(family) as echo:
        lab.peer("echo", family.kernel, 1000, 1000)
    require(echo.resets == 0, f"{echo.resets} resets")


def pattern():
    return bytes((i * 31 + (i >> 8)) & 255 for i in range(MEGABYTE))


def wait_for_end_then_send(sock):
    require(receive_all(sock) == b"", "octets before the end")
    sock.sendall(pattern())
    sock.close()


def end_then_receive(sock):
    sock.shutdown(socket.SHUT_WR)
    require(receive_all(sock) == pattern(), "not the megabyte that was sent")
    sock.close()


@scenario
def half_close_by_client_handfast(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: wait_for_end_then_send(
            listener.accept()[0]))
        lab.peer("half-first", family.kernel)
        kernel.finish()


@scenario
def half_close_by_server_handfast(lab, family):
    handfast = lab.peer_behind("half-first", "-")
    wait_for_end_then_send(connect(family))
    handfast.finish()


@scenario
def half_close_by_client_kernel(lab, family):
    handfast = lab.peer_behind("half-second", "-")
    end_then_receive(connect(family))
    handfast.finish()


@scenario
def half_close_by_server_kernel(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: end_then_receive(listener.accept()[0]))
        lab.peer("half-second", family.kernel)
        kernel.finish()


@scenario
def refused_by_kernel(lab, family):
    done = subprocess.run([lab.program, "connect", family.kernel,
                           str(CLOSED_PORT)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE,
                          check=False)
    require(done.returncode == 1, f"exit status {done.returncode}")
    require("refused" in done.stderr and done.stderr.count("\n") == 1,
            f"it says {done.stderr!r}")


@scenario
def refused_by_handfast(lab, family):
    with Server(lab, "echo"):
        refused_connection(family)


@scenario
def abort_by_kernel(lab, family):
    with Server(lab, "echo") as server:
        before = server.pools()
        for octets in (0, 16, 200000):
            sock = connect(family)
            sock.sendall(bytes(octets))
            if octets == 16:
                receive_exactly(sock, 16)
            close_with_reset(sock)
        server.wait_until_pools_are(before)
        short_connection(family)


def expect_reset(sock):
    require(sock.recv(4) == b"1234", "no octets before the reset")
    sock.sendall(b"5")
    try:
        require(sock.recv(1) != b"", "the stream ended instead of a reset")
        raise Wrong("octets instead of a reset")
    except ConnectionResetError:
        pass
    sock.close()


@scenario
def abort_by_client_handfast(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: expect_reset(listener.accept()[0]))
        lab.peer("abort", family.kernel)
        kernel.finish()


@scenario
def abort_by_server_handfast(lab, family):
    handfast = lab.peer_behind("abort", "-")
    expect_reset(connect(family))
    handfast.finish()


@scenario
def no_answer_to_handfast(lab, family):
    """Nobody has the address: SYNs at 0, 1 and 3 seconds, then the error."""
    began = time.monotonic()
    lab.peer("silent", family.nobody)
    took = time.monotonic() - began
    require(2.9 < took < 5, f"gave up after {took:.1f} s instead of 3")


@scenario
def no_answer_to_kernel(lab, family):
    """An address that is routed to handfast and is not its own."""
    with Server(lab, "echo"):
        with socket.socket(family.kind, socket.SOCK_STREAM) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
            began = time.monotonic()
            try:
                sock.connect((family.nobody, PORT))
                raise Wrong("somebody answered")
            except OSError as error:
                require(error.errno == errno.ETIMEDOUT, str(error))
            require(time.monotonic() - began > 2, "it did not wait")


@scenario
def interrupted_server(lab, family):
    """Ctrl-C ends each connection with FIN, and prints a summary."""
    with Server(lab, "echo") as server:
        socks = [connect(family) for _ in range(3)]
        for sock in socks:
            sock.sendall(b"abc")
            require(receive_exactly(sock, 3) == b"abc", "no echo")
        server.process.send_signal(signal.SIGINT)
        for sock in socks:
            require(sock.recv(1) == b"", "not the end of the stream")
            sock.close()
        require(server.process.wait(10) == 0, "not exit status 0")
        require("3 connections served, 9 octets in, 9 octets out"
                in server.said(), f"no summary: {server.said()}")


@scenario
def interrupted_client(lab, family):
    with listen(family) as listener:
        process = subprocess.Popen([lab.program, "connect", family.kernel,
                                    str(PORT)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        sock = listener.accept()[0]
        sock.sendall(b"abc")
        require(process.stdout.read(3) == "abc", "not what was sent")
        process.send_signal(signal.SIGINT)
        require(sock.recv(1) == b"", "not the end of the stream")
        sock.close()
        said = process.communicate(timeout=10)[1]
        require(process.returncode == 0 and "3 octets in" in said,
                f"exit status {process.returncode}: {said}")


def tcpdump_lines(capture, *options):
    """As root, tcpdump wants to become another user, which the root of a
    user's own namespace cannot: it may be no root then."""
    command = f"tcpdump -Z root -n {' '.join(options)} -r {capture} tcp"
    return shell(f"{command} || unshare --user --map-user=1 {command}"
                 ).splitlines()


def is_trace(line):
    return re.match(r"\d\d:\d\d:\d\d\.\d{6} IP6? ", line)


@scenario
def trace_equals_tcpdump(lab, family):
    """Each line of the live trace begins with tcpdump's for the capture."""
    for options in ([], ["-S"]):
        with tempfile.TemporaryDirectory() as folder:
            capture = Path(folder, "live.pcap")
            with Server(lab, "echo", "--trace", "--pcap", str(capture),
                        *options) as server:
                short_connection(family)
                refused_connection(family)
                aborted_connection(family)
                with connect(family) as sock:
                    sock.sendall(bytes(50000))
                    receive_exactly(sock, 50000)
            traced = [line for line in server.said().splitlines()
                      if is_trace(line)]
            compare_traces(traced, tcpdump_lines(capture, *options))


def compare_traces(traced, expected):
    require(len(expected) > 30, f"tcpdump has only {len(expected)} lines")
    for ours, theirs in zip(traced, expected):
        beside = ours[len(theirs):] # nothing, or what handfast did
        require(ours.startswith(theirs)
                and (not beside or beside.startswith("  # ")),
                f"traced {ours!r}, tcpdump {theirs!r}")
    require(len(traced) == len(expected),
            f"{len(traced)} lines traced, {len(expected)} by tcpdump")


# ---- the run -------------------------------------------------------------

def parse_options():
    parser = argparse.ArgumentParser(
        description="handfast against the running kernel over TUN")
    parser.add_argument("--full", action="store_true",
                        help="a gigabyte each way, 20,000 connections")
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--program", default="build-check/release/src/cli/handfast")
    parser.add_argument("--peer", default="build-check/release/test/interop/peer")
    parser.add_argument("--inside", action="store_true",
                        help=argparse.SUPPRESS)
    parser.add_argument("scenario", nargs="*",
                        help="; ".join(SCENARIOS) + " (default: all)")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name}")
    return options


def run(lab, name, family):
    try:
        SCENARIOS[name](lab, family)
        print(f"ok {name} {family.name}", flush=True)
        return True
    except Exception as why: # pylint: disable=broad-except
        text = str(why).replace("\n", " | ") or type(why).__name__
        print(f"FAILED {name} {family.name}: {text}", flush=True)
        return False


def main():
    options = parse_options()
    os.chdir(TOP)
    for program in options.program, options.peer:
        if not os.access(program, os.X_OK):
            print(f"{program} was not built")
            return 1
    if not options.inside:
        os.execv("scripts/in-namespace", ["in-namespace", __file__,
                                          "--inside", *sys.argv[1:]])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    make_interface()
    lab = Lab(options)
    good = [run(lab, name, family)
            for name in options.scenario or SCENARIOS for family in FAMILIES]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
