# SPDX-License-Identifier: MIT
"""ARP, IGMP, ICMP and ICMPv6 with neighbour and listener discovery."""
import struct

import kinds_ip
from frames import (IPV4_ENDS, IPV6_ENDS, ends, ip, ipv4, ipv6, once_in,
                    put_checksum, some, transport)

ARP, REVERSE_ARP = 0x0806, 0x8035
ICMP, IGMP, ICMPV6 = 1, 2, 58


def number(random, bits, *usual):
    """One of the usual values, or any."""
    return random.choice([*usual, random.randrange(1 << bits)])


def mostly(random, usual, bits):
    return random.randrange(1 << bits) if once_in(random, 6) else usual


def times(random, most, make):
    return b"".join(make(random) for _ in range(random.randint(0, most)))


def ipv4_end(random):
    return random.choice(IPV4_ENDS + [random.randbytes(4)])


def ipv6_end(random):
    return random.choice(IPV6_ENDS + [random.randbytes(16)])


def icmp(random, kind, code, body):
    message = struct.pack(">BBH", kind, code, 0) + body
    return transport_v4(random, ICMP, message)


def transport_v4(random, protocol, message):
    """With a checksum that knows of no pseudo header."""
    message = put_checksum(message, 2)
    if once_in(random, 8):
        message = message[:2] + random.randbytes(2) + message[4:]
    fragment = random.choice([0x4000, 0, 0, 0x2000])
    return ipv4(random, protocol, message, fragment=fragment)


def icmp6(random, kind, code, body):
    message = struct.pack(">BBH", kind, code, 0) + body
    src, dst = ends(random, 6)
    return transport(random, 6, ICMPV6, message, 2, src, dst)


# ---- ARP -----------------------------------------------------------------

def arp_of(random, operation, hardware=1, protocol=0x0800, lengths=(6, 4)):
    """A packet, its padding included."""
    long, short = lengths
    target = random.choice([bytes(long), b"\xff" * long,
                            random.randbytes(long)])
    return struct.pack(">HHBBH", hardware, protocol, long, short,
                       operation) + (
        random.randbytes(long) + random.choice([
            bytes(short), random.randbytes(short)]) + target +
        random.randbytes(short) + random.choice([b"", bytes(18)]))


def arp_request(random):
    return ARP, arp_of(random, 1)


def arp_reply(random):
    return ARP, arp_of(random, 2)


def arp_announcement(random):
    own = random.randbytes(4)
    mac = random.randbytes(6)
    return ARP, struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4,
                            random.choice([1, 2]), mac, own, bytes(6), own)


def arp_probe(random):
    return ARP, struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1,
                            random.randbytes(6), bytes(4), bytes(6),
                            random.randbytes(4))


def arp_reverse(random):
    return random.choice([ARP, REVERSE_ARP]), arp_of(
        random, random.choice([3, 4]))


def arp_inverse(random):
    return ARP, arp_of(random, random.choice([8, 9, 10]))


def arp_operation(random):
    return ARP, arp_of(random, number(random, 16, 0, 5, 7, 10, 11, 25))


def arp_hardware(random):
    hardware = number(random, 16, 0, 6, 7, 15, 15, 18, 23, 24, 32)
    lengths = random.choice([6, 2, 4, 3, 0, 1, 8, 20]), 4
    return ARP, arp_of(random, number(random, 4, 1, 2, 3), hardware,
                       lengths=lengths)


def arp_frame_relay(random):
    circuit = bytes(x & 0xfe for x in random.randbytes(random.randint(0, 3)))
    circuit += bytes([random.randrange(256) | 1])
    return ARP, struct.pack(">HHBBH", 15, 0x0800, len(circuit), 4, 2) + (
        circuit + random.randbytes(4) + circuit + random.randbytes(4))


def arp_protocol(random):
    protocol = number(random, 16, 0x1000, 0x86dd, 0x0806, 0x8100, 0x8863)
    lengths = random.choice([6, 0]), random.choice([4, 4, 0, 1, 6, 16])
    return ARP, arp_of(random, number(random, 4, 1, 2, 3, 9), 1, protocol,
                       lengths)


def arp_atm(random):
    """Each address has a length of its own: RFC 2225 8.2."""
    spread = [number(random, 8, 20, 20, 0), number(random, 4, 0),
              mostly(random, 4, 3), number(random, 8, 20, 20, 0),
              number(random, 4, 0), mostly(random, 4, 3)]
    fixed = struct.pack(
        ">HHBBHBBBB", 19, mostly(random, 0x0800, 16), spread[0], spread[1],
        number(random, 4, 1, 2, 8, 9, 10), *spread[2:])
    return ARP, fixed + random.randbytes(
        sum(x & 0x3f if i not in (2, 5) else x for i, x in enumerate(spread)))


# ---- IGMP ----------------------------------------------------------------

def igmp(random, kind, code, body):
    return transport_v4(random, IGMP,
                        struct.pack(">BBH", kind, code, 0) + body)


def igmp_query(random):
    return igmp(random, 0x11, number(random, 8, 0, 1, 100),
                ipv4_end(random) + random.choice([b"", b"", some(random, 9)]))


def igmp_query_v3(random):
    sources = times(random, 3, ipv4_end)
    count = mostly(random, len(sources) // 4, 4)
    return igmp(random, 0x11, number(random, 8, 100, 5), ipv4_end(random)
                + struct.pack(">BBH", random.randrange(16),
                              number(random, 8, 125), count) + sources)


def igmp_report(random):
    return igmp(random, random.choice([0x12, 0x16, 0x17]),
                number(random, 8, 0), ipv4_end(random) + random.choice(
                    [b"", b"", some(random, 9)]))


def igmp_report_v3(random):
    def record(random):
        sources = times(random, 2, ipv4_end)
        return struct.pack(">BBH", number(random, 3), mostly(random, 0, 2),
                           mostly(random, len(sources) // 4, 4)) + (
            ipv4_end(random) + sources)
    return igmp(random, 0x22, 0, struct.pack(">HH", 0, number(
        random, 3, 1, 2)) + times(random, 3, record) + random.choice(
            [b"", b"", some(random, 4)]))


def igmp_trace(random):
    return igmp(random, random.choice([0x1e, 0x1f]), 3, ipv4_end(random)
                + times(random, 4, ipv4_end) + some(random, 12))


def igmp_dvmrp(random):
    """RFC 1075, and the lists of neighbours that mrouted has."""
    def interface(random):
        count = random.randrange(3)
        return ipv4_end(random) + random.randbytes(random.choice(
            [2, 3, 3])) + bytes([mostly(random, count, 2)]) + times(
                random, count, ipv4_end)
    body = random.choice([times(random, 2, interface), some(random, 20),
                          random.randbytes(8) + struct.pack(
                              ">I", number(random, 32, 0, 3600, 90061))])
    return igmp(random, 0x13, random.randrange(11), random.randbytes(4)
                + body)


def igmp_pim_v1(random):
    body = random.choice([b"", bytes(8), random.randbytes(8)]) + some(
        random, 24)
    body = bytes([number(random, 8, 0x10)]) + bytes(3) + body
    if once_in(random, 6):
        body = body[:random.randint(0, 8)]
    return igmp(random, 0x14, number(random, 8), body)


def igmp_type(random):
    return igmp(random, random.randrange(256), number(random, 8, 0),
                some(random, 24))


# ---- ICMP ----------------------------------------------------------------

def quote_of(random, version):
    """The start of a datagram, often less than an IP header."""
    protocol, payload = kinds_ip.inside(random)
    if once_in(random, 6):
        protocol = random.choice([50, ICMPV6, 200])
    quote = ip(random, version, protocol, payload)
    if once_in(random, 5):
        total = number(random, 16, 0, 3, 4, 19, 20, 24, 28)
        quote = quote[:2] + struct.pack(">H", total) + quote[4:]
    if once_in(random, 8):
        quote = bytes([random.randrange(256)]) + quote[1:]
    room = random.choice([8, 20, 28, 40, 48, len(quote), len(quote)])
    return quote[:room]


def icmp_error(random, kind, code):
    return icmp(random, kind, code, random.choice([
        bytes(4), random.randbytes(4)]) + quote_of(random, 4))


def icmp_echo(random):
    return icmp(random, random.choice([0, 8]), mostly(random, 0, 8),
                random.randbytes(4) + some(random, 40))


def icmp_unreachable(random):
    return icmp_error(random, 3, random.randrange(17))


def icmp_unreachable_port(random):
    return icmp_error(random, 3, 3)


def icmp_need_fragment(random):
    mtu = number(random, 16, 0, 1280, 1500)
    return icmp(random, 3, 4, struct.pack(">HH", 0, mtu)
                + quote_of(random, 4))


def icmp_redirect(random):
    return icmp_error(random, 5, random.randrange(6))


def icmp_time_exceeded(random):
    return icmp_error(random, 11, random.randrange(4))


def icmp_parameter_problem(random):
    return icmp_error(random, 12, random.randrange(3))


def icmp_source_quench(random):
    return icmp_error(random, 4, mostly(random, 0, 8))


def icmp_timestamp(random):
    times_of_day = b"".join(struct.pack(">I", number(
        random, 32, 0, random.randrange(86400000))) for _ in range(3))
    return icmp(random, random.choice([13, 14]), 0, random.randbytes(4)
                + times_of_day)


def icmp_mask(random):
    return icmp(random, random.choice([17, 18, 15, 16]), 0,
                random.randbytes(8))


def icmp_router(random):
    """RFC 1256"""
    if once_in(random, 4):
        return icmp(random, 10, 0, bytes(4))
    count = random.choice([0, 1, 2, 3, 9])
    return icmp(random, 9, mostly(random, 0, 8), struct.pack(
        ">BBH", mostly(random, count, 4), mostly(random, 2, 4),
        number(random, 16, 30, 59, 60, 1800, 3600)) + random.randbytes(
            8 * count))


def icmp_type(random):
    return icmp(random, random.randrange(256), number(random, 8, 0),
                some(random, 40))


def extension_object(random):
    kind = number(random, 8, 0, 1, 1, 1, 2, 3)
    body = random.randbytes(random.choice([4, 8, 0, random.randrange(24)]))
    length = number(random, 8) if once_in(random, 6) else 4 + len(body)
    return struct.pack(">HBB", length, kind, number(random, 8, 1, 1, 1)
                       ) + body


def icmp_extension(random):
    """RFC 4884: a datagram in 128 octets, and objects after it."""
    return extended(random, quote_of(random, 4))


def extended(random, quote):
    quote = quote.ljust(128, b"\0")[:128]
    objects = struct.pack(">BBH", number(random, 8, 0x20, 0x20, 0x20, 0x10),
                          0, 0) + times(random, 3, extension_object)
    objects = put_checksum(objects, 2)
    if once_in(random, 6):
        objects = objects[:random.randint(0, len(objects))]
    return icmp(random, random.choice([3, 11, 11, 12, 4, 5]),
                random.choice([0, 1]), struct.pack(
                    ">BBH", 0, random.choice([0, 32]), 0) + quote + objects)


# ---- ICMPv6 --------------------------------------------------------------

def chained(random, next_header, payload):
    """Extension headers before a segment, some of them false."""
    for _ in range(random.choice([0, 0, 1, 2])):
        kind = random.choice([0, 43, 60, 51, 44])
        if kind == 44:
            header = struct.pack(">BBHI", next_header, 0,
                                 number(random, 16, 0, 0, 1), 7)
        else:
            words = random.randrange(3)
            octets = 4 * words + 8 if kind == 51 else 8 * words + 8
            header = bytes([next_header, words]) + bytes(octets - 2)
        payload = header + payload
        next_header = kind
    return next_header, payload


def quote6(random):
    protocol, payload = kinds_ip.inside(random)
    if once_in(random, 8):
        protocol = random.choice([50, 59, 132, ICMPV6])
    next_header, payload = chained(random, protocol, payload)
    quote = ipv6(random, next_header, payload)
    return quote[:random.choice([8, 39, 40, 44, len(quote), len(quote)])]


def icmp6_error(random, kind, code):
    return icmp6(random, kind, code, struct.pack(">I", number(
        random, 32, 0, 6, 40, 1280)) + quote6(random))


def icmp6_echo(random):
    return icmp6(random, random.choice([128, 129]), mostly(random, 0, 8),
                 random.randbytes(4) + some(random, 40))


def icmp6_unreachable(random):
    return icmp6_error(random, 1, random.randrange(8))


def icmp6_unreachable_port(random):
    return icmp6_error(random, 1, 4)


def icmp6_too_big(random):
    return icmp6_error(random, 2, mostly(random, 0, 8))


def icmp6_time_exceeded(random):
    return icmp6_error(random, 3, random.randrange(4))


def icmp6_parameter_problem(random):
    return icmp6_error(random, 4, random.randrange(6))


def icmp6_type(random):
    return icmp6(random, random.randrange(256), number(random, 8, 0),
                 some(random, 60))


def icmp6_short(random):
    return icmp6(random, random.choice([*range(1, 5), *range(128, 148), 155,
                                        200]), number(random, 2),
                 some(random, 30))


# ---- neighbour discovery -------------------------------------------------

def nd_option(random, kind, body, length=None):
    """Padded to a multiple of eight octets."""
    words = (len(body) + 9) // 8
    return bytes([kind, words if length is None else length]) + body.ljust(
        8 * words - 2, b"\0")


def seconds(random):
    return struct.pack(">I", number(random, 32, 0, 600, 0xffffffff))


def domain_name(random):
    name = b""
    while random.randrange(3):
        label = bytes(random.choice(b"abcxyz-0\x01\x7f\x80\xff")
                      for _ in range(random.randint(1, 9)))
        name += bytes([len(label)]) + label
    return name + random.choice([
        b"\0", b"\0", b"\0", b"", bytes([0xc0, random.randrange(40)]),
        bytes([0x41, random.randrange(20)]) + random.randbytes(3) + b"\0",
        bytes([random.randrange(256)])])


def nd_option_of(random, kind):
    if kind in (1, 2):
        return nd_option(random, kind, random.randbytes(
            random.choice([6, 6, 14])))
    if kind == 3:
        return nd_option(random, 3, struct.pack(
            ">BB", number(random, 8, 64), random.randrange(256)) + seconds(
                random) + seconds(random) + bytes(4) + ipv6_end(random)
                + random.choice([b"", b"", b"", bytes(8)]))
    if kind == 4:
        return nd_option(random, 4, bytes(6) + quote6(random))
    if kind == 5:
        return nd_option(random, 5, bytes(2) + struct.pack(
            ">I", number(random, 32, 1280, 1500)) + random.choice(
                [b"", b"", bytes(8)]))
    if kind == 24:
        return nd_option(random, 24, struct.pack(
            ">BB", number(random, 8, 0, 48, 64), random.randrange(256))
            + seconds(random) + random.choice([
                b"", random.randbytes(8), random.randbytes(16),
                random.randbytes(24)]))
    if kind == 25:
        return nd_option(random, 25, bytes(2) + seconds(random) + times(
            random, 3, ipv6_end) + random.choice([b"", b"", bytes(8)]))
    if kind == 31:
        return nd_option(random, 31, bytes(2) + seconds(random) + times(
            random, 3, domain_name))
    return nd_option(random, kind, some(random, 30))


def nd_any_option(random):
    option = nd_option_of(random, random.choice(
        [1, 2, 3, 4, 5, 7, 8, 24, 25, 31, number(random, 8, 6, 14, 38)]))
    if once_in(random, 12):
        option = option[:1] + bytes([number(random, 8, 0, 1, 2)]) + option[2:]
    return option


def nd_options(random):
    options = times(random, 4, nd_any_option)
    if once_in(random, 8):
        options = options[:random.randint(0, len(options))]
    return options


def nd_router_solicitation(random):
    return icmp6(random, 133, 0, bytes(4) + nd_options(random))


def router(random):
    return random.randbytes(2) + struct.pack(
        ">HII", number(random, 16, 0, 1800), number(random, 32, 0),
        number(random, 32, 0, 1000))


def nd_router_advertisement(random):
    return icmp6(random, 134, 0, router(random) + nd_options(random))


def nd_neighbor_solicitation(random):
    return icmp6(random, 135, 0, bytes(4) + ipv6_end(random)
                 + nd_options(random))


def nd_neighbor_advertisement(random):
    return icmp6(random, 136, 0, random.randbytes(4) + ipv6_end(random)
                 + nd_options(random))


def nd_redirect(random):
    return icmp6(random, 137, 0, bytes(4) + ipv6_end(random)
                 + ipv6_end(random) + nd_options(random))


def nd_inverse(random):
    return icmp6(random, random.choice([141, 142]), 0, bytes(4)
                 + nd_options(random))


def nd_with(kind):
    """A router's advertisement with this option first."""
    def make(random):
        return icmp6(random, 134, 0, router(random) + nd_option_of(
            random, kind) + nd_options(random))
    return make


# ---- multicast listener discovery ----------------------------------------

def mld_v1(random):
    return icmp6(random, random.choice([130, 131, 132]), 0, struct.pack(
        ">HH", number(random, 16, 0, 1000), 0) + ipv6_end(random)
        + random.choice([b"", b"", some(random, 6)]))


def mld_query_v2(random):
    sources = times(random, 3, ipv6_end)
    count = mostly(random, len(sources) // 16, 4)
    return icmp6(random, 130, 0, struct.pack(
        ">HH", number(random, 16, 0, 1000, 10000), 0) + ipv6_end(random)
        + struct.pack(">BBH", random.randrange(256), number(random, 8, 125),
                      count) + sources)


def mld_report_v2(random):
    def record(random):
        sources = times(random, 2, ipv6_end)
        return struct.pack(">BBH", number(random, 3), mostly(random, 0, 2),
                           mostly(random, len(sources) // 16, 4)) + (
            ipv6_end(random) + sources)
    return icmp6(random, 143, 0, struct.pack(">HH", 0, number(
        random, 3, 1, 2)) + times(random, 3, record) + random.choice(
            [b"", b"", some(random, 4)]))


# ---- others of ICMPv6 ----------------------------------------------------

def node_name(random):
    name = b""
    while random.randrange(3):
        label = some(random, 6)
        name += bytes([mostly(random, len(label), 4)]) + label
    name += random.choice([b"\0", b"\0\0", b"", b"\0\0\0", b"\0\1"])
    if once_in(random, 3):
        name = bytes([len(name)]) + name # as an early draft had it
    return name


def node_query(random):
    """RFC 4620"""
    code = number(random, 8, 0, 1, 2)
    subject = random.choice([ipv6_end(random), node_name(random),
                             ipv4_end(random), b"", some(random, 9)])
    return icmp6(random, 139, code, struct.pack(
        ">HH", number(random, 2, 4), number(random, 7, 0))
        + random.randbytes(8) + subject)


def node_reply(random):
    def address(random):
        return random.randbytes(4) + ipv6_end(random)
    data = random.choice([times(random, 3, address), random.randbytes(4)
                          + node_name(random), some(random, 9), b""])
    return icmp6(random, 140, number(random, 2, 0, 0), struct.pack(
        ">HH", number(random, 2, 4), number(random, 7, 0))
        + random.randbytes(8) + data)


def router_renumbering(random):
    """RFC 2894"""
    body = struct.pack(">IBBHI", number(random, 32), number(random, 8),
                       number(random, 8, 0), number(random, 16),
                       number(random, 32, 0, 0))
    match = struct.pack(">BBBBBBHI", number(random, 8, 1, 2, 3), 7,
                        number(random, 8), number(random, 8, 48), 0, 128, 0,
                        0) + ipv6_end(random)
    use = times(random, 2, lambda random: random.randbytes(4) + seconds(
        random) + seconds(random) + random.choice([
            bytes(4), random.randbytes(4)]) + ipv6_end(random))
    return icmp6(random, 138, number(random, 8, 0, 0, 0, 1, 255), body
                 + match + random.choice([b"", bytes(28)]) + use)


def mobility(random):
    """RFC 6275 6.5 to 6.8"""
    kind = random.choice([144, 145, 146, 147])
    body = struct.pack(">HH", number(random, 16), number(random, 16, 0))
    if kind == 145:
        body += times(random, 3, ipv6_end) + random.choice([
            b"", b"", some(random, 9)])
    if kind == 147:
        body += nd_options(random)
    return icmp6(random, kind, 0, body)


def rpl(random):
    """RFC 6550 6"""
    return icmp6(random, 155, number(random, 8, 0, 1, 1, 2, 3),
                 random.randbytes(8) + ipv6_end(random) + some(random, 9))


KINDS = {function.__name__.replace("_", "-"): function for function in (
    arp_request, arp_reply, arp_announcement, arp_probe, arp_reverse,
    arp_inverse, arp_operation, arp_hardware, arp_frame_relay, arp_protocol,
    arp_atm,
    igmp_query, igmp_query_v3, igmp_report, igmp_report_v3, igmp_trace,
    igmp_dvmrp, igmp_pim_v1,
    igmp_type,
    icmp_echo, icmp_unreachable, icmp_unreachable_port, icmp_need_fragment,
    icmp_redirect, icmp_time_exceeded, icmp_parameter_problem,
    icmp_source_quench, icmp_timestamp, icmp_mask, icmp_router, icmp_type,
    icmp_extension,
    icmp6_echo, icmp6_unreachable, icmp6_unreachable_port, icmp6_too_big,
    icmp6_time_exceeded, icmp6_parameter_problem, icmp6_type, icmp6_short,
    nd_router_solicitation, nd_router_advertisement,
    nd_neighbor_solicitation, nd_neighbor_advertisement, nd_redirect,
    nd_inverse,
    mld_v1, mld_query_v2, mld_report_v2,
    node_query, node_reply, router_renumbering, mobility, rpl,
)}
KINDS |= {f"nd-option-{kind}": nd_with(kind)
          for kind in (1, 3, 4, 5, 7, 8, 24, 25, 31, 38)}
