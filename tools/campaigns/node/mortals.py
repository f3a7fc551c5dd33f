"""Sessions that fall silent: their ephemerals must stay as long as was promised, and then go."""

import time

from harness import client, wire

TIMEOUT = 1000  # ms asked for; needs a tickTime of at most 500
SLACK = 3.0  # seconds a busy machine may add to an expiry


class Mortal:
    """A session with two ephemerals that nobody speaks for any more."""

    def __init__(self, node, number):
        link = client.Client(node.address, timeout=TIMEOUT)
        self.session, self.password = link.session, link.password
        self.promised = link.timeout / 1000
        self.paths = [f"/mortals/m{number}-1", f"/mortals/m{number}-2"]
        for path in self.paths:
            self.refreshed = time.monotonic()  # the server's timer was not started earlier than this
            assert link.create(path, flags=wire.EPHEMERAL).error == wire.OK
        self.heard = time.monotonic()  # nor later than this
        self.may_be_gone = False
        link.close()


class Mortals:
    def __init__(self, node, tick, report):
        self.node = node
        self.tick = tick
        self.report = report
        self.living, self.gone = [], []
        self.made = self.expired = 0

    def make(self, count):
        for _ in range(count):
            self.made += 1
            self.living.append(Mortal(self.node, self.made))

    def crashed(self, at):
        for mortal in self.living:
            if at > mortal.refreshed + mortal.promised:
                mortal.may_be_gone = True

    def restarted(self, spawned, serving):
        """Every session that was there starts with its full timeout again."""
        for mortal in self.living:
            mortal.refreshed, mortal.heard = spawned, serving

    def look(self, link):
        """One look at each of them, all by one pipelined read."""
        asked = time.monotonic()
        watched = self.living + self.gone[-20:]
        for mortal in watched:
            for path in mortal.paths:
                link.queue(wire.EXISTS, wire.read(path))
        link.flush()
        seen = [[link.reply().error == wire.OK for _ in mortal.paths] for mortal in watched]
        answered = time.monotonic()
        for mortal, present in zip(watched, seen):
            self._judge(mortal, present, asked, answered)

    def _judge(self, mortal, present, asked, answered):
        name = f"session {mortal.session:#x} ({mortal.promised} s)"
        if mortal in self.gone:
            if any(present):
                self.report(f"{name}: ephemerals are back after its expiry")
            return
        if any(present) and not all(present):
            self.report(f"{name}: only some of its ephemerals are there")
        if any(present):
            limit = mortal.heard + mortal.promised + 2 * self.tick + SLACK
            mortal.may_be_gone = False
            if asked > limit:
                self.report(f"{name}: still has its ephemerals {asked - mortal.heard:.2f} s after it was last heard")
                self._bury(mortal)
            return
        if answered < mortal.refreshed + mortal.promised and not mortal.may_be_gone:
            self.report(f"{name}: lost its ephemerals after {answered - mortal.refreshed:.2f} s")
        self._bury(mortal)

    def _bury(self, mortal):
        self.living.remove(mortal)
        self.gone.append(mortal)
        self.expired += 1
        try:
            client.Client(self.node.address, TIMEOUT, mortal.session, mortal.password).close()
            self.report(f"session {mortal.session:#x}: can be re-attached after its expiry")
        except client.Refused:
            pass
