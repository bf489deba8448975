# SPDX-License-Identifier: MIT
"""Capture files, the link headers of their frames, and what harms them."""
import struct

SNAP = 262144
NULL, ETHERNET, RAW, LOOP, SLL, IPV4, IPV6, SLL2 = (
    0, 1, 101, 108, 113, 228, 229, 276)
MICROSECONDS, NANOSECONDS = 0xa1b2c3d4, 0xa1b23c4d

# ---- captures ------------------------------------------------------------

class Frame:
    def __init__(self, kind, data, length=None):
        self.kind, self.data = kind, data
        self.length = len(data) if length is None else length


def file_header(link, magic=MICROSECONDS, order="<", snap=SNAP):
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)


def file_record(frame, seconds, fraction, order="<"):
    return struct.pack(order + "IIII", seconds & 0xffffffff, fraction,
                       len(frame.data), frame.length) + frame.data


def capture(link, frames, magic=MICROSECONDS, order="<"):
    """A capture file, a frame each third of a second."""
    parts = [file_header(link, magic, order)]
    unit = 1000 if magic == NANOSECONDS else 1
    for i, frame in enumerate(frames):
        micro = i * 333337
        parts.append(file_record(frame, 1700000000 + micro // 1000000,
                                 micro % 1000000 * unit, order))
    return b"".join(parts)


def pcapng(link, frames, order="<"):
    """Section header, interface, and enhanced packets in microseconds."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        length = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + length + body + length

    parts = [block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0,
                                           -1)),
             block(1, struct.pack(order + "HHI", link, 0, SNAP))]
    for i, frame in enumerate(frames):
        micro = 1700000000000000 + i * 333337
        parts.append(block(6, struct.pack(
            order + "IIIII", 0, micro >> 32, micro & 0xffffffff,
            len(frame.data), frame.length) + frame.data))
    return b"".join(parts)


# ---- links ---------------------------------------------------------------

def split(made):
    """Ethertype (None: it tells no version) and payload."""
    if isinstance(made, tuple):
        return made
    return {4: 0x0800, 6: 0x86dd}.get(made[0] >> 4 if made else 0), made


def ethernet(rng, made):
    ethertype, payload = split(made)
    macs = b"".join(rng.choice([
        b"\xff" * 6, rng.randbytes(6), b"\2\0\0\0\0\1"]) for _ in "12")
    tags = b""
    while rng.randrange(5) == 0:
        tags += struct.pack(">HH", rng.choice([0x8100, 0x88a8, 0x9100]),
                            rng.randrange(65536))
    frame = macs + tags + struct.pack(">H", ethertype or 0x800) + payload
    if rng.randrange(3) == 0:
        frame = frame.ljust(60, b"\0") # the least there is on a wire
    return frame


def arphrd(rng):
    """A type of hardware: mostly Ethernet or loopback."""
    return rng.choice([1, 1, 1, 772, 65534, 778])


def linux_sll(rng, made):
    ethertype, payload = split(made)
    return struct.pack(">HHH8sH", rng.randrange(6), arphrd(rng),
                       rng.choice([6, 6, 0, 8, 9, 4]), rng.randbytes(8),
                       ethertype or 0x800) + payload


def linux_sll2(rng, made):
    ethertype, payload = split(made)
    return struct.pack(">HHIHBB8s", ethertype or 0x800, 0,
                       rng.choice([1, 2, 9999]), arphrd(rng),
                       rng.randrange(6), rng.choice([6, 6, 0, 8, 9, 4]),
                       rng.randbytes(8)) + payload


def family(rng, made):
    if isinstance(made, tuple):
        return None
    if made and made[0] >> 4 == 6:
        return rng.choice([24, 28, 30])
    return 2 if rng.randrange(20) else rng.choice([0, 1, 3, 6, 10, 17, 99])


def bsd_null(rng, made):
    value = family(rng, made)
    order = rng.choice("<<<>")
    return value if value is None else struct.pack(order + "I", value) + made


def bsd_loop(rng, made):
    value = family(rng, made)
    return value if value is None else struct.pack(">I", value) + made


def raw(rng, made):
    del rng
    return None if isinstance(made, tuple) else made


LINKS = {
    "raw": (RAW, raw), "ethernet": (ETHERNET, ethernet),
    "sll": (SLL, linux_sll), "sll2": (SLL2, linux_sll2),
    "null": (NULL, bsd_null), "loop": (LOOP, bsd_loop),
}


# ---- frames --------------------------------------------------------------

def whole(rng, data):
    del rng
    return data, len(data)


def snapped(rng, data):
    """Captured in part, mostly cut where there is something to read."""
    most = min(len(data), rng.choice([100, 200, len(data)]))
    return data[:rng.randint(0, most)], len(data)


def damaged(rng, data):
    """Some bits flipped, octets set, or shorter than its headers tell."""
    data = bytearray(data)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3, 8])):
        if not data:
            break
        at = rng.randrange(min(len(data), rng.choice([64, 120, 10000])))
        if rng.randrange(2):
            data[at] ^= 1 << rng.randrange(8)
        else:
            data[at] = rng.choice([0, 1, 4, 255, rng.randrange(256)])
    if rng.randrange(4) == 0:
        data = data[:rng.randint(0, len(data))]
    if rng.randrange(4) == 0:
        return snapped(rng, bytes(data))
    if rng.randrange(16) == 0: # a length that lies
        return bytes(data), rng.choice([0, 1, rng.randrange(70000)])
    return bytes(data), len(data)


HARMS = {"whole": whole, "snapped": snapped, "damaged": damaged}


def make_frames(rng, kinds, wrap, harm, count):
    frames = []
    names = list(kinds)
    while len(frames) < count:
        name = names[rng.randrange(len(names))]
        data = wrap(rng, kinds[name](rng))
        if data is None:
            continue
        data, length = harm(rng, data)
        frames.append(Frame(name, data, length))
    return frames
