# SPDX-License-Identifier: MIT
"""IPv4 and IPv6 themselves, what can stand in and around them, and UDP."""
import struct

import kinds_tcp
from frames import (PORTS, checksum, ends, ip, ipv4, ipv6, maybe_spoil,
                    once_in, pseudo_header, put_checksum, some, transport)

HOP_BY_HOP, IPIP, TCP, UDP, IPV6, ROUTING, FRAGMENT, ESP, AH, NO_NEXT, \
    DESTINATION, MOBILITY = 0, 4, 6, 17, 41, 43, 44, 50, 51, 59, 60, 135


def udp_header(random, payload, length=None):
    if length is None:
        length = 8 + len(payload)
    return struct.pack(">HHHH", random.choice(PORTS), random.choice(PORTS),
                       length, 0) + payload


def udp(random):
    return transport(random, random.choice([4, 6]), UDP,
                     udp_header(random, some(random, 40)), 6)


def udp_no_checksum(random):
    return ip(random, random.choice([4, 6]), UDP,
              udp_header(random, some(random, 40)))


def udp_length(random):
    """The length is not what the datagram has."""
    length = random.choice([0, 1, 7, 8, 9, 20, random.randrange(65536)])
    return transport(random, random.choice([4, 6]), UDP,
                     udp_header(random, some(random, 40), length), 6)


def udp_cut(random):
    return ip(random, random.choice([4, 6]), UDP,
              udp_header(random, b"")[:random.randint(0, 7)])


# ---- IPv4 ----------------------------------------------------------------

def inside(random):
    """A protocol and what it carries, for something around it."""
    choice = random.randrange(4)
    if choice == 0:
        return UDP, udp_header(random, some(random, 20))
    if choice == 1:
        return 1, put_checksum(struct.pack(
            ">BBHHH", random.choice([0, 8]), 0, 0, 1, 2), 2) + some(random, 9)
    return TCP, kinds_tcp.segment(random, random.randrange(256),
                                  some(random, 12), some(random, 12))


def ipv4_fragment(random):
    protocol, payload = inside(random)
    flags = random.choice([0, 0x2000, 0x4000, 0x8000, 0x6000,
                           random.randrange(8) << 13])
    offset = random.choice([0, 1, 185, random.randrange(8192)])
    return ipv4(random, protocol, payload, fragment=flags | offset)


def ipv4_options(random):
    options = b""
    while len(options) < 36 and random.randrange(3):
        kind = random.choice([0, 1, 1, 7, 68, 82, 130, 131, 136, 137, 148,
                              random.randrange(256)])
        if kind < 2:
            options += bytes([kind])
            continue
        length = random.choice([3, 4, 7, 8, 11, 12, random.randrange(16)])
        body = random.choice([bytes([4]), bytes([5]), bytes([8]),
                              random.randbytes(1)]) + random.randbytes(16)
        options += bytes([kind, length]) + body[:max(0, length - 2)]
    options = options[:40]
    while len(options) % 4:
        options += b"\0"
    protocol, payload = inside(random)
    return ipv4(random, protocol, payload, options=options)


def ipv4_timestamp_option(random):
    flag = random.randrange(4)
    count = random.randint(0, 4)
    body = random.randbytes((4 if flag == 0 else 8) * count)
    option = bytes([68, 4 + len(body), random.choice(
        [5, 5, 9, 13, random.randrange(256)]), random.randrange(16) << 4 |
        random.choice([flag, random.randrange(16)])]) + body
    protocol, payload = inside(random)
    return ipv4(random, protocol, payload, options=option)


def ipv4_route_option(random):
    hops = random.randint(0, 4)
    option = bytes([random.choice([7, 131, 137]), 3 + 4 * hops, random.choice(
        [4, 8, 12, random.randrange(256)])]) + random.randbytes(4 * hops)
    protocol, payload = inside(random)
    return ipv4(random, protocol, payload,
                options=option + random.choice([b"\0", b"\1"]))


def ipv4_header_length(random):
    protocol, payload = inside(random)
    made = ipv4(random, protocol, payload)
    return bytes([0x40 | random.randrange(16)]) + made[1:]


def ipv4_total_length(random):
    protocol, payload = inside(random)
    total = random.choice([0, 19, 20, 21, 28, 40, random.randrange(100),
                           random.randrange(65536)])
    return ipv4(random, protocol, payload, total=total)


def ipv4_protocol(random):
    """Those that tcpdump has no decoder for."""
    protocol = random.choice([3, 7, 12, 16, 20, 27, 61, 63, 77, 90, 97,
                              99, 115, 142, 200, 253, 254, 255])
    return ipv4(random, protocol, some(random, 40))


def other_version(random):
    return bytes([random.randrange(256)]) + some(random, 60)


# ---- IPv6 ----------------------------------------------------------------

def padding_options(random, kinds):
    """Options of 8 n - 2 octets."""
    options = b""
    while random.randrange(3):
        kind = random.choice(kinds + [random.randrange(256)])
        if kind == 0:
            options += b"\0"
            continue
        body = random.choice([b"", random.randbytes(1), random.randbytes(2),
                              random.randbytes(4), some(random, 20)])
        options += bytes([kind, len(body)]) + body
    while (len(options) + 2) % 8:
        options += b"\0"
    return options


def options_header(random, follower, kinds):
    options = padding_options(random, kinds)
    return bytes([follower, (len(options) + 2) // 8 - 1]) + options


HOP_OPTIONS = [0, 1, 5, 0xc2, 0x63, 0x26]
DESTINATION_OPTIONS = [0, 1, 4, 0xc9, 0x8b]


def spoil_length(random, header):
    if once_in(random, 6):
        return header[:1] + random.randbytes(1) + header[2:]
    return header


def hop_by_hop(random):
    protocol, payload = inside(random)
    header = spoil_length(random, options_header(random, protocol,
                                                 HOP_OPTIONS))
    return ipv6(random, HOP_BY_HOP, header + payload)


def router_alert(random):
    protocol, payload = inside(random)
    return ipv6(random, HOP_BY_HOP, bytes([protocol, 0, 5, 2, 0, 0, 1, 0]) +
                payload)


def jumbo(random):
    """Jumbo payload options, with payload length 0 or not; some twice, some
    in destination options, where none belongs."""
    protocol, payload = inside(random)
    kinds = [HOP_BY_HOP] + [DESTINATION] * random.choice([0, 0, 1, 2])
    for kind in reversed(kinds):
        times = random.choice([1, 1, 1, 2]) # of an option and two octets
        header = bytes([protocol, times - 1])
        for _ in range(times):
            header += struct.pack(">BBI", 0xc2, 4, random.choice(
                [8 + len(payload), 8 + len(payload), 65536, 7, 0,
                 random.randrange(1 << 32)])) + b"\1\0"
        protocol, payload = kind, header[:8 * times] + payload
    return ipv6(random, protocol, payload,
                length=random.choice([0, 0, None]))


def payload_length_0(random):
    protocol, payload = inside(random)
    return ipv6(random, random.choice([protocol, 0, 44, 59]), payload,
                length=0)


def payload_length(random):
    protocol, payload = inside(random)
    return ipv6(random, protocol, payload, length=random.choice(
        [1, 7, 8, 20, random.randrange(100), random.randrange(65536)]))


def destination_options(random):
    protocol, payload = inside(random)
    header = spoil_length(random, options_header(random, protocol,
                                                 DESTINATION_OPTIONS))
    return ipv6(random, DESTINATION, header + payload)


def home_address(random):
    protocol, payload = inside(random)
    body = random.choice([random.randbytes(16), some(random, 20)])
    options = bytes([0xc9, len(body)]) + body
    while (len(options) + 2) % 8:
        options += b"\0"
    return ipv6(random, DESTINATION, bytes(
        [protocol, (len(options) + 2) // 8 - 1]) + options + payload)


def routing(random):
    protocol, payload = inside(random)
    kind = random.choice([0, 2, 3, 4, 1, 5, random.randrange(256)])
    count = random.randint(0, 3)
    body = random.randbytes(4) + b"".join(
        ends(random, 6)[0] for _ in range(count))
    header = bytes([protocol, 2 * count, kind, random.choice(
        [0, 1, count, random.randrange(256)])]) + body
    return ipv6(random, ROUTING, spoil_length(random, header) + payload)


def segment_routing(random):
    protocol, payload = inside(random)
    count = random.randint(0, 3)
    tail = random.choice([b"", random.randbytes(8)])
    header = bytes([protocol, 2 * count + len(tail) // 8, 4, random.choice(
        [0, 1, count]), max(0, count - 1), random.choice([0, 8, 255])])
    header += random.randbytes(2) + random.randbytes(16 * count) + tail
    return ipv6(random, ROUTING, spoil_length(random, header) + payload)


def ipv6_fragment(random):
    protocol, payload = inside(random)
    offset = random.choice([0, 0, 8, 1480, random.randrange(65536)])
    header = struct.pack(">BBHI", protocol, random.choice([0, 255]),
                         offset & 0xfff8 | random.choice([0, 1, 6]),
                         random.randrange(1 << 32))
    return ipv6(random, FRAGMENT, header + payload)


def many_headers(random):
    """Headers after headers, in any order."""
    protocol, payload = inside(random)
    for _ in range(random.randint(1, 4)):
        kind = random.choice([HOP_BY_HOP, DESTINATION, ROUTING, FRAGMENT, AH])
        if kind in (HOP_BY_HOP, DESTINATION):
            header = options_header(random, protocol, HOP_OPTIONS)
        elif kind == ROUTING:
            header = bytes([protocol, 2, 0, 1, 0, 0, 0, 0]) + ends(random, 6)[0]
        elif kind == FRAGMENT:
            header = struct.pack(">BBHI", protocol, 0, random.choice(
                [0, 1, 8]), random.randrange(1 << 32))
        else:
            header = ah_header(random, protocol)
        protocol, payload = kind, header + payload
    return ipv6(random, protocol, payload)


def no_next_header(random):
    return ipv6(random, NO_NEXT, some(random, 20))


def mobility(random):
    kind = random.choice(list(range(9)) + [random.randrange(256)])
    body = bytes([kind, 0]) + random.randbytes(random.choice(
        [2, 4, 10, 18, 34]))
    header = bytes([NO_NEXT, (len(body) + 2) // 8])
    return ipv6(random, MOBILITY, header + body + some(random, 10))


def ipv6_protocol(random):
    protocol = random.choice([3, 7, 12, 16, 20, 27, 61, 63, 77, 90, 97,
                              99, 115, 142, 200, 253, 254, 255])
    return ipv6(random, protocol, some(random, 40))


def segment_after_headers(random):
    """A checksum that is right in spite of extension headers."""
    src, dst = ends(random, 6)
    segment = kinds_tcp.segment(random, random.randrange(256), b"",
                                some(random, 9))
    segment = put_checksum(segment, 16, pseudo_header(src, dst, TCP,
                                                      len(segment)))
    header = options_header(random, TCP, DESTINATION_OPTIONS)
    return ipv6(random, DESTINATION, header + maybe_spoil(random, segment, 16),
                src, dst)


# ---- one in another ------------------------------------------------------

def ah_header(random, follower):
    words = random.choice([4, 4, 4, 1, 2, 7, random.randrange(256)])
    return struct.pack(">BBHII", follower, words, random.choice([0, 7]),
                       random.randrange(1 << 32), random.choice(
                           [5, random.randrange(1 << 32)])
                       ) + random.randbytes(min(40, max(0, 4 * words - 4)))


def authenticated(random):
    protocol, payload = inside(random)
    return ip(random, random.choice([4, 6]), AH,
              ah_header(random, protocol) + payload)


def encrypted(random):
    return ip(random, random.choice([4, 6]), ESP, some(random, 40))


def ipip(random):
    inner = random.choice([ipv4(random, *inside(random)),
                           other_version(random), ipv4_fragment(random)])
    return ip(random, random.choice([4, 6]), IPIP, inner)


def ipv6_inside(random):
    inner = random.choice([ipv6(random, *inside(random)),
                           other_version(random), ipv6_fragment(random)])
    return ip(random, random.choice([4, 6]), IPV6, inner)


def deep(random):
    made = ip(random, random.choice([4, 6]), *inside(random))
    for _ in range(random.randint(2, 6)):
        protocol = IPV6 if made[0] >> 4 == 6 else IPIP
        made = ip(random, random.choice([4, 6]), protocol, made)
    return made


# ---- what is no IP -------------------------------------------------------

def unknown_ethertype(random):
    return random.choice([0x0600, 0x1234, 0x88b5, 0x9999, 0xfffe]), \
        some(random, 80)


def logical_link(random):
    """802.2 behind a length; not those of access points with decoders."""
    points = [0, 2, 4, 6, 0x44, 0x45, 0x8e, 0xaa, 0xf0, 0xf1]
    control = random.choice([bytes([3]), bytes([0xaf]), bytes([0xbf]),
                             bytes([random.randrange(256) | 3]),
                             random.randbytes(2)])
    made = bytes([random.choice(points), random.choice(points)]) + control
    made += random.choice([b"", b"\x81", b"\x81\1\2\3", some(random, 40)])
    return max(0, len(made) - random.choice([0, 0, 1])), made


def snap(random):
    """An organisation, and an ethertype or what it means by it."""
    made = b"\xaa\xaa\3" + random.choice(
        [b"\0\0\0", b"\0\0\0", b"\0\0\xf8", b"\x12\x34\x56"])
    version = random.choice([4, 6])
    made += random.choice([b"\x12\x34", b"\x08\0", b"\x86\xdd"])
    made += ip(random, version, *inside(random))
    return len(made), made


def family_lies(random):
    """IPv6 said to be IPv4, and the other way round."""
    made = ip(random, 4, *inside(random)), ip(random, 6, *inside(random))
    return random.choice([(0x0800, made[1]), (0x86dd, made[0])])


assert checksum(b"\0\0") == 0xffff

KINDS = {"ip-" + name.__name__.replace("_", "-"): name for name in (
    udp, udp_no_checksum, udp_length, udp_cut, ipv4_fragment, ipv4_options,
    ipv4_timestamp_option, ipv4_route_option, ipv4_header_length,
    ipv4_total_length, ipv4_protocol, other_version, hop_by_hop, router_alert,
    jumbo, payload_length_0, payload_length, destination_options, home_address,
    routing, segment_routing, ipv6_fragment, many_headers, no_next_header,
    mobility, ipv6_protocol, segment_after_headers, authenticated, encrypted,
    ipip, ipv6_inside, deep, unknown_ethertype, logical_link, snap,
    family_lies)}
