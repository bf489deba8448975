# SPDX-License-Identifier: MIT
"""TCP against the kernel's: transfers, many connections, every end of one."""
import errno
import hashlib
import os
import re
import signal
import socket
import tempfile
import time
from pathlib import Path

from common import (Background, CLOSED_PORT, MEGABYTE, PATIENCE, PORT, Stream,
                    Wrong, require, shell)
from handfast import Client, Server, scenario
from kernel import (EchoServer, close_with_reset, connect, listen, receive_all,
                    receive_exactly, wait_writable)


@scenario()
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


@scenario()
def transfer_as_client(lab, family):
    """Each octet goes from handfast to the kernel and comes back."""
    stream = Stream(lab.size)
    came = hashlib.sha256()
    with EchoServer(family), Client(lab, family) as client:
        process = client.process
        sender = Background(lambda: (stream.give_to(process.stdin.write),
                                     process.stdin.close()))
        while part := process.stdout.read1(1 << 18):
            came.update(part)
        sender.finish()
        client.expect_end()
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


@scenario()
def short_connections_as_server(lab, family):
    with Server(lab, "echo") as server:
        before = server.pools()
        for _ in range(lab.short):
            short_connection(family)
        server.wait_until_pools_are(before)


@scenario()
def short_connections_as_client(lab, family):
    with EchoServer(family) as echo:
        lab.peer("echo", family.kernel, lab.short, 1)
    require(echo.resets == 0, f"{echo.resets} resets")


@scenario()
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


@scenario()
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


@scenario()
def half_close_by_client_handfast(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: wait_for_end_then_send(
            listener.accept()[0]))
        lab.peer("half-first", family.kernel)
        kernel.finish()


@scenario()
def half_close_by_server_handfast(lab, family):
    handfast = lab.peer_behind("half-first", "-")
    wait_for_end_then_send(connect(family))
    handfast.finish()


@scenario()
def half_close_by_client_kernel(lab, family):
    handfast = lab.peer_behind("half-second", "-")
    end_then_receive(connect(family))
    handfast.finish()


@scenario()
def half_close_by_server_kernel(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: end_then_receive(listener.accept()[0]))
        lab.peer("half-second", family.kernel)
        kernel.finish()


@scenario()
def refused_by_kernel(lab, family):
    done = lab.connect(family.kernel, CLOSED_PORT)
    require(done.returncode == 1, f"exit status {done.returncode}")
    require("refused" in done.stderr and done.stderr.count("\n") == 1,
            f"it says {done.stderr!r}")


@scenario()
def refused_by_handfast(lab, family):
    with Server(lab, "echo"):
        refused_connection(family)


@scenario()
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


@scenario()
def abort_by_client_handfast(lab, family):
    with listen(family) as listener:
        kernel = Background(lambda: expect_reset(listener.accept()[0]))
        lab.peer("abort", family.kernel)
        kernel.finish()


@scenario()
def abort_by_server_handfast(lab, family):
    handfast = lab.peer_behind("abort", "-")
    expect_reset(connect(family))
    handfast.finish()


@scenario(wires=("tun",), patient=True)
def no_answer_to_handfast(lab, family):
    """Nobody has the address: SYNs at 0, 1 and 3 seconds, then the error."""
    began = time.monotonic()
    lab.peer("silent", family.nobody)
    took = time.monotonic() - began
    require(2.9 < took < 5, f"gave up after {took:.1f} s instead of 3")


@scenario(wires=("tun",), patient=True)
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


@scenario()
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


@scenario()
def interrupted_client(lab, family):
    with listen(family) as listener, Client(lab, family) as client:
        sock = listener.accept()[0]
        sock.sendall(b"abc")
        require(client.process.stdout.read(3) == b"abc", "not what was sent")
        client.process.send_signal(signal.SIGINT)
        require(sock.recv(1) == b"", "not the end of the stream")
        sock.close()
        client.expect_end(0, "3 octets in")


def tcpdump_lines(capture, *options):
    """As root, tcpdump wants to become another user, which the root of a
    user's own namespace cannot: it may be no root then."""
    command = f"tcpdump -Z root -n {' '.join(options)} -r {capture}"
    return shell(f"{command} || unshare --user --map-user=1 {command}"
                 ).splitlines()


def is_trace(line):
    """Of a frame, and not of a timer."""
    return re.match(r"\d\d:\d\d:\d\d\.\d{6} [^ ]", line)


@scenario()
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
            compare_traces(server, capture, *options)


def compare_traces(server, capture, *options):
    traced = [line for line in server.said().splitlines() if is_trace(line)]
    expected = tcpdump_lines(capture, *options)
    require(len(expected) > 30, f"tcpdump has only {len(expected)} lines")
    for ours, theirs in zip(traced, expected):
        beside = ours[len(theirs):] # nothing, or what handfast did
        require(ours.startswith(theirs)
                and (not beside or beside.startswith("  # ")),
                f"traced {ours!r}, tcpdump {theirs!r}")
    require(len(traced) == len(expected),
            f"{len(traced)} lines traced, {len(expected)} by tcpdump")
