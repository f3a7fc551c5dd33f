"""oneway.py's cuts where packets are dropped, each server in a network namespace of its own: what TCP makes of it, too.

    dropped.py [--tick 2000] [--ticks 17] [--rounds 1] [--only CUT] [--bound TICKS] [--healed TICKS]

Through a proxy connections stay well and can always be had; here they cannot, and after healing the kernel sends again
only when its next attempt is due. Needs user namespaces (unshare) and ip, and no rights. A way is shut by a neighbor
entry that nobody answers to.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

from harness import places
from harness.ensemble import Ensemble, Member

import oneway

SUBNET = "10.9.0"
CLIENT, QUORUM, ELECTION = 2181, 2888, 3888


def ip(arguments, namespace=None):
    prefix = ["nsenter", "-t", str(namespace), "-n"] if namespace else []
    subprocess.run([*prefix, "ip", *arguments.split()], check=True)


class Server(Member):
    """One of three, in a namespace that ends with this script."""

    def __init__(self, id, folder, tick):
        members = {f"server.{other}": f"{SUBNET}.{other}:{QUORUM}:{ELECTION}:participant;{SUBNET}.{other}:{CLIENT}"
                   for other in (1, 2, 3)}
        settings = {"tickTime": tick, "initLimit": 10, "syncLimit": 5, "clientPort": None, **members}
        super().__init__("aviary", id, folder, CLIENT, settings)
        self.address = (f"{SUBNET}.{id}", CLIENT)
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "3600"])
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        ip(f"link add outer{id} type veth peer name inner netns {self.holder.pid}")
        ip(f"link set outer{id} master bridge up")
        ip("link set lo up", self.holder.pid)
        ip("link set inner up", self.holder.pid)
        ip(f"addr add {SUBNET}.{id}/24 dev inner", self.holder.pid)

    def command(self):
        return ["nsenter", "-t", str(self.holder.pid), "-n", *super().command()]

    def shut(self, other):
        ip(f"neigh replace {SUBNET}.{other} lladdr 02:00:00:00:00:99 dev inner nud permanent", self.holder.pid)

    def open(self, other):
        ip(f"neigh del {SUBNET}.{other} dev inner", self.holder.pid)


class Network:
    """What oneway.py cuts and heals."""

    def __init__(self, servers):
        self.servers = {server.id: server for server in servers}
        self.cut_ways = set()

    def cut(self, ways):
        for one, other in ways:
            self.servers[one].shut(other)
        self.cut_ways = ways

    def heal(self):
        for one, other in self.cut_ways:
            self.servers[one].open(other)
        self.cut_ways = set()


class DividedEnsemble(Ensemble):
    """Three servers behind a bridge."""

    def __init__(self, folder, tick):
        ip("link set lo up")
        ip("link add bridge type bridge")
        ip("link set bridge up")
        ip(f"addr add {SUBNET}.254/24 dev bridge")
        self.servers = [Server(id, folder / f"server-{id}", tick) for id in (1, 2, 3)]
        self.network = Network(self.servers)

    def stop(self):
        for server in self.servers:
            if server.process:
                server.kill()
            server.holder.kill()
            server.holder.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    oneway.add_arguments(parser, ticks=17)
    arguments = parser.parse_args()
    if "AVIARY_DROPPED" not in os.environ:
        os.environ["AVIARY_DROPPED"] = "1"
        os.execvp("unshare", ["unshare", "-Urn", sys.executable, *sys.argv])
    folder = places.new_folder("dropped")
    ensemble = DividedEnsemble(folder, arguments.tick)
    try:
        excesses = oneway.measure(ensemble, arguments, "packets dropped")
    finally:
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if excesses else 0)


if __name__ == "__main__":
    main()
