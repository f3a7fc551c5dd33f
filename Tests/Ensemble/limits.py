"""What is larger than the links between servers take, asked for by clients: nobody else may notice.

    limits.py [--mix vvv|avv|aav|vva]... [--only requests|snapshots] [--window SECONDS]

The mix names the voters, the last of which leads: a is Debian's Apache ZooKeeper, v is Aviary. Requests: a session with
2,200 ephemerals of 1,000-byte names ends; three identities of 900 kB and a create for them; 60 of 1 kB and a multi of
200 creates: each through every server, while a client of each writes on in every second (a debug build wants a window
of four), and no server is elected anew. Snapshots: a znode of 5 MiB, by a raised jute.maxbuffer, reaches who joins with
nothing.
"""

import argparse
import random
import re
import shutil
import time

from harness import checks, client, places, wire
from harness.ensemble import Ensemble, kinds_of
from harness.steady import SteadyWriter

TICK = 1000  # ms
CREATOR = wire.acl((31, "auth", ""))
LARGE = 5 << 20
JOINED = {"apache": "Getting a snapshot from leader", "aviary": r"by=snapshot.*synchronized by the leader"}


def name(server):
    return f"{server.kind} {server.id}"


def add_identity(link, user):
    """The error it is answered with."""
    return link.call(wire.AUTH, wire.int32(0) + wire.string("digest") + wire.buffer(f"{user}:p".encode()), xid=-4).error


def empty_windows(answers, began, ended, seconds):
    """The parts of that time, each of so many seconds, in which nothing was answered."""
    counts = [0] * max(1, int((ended - began) / seconds))
    for moment in answers:
        if began <= moment < began + len(counts) * seconds:
            counts[int((moment - began) / seconds)] += 1
    return [window for window, count in enumerate(counts) if count == 0]


class Requests:
    """One mix, all inputs, through every server."""

    def __init__(self, mix, report, folder, window):
        self.report = report
        self.window = window
        self.ensemble = Ensemble(kinds_of(mix), folder, tick=TICK)
        self.count = 0

    def run(self):
        try:
            for server in self.ensemble.servers:
                (server.data / "initialize").touch()  # Or Apache's elect one of theirs before the others vote.
            self.ensemble.start()
            self.ensemble.wait_until_serving()
            self.leader = self.ensemble.leader()
            client.Client(self.leader.address).end()  # an epoch is seen by its first transaction
            epoch = self.leader.zxid() >> 32
            for server in sorted(self.ensemble.servers, key=lambda server: server is not self.leader):
                for attack in (self.end_of_session, self.large_identities, self.many_identities):
                    self.try_out(server, attack)
            self.report.equal("nobody else leads", self.leader.zxid() >> 32, epoch)
            self.require_equality()
        finally:
            self.ensemble.stop()

    def try_out(self, server, attack):
        part = "the leader" if server is self.leader else "a follower"
        claim = f"{attack.__name__.replace('_', ' ')}, {part} ({name(server)})"
        self.count += 1
        writers = [SteadyWriter(other, f"/writer-{self.count}-{other.id}", timeout=30000, limit=30.0).start()
                   for other in self.ensemble.servers]
        began = time.monotonic()
        self.report.run(claim, lambda: attack(claim, server, f"/large-{self.count}"))
        # What would happen to others may take the followers a moment.
        while time.monotonic() < began + max(3, 2 * self.window):
            time.sleep(0.05)
        ended = time.monotonic()
        for writer in writers:
            writer.stop()
            empty = empty_windows(writer.answers, began, ended, self.window)
            waited = f"the longest waited {writer.longest:.2f} s"
            self.report.check(f"{claim}: writes at {name(writer.server)} go on, {waited}",
                              not empty and writer.problem is None, f"none in {empty}, {writer.problem}")

    def end_of_session(self, claim, server, root):
        link = client.Client(server.address, timeout=30000, limit=60.0)
        link.create(root)
        for i in range(2200):
            link.queue(wire.CREATE, wire.create(f"{root}/{'e' * 995}-{i:04}", flags=wire.EPHEMERAL))
        link.flush()
        errors = {link.reply().error for _ in range(2200)}
        self.report.equal(f"{claim}: the ephemerals are there", errors, {wire.OK})
        link.end()
        for other in self.ensemble.servers:
            watcher = client.Client(other.address, timeout=30000, limit=30.0)
            watcher.call(wire.SYNC, wire.string(root))
            left = wire.Reader(watcher.exists(root).body.body, 16).stat().children
            self.report.equal(f"{claim}: the ephemerals are gone at {name(other)}", left, 0)
            watcher.end()

    def large_identities(self, claim, server, root):
        link = client.Client(server.address, timeout=30000, limit=60.0)
        try:
            errors = [add_identity(link, f"{i}" * 900_000) for i in range(3)]
            errors.append(link.create(root, permissions=CREATOR).error)
        except client.Lost:
            errors = [wire.AUTH_FAILED]
        self.require_refusal(claim, server, errors)
        link.close()

    def many_identities(self, claim, server, root):
        link = client.Client(server.address, timeout=30000, limit=60.0)
        errors = {add_identity(link, f"{i:02}" * 500) for i in range(60)}
        self.report.equal(f"{claim}: the identities are taken", errors, {wire.OK})
        creates = [(wire.CREATE, wire.create(f"{root}-{i}", permissions=CREATOR)) for i in range(200)]
        self.require_refusal(claim, server, [link.call(wire.MULTI, wire.multi(creates)).error])
        self.report.equal(f"{claim}: and its client goes on", link.create(root, permissions=CREATOR).error, wire.OK)
        link.end()

    def require_refusal(self, claim, server, errors):
        """A leader of Apache's proposes what its own clients ask for, and its followers here take it."""
        if server is self.leader and server.kind == "apache":
            return
        refusals = {wire.AUTH_FAILED, wire.MARSHALLING}
        self.report.check(f"{claim}: it is refused", errors[-1] in refusals, errors)

    def require_equality(self):
        self.report.equal("all have the same in the end", len(self.ensemble.wait_until_equal()), 1)
        for server in self.ensemble.servers:
            if server.kind == "aviary":
                self.report.equal(f"{name(server)} saw no other tree",
                                  server.fact("mntr", "zk_digest_mismatches_count"), "0")


class Snapshots:
    """Two servers have a large znode; the others come with nothing."""

    def __init__(self, mix, report, folder, _):
        self.report = report
        more = {"jute.maxbuffer": LARGE + (1 << 20)}
        self.ensemble = Ensemble(kinds_of(mix), folder, tick=TICK, more=more)
        self.data = random.Random(mix).randbytes(LARGE)

    def run(self):
        try:
            first, *others = self.ensemble.servers
            for server in others:
                (server.data / "initialize").touch()  # A new ensemble, though not all are there.
                server.launch()
            self.ensemble.wait_until_serving(servers=others)
            leader = self.ensemble.leader()
            self.write(leader)
            first.launch()
            self.require_joined(first, leader)
            again = next(server for server in others if server is not leader)
            again.stop()
            again.empty()
            again.launch()
            self.require_joined(again, leader)
        finally:
            self.ensemble.stop()

    def write(self, server):
        """More than a leader of either kind keeps in memory for learners."""
        link = client.Client(server.address, timeout=30000, limit=60.0)
        link.create("/large")
        for _ in range(8):
            reply = link.call(wire.SET_DATA, wire.set_data("/large", self.data))
            self.report.equal(f"{name(server)} takes a znode of {LARGE} bytes", reply.error, wire.OK)
        for i in range(700):
            link.queue(wire.CREATE, wire.create(f"/small-{i}"))
        link.flush()
        for _ in range(700):
            link.reply()
        link.end()

    def require_joined(self, server, leader):
        claim = f"{name(server)} joins {name(leader)}"
        began = server.log.stat().st_size if server.log.exists() else 0
        self.ensemble.wait_until_serving(60)
        link = client.Client(server.address, timeout=30000, limit=60.0)
        link.call(wire.SYNC, wire.string("/large"))
        self.report.check(f"{claim}: it has the large znode", link.get("/large").body.buffer() == self.data)
        link.end()
        text = server.log.read_text(errors="replace")[began:] or server.log.read_text(errors="replace")
        self.report.check(f"{claim}: by a snapshot", re.search(JOINED[server.kind], text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mix", action="append", metavar="MIX")
    parser.add_argument("--only", choices=["requests", "snapshots"])
    parser.add_argument("--window", type=float, default=1.0)
    arguments = parser.parse_args()
    report = checks.Checks()
    parts = []
    if arguments.only != "snapshots":
        parts += [(Requests, mix) for mix in arguments.mix or ["vvv", "avv", "aav", "vva"]]
    if arguments.only != "requests":
        parts += [(Snapshots, mix) for mix in arguments.mix or ["avv", "vaa"]]
    for part, mix in parts:
        what = part.__name__.lower()
        print(f"== {what}, {mix}", flush=True)
        folder = places.new_folder(f"limits-{what}-{mix}")
        failed = report.failed
        report.run(f"{what}, {mix}", part(mix, report, folder, arguments.window).run)
        if report.failed == failed:
            shutil.rmtree(folder, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
