"""Clients that do the same thing again and again beside what is tried out, and must not notice it."""

import threading
import time

from harness import client


class SteadyClient:
    """One session, one request at a time; notes when each was answered. `act` says what is asked for."""

    def __init__(self, address, pace=0.01, **options):
        self.client = client.Client(address, **options)
        self.pace = pace  # seconds from an answer to the next request
        self.answers = []  # when each came
        self.longest = 0.0  # seconds that one took
        self.problem = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def act(self):
        """Asks for the next thing, and raises where the answer is wrong."""
        raise NotImplementedError

    @property
    def answered(self):
        return len(self.answers)

    def start(self):
        self.thread.start()
        return self

    def _run(self):
        try:
            while not self.stopping.is_set():
                began = time.monotonic()
                self.act()
                self.answers.append(time.monotonic())
                self.longest = max(self.longest, self.answers[-1] - began)
                self.stopping.wait(self.pace)
        except Exception as error:
            self.problem = repr(error)

    def stop(self, limit=40):
        self.stopping.set()
        self.thread.join(limit)
        self.client.close()


class SteadyWriter(SteadyClient):
    """Creates one numbered znode after the other through one server."""

    def __init__(self, server, root, data=b"", **options):
        super().__init__(server.address, **options)
        self.server, self.root, self.data = server, root, data
        self.client.create(root)

    def act(self):
        error = self.client.create(f"{self.root}/{self.answered}", self.data).error
        if error:
            raise AssertionError(f"a create was answered {error}")
