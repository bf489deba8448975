# SPDX-License-Identifier: MIT
"""The kernel's side of connections: sockets, an echo service."""
import os
import selectors
import socket
import struct
import threading

from common import CLOSED_PORT, PATIENCE, PORT, Wrong, require


def connect(family, port=PORT, seconds=PATIENCE):
    sock = socket.socket(family.kind, socket.SOCK_STREAM)
    sock.settimeout(seconds)
    sock.connect((family.handfast, port))
    return sock


def refused_datagram(family):
    """UDP, which handfast answers with port unreachable."""
    with socket.socket(family.kind, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.connect((family.handfast, CLOSED_PORT))
        sock.send(b"is anybody there?")
        try:
            sock.recv(1)
        except ConnectionRefusedError:
            pass


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


def close_with_reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


def wait_writable(sock):
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        require(selector.select(PATIENCE), "a connection is not made")
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    require(error == 0, os.strerror(error))
