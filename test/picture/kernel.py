#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the kernel sends, captured on its loopback interface.

    scripts/in-namespace test/picture/kernel.py FILE

A connection with 100,000 octets, half-closed by its client; one that is
refused; one that is aborted. FILE is what tcpdump wrote.
"""
import socket
import struct
import subprocess
import sys
import threading
import time

PORT = 9877


def serve(listener):
    connection, _ = listener.accept()
    total = 0
    while data := connection.recv(65536):
        total += len(data)
    connection.sendall(str(total).encode())
    connection.close()


def talk():
    client = socket.create_connection(("127.0.0.1", PORT))
    client.sendall(b"x" * 100000)
    client.shutdown(socket.SHUT_WR)
    assert client.recv(100) == b"100000"
    client.close()


def be_refused():
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", 1)) != 0


def abort(listener):
    client = socket.create_connection(("127.0.0.1", PORT))
    connection, _ = listener.accept()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("ii", 1, 0))
    client.close()
    connection.close()


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tcpdump = subprocess.Popen(
        ["tcpdump", "-Z", "root", "-i", "lo", "--immediate-mode",
         "-U", "-w", sys.argv[1]],
        stderr=subprocess.PIPE, text=True)
    while "listening on" not in tcpdump.stderr.readline():
        assert tcpdump.poll() is None
    with socket.create_server(("127.0.0.1", PORT)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        talk()
        server.join()
        be_refused()
        abort(listener)
    time.sleep(0.5)
    tcpdump.terminate()
    tcpdump.wait()


if __name__ == "__main__":
    main()
