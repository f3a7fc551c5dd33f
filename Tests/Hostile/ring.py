"""A whole ensemble under attack on the ports between its servers, and clients of it that must not notice."""

import random
import shutil
import socket
import time

from harness import client, nodes, packets, places, wire
from harness.ensemble import Ensemble
from harness.steady import SteadyWriter

from siege import MEBIBYTE

TICK = 500  # ms: whoever connects has 2.5 s (election port) or 5 s (quorum port) to say who it is


class Visitor:
    """One connection to a port between servers."""

    def __init__(self, port, limit=5.0):
        self.received = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), limit)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, data):
        """How many bytes were taken before the other side closed."""
        sent, view = 0, memoryview(data)
        try:
            while sent < len(data):
                sent += self.socket.send(view[sent : sent + MEBIBYTE])
        except OSError:
            pass
        return sent

    def hear(self, kind):
        """Reads packets until one of this kind; None when the connection ends before."""
        while True:
            for packet in packets.split(self.received):
                if packet[0] == kind:
                    return packet
            try:
                data = self.socket.recv(1 << 18)
            except OSError:
                return None
            if not data:
                return None
            self.received += data

    def is_closed(self, within):
        """Whether the other side ends the connection within this time."""
        deadline = time.monotonic() + within
        try:
            while (left := deadline - time.monotonic()) > 0:
                self.socket.settimeout(left)
                if not self.socket.recv(1 << 18):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False

    def close(self):
        self.socket.close()


class Ring:
    """Three servers that serve; `attack` says afterwards whether they still are what they were."""

    def __init__(self, report, seed, **settings):
        self.report = report
        self.random = random.Random(seed)
        self.connections = self.bytes = 0
        self.folder = places.new_folder("ring")
        self.ensemble = Ensemble(["aviary"] * 3, self.folder, tick=TICK, more=settings)
        self.servers = self.ensemble.servers
        self.ensemble.start()
        self.ensemble.wait_until_serving()
        self.leader = self.ensemble.leader()
        self.followers = [server for server in self.servers if server is not self.leader]
        self.writers = [
            SteadyWriter(server, f"/steady-{server.id}", b"x" * 40, timeout=20000).start() for server in self.servers
        ]
        time.sleep(1)
        self.pids = [server.process.pid for server in self.servers]
        self.epoch = self.leader.zxid() >> 32
        self.resident = [server.resident_bytes() for server in self.servers]

    def visit(self, port):
        self.connections += 1
        return Visitor(port)

    def say(self, port, *parts):
        """Says it all on a connection of its own, and goes."""
        visitor = self.visit(port)
        taken = sum(visitor.say(part) for part in parts)
        self.bytes += taken
        visitor.close()
        return taken

    def join(self, server, last=None, observes=False, reaches=packets.UP_TO_DATE):
        """A learner of the leader who says to be `server`, as far as the leader lets it come, or to `reaches`."""
        last = self.leader.zxid() if last is None else last
        visitor = self.visit(self.leader.quorum_port)
        visitor.say(packets.introduction(server, observes))
        if visitor.hear(packets.LEADER_INFO) is None or reaches == packets.LEADER_INFO:
            return visitor
        visitor.say(packets.packet(packets.ACK_EPOCH, last, self.epoch.to_bytes(4, "big")))
        if reaches == packets.NEW_LEADER or visitor.hear(packets.NEW_LEADER) is None:
            return visitor
        visitor.say(packets.packet(packets.ACK, self.epoch << 32))
        visitor.hear(packets.UP_TO_DATE)
        return visitor

    def attack(self, name, action, patience):
        """`patience`: how long a client may wait for one answer meanwhile, in seconds."""
        for writer in self.writers:
            writer.longest = 0.0
        began, connections, sent = time.monotonic(), self.connections, self.bytes
        self.report.run(name, lambda: action(self))
        seconds = time.monotonic() - began
        self.require_peace(name, patience)
        grown = max(server.resident_bytes() - before for server, before in zip(self.servers, self.resident))
        print(
            f"        {name}: {seconds:.1f} s, {self.connections - connections:,} connections,"
            f" {(self.bytes - sent) / MEBIBYTE:.1f} MiB, longest wait"
            f" {max(writer.longest for writer in self.writers) * 1000:.0f} ms, memory {grown / MEBIBYTE:+.0f} MiB",
            flush=True,
        )

    def require_peace(self, name, patience):
        answered = [writer.answered for writer in self.writers]
        end = time.monotonic() + patience
        while time.monotonic() < end and not self.is_whole(answered):
            time.sleep(0.02)
        states = [f"server {server.id}: {server.role() or 'serves nobody'}" for server in self.servers]
        self.report.check(f"{name}: all go on", self.is_whole(answered), ", ".join(states))
        self.report.check(
            f"{name}: the leader is the same", self.leader.role() == "leader" and
            all(server.zxid() >> 32 == self.epoch for server in self.servers), ", ".join(states))
        for writer in self.writers:
            held = writer.problem is None and writer.longest < patience
            self.report.check(f"{name}: the client of server {writer.server.id} does not notice", held,
                              f"{writer.problem}, longest wait {writer.longest:.2f} s")

    def is_whole(self, answered):
        return (
            all(server.is_running() for server in self.servers)
            and self.leader.fact("mntr", "zk_synced_followers") == "2"
            and all(writer.answered > before for writer, before in zip(self.writers, answered))
        )

    def end(self):
        for writer in self.writers:
            writer.stop()
        self.report.equal("no server was restarted", [server.process.pid for server in self.servers if
                                                      server.is_running()], self.pids)
        for server, before in zip(self.servers, self.resident):
            grown = server.resident_bytes() - before
            self.report.check(f"server {server.id}: memory stays", grown < 64 * MEBIBYTE,
                              f"grew by {grown / MEBIBYTE:.0f} MiB")
            link = client.Client(server.address)
            link.call(wire.SYNC, wire.string("/"))
            for writer in self.writers:
                names = link.call(wire.GET_CHILDREN, wire.read(writer.root)).body.strings()
                there = {int(name) for name in names}
                self.report.check(
                    f"server {server.id} has all {writer.answered} writes of the client of server {writer.server.id}",
                    there >= set(range(writer.answered)), f"{len(there)}")
            link.end()
        self._compare_digests()
        statuses = [nodes.Node.stop(server, 10) for server in self.servers]
        self.report.equal("SIGTERM ends them cleanly after all of it", statuses, [0, 0, 0])
        print(f"        in all {self.connections:,} connections, {self.bytes / MEBIBYTE:.0f} MiB", flush=True)

    def _compare_digests(self):
        digests = self.ensemble.digests()
        self.report.check("no two servers have different digests at one zxid",
                          digests and all(len(set(found)) == 1 for found in digests.values()))

    def discard(self):
        self.ensemble.stop()
        if self.report.failed:
            print(f"        logs are in {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
