"""Apache's servers and Aviary's in one ensemble: each joins a leader of the other's, in every role and way, and leads.

    joins.py --mix ava|vva [--seed N]

The mix names the voters: a is Debian's Apache ZooKeeper, v is Aviary; one observer of each is added. Who has been away
for a few writes must come back by a diff, who comes with nothing by a snapshot, and both servers' logs must say so.
After each step every server serves its clients, and all have the same: tree, data, ACLs and Stats, and digests wherever
two name the same zxid. Apache's logs may hold no errors beyond those of servers that were killed.
"""

import argparse
import random
import re
import shutil
import time

from harness import checks, client, places, wire
from harness.ensemble import Ensemble, kinds_of

from tree import Tree

NAMES = {"apache": "Apache", "aviary": "Aviary"}
#: What a learner's log says, and its leader's.
JOINED = {
    "apache": {"diff": "Getting a diff from the leader", "snapshot": "Getting a snapshot from leader"},
    "aviary": {"diff": r"by=diff.*synchronized by the leader", "snapshot": r"by=snapshot.*synchronized by the leader"},
}
SENT = {
    "apache": {"diff": "Sending DIFF", "snapshot": "Sending snapshot"},
    "aviary": {"diff": r"by=diff.*synchronizes a learner", "snapshot": r"by=snapshot.*synchronizes a learner"},
}
#: What Apache's servers log of others that were killed, and of a leader that is gone or not ready.
OF_KILLS = re.compile(r"EOFException|EndOfStreamException|ConnectException|SocketException|SocketTimeoutException|"
                      r"InterruptedException|ClosedChannelException|Failed connect to|retries exceeded")
FEW, MANY = 20, 700  # writes; Apache keeps 500


class Table:
    """A row a claim, for people; the claims themselves are counted."""

    def __init__(self):
        self.lines = [f"{'server':18} {'role':9} {'leader':18} {'how':26} {'znodes':>6} {'digests':>7}  seconds"]

    def add(self, server, role, leader, how, znodes, digests, seconds):
        self.lines.append(f"{server:18} {role:9} {leader:18} {how:26} {znodes:6} {digests:7}  {seconds:7.1f}")


def name(server):
    return f"{NAMES[server.kind]} (server {server.id})"


class Joins:
    def __init__(self, mix, seed):
        self.report, self.table = checks.Checks(), Table()
        self.random = random.Random(seed)
        self.folder = places.new_folder("joins")
        self.ensemble = Ensemble(kinds_of(mix), self.folder, ["aviary", "apache"], tick=400)
        self.servers = self.ensemble.servers
        self.observers = dict(zip(("aviary", "apache"), self.servers[3:]))
        # Of two with the same history the one with the larger number is elected.
        self.leaders = {server.kind: server for server in self.servers[:3]}
        self.written = 0

    def run(self):
        try:
            self.ensemble.start()
            self.ensemble.wait_until_serving(120)
            for server in self.servers:
                self.write(server, FEW)
            for leader_kind, learner_kind in (("apache", "aviary"), ("aviary", "apache")):
                self.elect(self.leaders[leader_kind])
                learners = [self.leaders[learner_kind], self.observers[learner_kind]]
                self.join(learners, "diff")
                self.join(learners, "snapshot")
            self.require_quiet_logs()
        finally:
            self.ensemble.stop()
            print("\n".join(self.table.lines))
            if not self.report.failed:
                shutil.rmtree(self.folder, ignore_errors=True)
        self.report.finish()

    # MARK: Steps

    def elect(self, wanted):
        """Kills leaders until `wanted` is one, and lets the killed ones come back."""
        began = time.monotonic()
        while (former := self.ensemble.leader()) is not wanted:
            self.wait_until_equal()
            former.kill()
            self.ensemble.wait_until_serving(60, [server for server in self.servers if server is not former])
            former.launch()
            self.ensemble.wait_until_serving(60)
        followers = [server for server in self.servers[:3] if server is not wanted and server.role() == "follower"]
        self.report.check(f"{name(wanted)} leads the two other voters", len(followers) == 2)
        how = "leads " + ", ".join(f"{NAMES[server.kind]} {server.id}" for server in followers)
        self.table.add(name(wanted), wanted.role(), "", how, *self.require_equality(name(wanted) + " leads"),
                       time.monotonic() - began)

    def join(self, learners, how):
        """Away for a few writes, or with nothing."""
        leader = self.ensemble.leader()
        for server in learners:
            server.kill()
        began = {server: server.log.stat().st_size for server in [leader, *learners]}
        self.write(leader, FEW if how == "diff" else MANY)
        if how == "snapshot":
            for server in learners:
                server.empty()
        start = time.monotonic()
        for server in learners:
            server.launch()
        self.ensemble.wait_until_serving(60)
        seconds = time.monotonic() - start
        for server in learners:
            self.write(server, FEW)
        sums = self.require_equality(f"after a {how}")
        for server in learners:
            role = server.role()
            claim = f"{name(server)} joins {name(leader)} as {role} by a {how}"
            self.report.equal(f"{claim}: who leads", self.ensemble.leader().id, leader.id)
            self.report.equal(f"{claim}: role", role, "follower" if server.id <= 3 else "observer")
            seen = ways(server, JOINED, began[server])
            self.report.equal(f"{claim}: its log", seen, {how})
            self.report.check(f"{claim}: the leader's log", how in ways(leader, SENT, began[leader]))
            lacked = f"{FEW} writes behind" if how == "diff" else f"empty, {MANY} behind"
            self.table.add(name(server), role, name(leader), f"{'+'.join(sorted(seen))} ({lacked})", *sums, seconds)

    # MARK: Clients

    def write(self, server, count, seconds=60):
        """Znodes of all sorts through one server, read back there.

        One of Apache's leaders whose followers are killed may leave a new session unanswered until that runs out, and
        its followers end all connections when they look for a leader: then others are written.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.write_once(server, count)
            except client.Lost as lost:
                if server.kind == "aviary" or time.monotonic() > deadline:
                    raise client.Lost(f"{name(server)}: {lost}") from None

    def write_once(self, server, count):
        link = client.Client(server.address, timeout=20000, limit=30.0)
        root = f"/joins-{self.written}"
        self.written += 1
        link.create(root)
        for i in range(count):
            link.queue(wire.CREATE, wire.create(f"{root}/{i}", self.random.randbytes(self.random.randrange(200))))
            if i % 3 == 0:
                link.queue(wire.SET_DATA, wire.set_data(f"{root}/{i}", b"changed"))
            if i % 7 == 0:
                link.queue(wire.DELETE, wire.delete(f"{root}/{i}"))
        asked = len(link.outgoing)
        link.flush()
        errors = {link.reply().error for _ in range(asked)}
        there = len(link.call(wire.GET_CHILDREN, wire.read(root)).body.strings())
        link.end()
        has_all = errors == {wire.OK} and there == count - (count + 6) // 7
        self.report.check(f"{name(server)} serves its client", has_all,
                          f"errors {errors}, {there} children")

    # MARK: The same everywhere

    def wait_until_equal(self):
        zxids = self.ensemble.wait_until_equal()
        self.report.check("all servers reach the same zxid", len(zxids) == 1, [hex(zxid) for zxid in zxids])

    def require_equality(self, when):
        """How many znodes, and how many digests at the same zxid, were compared."""
        trees = [Tree(server) for server in self.servers]
        for server, tree in zip(self.servers[1:], trees[1:]):
            different = trees[0].differences(tree)
            self.report.check(f"{when}: {name(server)} shows what {name(self.servers[0])} does", not different,
                              [(path, trees[0].znodes.get(path), tree.znodes.get(path)) for path in different[:1]])
        self.wait_until_equal()
        shared = [found for found in self.ensemble.digests().values() if len(found) > 1]
        self.report.check(f"{when}: digests agree", all(len(set(found)) == 1 for found in shared))
        return len(trees[0].znodes), len(shared)

    def require_quiet_logs(self):
        for server in self.servers:
            # A record begins with a date; the stack of an exception belongs to the record before it.
            records = re.split(r"\n(?=\d{4}-\d\d-\d\d)", server.log.read_text(errors="replace"))
            alarm = " ERROR |Exception" if server.kind == "apache" else " error | critical |Fatal error"
            loud = [record for record in records if re.search(alarm, record) and not OF_KILLS.search(record)]
            self.report.check(f"{name(server)} has logged no error but of kills", not loud, "\n".join(loud[:5]))


def ways(server, sentences, since):
    """Which ways a server's log names behind a place in it."""
    with open(server.log, errors="replace") as file:
        file.seek(since)
        text = file.read()
    return {way for way, sentence in sentences[server.kind].items() if re.search(sentence, text)}


def main():
    parser = argparse.ArgumentParser(prog="tools/interop --joins", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mix", choices=["ava", "vva"], default="ava")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.randrange(1 << 31) if arguments.seed is None else arguments.seed
    print(f"seed {seed}")
    Joins(arguments.mix, seed).run()


if __name__ == "__main__":
    main()
