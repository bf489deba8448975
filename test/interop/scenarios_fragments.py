# SPDX-License-Identifier: MIT
"""Fragments that scapy makes: good ones in any order, and those that lie,
that overlap, or that never become whole."""
import random
import select
import socket
import struct
import sys
import time

import frames
from common import Skipped, require, shell
from handfast import ETHERNET, Server, scenario
from scenarios_ip import Pinger, ping_command
from scenarios_tcp import short_connection
from wire import read_mac

DISTRIBUTION = "/usr/lib/python3/dist-packages" # of Debian's own Python
ORDERS = ("forwards", "backwards", "random", "doubled")
REASSEMBLY_TIME = 30 # seconds, of the profile linux
DATAGRAMS_MOST = 64 # hf_config's defaults
HELD_MOST = 1 << 20


def load_scapy():
    """Its layers; it takes a second, and is not there for each Python."""
    if DISTRIBUTION not in sys.path:
        sys.path.append(DISTRIBUTION)
    try:
        # pylint: disable=import-outside-toplevel
        from scapy.layers import inet, inet6, l2
        from scapy.packet import Raw
    except ImportError:
        raise Skipped("python3-scapy is not installed") from None
    return inet, inet6, l2, Raw


class Fragmenter:
    """Sends what it is told of echo requests from the kernel's address."""

    def __init__(self, lab, family):
        self.inet, self.inet6, self.l2, self.data = load_scapy()
        self.family, self.is_ipv4 = family, family.kind == socket.AF_INET
        self.raw = frames.Raw("hf0")
        self.id = random.randrange(1 << 15)
        ping_command(family, 0)
        self.pinger = Pinger(family)
        said = shell(f"ip neigh show {family.handfast} dev hf0").split()
        self.ether = self.l2.Ether(src=read_mac("hf0"),
                                   dst=said[said.index("lladdr") + 1])
        lab.wire.wait_until_attached()

    def begin(self, size):
        """An echo request's octets above IP, for a datagram of its own."""
        self.id += 1
        self.pinger.sequence = self.pinger.sequence + 1 & 0xffff
        body = self.pinger.request(random.randbytes(size - 8))
        if self.is_ipv4:
            return body
        # the kernel would sum it; scapy has to
        whole = self.inet6.IPv6(src=self.family.kernel,
                                dst=self.family.handfast)
        echo = self.inet6.ICMPv6EchoRequest(
            id=self.pinger.number, seq=self.pinger.sequence, data=body[8:])
        return bytes(whole / echo)[40:]

    def datagram(self, part, start, more, source, protocol):
        if self.is_ipv4:
            return self.inet.IP(
                src=source, dst=self.family.handfast, id=self.id & 0xffff,
                flags="MF" if more else 0, frag=start // 8,
                proto=protocol) / self.data(part)
        return self.inet6.IPv6(src=source, dst=self.family.handfast) \
            / self.inet6.IPv6ExtHdrFragment(
                offset=start // 8, m=int(more), id=self.id,
                nh=protocol) / self.data(part)

    def send(self, part, start, more, source=None, protocol=None):
        """One fragment with these octets."""
        if protocol is None:
            protocol = 1 if self.is_ipv4 else 58
        self.raw.send(bytes(self.ether / self.datagram(
            part, start, more, source or self.family.kernel, protocol)))

    def send_parts(self, body, unit, order="forwards"):
        starts = list(range(0, len(body), unit))
        if order == "backwards":
            starts.reverse()
        elif order == "random":
            random.shuffle(starts)
        elif order == "doubled":
            starts = [start for start in starts[:-1] for _ in range(2)] + [
                starts[-1]]
        for start in starts:
            self.send(body[start:start + unit], start,
                      start + unit < len(body))

    def expect(self, body, what):
        """The answer to this request comes next: none to any other."""
        self.take_error()
        came = self.pinger.receive(time.monotonic() + 3)
        require(came[:4] == body[4:8], f"{what}: another's answer")
        require(came == body[4:], f"{what}: other octets")

    def take_error(self):
        """What ICMP has said of our datagrams."""
        return self.pinger.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def send_problem(self, part, start, more, pointer, protocol=None):
        """A fragment whose sender must be told, and where it is wrong: a
        parameter problem of code 0, RFC 8200 4.5."""
        watch = frames.Raw("hf0")
        self.send(part, start, more, protocol=protocol)
        wanted = struct.pack("!BBxxI", 4, 0, pointer)
        until = time.monotonic() + 3
        while not self.is_ipv4:
            rest = until - time.monotonic()
            require(rest > 0 and select.select([watch.sock], [], [], rest)[0],
                    f"no parameter problem, pointer {pointer}")
            seen = watch.receive()[0][54:62]
            if seen[:2] + b"\0\0" + seen[4:] == wanted:
                return

    def echo(self, size, unit, order):
        body = self.begin(size)
        self.send_parts(body, unit, order)
        self.expect(body, f"{size} octets in fragments of {unit}, {order}")


def counters(server):
    """What --verbose makes it say in the end: {drop reason: times}."""
    words = [line.split() for line in server.said().splitlines()]
    return {line[0]: int(line[1]) for line in words
            if len(line) == 2 and line[0].startswith("HF_DROP_")}


def expect_counted(server, **least):
    counted = counters(server)
    for name, wanted in least.items():
        seen = counted.get("HF_DROP_" + name, 0)
        require(seen >= wanted, f"{name}: {seen} counted, not {wanted}")


# ---- fragments that are as they should be --------------------------------

@scenario(wires=ETHERNET)
def fragments_in_any_order(lab, family):
    """RFC 791 3.2, RFC 8200 4.5: of each size, first or last or twice."""
    with Server(lab, "echo", "--verbose") as server:
        fragmenter = Fragmenter(lab, family)
        before = server.pools()
        for unit in range(8, 1449, 8 if lab.full else 40):
            for order in ORDERS:
                fragmenter.echo(unit * random.randrange(2, 12) + 5, unit,
                                order)
        fragmenter.echo(60000, 1448, "random")
        server.wait_until_pools_are(before)
    expect_counted(server, DUPLICATE=100)


# ---- fragments that lie --------------------------------------------------

def teardrop(fragmenter):
    """The second lies within the first: it had negative lengths computed."""
    body = fragmenter.begin(100)
    fragmenter.send(body[:40], 0, True)
    fragmenter.send(body[24:28], 24, False)


def overlap_before(fragmenter):
    """The second writes over the end of the first."""
    body = fragmenter.begin(100)
    fragmenter.send(body[:48], 0, True)
    fragmenter.send(body[40:], 40, False)
    fragmenter.send_parts(body, 40) # too late: RFC 5722 4


def overlap_after(fragmenter):
    """The first writes over the begin of the second, which came before."""
    body = fragmenter.begin(100)
    fragmenter.send(body[40:], 40, False)
    fragmenter.send(body[:48], 0, True)


def overlap_around(fragmenter):
    body = fragmenter.begin(200)
    fragmenter.send(body[64:72], 64, True)
    fragmenter.send(body[:128], 0, True)
    fragmenter.send(body[128:], 128, False)


OVERLAPS = [teardrop, overlap_before, overlap_after, overlap_around]


def two_ends(fragmenter):
    body = fragmenter.begin(200)
    fragmenter.send(body[96:128], 96, False)
    fragmenter.send(body[128:], 128, False)
    fragmenter.send(body[:96], 0, True)


def past_the_largest(fragmenter):
    """Ping of death: an end beyond 65,535 octets. Nobody is told of what may
    be the rest of an ICMP error; so here it is UDP for once."""
    body = fragmenter.begin(200)
    fragmenter.send(body[:96], 0, True, protocol=17)
    fragmenter.send_problem(body[96:], 65528, False, 42, protocol=17)


def odd_length(fragmenter):
    """Not the last, and no multiple of 8."""
    body = fragmenter.begin(200)
    fragmenter.send_problem(body[:97], 0, True, 4)
    fragmenter.send(body[97:], 96, False)


def empty(fragmenter):
    body = fragmenter.begin(200)
    fragmenter.send(b"", 0, True)
    fragmenter.send(body[96:], 96, False)


def tiny_segment(fragmenter):
    """RFC 1858, RFC 7112: a SYN whose flags stand in the second."""
    fragmenter.begin(100)
    segment = bytes(fragmenter.inet.TCP(sport=4000, dport=9, flags="S"))
    fragmenter.send(segment[:8], 0, True, protocol=6)
    fragmenter.send(segment[8:], 8, False, protocol=6)


MALFORMED = [past_the_largest, odd_length, empty, tiny_segment]


@scenario(wires=ETHERNET)
def fragments_that_lie(lab, family):
    """None is answered, and what is good is, before and after."""
    with Server(lab, "echo", "--verbose") as server:
        fragmenter = Fragmenter(lab, family)
        for _ in range(10):
            for lie in [*OVERLAPS, two_ends, *MALFORMED]:
                lie(fragmenter)
                fragmenter.echo(3000, 1000, "random")
        short_connection(family)
        used = server.pools()
        require(used["datagram"] <= DATAGRAMS_MOST, f"pools {used}")
    expect_counted(server, FRAGMENT_OVERLAP=10 * len(OVERLAPS),
                   FRAGMENT=10 * len(MALFORMED))


# ---- fragments that never become whole -----------------------------------

def buffers(used):
    """Octets of buffers, of which fragments may hold so many."""
    return 256 * used["small"] + 4096 * used["page"]


@scenario(wires=ETHERNET, patient=True)
def fragments_never_completed(lab, family):
    """By the thousand; then the time for reassembly passes (--full)."""
    count = 20000 if lab.full else 2000
    with Server(lab, "echo", "--verbose") as server:
        fragmenter = Fragmenter(lab, family)
        before = server.pools()
        for i in range(count):
            body = fragmenter.begin(1400)
            fragmenter.send(body, 0 if i % 2 else 1400, True)
            if i % 100 == 0:
                time.sleep(0.01)
            if i % 500 == 0:
                fragmenter.echo(3000, 1000, "random")
                used = server.pools()
                require(used["datagram"] <= DATAGRAMS_MOST
                        and buffers(used) <= HELD_MOST, f"pools {used}")
        short_connection(family)
        if lab.full:
            time.sleep(REASSEMBLY_TIME + 1)
            server.wait_until_pools_are(before)
    expect_counted(server, FRAGMENT_LIMIT=count - DATAGRAMS_MOST)
    if lab.full:
        expect_counted(server, FRAGMENT_TIME=DATAGRAMS_MOST // 2)
