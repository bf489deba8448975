# SPDX-License-Identifier: MIT
"""TCP segments: flags, options of every kind, and what is wrong with them."""
import struct

from frames import PORTS, ipv4, ipv6, number32, once_in, some, transport

TCP = 6
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE = (1 << n for n in range(9))


def segment(random, flags, options=b"", payload=b"", offset=None):
    while len(options) % 4:
        options += random.choice([b"\0", b"\1"])
    options = options[:40]
    if offset is None:
        offset = 5 + len(options) // 4
    reserved = random.choice([0, 0, random.randrange(8)])
    return struct.pack(
        ">HHIIHHHH", random.choice(PORTS), random.choice(PORTS),
        number32(random), number32(random),
        offset << 12 | reserved << 9 | flags, random.randrange(65536), 0,
        random.randrange(65536)) + options + payload


def tcp(random, *arguments, **named):
    return transport(random, random.choice([4, 6]), TCP,
                     segment(random, *arguments, **named), 16)


def option(kind, data=b""):
    return bytes([kind, 2 + len(data)]) + data


def syn(random):
    options = [option(2, struct.pack(">H", random.randrange(65536))),
               option(4), option(8, random.randbytes(8)), b"\1",
               option(3, bytes([random.randrange(256)]))]
    return tcp(random, random.choice([SYN, SYN | ACK]),
               b"".join(random.sample(options, random.randint(0, 5))))


def data(random):
    return tcp(random, random.choice([ACK, ACK | PSH]), payload=some(random, 60))


def timestamps(random):
    return tcp(random, ACK, b"\1\1" + option(8, random.randbytes(8)),
               some(random, 20))


def bare_ack(random):
    return tcp(random, ACK)


def fin(random):
    return tcp(random, FIN | random.choice([0, ACK, ACK | PSH]),
               payload=some(random, 5))


def reset(random):
    return tcp(random, RST | random.choice([0, ACK]), payload=random.choice(
        [b"", b"", b"cookie", some(random, 40)]))


def any_flags(random):
    return tcp(random, random.randrange(256), payload=some(random, 3))


def ecn(random):
    return tcp(random, random.choice([SYN, ACK, SYN | ACK, 0]) |
               random.choice([0, ECE]) | random.choice([0, CWR]) |
               random.choice([0, AE]))


def urgent(random):
    return tcp(random, URG | ACK, payload=some(random, 9))


def sack(random):
    blocks = b"".join(struct.pack(">II", number32(random), number32(random))
                      for _ in range(random.randint(0, 4)))
    if once_in(random, 6):
        blocks += some(random, 7)
    return tcp(random, random.choice([ACK, 0]), b"\1\1" + option(5, blocks))


def fast_open(random):
    cookie = some(random, 20)
    kind = random.choice([option(34, cookie),
                          option(254, b"\xf9\x89" + cookie),
                          option(253, b"\xf9\x89" + cookie)])
    return tcp(random, SYN | random.choice([0, ACK]), kind,
               some(random, 10))


def experiment(random):
    return tcp(random, ACK, option(random.choice([253, 254]),
                                   some(random, 12)))


def signature(random):
    kind = random.choice([option(19, random.randbytes(16)),
                          option(19, some(random, 18)),
                          option(29, some(random, 20))])
    return tcp(random, ACK, kind)


def user_timeout(random):
    return tcp(random, ACK, option(28, random.choice(
        [random.randbytes(2), some(random, 5)])))


def old_options(random):
    """Echo, its reply, CC, CC.NEW, CC.ECHO, and their neighbours."""
    kind = random.choice([6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
    return tcp(random, ACK, option(kind, random.choice(
        [random.randbytes(4), some(random, 8)])))


def unknown_option(random):
    return tcp(random, ACK, option(random.randrange(2, 256),
                                   some(random, 12)))


def lying_option(random):
    """A length that is not of its kind."""
    kind = random.choice([2, 3, 4, 5, 6, 8, 11, 14, 15, 19, 28, 29, 30, 34,
                          253, 254, random.randrange(256)])
    filling = b"\1" * random.randint(0, 4)
    return tcp(random, ACK, filling + bytes([kind, random.choice(
        [0, 1, 2, 3, 4, random.randrange(45)])]) + some(random, 12))


def any_options(random):
    return tcp(random, random.choice([SYN, ACK, SYN | ACK]),
               some(random, 40))


MPTCP_LENGTHS = [(4, 12, 20, 22, 24), (12, 16, 20, 24), (4, 8, 12, 14, 16,
                 18, 20, 22, 24, 26, 28), (8, 10, 16, 18, 26, 28, 30), (3, 4,
                 5, 8), (3, 4), (12,), (12,), (4,)]


def mptcp(random):
    """A subtype with a length of it, or another."""
    subtype = random.randrange(9)
    length = random.choice(MPTCP_LENGTHS[subtype])
    flags = random.choice([SYN, ACK, SYN | ACK])
    first = subtype << 4 | random.choice([0, 1, random.randrange(16)])
    if subtype == 3 and once_in(random, 2):
        first = subtype << 4 | random.choice([4, 6]) # an IP version
    body = bytes([first]) + random.randbytes(length - 3)
    return tcp(random, flags, option(30, body), some(random, 4))


def mptcp_lying(random):
    body = bytes([random.randrange(256)]) + some(random, 30)
    return tcp(random, random.choice([SYN, ACK, SYN | ACK]),
               option(30, body[:38]))


def mptcp_ended(random):
    """The end of options, and then octets that nobody needs."""
    return tcp(random, ACK, option(30, random.choice([
        bytes([0x31]) + random.randbytes(random.choice([5, 7, 13, 15])),
        bytes([0x40, 1]), bytes([0x50])])) + b"\0" + some(random, 12),
               some(random, 4))


def bad_header_length(random):
    return tcp(random, random.randrange(256), some(random, 8),
               some(random, 8), offset=random.randrange(16))


def cut_segment(random):
    """The datagram ends in the segment's header."""
    whole = segment(random, random.randrange(256), some(random, 16))
    whole = whole[:random.randint(0, len(whole))]
    return random.choice([ipv4, ipv6])(random, TCP, whole)


# ---- all of a sort, not some -------------------------------------------

def every_flag(random):
    """Each set of the nine flags, with and without text."""
    for flags in range(512):
        yield tcp(random, flags)
        yield tcp(random, flags, payload=random.randbytes(7))


def every_option(random):
    """Each kind with each length that it may claim, in a SYN or not; then
    what it claims is there, or the header ends before."""
    for kind in range(256):
        for length in range(42):
            flags = random.choice([SYN, SYN | ACK, ACK])
            body = random.randbytes(max(0, min(length, 40) - 2))
            if once_in(random, 8):
                body = body[:random.randint(0, len(body))]
            yield tcp(random, flags, bytes([kind, length]) + body)


KINDS = {"tcp-" + name.__name__.replace("_", "-"): name for name in (
    syn, data, timestamps, bare_ack, fin, reset, any_flags, ecn, urgent, sack,
    fast_open, experiment, signature, user_timeout, old_options,
    unknown_option, lying_option, any_options, mptcp, mptcp_lying,
    mptcp_ended,
    bad_header_length, cut_segment)}
