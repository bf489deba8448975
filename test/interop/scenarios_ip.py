# SPDX-License-Identifier: MIT
"""What others use to find and look at a host: ping, traceroute, nmap."""
import os
import random
import re
import select
import socket
import struct
import time
from xml.etree import ElementTree

from common import Background, CLOSED_PORT, PORT, Wrong, require, shell
from handfast import Server, scenario

PING_MOST = 20000
PING_SIZES = [0, 1, 8, 16, 56, 1452, 1453, 1472, 1473, 2945, 8973, 19999,
              20000]
PING_GAP = 1 / 900 # seconds: handfast sends 1000 ICMP messages each second


# ---- ping ----------------------------------------------------------------

class Pinger:
    """Sends echo requests with random data and wants it back."""

    def __init__(self, family):
        self.family = family
        self.is_ipv4 = family.kind == socket.AF_INET
        self.sock = socket.socket(
            family.kind, socket.SOCK_RAW, socket.IPPROTO_ICMP if self.is_ipv4
            else socket.IPPROTO_ICMPV6)
        self.sock.connect((family.handfast, 0))
        self.noise = os.urandom(2 * PING_MOST)
        self.number = os.getpid() & 0xffff
        self.sequence = 0

    def request(self, data):
        kind = 8 if self.is_ipv4 else 128 # the kernel sums ICMPv6
        head = struct.pack("!BBHHH", kind, 0, 0, self.number, self.sequence)
        if not self.is_ipv4:
            return head + data
        return head[:2] + internet_checksum(head + data) + head[4:] + data

    def reply(self, data):
        return struct.pack("!HH", self.number, self.sequence) + data

    def receive(self, until):
        """Identifier, sequence number and data of the next echo reply."""
        while True:
            rest = until - time.monotonic()
            require(rest > 0 and select.select([self.sock], [], [], rest)[0],
                    "no echo reply")
            packet = self.sock.recv(65536)
            if self.is_ipv4:
                packet = packet[(packet[0] & 15) * 4:]
            if packet[0] == (0 if self.is_ipv4 else 129):
                return packet[4:]

    def ping(self, size):
        began = time.monotonic()
        start = random.randrange(PING_MOST)
        data = self.noise[start:start + size]
        self.sequence = self.sequence + 1 & 0xffff
        self.sock.send(self.request(data))
        try:
            while True:
                came = self.receive(began + 3)
                if came[:4] == self.reply(b"")[:4]:
                    break
        except Wrong as why:
            raise Wrong(f"{size} octets: {why}") from None
        require(came == self.reply(data), f"{size} octets: other octets")
        time.sleep(max(0, began + PING_GAP - time.monotonic()))


def internet_checksum(octets):
    """RFC 1071."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def ping_command(family, size):
    """The ping that people use; it compares the data too."""
    said = shell(f"ping -n -c 1 -W 3 -s {size} {family.handfast}")
    require("1 received" in said and "wrong data" not in said,
            f"{size} octets: {said}")


@scenario()
def ping(lab, family):
    """RFC 1122 3.2.2.6, RFC 4443 4.2: each comes back, whatever its size."""
    sizes = range(PING_MOST + 1) if lab.full else sorted(
        random.Random(1).sample(range(PING_MOST + 1), 200))
    with Server(lab, "echo"):
        for size in PING_SIZES:
            ping_command(family, size)
        pinger = Pinger(family)
        for size in sizes:
            pinger.ping(size)


# ---- traceroute ----------------------------------------------------------

@scenario(patient=True)
def traceroute(lab, family):
    """It ends at handfast, which is the first hop, by each kind of probe."""
    probes = ("", "-I", f"-T -p {PORT}", f"-T -p {CLOSED_PORT}")
    with Server(lab, "echo"):
        for probe in probes:
            said = shell(f"traceroute -n -q 2 -w 3 -m 4 {probe} "
                         f"{family.handfast}")
            hops = said.splitlines()[1:]
            require(len(hops) == 1 and "*" not in hops[0]
                    and re.match(rf" *1 +{family.handfast} ", hops[0]),
                    f"{probe}: {hops}")


# ---- nmap ----------------------------------------------------------------

# What RFC 9293 says that a host answers, in nmap's words. 3.10.7.1 is the
# closed port: a reset to all but a reset. 3.10.7.2 is LISTEN: first RST, then
# ACK (a reset), then SYN (a SYN-ACK); all else is dropped.
SCANS = {
    "-sT": (("open", "syn-ack"), ("closed", "conn-refused")),
    "-sS": (("open", "syn-ack"), ("closed", "reset")),
    "-sF": (("open|filtered", "no-response"), ("closed", "reset")),
    "-sN": (("open|filtered", "no-response"), ("closed", "reset")),
    "-sX": (("open|filtered", "no-response"), ("closed", "reset")),
    "-sA": (("unfiltered", "reset"), ("unfiltered", "reset")),
    # a reset that has a window would be taken for an open port
    "-sW": (("closed", "reset"), ("closed", "reset")),
}


def scan(family, kind):
    """What nmap sees: {port: (state, why)}."""
    six = "-6" if family.kind == socket.AF_INET6 else ""
    said = shell(f"nmap {six} -n -Pn --send-ip --disable-arp-ping {kind} "
                 f"-p {CLOSED_PORT},{PORT} -oX - {family.handfast}")
    seen = {}
    for port in ElementTree.fromstring(said).iter("port"):
        state = port.find("state")
        seen[int(port.get("portid"))] = state.get("state"), state.get("reason")
    return seen


@scenario(patient=True)
def nmap(lab, family):
    with Server(lab, "echo"):
        scans = {kind: Background(lambda kind=kind: scan(family, kind))
                 for kind in SCANS}
        seen = {kind: thread.finish() for kind, thread in scans.items()}
    for kind, (of_open, of_closed) in SCANS.items():
        wanted = {PORT: of_open, CLOSED_PORT: of_closed}
        require(seen[kind] == wanted, f"{kind} sees {seen[kind]} instead of "
                                      f"{wanted}")
