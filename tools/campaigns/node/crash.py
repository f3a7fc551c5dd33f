"""The end of a server under load, again and again: is everything acknowledged still there, and nothing in part?

    tools/crash-node [--server apache] [--rounds 200] [--writers 4] [--seed N] [--moments] [--sabotage]

Each round lets the writers write, kills the server with SIGKILL, or one time in four asks it with SIGTERM to end,
starts it again (sometimes killing it while it starts, too) and compares every writer's subtree with the model. Prints
a row a round; the exit status is 0 when nothing was violated. --moments kills it at each step of taking a snapshot,
removing an old one, and beginning, finishing and removing a file of the log. --sabotage puts an older copy of the data
folder back between two rounds, which must be found.
"""

import argparse
import random
import shutil
import sys
import time

from harness import client, nodes, wire

import moments
from mortals import TIMEOUT, Mortals
from writer import Writer

TICK = 500  # ms


class Campaign:
    def __init__(self, node, arguments):
        self.node = node
        self.random = random.Random(arguments.seed)
        self.violations = []
        self.round = 0
        self.sabotage = arguments.sabotage
        self.moments = arguments.moments
        self.serving = time.monotonic()
        node.start()
        self.observer = client.Client(node.address, timeout=30000)
        for path in ("/crash", "/mortals"):
            assert self.observer.create(path).error == wire.OK
        self.writers = [
            Writer(node, f"w{i}", self.random.getrandbits(64), self.violation) for i in range(arguments.writers)
        ]
        self.mortals = Mortals(node, TICK / 1000, self.violation)
        self.closed = []
        self.width = 50 if self.moments else 19

    def violation(self, sentence):
        self.violations.append((self.round, sentence))
        print(f"VIOLATION in round {self.round}: {sentence}", flush=True)

    def run_round(self, number):
        self.round = number
        before = sum(writer.acknowledged for writer in self.writers)
        for writer in self.writers:
            writer.start()
        self.mortals.make(2)
        self._close_one()
        is_long = number % 5 == 0
        self._load(TIMEOUT / 1000 + 2 if is_long else self.random.uniform(0.1, 0.8))
        self._wait_for_moment(number)
        highest = self._crash()
        kind, restart = self._restart()
        if not self._recover(highest):
            return False
        done = sum(writer.acknowledged for writer in self.writers) - before
        print(
            f"{number:5}  {kind:{self.width}} {done:7} {self.unanswered:10} {self.done:9} {restart * 1000:9.0f}"
            f" {self.mortals.expired:8} {len(self.violations):10}",
            flush=True,
        )
        return True

    def _close_one(self):
        """A session that ends in good order; its ephemeral must be gone for ever."""
        link = client.Client(self.node.address, timeout=30000)
        path = f"/mortals/c{self.round}"
        assert link.create(path, flags=wire.EPHEMERAL).error == wire.OK
        link.end()
        self.closed.append((path, link.session, link.password))

    def _load(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.mortals.look(self.observer)
            time.sleep(0.02)

    def _wait_for_moment(self, number):
        self.moment = None
        if not self.moments:
            return
        moment = moments.MOMENTS[number % len(moments.MOMENTS)]
        self.moment = moment.__name__.replace("_", " ")
        if not moment(self.node.data, self.random):
            self.moment += " (not seen)"

    def _crash(self):
        """The highest zxid anybody was told when the server was killed, or had ended."""
        at = time.monotonic()
        if not self.moments and self.random.random() < 0.25:
            self.end = "ended"
            self.node.stop()
        else:
            self.end = "killed"
            self.node.kill()
        self.mortals.crashed(at)
        for writer in self.writers:
            writer.thread.join()
        self.observer.close()
        return max(writer.last_zxid for writer in self.writers)

    def _restart(self):
        kind = f"{self.end}: {self.moment}" if self.moment else f"{self.end} under load"
        self._spoil()
        while self.random.random() < 0.15:
            kind = f"{self.end}, then at start" if not self.moment else f"{kind}, then at start"
            self.node.launch()
            time.sleep(self.random.uniform(0.0, 0.4))
            self.node.kill()
        spawned = time.monotonic()
        self.node.start()
        serving = time.monotonic()
        self.mortals.restarted(spawned, serving)
        self._meddle()
        return kind, serving - spawned

    def _spoil(self):
        copy = self.node.folder / "older"
        if self.sabotage and self.round == 1:
            shutil.copytree(self.node.data, copy)
        if self.sabotage and self.round == 3:
            shutil.rmtree(self.node.data)
            shutil.copytree(copy, self.node.data)

    def _meddle(self):
        """A write nobody has in his record: as if an unacknowledged request had been executed in part."""
        if self.sabotage and self.round == 2:
            stranger = client.Client(self.node.address)
            stranger.call(wire.SET_DATA, wire.set_data(self.writers[-1].known.root, b"meddled"))
            stranger.end()

    def _recover(self, highest):
        self.unanswered = self.done = 0
        try:
            for writer in self.writers:
                unanswered, done = writer.recover()
                self.unanswered += unanswered
                self.done += done
        except client.Lost as lost:
            self.violation(f"{writer.name}: cannot re-attach ({lost}): the server forgot what it had acknowledged")
            return False
        except client.Refused:
            return False
        self.observer = client.Client(self.node.address, timeout=30000)
        path, session, password = self.closed[-1]
        if self.observer.exists(path).error != wire.NO_NODE:
            self.violation(f"{path} of a closed session is back")
        self._must_be_refused("a closed session", session, password)
        self._must_be_refused("a wrong password", self.writers[0].session, bytes(16))
        self._return_first_writer()
        written = self.observer.call(wire.SET_DATA, wire.set_data("/crash", str(self.round).encode()))
        if written.zxid <= highest:
            self.violation(f"a write after the crash got zxid {written.zxid:#x}, not above {highest:#x}")
        self.mortals.look(self.observer)
        return True

    def _must_be_refused(self, name, session, password):
        try:
            client.Client(self.node.address, 30000, session, password).close()
            self.violation(f"{name} was accepted")
        except client.Refused:
            pass

    def _return_first_writer(self):
        """Apache's server ends the live connection of a session when somebody tries it with a wrong password."""
        writer = self.writers[0]
        writer.client.close()
        writer.client = client.Client(self.node.address, 30000, writer.session, writer.password)


def main():
    parser = argparse.ArgumentParser(prog="tools/crash-node", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--moments", action="store_true", help="kill it while it takes snapshots and trims its log")
    parser.add_argument("--sabotage", action="store_true", help="do two things that must be found")
    parser.add_argument("--keep", action="store_true", help="keep the server's folder when something was violated")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: tools/crash-node --seed {arguments.seed} --rounds {arguments.rounds}")
    margin = " " * (31 if arguments.moments else 0)
    print(f"round  end                {margin} answered unanswered  of these restart   sessions violations")
    print(f"                          {margin}                          done      (ms)  expired", flush=True)

    with nodes.Node(arguments.server, tickTime=TICK, maxSessionTimeout=60000, snapCount=2000,
                    txnLogSizeLimitInKb=128) as node:
        campaign = Campaign(node, arguments)
        for number in range(1, arguments.rounds + 1):
            if not campaign.run_round(number):
                break
        if campaign.violations and arguments.keep:
            shutil.copytree(node.folder, f"{node.folder}-kept")
            print(f"the server's folder is kept as {node.folder}-kept")
    answered = sum(writer.acknowledged for writer in campaign.writers)
    print(
        f"{campaign.round} rounds, {answered} answered writes, {campaign.mortals.expired} sessions expired, "
        f"{len(campaign.violations)} violations, seed {arguments.seed}"
    )
    sys.exit(1 if campaign.violations else 0)


main()
