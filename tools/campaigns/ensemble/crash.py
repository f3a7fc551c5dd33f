"""Servers killed, ended or stopped, links cut, under load: is everything acknowledged there, once, on every server?

    tools/crash-ensemble [--voters 3] [--observers 0] [--mix ava] [--rounds 20] [--writers 8] [--cuts] [--tick MS]
                         [--seed N] [--only KIND]

Each round lets the writers write, does one thing to one server, waits until the others go on, brings it back and
compares all servers. Clients of servers that live must see no lost connection and no error. Prints a row a round; the
exit status is 0 when nothing was violated.

--mix names the voters one by one: v is Aviary, a is Debian's Apache ZooKeeper, whose clients lose their connections at
every election and are not counted.
"""

import argparse
import random
import shutil
import signal
import statistics
import sys
import time

from harness import client, places, wire
from harness.ensemble import Ensemble, kinds_of

from writer import ROOT, Writer

KINDS = ("kill the leader", "kill a follower", "stop the leader", "end the leader", "kill all", "end all",
         "outpace a follower")
CUTS = ("cut the leader off", "mute the leader", "deafen the leader", "cut a follower off", "mute a follower",
        "cut one link of the leader", "cut one link")
STOPPED_TICKS = 15  # longer than the time-outs of the ensemble
BYTES_KEPT = 32 << 20  # of transactions, by a leader, for learners that were away
LARGE = 100_000  # bytes of one write
ROUNDS_A_LIFE = 20  # then a new ensemble: with millions of znodes a comparison takes longer than a session's timeout


class Campaign:
    def __init__(self, arguments):
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.violations = []
        self.round = 0
        self.gaps = []
        self.is_complete = False
        self.ensemble = None
        self.folder = places.new_folder("ensemble")

    def violation(self, sentence):
        self.violations.append((self.round, sentence))
        print(f"VIOLATION in round {self.round}: {sentence}", flush=True)

    def begin_life(self):
        self.end_life()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.ensemble = Ensemble(kinds_of(self.arguments.mix or "v" * self.arguments.voters), self.folder,
                                 self.arguments.observers, tick=self.arguments.tick, is_cuttable=self.arguments.cuts)
        self.ensemble.start()
        self.ensemble.wait_until_serving()
        self.writers = [
            Writer(self.ensemble, self.ensemble.servers[i % len(self.ensemble.servers)], f"w{i}", self.violation)
            for i in range(self.arguments.writers)
        ]

    def end_life(self):
        if self.ensemble:
            self.ensemble.stop()
            self.ensemble = None

    def run(self):
        try:
            print("round  what was done               server  answered  gap ms  moved  back ms  violations")
            for number in range(1, self.arguments.rounds + 1):
                self.round = number
                if number % ROUNDS_A_LIFE == 1 and not self.violations:
                    self.begin_life()
                self.run_round()
            self.is_complete = True
            if self.gaps:
                print(f"longest gap in answers after the leader's death, median of {len(self.gaps)}: "
                      f"{statistics.median(self.gaps) * 1000:.0f} ms")
        finally:
            if not self.is_complete:
                self.tell_of_servers()
            self.end_life()
            if self.is_complete and not self.violations:
                shutil.rmtree(self.folder, ignore_errors=True)

    def tell_of_servers(self):
        """What the servers said last, and where all of it is: something went wrong that is no violation."""
        print(f"not completed in round {self.round}; the servers' folders: {self.folder}")
        for server in self.ensemble.servers if self.ensemble else []:
            print(f"-- server {server.id} ({server.kind}), {server.role() or 'without a role'}", flush=True)
            print(server.log_end(25), flush=True)

    def run_round(self):
        before = sum(writer.first_unanswered for writer in self.writers)
        kind = self.arguments.only or self.random.choice(CUTS if self.arguments.cuts else KINDS)
        for writer in self.writers:
            writer.start()
        time.sleep(self.random.uniform(0.2, 0.6))
        victim = self.victim(kind)
        if kind in CUTS:
            return self.run_cut(kind, victim, before)
        victims = self.ensemble.servers if kind.endswith(" all") else [victim]
        if kind == "stop the leader":
            victim.process.send_signal(signal.SIGSTOP)
        else:
            for server in victims:
                server.stop() if kind.startswith("end ") else server.kill()
        alive = [server for server in self.ensemble.servers if server not in victims]
        if alive:
            self.ensemble.wait_until_serving(30, alive)
            time.sleep(0.3)
        if kind == "outpace a follower":
            self.outpace(alive)
        if kind == "stop the leader":
            time.sleep(STOPPED_TICKS * self.arguments.tick / 1000)
            victim.process.send_signal(signal.SIGCONT)
        for writer in self.writers:
            writer.stop()
        began = time.monotonic()
        for server in victims:
            if not server.is_running():
                server.launch()
        self.ensemble.wait_until_serving(60)
        self.finish(kind, victim, before, alive, time.monotonic() - began)

    def finish(self, kind, victim, before, alive, back):
        for writer in self.writers:
            writer.stop()
            writer.probe()
        self.require_connections(alive)
        unharmed = [writer for writer in self.writers if writer.home in alive and not writer.lost]
        gap = max((writer.longest_gap for writer in unharmed), default=0)
        if kind == "kill the leader":
            self.gaps.append(gap)
        answered = sum(writer.first_unanswered for writer in self.writers) - before
        moved = [writer for writer in self.writers if writer.lost]
        for writer in moved:
            writer.move(self.random.choice(self.ensemble.servers))
        self.compare()
        print(f"{self.round:5}  {kind:26}  {victim.id:6}  {answered:8}  {gap * 1000:6.0f}  {len(moved):5}"
              f"  {back * 1000:7.0f}  {len(self.violations):10}", flush=True)

    def run_cut(self, kind, victim, before):
        """For longer than every time-out; then all is healed, and everything must be everywhere."""
        others = [server.id for server in self.ensemble.servers if server is not victim]
        if "one link" in kind:
            others = [self.random.choice(others)]
        out = {(victim.id, other) for other in others}
        back = {(other, victim.id) for other in others}
        ways = out if kind.startswith("mute") else back if kind.startswith("deafen") else out | back
        self.ensemble.network.cut(ways)
        time.sleep(STOPPED_TICKS * self.arguments.tick / 1000)
        self.ensemble.network.heal()
        began = time.monotonic()
        self.ensemble.wait_until_serving(60)
        self.finish(kind, victim, before, [], time.monotonic() - began)

    def outpace(self, alive):
        """More than any leader keeps in memory, so that the one who was away needs a snapshot."""
        link = client.Client(alive[0].address)
        link.create("/large")
        for _ in range(BYTES_KEPT // LARGE // 50 + 1):
            for _ in range(50):
                link.queue(wire.SET_DATA, wire.set_data("/large", self.random.randbytes(LARGE)))
            link.flush()
            for _ in range(50):
                link.reply()
        link.end()

    def victim(self, kind):
        leader = self.ensemble.leader()
        if "follower" in kind or kind == "cut one link":
            return self.random.choice([server for server in self.ensemble.servers if server is not leader])
        return leader

    def require_connections(self, alive):
        """A leader's death is invisible to the clients of the others."""
        for writer in self.writers:
            if writer.lost and writer.home in alive and writer.home.kind == "aviary":
                self.violation(f"{writer.name}: lost its connection to server {writer.home.id}, which lives: "
                               f"{writer.lost}")

    def compare(self):
        """Every server has the same: each writer's znodes, and a digest wherever two name the same zxid."""
        for server in self.ensemble.servers:
            self.compare_at(server)
        for zxid, digests in self.ensemble.digests().items():
            if len(set(digests)) > 1:
                self.violation(f"servers have different digests at zxid {zxid:#x}")

    def compare_at(self, server, seconds=30):
        """A server that has just come back may lose its leader once more before it stays."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                link = client.Client(server.address)
                link.call(wire.SYNC, wire.string(ROOT))
                for writer in self.writers:
                    writer.check(link, server)
                return link.end()
            except client.Lost as lost:
                if time.monotonic() > deadline:
                    return self.violation(f"server {server.id} does not serve: {lost}")
                time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(prog="tools/crash-ensemble", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=3)
    parser.add_argument("--observers", type=int, default=0)
    parser.add_argument("--mix", help="such as ava: the voters, each Apache's or Aviary's")
    parser.add_argument("--cuts", action="store_true", help="cut links instead of killing")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--tick", type=int, default=200, help="tickTime in ms (200)")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", choices=KINDS + CUTS)
    arguments = parser.parse_args()
    arguments.seed = random.randrange(1 << 31) if arguments.seed is None else arguments.seed
    print(f"seed {arguments.seed}")
    campaign = Campaign(arguments)
    campaign.run()
    print(f"{arguments.rounds} rounds, {len(campaign.violations)} violations")
    print(f"{arguments.rounds - len({number for number, _ in campaign.violations})} passed, "
          f"{len({number for number, _ in campaign.violations})} failed")
    sys.exit(1 if campaign.violations else 0)


if __name__ == "__main__":
    main()
