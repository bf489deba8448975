# SPDX-License-Identifier: MIT
"""Records what passes an interface, by libpcap, as tcpdump would.

tcpdump itself will not: it wants to become another user first, which the root
of a user's own namespace cannot.
"""
import ctypes
import threading
import time

from common import require

LINUX_SLL, LINUX_SLL2 = 113, 276
SNAP = 262144
PERIOD = 50 # milliseconds after which libpcap hands over what came


def load():
    pcap = ctypes.CDLL("libpcap.so.0.8")
    for name in "open_live", "dump_open":
        getattr(pcap, "pcap_" + name).restype = ctypes.c_void_p
    return pcap


class Recording:
    """Frames of an interface, or of "any", into a file, as a context."""

    def __init__(self, interface, path, link=None):
        self.pcap = load()
        error = ctypes.create_string_buffer(256)
        self.handle = ctypes.c_void_p(self.pcap.pcap_open_live(
            interface.encode(), SNAP, 0, PERIOD, error))
        require(self.handle, f"libpcap: {error.value.decode()}")
        require(link is None
                or self.pcap.pcap_set_datalink(self.handle, link) == 0,
                f"libpcap: no link type {link}")
        self.pcap.pcap_setnonblock(self.handle, 1, error)
        self.file = ctypes.c_void_p(self.pcap.pcap_dump_open(
            self.handle, str(path).encode()))
        require(self.file, f"libpcap cannot write {path}")
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def take(self):
        self.pcap.pcap_dispatch(self.handle, -1, self.pcap.pcap_dump,
                                self.file)

    def run(self):
        while not self.stopping:
            self.take()
            time.sleep(0.01)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        time.sleep(3 * PERIOD / 1000)
        self.stopping = True
        self.thread.join()
        self.take()
        self.pcap.pcap_dump_close(self.file)
        self.pcap.pcap_close(self.handle)
