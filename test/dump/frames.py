# SPDX-License-Identifier: MIT
"""Datagrams out of random fields, checksums right unless damaged."""
import struct

PORTS = [1000, 9877, 40000, 40001, 50123]
IPV4_ENDS = [bytes([10, 9, 0, n]) for n in (1, 2, 3)] + [
    bytes([224, 0, 0, 1]), bytes([255] * 4), bytes(4)]
IPV6_ENDS = [bytes.fromhex(text) for text in (
    "fd000009000000000000000000000001", "fd000009000000000000000000000002",
    "fe800000000000000000123400000001", "ff020000000000000000000000000001",
    "20010db8000100000001000000010000", "00000000000000000000000000000000",
    "00000000000000000000000000000001", "00000000000000000000ffff0a090001",
    "0000000000000000000000000a090001")]


def some(random, most):
    """Random octets, up to `most`."""
    return random.randbytes(random.randint(0, most))


def once_in(random, n):
    return random.randrange(n) == 0


def number32(random):
    """Often small, so that differences of two are small too."""
    return random.randrange(3000 if once_in(random, 3) else 1 << 32)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def put_checksum(data, offset, pseudo=b""):
    """Seldom wrong, and then by some random number."""
    value = checksum(pseudo + data)
    return data[:offset] + struct.pack(">H", value) + data[offset + 2:]


def maybe_spoil(random, data, offset):
    if not once_in(random, 8):
        return data
    return data[:offset] + random.randbytes(2) + data[offset + 2:]


def pseudo_header(src, dst, protocol, length):
    if len(src) == 4:
        return src + dst + struct.pack(">BBH", 0, protocol, length)
    return src + dst + struct.pack(">IHBB", length, 0, 0, protocol)


def ends(random, version):
    """Source and destination, mostly of two hosts."""
    known = IPV4_ENDS if version == 4 else IPV6_ENDS
    if once_in(random, 4):
        return random.choice(known), random.choice(known)
    return random.choice(known[:2]), random.choice(known[:2])


def ipv4(random, protocol, payload, src=None, dst=None, *, fragment=0x4000,
         options=b"", total=None):
    if src is None:
        src, dst = ends(random, 4)
    words = 5 + len(options) // 4
    length = 4 * words + len(payload) if total is None else total
    header = struct.pack(
        ">BBHHHBBH4s4s", 0x40 + words,
        random.choice([0, 0, random.randrange(256)]), length & 0xffff,
        random.randrange(65536), fragment, random.choice([64, 1, 255, 0]),
        protocol, 0, src, dst) + options
    header = put_checksum(header, 10)
    return maybe_spoil(random, header, 10) + payload


def ipv6(random, next_header, payload, src=None, dst=None, *, length=None):
    if src is None:
        src, dst = ends(random, 6)
    label = random.choice([0, 0, random.randrange(1 << 28)])
    return struct.pack(
        ">IHBB16s16s", 0x60000000 | label,
        (len(payload) if length is None else length) & 0xffff, next_header,
        random.choice([64, 1, 255, 0]), src, dst) + payload


def ip(random, version, protocol, payload, src=None, dst=None):
    make = ipv4 if version == 4 else ipv6
    return make(random, protocol, payload, src, dst)


def transport(random, version, protocol, segment, offset, src=None, dst=None):
    """A datagram around a segment that has its checksum at `offset`."""
    if src is None:
        src, dst = ends(random, version)
    pseudo = pseudo_header(src, dst, protocol, len(segment))
    segment = put_checksum(segment, offset, pseudo)
    segment = maybe_spoil(random, segment, offset)
    return ip(random, version, protocol, segment, src, dst)
