"""How long nobody's write is answered after kill -9 of the leader: Aviary beside Apache ZooKeeper, in one run.

    gap.py [--kills 20] [--sessions 8] [--tick 2000]

Three servers of each, one ensemble after the other. The sessions write one znode each, one write at a time; who loses
his connection connects to the next server and goes on with his session, at once, as the fastest of clients would. A
kill's gap is the longest time without any answer, from the kill until all sessions have been answered again.
"""

import argparse
import shutil
import statistics
import threading
import time

from harness import client, places, wire
from harness.ensemble import Ensemble

TIMEOUT = 30000  # ms


class Session:
    def __init__(self, servers, number, answers):
        self.servers = servers
        self.at = number
        self.path = f"/gap-{number}"
        self.answers = answers  # times of all answers, of all sessions
        self.answered_at = 0.0
        self.losses = 0
        self.errors = 0
        self.is_stopping = False
        self.client = client.Client(servers[number % len(servers)].address, TIMEOUT)
        self.client.create(self.path)
        self.session, self.password, self.zxid = self.client.session, self.client.password, 0
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def _write(self):
        while not self.is_stopping:
            try:
                reply = self.client.call(wire.SET_DATA, wire.set_data(self.path, b"x" * 100))
                self.zxid = max(self.zxid, reply.zxid)
                self.errors += reply.error != wire.OK
                self.answered_at = time.monotonic()
                self.answers.append(self.answered_at)
            except (client.Lost, AssertionError):
                self.losses += 1
                self._connect_again()

    def _connect_again(self):
        self.client.close()
        while not self.is_stopping:
            self.at += 1
            server = self.servers[self.at % len(self.servers)]
            try:
                self.client = client.Client(server.address, TIMEOUT, self.session, self.password, self.zxid)
                return
            except client.Lost:
                time.sleep(0.005)
            except client.Refused:
                self.errors += 1
                time.sleep(0.005)


def measure(name, arguments):
    folder = places.new_folder(f"gap-{name}")
    ensemble = Ensemble([name] * 3, folder, tick=arguments.tick)
    gaps, losses = [], 0
    sessions = []
    try:
        ensemble.start()
        ensemble.wait_until_serving(120)
        answers = []
        sessions = [Session(ensemble.servers, number, answers) for number in range(arguments.sessions)]
        time.sleep(3 if name == "apache" else 1)
        for _ in range(arguments.kills):
            leader = ensemble.leader()
            alive = [session for session in sessions
                     if session.servers[session.at % len(session.servers)] is not leader]
            before = sum(session.losses for session in alive)
            killed = time.monotonic()
            leader.kill()
            while not all(session.answered_at > killed + 0.1 for session in sessions):
                if time.monotonic() > killed + 60:
                    raise SystemExit(f"{name}: no answer for a minute\n{leader.log_end()}")
                time.sleep(0.01)
            times = [killed] + [at for at in list(answers) if at > killed]
            gaps.append(max(later - earlier for earlier, later in zip(times, times[1:])))
            losses += sum(session.losses for session in alive) - before
            leader.launch()
            ensemble.wait_until_serving(120)
            time.sleep(0.5)
            answers.clear()
        return gaps, losses, sum(session.errors for session in sessions)
    finally:
        for session in sessions:
            session.is_stopping = True
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--tick", type=int, default=2000, help="tickTime in ms (2000)")
    arguments = parser.parse_args()
    print("| | gap, median ms | longest ms | connections of surviving servers' clients lost | errors |")
    print("|---|--:|--:|--:|--:|")
    medians = {}
    for name in ("apache", "aviary"):
        gaps, losses, errors = measure(name, arguments)
        medians[name] = statistics.median(gaps)
        print(f"| {name} | {medians[name] * 1000:.0f} | {max(gaps) * 1000:.0f} | {losses} | {errors} |", flush=True)
    ratio = medians["aviary"] / medians["apache"]
    print(f"\n{arguments.kills} kills of the leader on each, ratio of medians {ratio:.2f}")


if __name__ == "__main__":
    main()
