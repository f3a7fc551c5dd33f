"""What a change costs: the same load on two builds of Aviary, both up, round by round in turn."""

import argparse
import os
import statistics
import sys

from harness import places

import figures
import table
from generator import generate
from rows import ROWS, all_rows
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
    parser.add_argument("--rows",
                        help="only rows whose name contains this, all for '' (those with tData, without mixed ones)")
    parser.add_argument("--data", default=places.REPOSITORY / ".build", help="folder for the servers' data")
    return parser.parse_args()


def chosen(rows, part):
    if part is None:
        return [row for row in rows if "tData" in row.name and "%" not in row.name]
    return [row for row in rows if part in row.name]


def one_round(options, servers, row, seed):
    return generate(options.bench, servers, *row.arguments(), "--seed", str(seed),
                    "--warmup", str(options.warmup), "--duration", str(options.duration))


def compare(options, row, servers):
    rounds = {name: [] for name in NAMES}
    for number in range(options.rounds + 1):
        # The order changes from round to round, so that neither is always the first after a pause.
        for name in NAMES if number % 2 == 0 else reversed(NAMES):
            one = one_round(options, servers[name], row, number + 2)
            if number > 0:  # the first warms both up
                rounds[name].append(one)
                print(f"  {row.name}, round {number}, {name}: {figures.short(one)}", file=sys.stderr, flush=True)
    print("\n".join(lines(row, rounds["before"], rounds["after"])), flush=True)


def lines(row, before, after):
    """Both builds' medians, their ratios, and how far the rounds' own ratios lie apart."""
    of_rounds = [figure.ratios(before, after) or [None] for figure in figures.FIGURES]
    spread = [("median of the rounds' own", statistics.median), ("least of them", min), ("greatest of them", max)]
    failed = [f"{figures.errors(rounds)} errors" if figures.errors(rounds) else "" for rounds in (before, after)]
    return [
        table.server_line(f"{row.name} {failed[0]}".strip(), "before", before),
        table.server_line(failed[1], "after", after),
        table.ratio_line("of these", [table.ratio(figure, before, after) for figure in figures.FIGURES]),
        *(table.ratio_line(label, [sum_up(ratios) for ratios in of_rounds]) for label, sum_up in spread),
    ]


def main():
    options = arguments()
    rows = chosen(ROWS if options.servers == 1 else all_rows(), options.rows)
    servers = {}
    try:
        for name in NAMES:
            launcher = [os.path.abspath(getattr(options, name))]
            servers[name] = Servers(name, "aviary", launcher, options.data, options.servers)
        print(f"{options.servers} server(s) of each, {options.rounds} rounds of {options.duration:g} s\n\n"
              + table.header(), flush=True)
        for row in rows:
            compare(options, row, servers)
    finally:
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
