"""What a change costs: the same load on two builds of Aviary, both up, round by round in turn."""

import argparse
import os
import statistics
import sys

from harness import places

from generator import generate
from rows import ROWS
from servers import Servers

NAMES = ("before", "after")


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench/alternate", description=__doc__, epilog=(
        "Build the other one in a checkout of its own as this one is built: swift build -c release "
        "--static-swift-stdlib --product aviary-server. What a slow hour moves least is the median of each round's own "
        "ratio."))
    parser.add_argument("--before", required=True, help="the aviary-server program to compare with")
    parser.add_argument("--after", help=argparse.SUPPRESS)
    parser.add_argument("--bench", help=argparse.SUPPRESS)
    parser.add_argument("--servers", type=int, default=1, help="of each build; from 2 on they are an ensemble (1)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--duration", type=float, default=3, help="measured seconds of a round (3)")
    parser.add_argument("--warmup", type=float, default=0.5, help="seconds of load before each measurement (0.5)")
    parser.add_argument("--rows", default="tData",
                        help="only rows whose name contains this (tData, without mixed rows)")
    parser.add_argument("--data", default=places.REPOSITORY / ".build", help="folder for the servers' data")
    return parser.parse_args()


def cost(options, servers, row, seed):
    """Microseconds of CPU of all servers for an operation."""
    one = generate(options.bench, servers, *row.arguments(), "--seed", str(seed),
                   "--warmup", str(options.warmup), "--duration", str(options.duration))
    return one["serverCPUMicrosecondsPerOperation"]


def compare(options, row, servers):
    costs = {name: [] for name in NAMES}
    for number in range(options.rounds + 1):
        # The order changes from round to round, so that neither is always the first after a pause.
        for name in NAMES if number % 2 == 0 else reversed(NAMES):
            one = cost(options, servers[name], row, number + 2)
            if number > 0:  # the first warms both up
                costs[name].append(one)
        if number > 0:
            print(f"  {row.name}, round {number}: {costs['before'][-1]:.3f} and {costs['after'][-1]:.3f} µs",
                  file=sys.stderr, flush=True)
    medians = [statistics.median(costs[name]) for name in NAMES]
    ratios = [after / before for before, after in zip(costs["before"], costs["after"])]
    print(f"{row.name}: {medians[0]:.3f} and {medians[1]:.3f} µs CPU/op, "
          f"ratio of medians {medians[1] / medians[0]:.3f}, "
          f"median of ratios {statistics.median(ratios):.3f} ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def main():
    options = arguments()
    rows = [row for row in ROWS if options.rows in row.name and "%" not in row.name]
    servers = {}
    try:
        for name in NAMES:
            launcher = [os.path.abspath(getattr(options, name))]
            servers[name] = Servers(name, "aviary", launcher, options.data, options.servers)
        print(f"{options.servers} server(s) of each, {options.rounds} rounds of {options.duration:g} s", flush=True)
        for row in rows:
            compare(options, row, servers)
    finally:
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
