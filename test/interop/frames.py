# SPDX-License-Identifier: MIT
"""Ethernet frames by hand: what the kernel would not send by itself."""
import fcntl
import os
import select
import socket
import struct
import threading
from ipaddress import IPv4Address, IPv6Address

from scenarios_ip import internet_checksum

SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
TP_STATUS_VLAN_VALID = 1 << 4
TUNSETIFF = 0x400454ca
IFF_TAP_NO_PI = 0x1002


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Raw:
    """Sends frames on an interface, and receives what comes in there."""

    def __init__(self, interface):
        every = socket.htons(3)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, every)
        self.sock.bind((interface, 0))
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

    def send(self, frame):
        self.sock.send(frame.ljust(60, b"\0"))

    def receive(self):
        """A frame without its tag, and the VLAN; 0: none."""
        frame, beside, _, _ = self.sock.recvmsg(65536, 256)
        status, _, _, _, _, tag = struct.unpack("IIIHHH", beside[0][2][:18])
        return frame, tag & 0xfff if status & TP_STATUS_VLAN_VALID else 0


class Tagger(threading.Thread):
    """A TAP interface whose frames go tagged over another interface."""

    def __init__(self, interface, tap, vlan):
        super().__init__(daemon=True)
        self.raw, self.vlan, self.stopping = Raw(interface), vlan, False
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tap, TUNSETIFF, struct.pack(
            "16sH14x", tap.encode(), IFF_TAP_NO_PI))
        self.start()

    def run(self):
        tag = struct.pack("!HH", 0x8100, self.vlan)
        while not self.stopping:
            ready = select.select([self.tap, self.raw.sock], [], [], 0.05)[0]
            if self.tap in ready:
                frame = os.read(self.tap, 65536)
                self.raw.sock.send(frame[:12] + tag + frame[12:])
            if self.raw.sock in ready:
                frame, vlan = self.raw.receive()
                if vlan == self.vlan:
                    os.write(self.tap, frame)

    def stop(self):
        self.stopping = True
        self.join()
        os.close(self.tap)


# ---- ARP and neighbour discovery -----------------------------------------

def arp_request(source, sender, target):
    """RFC 826: who has `target`, tell `sender`."""
    return (b"\xff" * 6 + mac(source) + struct.pack("!HHHBBH", 0x0806, 1,
                                                    0x0800, 6, 4, 1)
            + mac(source) + IPv4Address(sender).packed
            + bytes(6) + IPv4Address(target).packed)


def icmpv6(source_mac, target_mac, source, target, body):
    """A frame with an ICMPv6 message, its checksum filled in."""
    ends = IPv6Address(source).packed + IPv6Address(target).packed
    pseudo = ends + struct.pack("!II", len(body), 58)
    body = body[:2] + internet_checksum(pseudo + body) + body[4:]
    return (mac(target_mac) + mac(source_mac) + b"\x86\xdd"
            + struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + ends + body)


def neighbour_solicitation(source_mac, source, target, target_mac):
    """RFC 4861 4.3, with the source's link-layer address."""
    body = (struct.pack("!BBHI", 135, 0, 0, 0) + IPv6Address(target).packed
            + b"\x01\x01" + mac(source_mac))
    return icmpv6(source_mac, target_mac, source, target, body)


def router_advertisement(source_mac, prefix):
    """RFC 4861 4.2: a router for half an hour, a prefix to make addresses."""
    body = (struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
            + b"\x01\x01" + mac(source_mac)
            + struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 1800, 0)
            + IPv6Address(prefix).packed)
    return icmpv6(source_mac, "33:33:00:00:00:01", "fe80::1", "ff02::1", body)


# ---- captures ------------------------------------------------------------

def read_capture(path):
    """The frames of a pcap file of this machine's byte order."""
    octets = path.read_bytes()
    at, captured = 24, []
    while at < len(octets):
        length, = struct.unpack_from("I", octets, at + 8)
        captured.append(octets[at + 16:at + 16 + length])
        at += 16 + length
    return captured
