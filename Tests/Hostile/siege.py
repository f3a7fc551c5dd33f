"""A server under attack, and a peaceful client beside it that must not notice."""

import time

from harness import client, nodes, wire
from harness.steady import SteadyClient

MEBIBYTE = 1 << 20


class Bystander(SteadyClient):
    """Writes and reads back every few milliseconds."""

    def __init__(self, node):
        super().__init__(node.address, pace=0.005, timeout=30000)
        self.client.create("/bystander")
        self.lapped = 0
        self.start()

    def act(self):
        data = str(self.answered).encode()
        wrote = self.client.call(wire.SET_DATA, wire.set_data("/bystander", data))
        read = self.client.get("/bystander")
        if wrote.error or read.error or read.body.buffer() != data:
            raise AssertionError(f"set answered {wrote.error}, get {read.error}")

    def lap(self):
        """(rounds, longest wait in seconds) since the last lap."""
        result = (self.answered - self.lapped, self.longest)
        self.lapped, self.longest = self.answered, 0.0
        return result


class Siege:
    """One node with a bystander; every attack is a method of its own in the other files."""

    def __init__(self, kind, report, patience=3.0, **settings):
        self.kind = kind
        self.report = report
        self.patience = patience  # seconds the bystander may wait at most
        self.node = nodes.Node(kind, **settings).start()
        self.bystander = Bystander(self.node)

    @property
    def is_aviary(self):
        return self.kind == "aviary"

    def connection(self, **options):
        return client.Connection(self.node.address, **options)

    def client(self, **options):
        return client.Client(self.node.address, **options)

    def closes_silently(self, claim, data):
        """Sends bytes on a new connection, which must be closed without an answer."""
        link = self.connection()
        link.send(data)
        self.report.check(claim, link.is_closed(), f"got {bytes(link.received)!r:.100} or the connection stays")
        link.close()

    def attack(self, name, action, growth=64 * MEBIBYTE):
        """Runs one attack; afterwards the server must be there, small, and the bystander content."""
        self.bystander.lap()
        before = self.node.resident_bytes()
        began = time.monotonic()
        self.report.run(name, lambda: action(self))
        seconds = time.monotonic() - began
        if not self.node.is_running():
            self.report.check(f"{name}: the server is still there", False, self.node.log_end())
            self.node.start()
            self.bystander = Bystander(self.node)
            return
        self._wait_for_bystander()
        rounds, longest = self.bystander.lap()
        peaceful = self.bystander.problem is None and rounds > 0 and longest < self.patience
        self.report.check(
            f"{name}: others do not notice", peaceful,
            f"{self.bystander.problem}, {rounds} rounds, longest {longest:.2f} s",
        )
        grown = self.node.resident_bytes() - before
        if self.is_aviary:  # a Java heap grows as it likes
            self.report.check(f"{name}: memory stays", grown < growth, f"grew by {grown / MEBIBYTE:.0f} MiB")
        print(
            f"        {name}: {seconds:.1f} s, bystander's longest wait {longest * 1000:.0f} ms,"
            f" memory {grown / MEBIBYTE:+.0f} MiB",
            flush=True,
        )

    def _wait_for_bystander(self):
        """Until it has come round at least once more, so that a stall shows."""
        rounds, end = self.bystander.answered, time.monotonic() + self.patience
        while self.bystander.answered < rounds + 2 and self.bystander.problem is None and time.monotonic() < end:
            time.sleep(0.01)

    def end(self):
        self.bystander.stop()
        status = self.node.stop()
        if self.is_aviary:
            self.report.equal("SIGTERM ends the server cleanly after all of it", status, 0)
        self.node.discard()
