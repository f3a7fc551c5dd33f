"""A client that creates numbered znodes as fast as it is answered, and knows what it was told."""

import threading
import time

from harness import client, wire

ROOT = "/crash"
PIPELINE = 16  # requests under way at most
TIMEOUT = 20000  # ms; longer than any election, so that the session must survive it


class Writer:
    """One session. Its n-th request creates `root/n`, so that what is there says which requests were carried out."""

    def __init__(self, ensemble, home, name, report):
        self.ensemble = ensemble
        self.home = home  # the server it is connected to
        self.root = f"{ROOT}/{name}"
        self.name = name
        self.report = report
        self.client = self._begin()
        self.session, self.password = self.client.session, self.client.password
        self.first_unanswered = 0
        self.next = 0
        self.last_zxid = 0
        self.longest_gap = 0.0
        self.answered_at = time.monotonic()
        self.is_stopping = False
        self.lost = None
        self.thread = None

    def _begin(self):
        """Its session, and its first znodes. One of Apache's servers ends every connection when it loses its leader,
        which happens to an ensemble that has just begun; whoever is connected to one of Aviary's does not notice.
        """
        deadline = time.monotonic() + TIMEOUT / 1000
        while True:
            try:
                link = client.Client(self.home.address, timeout=TIMEOUT)
                link.create(ROOT)
                link.create(self.root)
                return link
            except client.Lost as lost:
                if self.home.kind == "aviary" or time.monotonic() > deadline:
                    self.report(f"{self.name}: server {self.home.id} ended its first connection: {lost}")
                    raise
                time.sleep(0.02)

    def start(self):
        self.is_stopping = False
        self.lost = None
        self.longest_gap = 0.0
        self.answered_at = time.monotonic()
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def stop(self):
        """Sends nothing more, and waits for what is under way."""
        self.is_stopping = True
        self.thread.join()

    def _write(self):
        try:
            while not self.is_stopping or self.first_unanswered < self.next:
                while not self.is_stopping and self.next - self.first_unanswered < PIPELINE:
                    self.client.queue(wire.CREATE, wire.create(f"{self.root}/{self.next}", b"x" * 40))
                    self.next += 1
                if self.client.outgoing:
                    self.client.flush()
                self._take(self.client.reply())
        except client.Lost as lost:
            self.lost = lost

    def probe(self):
        """Finds out, while nothing is under way, whether its connection was closed."""
        if not self.lost:
            try:
                self.client.call(wire.SYNC, wire.string(self.root))
            except client.Lost as lost:
                self.lost = lost

    def _take(self, reply):
        now = time.monotonic()
        self.longest_gap = max(self.longest_gap, now - self.answered_at)
        self.answered_at = now
        if reply.error != wire.OK:
            self.report(f"{self.name}: creating its {self.first_unanswered}th znode was answered {reply.error}")
        if reply.zxid <= self.last_zxid:
            self.report(f"{self.name}: zxid {reply.zxid:#x} came behind {self.last_zxid:#x}")
        self.last_zxid = reply.zxid
        self.first_unanswered += 1

    def move(self, home):
        """Takes its session to another server, as a client does whose server died, and looks what is there."""
        self.client.close()
        self.home = home
        deadline = time.monotonic() + TIMEOUT / 1000
        while True:
            try:
                self.client = client.Client(home.address, TIMEOUT, self.session, self.password, self.last_zxid)
                self.client.call(wire.SYNC, wire.string(self.root))
                return self._compare(self.children(self.client))
            except client.Lost as lost:
                # A server that is behind, or has no leader yet, ends the connection without a word.
                if time.monotonic() > deadline:
                    self.report(f"{self.name}: server {home.id} does not take it ({lost})")
                    raise
                time.sleep(0.02)
            except client.Refused:
                self.report(f"{self.name}: its session is gone")
                raise

    def children(self, link):
        reply = link.call(wire.GET_CHILDREN, wire.read(self.root))
        return {int(name) for name in reply.body.strings()}

    def _compare(self, there):
        """What was answered is there; what was not, came in order or not at all."""
        missing = sorted(set(range(self.first_unanswered)) - there)
        if missing:
            self.report(f"{self.name}: {len(missing)} acknowledged znodes are gone, first {missing[0]}")
        if there != set(range(len(there))):
            self.report(f"{self.name}: a later request was carried out and an earlier one was not")
        self.first_unanswered = self.next = len(there)

    def check(self, link, server):
        """The same on every server, once nothing is under way."""
        there = self.children(link)
        if there != set(range(self.next)):
            self.report(f"{self.name}: server {server.id} has {len(there)} of {self.next} znodes")
