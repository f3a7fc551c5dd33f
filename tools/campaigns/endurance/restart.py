"""From kill -9 to the first read served, with a million znodes and 200,000 transactions behind the last snapshot.

    tools/restart [--znodes 1000000] [--transactions 200000] [--rounds 3] [--only aviary]

Fills Aviary and Debian's ZooKeeper alike, so many transactions behind the znodes, and compares what they take on the
disk. Then each writes until it has taken a snapshot of the whole (Apache's takes one when it starts), and so many
transactions more, and is killed and started in turn, as often as there are rounds.
"""

import argparse
import statistics
import subprocess
import sys
import time

from harness import client, nodes, places, wire

ROOT = "/aviary-bench"
MIB = 1 << 20


def bench(node, *arguments):
    subprocess.run(
        [places.program("aviary-bench"), "--servers", f"127.0.0.1:{node.port}", "--connections", "8",
         *map(str, arguments)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def snapshots(node):
    names = [path for path in node.data.rglob("snapshot*") if not path.name.endswith(".tmp")]
    return {path.name for path in names}


def disk_bytes(node):
    """What its files hold: Apache's log files are longer than that, since it makes room in advance."""
    return sum(path.stat().st_blocks * 512 for path in node.data.rglob("*") if path.is_file())


def write(node, transactions):
    bench(
        node, "--operations", "setData", "--keys", 10_000, "--keep", "--outstanding", 100, "--requests", transactions,
        "--warmup", 0,
    )  # fmt: skip


def settle(node, transactions):
    """A snapshot of the whole, then so many transactions."""
    if node.kind == "apache":
        node.stop()
        node.settings["snapCount"] = 100 * transactions
        node.write_configuration()
        node.start(300)
    else:
        known = snapshots(node)
        while not snapshots(node) - known:
            write(node, 50_000)
    write(node, transactions)


def time_start(node):
    """Seconds from the start of the process to the first answer of a read."""
    began = time.monotonic()
    node.launch()
    while True:
        if node.process.poll() is not None:
            raise RuntimeError(f"the server ended with {node.process.returncode}:\n{node.log_end()}")
        try:
            link = client.Client(node.address, timeout=30000)
            if link.exists(ROOT).error == wire.OK:
                seconds = time.monotonic() - began
                link.close()
                return seconds
        except (OSError, client.Refused, client.Lost):
            time.sleep(0.005)
        if time.monotonic() - began > 300:
            raise RuntimeError(f"no read is served after 300 s:\n{node.log_end()}")


def measure(kind, arguments):
    with nodes.Node(kind, tickTime=2000, maxClientCnxns=0) as node:
        node.start()
        began = time.monotonic()
        bench(node, "--fill", arguments.znodes, "--outstanding", 100)
        write(node, arguments.transactions)
        filled = time.monotonic() - began
        size = disk_bytes(node)
        settle(node, arguments.transactions)
        starts = []
        for _ in range(arguments.rounds):
            node.kill()
            starts.append(time_start(node))
        node.stop()
    print(
        f"{kind:8} filled in {filled:.0f} s, {size / MIB:,.0f} MiB on disk; first read after "
        + ", ".join(f"{seconds:.2f}" for seconds in starts) + " s",
        flush=True,
    )  # fmt: skip
    return statistics.median(starts), size


def main():
    parser = argparse.ArgumentParser(prog="tools/restart", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--znodes", type=int, default=1_000_000)
    parser.add_argument("--transactions", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["aviary", "apache"])
    arguments = parser.parse_args()
    if arguments.only:
        measure(arguments.only, arguments)
        return 0
    seconds, size = measure("aviary", arguments)
    apache_seconds, apache_size = measure("apache", arguments)
    checks = {
        f"first read after {seconds:.2f} s, at most 2": seconds <= 2,
        f"{seconds / apache_seconds:.2f} times as long as Apache's, at most 0.40": seconds / apache_seconds <= 0.4,
        f"{size / apache_size:.2f} times Apache's room on the disk, at most 0.35": size / apache_size <= 0.35,
    }
    for what, holds in checks.items():
        print(f"{'ok  ' if holds else 'FAIL'} {what}")
    passed = sum(checks.values())
    print(f"{passed} passed, {len(checks) - passed} failed")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
