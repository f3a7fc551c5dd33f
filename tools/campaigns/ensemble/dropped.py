"""oneway.py's cuts where packets are dropped, each server in a network namespace of its own: what TCP makes of it, too.

    dropped.py [--tick 2000] [--ticks 17] [--only CUT] [--bound TICKS] [--healed TICKS]

Through a proxy connections stay well and can always be had; here they cannot, and after healing the kernel sends again
only when its next attempt is due. Needs user namespaces (unshare) and ip, and no rights. A way is shut by a neighbour
entry that nobody answers to.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from harness import client, nodes
from harness.nodes import Node

import oneway

SUBNET = "10.9.0"
CLIENT, QUORUM, ELECTION = 2181, 2888, 3888


def ip(arguments, namespace=None):
    prefix = ["nsenter", "-t", str(namespace), "-n"] if namespace else []
    subprocess.run([*prefix, "ip", *arguments.split()], check=True)


class Server(Node):
    """One of three, in a namespace that ends with this script."""

    def __init__(self, id, folder, tick):
        members = {f"server.{other}": f"{SUBNET}.{other}:{QUORUM}:{ELECTION}:participant;{SUBNET}.{other}:{CLIENT}"
                   for other in (1, 2, 3)}
        super().__init__("aviary", folder, CLIENT, tickTime=tick, initLimit=10, syncLimit=5, clientPort=None, **members)
        (self.data / "myid").write_text(f"{id}\n")
        self.id, self.address = id, (f"{SUBNET}.{id}", CLIENT)
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

    def role(self):
        answer = (self.word("srvr", limit=2.0) or b"").decode(errors="replace")
        return next((line[6:] for line in answer.splitlines() if line.startswith("Mode: ")), "")

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


class Ensemble:
    def __init__(self, folder, tick):
        ip("link set lo up")
        ip("link add bridge type bridge")
        ip("link set bridge up")
        ip(f"addr add {SUBNET}.254/24 dev bridge")
        self.servers = [Server(id, folder / f"server-{id}", tick) for id in (1, 2, 3)]
        self.network = Network(self.servers)

    def leader(self):
        return next((server for server in self.servers if server.role() == "leader"), None)

    def wait_until_serving(self, seconds):
        deadline = time.monotonic() + seconds
        while sorted(server.role() for server in self.servers) != ["follower", "follower", "leader"]:
            if time.monotonic() > deadline:
                raise SystemExit("\n".join(server.log_end(15) for server in self.servers))
            time.sleep(0.02)

    def stop(self):
        for server in self.servers:
            if server.process:
                server.kill()
            server.holder.kill()
            server.holder.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tick", type=int, default=2000, help="tickTime in ms (2000); initLimit 10, syncLimit 5")
    parser.add_argument("--ticks", type=float, default=17, help="how long each cut lasts, in ticks")
    parser.add_argument("--only", choices=oneway.CUTS, action="append")
    parser.add_argument("--bound", type=float, default=7, help="ticks that a gap may take; syncLimit is 5 of them")
    parser.add_argument("--healed", type=float, default=5, help="ticks from healing until all serve")
    arguments = parser.parse_args()
    if "AVIARY_DROPPED" not in os.environ:
        os.environ["AVIARY_DROPPED"] = "1"
        os.execvp("unshare", ["unshare", "-Urn", sys.executable, *sys.argv])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dropped-", dir=nodes.REPOSITORY / ".build"))
    tick, excesses, ensemble = arguments.tick / 1000, 0, Ensemble(folder, arguments.tick)
    try:
        for server in ensemble.servers:
            server.launch()
        ensemble.wait_until_serving(120)
        link = client.Client(ensemble.servers[0].address)
        link.create("/oneway")
        link.end()
        print("| packets dropped | leader | gap s | back s |\n|---|--:|--:|--:|")
        for cut in arguments.only or oneway.CUTS:
            leader, gap, back = oneway.run(ensemble, cut, arguments, tick)
            is_over = gap > arguments.bound * tick or back > arguments.healed * tick
            excesses += is_over
            print(f"| {cut} | {leader} | {gap:.2f} | {back:.2f} |{' too long' if is_over else ''}", flush=True)
    finally:
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{excesses} too long")
    sys.exit(1 if excesses else 0)


if __name__ == "__main__":
    main()
