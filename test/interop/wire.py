# SPDX-License-Identifier: MIT
"""The wires between kernel and handfast: one for each kind of device.

The kernel's end is always hf0, with 10.9.0.1/24 and fd00:9::1/64. handfast's
end is hf0 too where the kernel is at the other end of a file descriptor; the
interface that it uses by AF_PACKET is hf1, joined to hf0 by veth, in a network
namespace where the kernel has no address.
"""
import os
import subprocess
from pathlib import Path

from common import FAMILIES, shell, wait_for


def read_mac(interface):
    return shell(f"ip -br link show {interface}").split()[2]


class Wire:
    """What TUN and TAP have in common."""

    name, option, end = None, None, "hf0"
    prefix = [] # of the command that starts handfast
    is_ethernet = True
    mtu_most = 65535

    def make(self, mtu=1500):
        shell(f"ip tuntap add dev hf0 mode {self.name}")
        self.set_up_kernel(mtu)

    def set_up_kernel(self, mtu):
        shell("ip link set hf0 addrgenmode none txqueuelen 5000")
        shell(f"ip link set hf0 mtu {mtu}")
        shell("ip link set hf0 up")
        self.add_addresses("hf0", mtu)

    def add_addresses(self, interface, mtu=1500):
        for family in FAMILIES:
            if ":" not in family.kernel or mtu >= 1280:
                self.add_address(family, family.kernel, interface)

    @staticmethod
    def add_address(family, address, interface="hf0"):
        nodad = " nodad" if ":" in address else ""
        shell(f"ip addr add {address}/{family.prefix_len} "
              f"dev {interface}{nodad}")

    @staticmethod
    def remove_address(family, address):
        shell(f"ip addr del {address}/{family.prefix_len} dev hf0")

    @staticmethod
    def forget_neighbours():
        """After handfast had another MAC than it will have next."""
        shell("ip neigh flush dev hf0")

    def remove(self):
        shell("ip link del hf0")

    def remake(self, mtu=1500):
        self.remove()
        self.make(mtu)

    def delete_end(self):
        """While handfast uses it."""
        shell(f"ip link del {self.end}")

    def set_end(self, state):
        """The link of handfast's end: up, or down."""
        shell(f"ip link set {self.end} {state}")

    def is_attached(self):
        return "LOWER_UP" in shell("ip link show hf0")

    def wait_until_attached(self):
        wait_for(self.is_attached, "handfast to attach", 10)


class Tun(Wire):
    name, option, is_ethernet = "tun", "--tun", False


class Tap(Wire):
    name, option = "tap", "--tap"
    mtu_most = 65521 # the kernel counts the header of Ethernet too


class Packet(Wire):
    name, option, end = "packet", "--interface", "hf1"

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep",
                                        "infinity"])
        ours = os.readlink("/proc/self/ns/net")
        wait_for(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net")
                 != ours, "a namespace", 10)
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        self.there("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6")
        self.there("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")

    def there(self, command):
        """A command on handfast's side."""
        return shell(f"{' '.join(self.prefix)} sh -c '{command}'")

    def make(self, mtu=1500):
        shell(f"ip link add hf0 type veth peer name hf1 mtu {mtu} "
              f"netns {self.holder.pid}")
        self.there("ip link set hf1 up")
        self.set_up_kernel(mtu)

    def delete_end(self):
        self.there("ip link del hf1")

    def set_end(self, state):
        self.there(f"ip link set hf1 {state}")

    def is_attached(self):
        sockets = Path(f"/proc/{self.holder.pid}/net/packet").read_text()
        return any(line.split()[5] == "1" # bound, and the interface is up
                   for line in sockets.splitlines()[1:])


WIRES = {wire.name: wire for wire in (Tun, Tap, Packet)}


def set_up_namespace():
    """The kernel's own limits and habits, once."""
    shell("ip link set lo up")
    for name, value in (("ipv4/ip_local_port_range", "2000 65000"),
                        ("ipv4/tcp_max_syn_backlog", "4096"),
                        ("ipv4/icmp_ratelimit", "0"),
                        ("ipv6/conf/all/keep_addr_on_down", "1"),
                        ("ipv6/conf/default/keep_addr_on_down", "1")):
        Path("/proc/sys/net", name).write_text(value)
