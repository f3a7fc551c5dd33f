"""Millions of writes over one tree: the disk stays under its bound, and a snapshot being taken is hardly felt.

    tools/endure [--transactions 10000000] [--znodes 100000] [--sizes-only]

While aviary-bench writes, the folder is looked at every few milliseconds: its size, and whether a snapshot is being
written. Each reply is then put on one side or the other by its time.
"""

import argparse
import array
import bisect
import os
import subprocess
import sys
import threading
import time

from harness import nodes, places

KEPT = 3  # autopurge.snapRetainCount
VOLUME = 96 << 20  # what the log grows by between two snapshots of a small tree
PAUSE_SECONDS = 0.25


def bound(snapshot):
    """What ARCHITECTURE.md promises: so many snapshots and one being written, and the log behind the oldest."""
    volume = max(VOLUME, snapshot)
    return (KEPT + 1) * snapshot + (KEPT + 2) * volume + (96 << 20)


class Watcher(threading.Thread):
    """Looks at the folder until it is told to stop."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder = folder
        self.stopping = threading.Event()
        self.largest = 0
        self.largest_log = 0
        self.largest_snapshot = 0
        self.spans = []  # of snapshots under way, monotonic nanoseconds
        self.worst = 0.0  # of the bound

    def run(self):
        began = None
        while not self.stopping.wait(0.004):
            total, log, writing = 0, 0, False
            now = time.monotonic_ns()
            for entry in os.scandir(self.folder):
                try:
                    size = entry.stat().st_blocks * 512
                except FileNotFoundError:
                    continue
                total += size
                writing |= entry.name.startswith("snapshot-") and entry.name.endswith(".db.tmp")
                if entry.name.startswith("log-"):
                    log += size
                if entry.name.startswith("snapshot-"):
                    self.largest_snapshot = max(self.largest_snapshot, size)
            self.largest = max(self.largest, total)
            self.largest_log = max(self.largest_log, log)
            if self.largest_snapshot:
                self.worst = max(self.worst, total / bound(self.largest_snapshot))
            if writing and began is None:
                began = now
            if not writing and began is not None:
                self.spans.append((began, now))
                began = None


def percentile(latencies, share):
    """Of sorted nanoseconds, in microseconds."""
    return latencies[min(len(latencies) - 1, int(len(latencies) * share / 100))] / 1000 if latencies else float("nan")


def split(watcher, trace):
    """The sorted latencies of replies while a snapshot was written, of all others, and the longest silence."""
    numbers = array.array("Q", trace.read_bytes())
    times, latencies = numbers[0::2], numbers[1::2]
    during, beside, last = [], [], 0
    for began, ended in watcher.spans:
        first, end = bisect.bisect_left(times, began), bisect.bisect_left(times, ended)
        beside.extend(latencies[last:first])
        during.extend(latencies[first:end])
        last = end
    beside.extend(latencies[last:])
    silences = (later - earlier for earlier, later in zip(times, times[1:]))
    return sorted(during), sorted(beside), sum(silence > PAUSE_SECONDS * 1e9 for silence in silences)


def judge(watcher, trace, sizes_only):
    """Prints what was seen; True if all of it is as promised."""
    during, beside, pauses = split(watcher, trace)
    slow = percentile(during, 99.9) / percentile(beside, 99.9)
    mib = 1 << 20
    print(f"snapshots taken                {len(watcher.spans):>12}")
    print(f"replies during one             {len(during):>12,}")
    print(f"replies beside one             {len(beside):>12,}")
    for share in (50, 99, 99.9):
        print(
            f"p{share:<5} during, beside, us     {percentile(during, share):>12,.0f} "
            f"{percentile(beside, share):>12,.0f} {percentile(during, share) / percentile(beside, share):>6.2f}"
        )
    print(f"longest, us                    {max(during[-1:] + beside[-1:]) / 1000:>12,.0f}")
    print(f"pauses over {PAUSE_SECONDS * 1000:.0f} ms             {pauses:>12}")
    print(f"largest snapshot, MiB          {watcher.largest_snapshot / mib:>12,.0f}")
    print(f"largest log, MiB               {watcher.largest_log / mib:>12,.0f}")
    print(f"largest folder, MiB            {watcher.largest / mib:>12,.0f}")
    print(f"its bound, MiB                 {bound(watcher.largest_snapshot) / mib:>12,.0f}")
    checks = {
        "a snapshot was taken": len(watcher.spans) > 0,
        "the disk stays under its bound": watcher.worst <= 1,
    }
    if not sizes_only:
        checks["p99.9 with a snapshot is at most twice that without"] = slow <= 2
        checks[f"no pause over {PAUSE_SECONDS * 1000:.0f} ms"] = pauses == 0
    for what, holds in checks.items():
        print(f"{'ok  ' if holds else 'FAIL'} {what}")
    passed = sum(checks.values())
    print(f"{passed} passed, {len(checks) - passed} failed")
    return all(checks.values())


def main():
    parser = argparse.ArgumentParser(prog="tools/endure", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=10_000_000)
    parser.add_argument("--znodes", type=int, default=100_000)
    parser.add_argument("--sizes-only", action="store_true", help="judge the disk, not the times")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--outstanding", type=int, default=100)
    arguments = parser.parse_args()
    with nodes.Node("aviary", tickTime=2000, maxClientCnxns=0) as node:
        node.start()
        watcher = Watcher(node.data)
        watcher.start()
        trace = node.folder / "trace"
        try:
            subprocess.run(
                [
                    places.program("aviary-bench"), "--servers", f"127.0.0.1:{node.port}",
                    "--operations", "setData", "--keys", str(arguments.znodes), "--keep",
                    "--connections", str(arguments.connections), "--outstanding", str(arguments.outstanding),
                    "--requests", str(arguments.transactions), "--pid", str(node.process.pid),
                    "--trace", trace,
                ],
                check=True,
            )
        finally:
            watcher.stopping.set()
            watcher.join()
        return 0 if judge(watcher, trace, arguments.sizes_only) else 1


if __name__ == "__main__":
    sys.exit(main())
