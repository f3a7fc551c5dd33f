"""How long nobody is answered while messages pass one way only, and how long after healing until all servers serve.

    oneway.py [--mix vvv] [--tick 2000] [--ticks 20] [--rounds 1] [--only CUT] [--bound TICKS] [--healed TICKS]

Cuts that last, by the leader L and its followers A and B: what each of them stops is in CUTS below. Two of three
servers can always talk both ways. Sessions write one znode each, at every server; the gap is the longest time in which
none of them was answered. Then everything is healed; "back" is the time until every server has its part and answers a
write. Exits with 1 when a gap or a return takes more ticks than its bound.
"""

import argparse
import shutil
import sys
import threading
import time

from harness import client, places, wire
from harness.ensemble import Ensemble, kinds_of

CUTS = {
    "L hears nobody": ("AL", "BL"),
    "nobody hears L": ("LA", "LB"),
    "L hears A, B hears L": ("BL", "LA"),
    "L hears B, A hears L": ("AL", "LB"),
    "A does not hear L": ("LA",),
    "L does not hear A": ("AL",),
    "A does not hear B": ("BA",),
    "B does not hear A": ("AB",),
    "A hears nobody": ("LA", "BA"),
    "nobody hears A": ("AL", "AB"),
}
TIMEOUT = 60000  # ms


class Writer:
    """Writes at one server for as long as it may; connects again, to the same one, when it must."""

    def __init__(self, server, answers):
        self.server, self.answers = server, answers
        self.answered_at = 0.0
        self.is_stopping = False
        self.client = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.is_stopping:
            try:
                if self.client is None:
                    self.client = client.Client(self.server.address, TIMEOUT)
                self.client.call(wire.SET_DATA, wire.set_data("/oneway", b"x" * 100))
                self.answered_at = time.monotonic()
                self.answers.append(self.answered_at)
            except (client.Lost, client.Refused, AssertionError):
                self.client = None
                time.sleep(0.02)
            time.sleep(0.005)


def ways(cut, leader, others):
    ids = {"L": leader.id, "A": others[0].id, "B": others[1].id}
    return {(ids[way[0]], ids[way[1]]) for way in CUTS[cut]}


def longest(times, began, ended):
    edges = [began] + sorted(at for at in times if began < at < ended) + [ended]
    return max(later - earlier for earlier, later in zip(edges, edges[1:]))


def run(ensemble, cut, arguments, tick):
    ensemble.wait_until_serving(120)
    leader = ensemble.leader()
    others = [server for server in ensemble.servers if server is not leader]
    answers = []
    writers = [Writer(server, answers) for server in ensemble.servers]
    try:
        deadline = time.monotonic() + 60
        while not all(writer.answered_at for writer in writers):
            if time.monotonic() > deadline:
                raise SystemExit("not every server answers")
            time.sleep(0.01)
        began = time.monotonic()
        ensemble.network.cut(ways(cut, leader, others))
        time.sleep(arguments.ticks * tick)
        healed = time.monotonic()
        gap = longest(list(answers), began, healed)
        ensemble.network.heal()
        while not all(writer.answered_at > healed for writer in writers) or not all(
                server.role() for server in ensemble.servers):
            if time.monotonic() > healed + 120:
                print(f"{cut}: not every server is back two minutes after healing", flush=True)
                break
            time.sleep(0.01)
        back = time.monotonic() - healed
    finally:
        for writer in writers:
            writer.is_stopping = True
        for writer in writers:
            if writer.client:
                writer.client.close()
    return leader.id, gap, back


def add_arguments(parser, ticks):
    parser.add_argument("--tick", type=int, default=2000, help="tickTime in ms (2000); initLimit 10, syncLimit 5")
    parser.add_argument("--ticks", type=float, default=ticks, help="how long each cut lasts, in ticks")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=CUTS, action="append")
    parser.add_argument("--bound", type=float, default=7, help="ticks that a gap may take; syncLimit is 5 of them")
    parser.add_argument("--healed", type=float, default=5, help="ticks from healing until all serve")


def measure(ensemble, arguments, title):
    """Starts the ensemble and makes each cut that is wanted, a row each; how many took too long."""
    tick, excesses = arguments.tick / 1000, 0
    ensemble.start()
    ensemble.wait_until_serving(120)
    link = client.Client(ensemble.servers[0].address)
    link.create("/oneway")
    link.end()
    print(f"| {title} | leader | gap s | back s |\n|---|--:|--:|--:|")
    for cut in list(arguments.only or CUTS) * arguments.rounds:
        leader, gap, back = run(ensemble, cut, arguments, tick)
        is_over = gap > arguments.bound * tick or back > arguments.healed * tick
        excesses += is_over
        print(f"| {cut} | {leader} | {gap:.2f} | {back:.2f} |{' too long' if is_over else ''}", flush=True)
    print(f"{excesses} too long")
    return excesses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mix", default="vvv", help="the voters: v is Aviary's server, a is Apache's")
    add_arguments(parser, ticks=20)
    arguments = parser.parse_args()
    folder = places.new_folder("oneway")
    ensemble = Ensemble(kinds_of(arguments.mix), folder, tick=arguments.tick, is_cuttable=True)
    excesses = 1
    try:
        excesses = measure(ensemble, arguments, f"{arguments.mix}, tickTime {arguments.tick}")
    finally:
        ensemble.stop()
        if not excesses:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if excesses else 0)


if __name__ == "__main__":
    main()
