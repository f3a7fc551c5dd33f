"""Never two owners of one lock: a server is cut off from the others, and not from its client, which holds a lock.

    owners.py [--rounds 2] [--tick 500] [--timeout 1000] [--server apache] [--only follower|leader]

Client A, kazoo as it is, holds an ephemeral and talks to one server only; that server, a follower or the leader, is
cut off. Client B takes the lock at another server as soon as it is gone. A round fails when A is answered, and shown
its own lock, after B has it. Apache's servers do that for seconds.
"""

import argparse
import logging
import shutil
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NodeExistsError
from kazoo.protocol.states import KazooState

from harness import checks, places
from harness.ensemble import Ensemble

LOCK = "/lock"


class Owner:
    """Client A: asks again and again whether the lock is still its own."""

    def __init__(self, address, timeout):
        self.kazoo = KazooClient(f"{address[0]}:{address[1]}", timeout=timeout / 1000)
        self.kazoo.add_listener(self._listen)
        self.suspended_at = None
        self.last_own = 0.0
        self.is_stopping = False
        self.kazoo.start()
        self.kazoo.create(LOCK, b"A", ephemeral=True)
        self.session = self.kazoo.client_id[0]
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _listen(self, state):
        if state != KazooState.CONNECTED and self.suspended_at is None:
            self.suspended_at = time.monotonic()

    def _ask(self):
        while not self.is_stopping:
            try:
                stat = self.kazoo.exists_async(LOCK).get(timeout=1)
                if stat is not None and stat.ephemeralOwner == self.session:
                    self.last_own = time.monotonic()
            except (KazooException, self.kazoo.handler.timeout_exception):
                pass
            time.sleep(0.01)

    def close(self):
        self.is_stopping = True
        self.thread.join()
        self.kazoo.stop()
        self.kazoo.close()


def take(rival, seconds):
    """When client B has the lock."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            rival.create(LOCK, b"B", ephemeral=True)
            return time.monotonic()
        except NodeExistsError:
            time.sleep(0.01)
        except KazooException:
            time.sleep(0.1)
    return None


def play(ensemble, case, arguments):
    leader = ensemble.leader()
    cut = leader if case == "leader" else next(server for server in ensemble.servers if server is not leader)
    others = [server for server in ensemble.servers if server is not cut]
    rival = KazooClient(",".join(f"{host}:{port}" for host, port in (server.address for server in others)), timeout=20)
    rival.start(30)
    owner = Owner(cut.address, arguments.timeout)
    try:
        time.sleep(arguments.timeout / 2000)
        began = time.monotonic()
        ensemble.network.cut({way for other in others for way in ((cut.id, other.id), (other.id, cut.id))})
        taken = take(rival, 60)
        time.sleep(arguments.timeout / 1000)
        return began, taken, owner.last_own, owner.suspended_at
    finally:
        ensemble.network.heal()
        owner.close()
        rival.delete(LOCK)
        rival.stop()
        rival.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--tick", type=int, default=500)
    parser.add_argument("--timeout", type=int, default=1000)
    parser.add_argument("--server", default="aviary")
    parser.add_argument("--only", choices=("follower", "leader"))
    arguments = parser.parse_args()
    logging.getLogger("kazoo").setLevel(logging.CRITICAL)
    report, folder = checks.Checks(), places.new_folder("owners")
    ensemble = Ensemble([arguments.server] * 3, folder, tick=arguments.tick, is_cuttable=True)
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        for case in [arguments.only] if arguments.only else ("follower", "leader"):
            for number in range(1, arguments.rounds + 1):
                began, taken, own, suspended = play(ensemble, case, arguments)
                seconds = [f"{at - began:.2f}" if at else "-" for at in (taken, own, suspended)]
                report.check(f"cut off {case}, round {number}: one owner at a time", taken and own <= taken,
                             "B has it at {} s, A saw its own until {}, suspended at {}".format(*seconds))
                print(f"{case} {number}: B has the lock at {seconds[0]} s, A saw its own until {seconds[1]} s, "
                      f"suspended at {seconds[2]} s")
                ensemble.wait_until_serving()
    finally:
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)
    report.finish()


main()
