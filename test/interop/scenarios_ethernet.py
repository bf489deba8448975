# SPDX-License-Identifier: MIT
"""Interfaces that come and go, and what only Ethernet has: neighbours,
duplicate addresses, MTUs, VLANs, routers, floods."""
import hashlib
import random
import re
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import frames
from common import (Background, FAMILIES, MEGABYTE, PORT, Family, Stream,
                    Wrong, require, shell, wait_for)
from handfast import ETHERNET, Client, Server, scenario
from kernel import EchoServer, connect, receive_exactly, refused_datagram
from scenarios_ip import Pinger, ping_command
from scenarios_tcp import compare_traces, short_connection
from wire import read_mac

NEIGHBOURS_MOST = 1024 # hf_config's default


def other_family(family):
    return FAMILIES[1 - FAMILIES.index(family)]


# ---- transfers that something happens to ---------------------------------

def give_with_trouble(stream, write, trouble):
    """Half of the stream, then trouble, while much of it is on its way."""
    half = stream.left // 2
    while stream.left > half:
        write(stream.next())
    trouble()
    stream.give_to(write)


def echo_by_server(family, size, trouble):
    """Each octet goes to handfast and comes back."""
    stream, came = Stream(size), hashlib.sha256()
    with connect(family) as sock:
        sender = Background(lambda: (
            give_with_trouble(stream, sock.sendall, trouble),
            sock.shutdown(socket.SHUT_WR)))
        while part := sock.recv(1 << 18):
            came.update(part)
        sender.finish()
    require(came.digest() == stream.hash.digest(), "SHA-256 differs")


def echo_by_client(lab, family, size, trouble):
    """Each octet goes from handfast to the kernel and comes back."""
    stream, came = Stream(size), hashlib.sha256()
    with EchoServer(family), Client(lab, family) as client:
        stdin, stdout = client.process.stdin, client.process.stdout
        sender = Background(lambda: (
            give_with_trouble(stream, stdin.write, trouble), stdin.close()))
        while part := stdout.read1(1 << 18):
            came.update(part)
        sender.finish()
        client.expect_end()
    require(came.digest() == stream.hash.digest(), "SHA-256 differs")


class Replacement:
    """The kernel's end goes away, and comes back with another MAC."""

    def __init__(self):
        self.mac = "02:00:00:10:%02x:%02x" % (random.randrange(256),
                                              random.randrange(256))

    def __call__(self):
        shell("ip link set hf0 down")
        time.sleep(1)
        shell(f"ip link set hf0 address {self.mac}")
        shell("ip link set hf0 up")


@scenario(wires=ETHERNET, patient=True)
def neighbour_with_new_mac_as_server(lab, family):
    replacement = Replacement()
    with Server(lab, "echo", "--verbose") as server:
        echo_by_server(family, 4 * MEGABYTE, replacement)
    require(f"neighbour {family.kernel} {replacement.mac}" in server.said(),
            f"not the new MAC: {server.said()}")


@scenario(wires=ETHERNET, patient=True)
def neighbour_with_new_mac_as_client(lab, family):
    echo_by_client(lab, family, 4 * MEGABYTE, Replacement())


class Switch:
    """A bridge between the kernel and handfast's end, whose link stays up
    when the kernel goes away: only silence tells. Its first MAC is not
    hf0's, which the bridge would go on to take for its own."""

    def __init__(self, lab):
        self.lab = lab
        self.first, self.mac = Replacement().mac, Replacement().mac

    def __enter__(self):
        shell(f"ip link add br0 address {self.first} type bridge && "
              "ip link set br0 addrgenmode none up && "
              "ip addr flush dev hf0 && ip link set hf0 master br0")
        self.lab.wire.add_addresses("br0")
        return self

    def __exit__(self, kind, value, trace):
        shell("ip link del br0")
        self.lab.wire.add_addresses("hf0")

    def __call__(self):
        shell("bridge link set dev hf0 state 0") # disabled
        time.sleep(1)
        shell(f"ip link set br0 address {self.mac}")
        shell("bridge link set dev hf0 state 3") # forwarding


@scenario(wires=ETHERNET, patient=True)
def silent_neighbour_with_new_mac(lab, family):
    """RFC 4861 7.3: nothing else says that the neighbour is another."""
    with Switch(lab) as switch, Server(lab, "echo", "--verbose") as server:
        echo_by_server(family, 4 * MEGABYTE, switch)
    require(f"neighbour {family.kernel} {switch.mac}" in server.said(),
            f"not the new MAC: {server.said()}")
    with Switch(lab) as switch:
        echo_by_client(lab, family, 4 * MEGABYTE, switch)


@scenario(patient=True)
def interface_down_and_up(lab, family):
    """An unplugged cable: what is sent is lost, until it is back."""
    def unplug():
        lab.wire.set_end("down")
        time.sleep(0.7)
        lab.wire.set_end("up")

    with Server(lab, "echo"):
        echo_by_server(family, 4 * MEGABYTE, unplug)
    echo_by_client(lab, family, 4 * MEGABYTE, unplug)


@scenario(wires=("packet",))
def interface_up_later(lab, family):
    lab.wire.set_end("down")
    with Server(lab, "echo"):
        lab.wire.set_end("up")
        short_connection(family)


@scenario(wires=("packet",), versions=("IPv4",))
def interface_without_mac(lab, _family):
    done = subprocess.run([*lab.wire.prefix, lab.program, "serve", "echo",
                           "--interface", "lo"], capture_output=True,
                          text=True, timeout=10, check=False)
    require(done.returncode == 1 and done.stderr ==
            "handfast serve: interface lo has no MAC for the host\n",
            f"exit status {done.returncode}: {done.stderr!r}")


@scenario()
def interface_deleted(lab, family):
    """One line says so, and the exit status is 1."""
    gone = f"interface {lab.wire.end} has vanished"
    with Server(lab, "echo") as server:
        with connect(family) as sock:
            sock.sendall(b"abc")
            require(receive_exactly(sock, 3) == b"abc", "no echo")
            lab.wire.delete_end()
            server.expect_failure(3, "interface", gone)
        require(server.said().count("\n") == 2, f"it says {server.said()!r}")
    lab.wire.make()
    with EchoServer(family), Client(lab, family) as client:
        client.process.stdin.write(b"abc")
        client.process.stdin.flush()
        require(client.process.stdout.read(3) == b"abc", "no echo")
        lab.wire.delete_end()
        said = client.expect_end(1, gone)
        require(said.count("\n") == 1, f"it says {said!r}")
    lab.wire.make()


@scenario()
def interface_deleted_while_down(lab, family):
    with Server(lab, "echo") as server:
        short_connection(family)
        lab.wire.set_end("down")
        time.sleep(0.1)
        lab.wire.delete_end()
        server.expect_failure(3, f"interface {lab.wire.end} has vanished")
    lab.wire.make()


# ---- neighbours and addresses --------------------------------------------

@scenario(wires=ETHERNET, patient=True)
def unresolved_neighbour(lab, family):
    """RFC 4861 7.2.2, RFC 1122 2.3.2.2: asked for three times in vain."""
    began = time.monotonic()
    done = lab.connect(family.nobody, PORT)
    took = time.monotonic() - began
    require(done.returncode == 1 and "host unreachable" in done.stderr
            and done.stderr.count("\n") == 1,
            f"exit status {done.returncode}: {done.stderr!r}")
    require(2.5 < took < 5, f"after {took:.1f} s")


def duplicate_is_told(lab, family):
    """The addresses of the other version go on."""
    with Server(lab, "echo") as server:
        wait_for(lambda: "\nhandfast: another host has address "
                 f"{family.handfast}\n" in server.said(), "the line", 5)
        require(server.process.poll() is None, "it has ended")
        for _ in range(20):
            short_connection(other_family(family))
        require(server.said().count("another host") == 1,
                f"it says {server.said()!r}")


@scenario(wires=ETHERNET, patient=True)
def duplicate_address(lab, family):
    """RFC 5227 2.1.1, RFC 4862 5.4: the kernel has it already."""
    only = [f"{family.handfast}/{family.prefix_len}"]
    lines = f"another host has address {family.handfast}", "no address is left"
    lab.wire.add_address(family, family.handfast)
    try:
        duplicate_is_told(lab, family)
        for profile in "linux", "rfc":
            with Server(lab, "echo", "--profile", profile, addresses=only,
                        may_end=True) as server:
                server.expect_failure(10, *lines)
        with EchoServer(family), Client(lab, family, "--address",
                                        only[0]) as client:
            client.expect_end(1, *lines)
    finally:
        lab.wire.remove_address(family, family.handfast)


@scenario(wires=ETHERNET, patient=True)
def addresses_probed_before_use(lab, family):
    """As the RFCs say; RFC 5227 2.1.1: that takes IPv4 4 to 7 seconds."""
    with EchoServer(family), Client(lab, family, "--profile", "rfc") as client:
        said = client.process.communicate(b"abc", timeout=20)[0]
        require(client.process.returncode == 0 and said == b"abc",
                f"exit status {client.process.returncode}: {said}")


# ---- MTUs ----------------------------------------------------------------

PING_LONGEST = 65507 # of data, for the length in an IPv4 header

def sent_lengths(capture, mac):
    """Of the datagrams in frames to this MAC."""
    return [len(frame) - 14 for frame in frames.read_capture(capture)
            if frame[:6] == frames.mac(mac)]


@scenario(wires=ETHERNET)
def mtu(lab, family):
    """Frames as long as the MTU, and none longer."""
    least = 576 if family.kind == socket.AF_INET else 1280
    for size in least, 1280, 1500, 9000, lab.wire.mtu_most:
        lab.wire.remake(size)
        with tempfile.TemporaryDirectory() as folder:
            capture = Path(folder, "mtu.pcap")
            with Server(lab, "echo", "--pcap", str(capture)):
                echo_by_server(family, 2 * MEGABYTE, lambda: None)
                for octets in size - 60, size, 3 * size:
                    ping_command(family, min(octets, PING_LONGEST))
            longest = max(sent_lengths(capture, read_mac("hf0")))
        require(longest == size, f"longest of {longest} with an MTU of {size}")
    lab.wire.remake()


@scenario(wires=ETHERNET)
def mtu_by_command_line(lab, family):
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "mtu.pcap")
        with Server(lab, "echo", "--mtu", "1300", "--pcap", str(capture)):
            echo_by_server(family, MEGABYTE, lambda: None)
        longest = max(sent_lengths(capture, read_mac("hf0")))
    require(longest == 1300, f"longest of {longest}")
    done = lab.connect(family.kernel, PORT, "--mtu", "1501")
    require(done.returncode == 1 and "MTU of 1500" in done.stderr,
            f"it says {done.stderr!r}")


# ---- VLANs ---------------------------------------------------------------

VLAN = 5
VLAN_FAMILIES = {
    "IPv4": Family("IPv4", socket.AF_INET, 24, "10.95.0.1", "10.95.0.2", ""),
    "IPv6": Family("IPv6", socket.AF_INET6, 64, "fd00:95::1", "fd00:95::2",
                   ""),
}


class Vlan:
    """The kernel's interface in the VLAN: its own kind if it has that, else a
    TAP interface whose frames we tag."""

    def __init__(self):
        self.tagger = None
        try:
            shell(f"ip link add link hf0 name hf0v type vlan id {VLAN}")
        except Wrong:
            self.tagger = frames.Tagger("hf0", "hf0v", VLAN)

    def __enter__(self):
        shell("ip link set hf0v addrgenmode none up")
        for family in VLAN_FAMILIES.values():
            nodad = " nodad" if ":" in family.kernel else ""
            shell(f"ip addr add {family.kernel}/{family.prefix_len} "
                  f"dev hf0v{nodad}")

    def __exit__(self, kind, value, trace):
        if self.tagger:
            self.tagger.stop()
        else:
            shell("ip link del hf0v")


@scenario(wires=ETHERNET)
def vlan(lab, family):
    """Within the VLAN all is as ever; a frame without the tag is not ours."""
    inside = VLAN_FAMILIES[family.name]
    address = f"{inside.handfast}/{inside.prefix_len}"
    with Vlan(), Server(lab, "echo", "--vlan", str(VLAN),
                        addresses=[address]) as server:
        ping_command(inside, 56)
        ping_command(inside, 5000)
        echo_by_server(inside, MEGABYTE, lambda: None)
        raw = frames.Raw("hf0")
        for _ in range(50):
            raw.send(frames.arp_request(read_mac("hf0"), "10.95.0.1",
                                        "10.95.0.2"))
        short_connection(inside)
    drops = re.search(r"^HF_DROP_VLAN (\d+)$", server.said(), re.M)
    require(drops and int(drops[1]) >= 50, f"it says {server.said()!r}")


@scenario(wires=ETHERNET)
def trace_of_vlan_equals_tcpdump(lab, family):
    """Tags, neighbours, fragments and errors, as they come and go."""
    inside = VLAN_FAMILIES[family.name]
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "vlan.pcap")
        with Vlan(), Server(
                lab, "echo", "--vlan", str(VLAN), "--trace", "--pcap",
                str(capture), addresses=[f"{inside.handfast}/"
                                         f"{inside.prefix_len}"]) as server:
            for octets in 56, 5000:
                ping_command(inside, octets)
            refused_datagram(inside)
            for _ in range(5):
                short_connection(inside)
        compare_traces(server, capture)


# ---- multicast groups ----------------------------------------------------

GROUP = "ff02::1:ff00:2" # the solicited-node group of fd00:9::2


@scenario(wires=ETHERNET, versions=("IPv6",), patient=True)
def multicast_groups(lab, _family):
    """A bridge that snoops knows which group handfast hears: RFC 3810."""
    def is_known():
        return f"port hf0 grp {GROUP} " in shell("bridge mdb show")

    for version in 2, 1:
        shell("ip link add br0 type bridge mcast_snooping 1 mcast_querier 1 "
              f"mcast_mld_version {version} mcast_query_response_interval 200")
        try:
            with Server(lab, "echo"):
                shell("ip link set hf0 master br0")
                require(not is_known(), "the bridge knows the group already")
                shell("ip link set br0 up") # and asks
                wait_for(is_known, f"an answer to version {version}", 15)
        finally:
            shell("ip link del br0")


# ---- routers -------------------------------------------------------------

FAR = {"IPv4": "10.77.0.1", "IPv6": "fd00:77::1"}


@scenario(wires=ETHERNET)
def gateway(lab, family):
    """What is not on the link goes through a router, if there is one."""
    far = Family(family.name, family.kind, 128, FAR[family.name], "", "")
    shell(f"ip addr add {far.kernel} dev lo")
    try:
        done = lab.connect(far.kernel, PORT)
        require(done.returncode == 1 and "no route" in done.stderr,
                f"without a router: {done.stderr!r}")
        with EchoServer(far), Client(lab, far, "--gateway",
                                     family.kernel) as client:
            said = client.process.communicate(b"abc", timeout=10)[0]
            require(said == b"abc", f"through a router: {said}")
    finally:
        shell(f"ip addr del {far.kernel} dev lo")


def echo_from_afar(family, source):
    """A connection from an address that is not on the link."""
    with socket.socket(family.kind, socket.SOCK_STREAM) as sock:
        sock.settimeout(10)
        sock.bind((source, 0))
        sock.connect((family.handfast, PORT))
        sock.sendall(b"abc")
        require(receive_exactly(sock, 3) == b"abc", "no echo")


@scenario(wires=ETHERNET, versions=("IPv6",))
def router_advertisement(lab, _family):
    """RFC 4862 5.5.3: an address of the prefix; RFC 4861 6.3.4: a router."""
    mac = "02:00:00:00:aa:02"
    learned = Family("IPv6", socket.AF_INET6, 64, "fd00:aa::1",
                     "fd00:aa::ff:fe00:aa02", "")
    ours = ["fe80::1/64 dev hf0", "fd00:aa::1/64 dev hf0",
            f"{FAR['IPv6']}/128 dev lo"]
    for address in ours:
        shell(f"ip addr add {address} nodad")
    try:
        with Server(lab, "echo", "--accept-routers", "--mac", mac):
            frames.Raw("hf0").send(frames.router_advertisement(
                read_mac("hf0"), "fd00:aa::"))
            wait_for(lambda: answers(learned), "the address", 10)
            short_connection(learned)
            echo_from_afar(learned, FAR["IPv6"])
    finally:
        lab.wire.forget_neighbours()
        for address in ours:
            shell(f"ip addr del {address}")


def answers(family):
    try:
        Pinger(family).ping(56)
        return True
    except (Wrong, OSError):
        return False


# ---- floods --------------------------------------------------------------

def spoofed(family, mac, number):
    """Asks for handfast's address in the name of another neighbour."""
    source = "02:00:00:20:%02x:%02x" % (number >> 8, number & 255)
    if family.kind == socket.AF_INET6:
        return frames.neighbour_solicitation(
            source, f"fd00:9::{number + 0x1000:x}", family.handfast, mac)
    on_link = f"10.9.0.{3 + number % 250}"
    off_link = f"172.16.{number >> 8}.{number & 255}"
    return frames.arp_request(source, on_link if number % 2 else off_link,
                              family.handfast)


@scenario(wires=ETHERNET)
def neighbour_flood(lab, family):
    """Thousands of neighbours that are none: what is alive goes on."""
    with Server(lab, "echo", "--mac", "02:00:00:00:00:77") as server:
        raw = frames.Raw("hf0")
        most = 0

        def flood():
            nonlocal most
            for number in range(5000):
                raw.send(spoofed(family, "02:00:00:00:00:77", number))
                if number % 1000 == 999:
                    pools = server.pools(fleeting=True)
                    most = max(most, pools["neighbour"])

        echo_by_server(family, 4 * MEGABYTE, flood)
        require(0 < most <= NEIGHBOURS_MOST, f"{most} neighbours")
        short_connection(family)
    lab.wire.forget_neighbours()
