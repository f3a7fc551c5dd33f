"""Runs the rows on both servers, round by round in turn, and prints the table of this one run."""

import argparse
import os
import sys
import time

from harness import apache, places

import figures
import machine
import table
from generator import generate
from rows import MEMORY_TARGET_MIB, rows_for
from servers import Servers

NAMES = ("apache", "aviary")


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench/run", description=__doc__, epilog=(
        "Without --only, load rows and memory rows both run; ensembles have load rows only. Everything is on loopback "
        "and on the disk of --data."))
    parser.add_argument("--aviary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bench", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--servers", type=int, default=1,
                        help="of each kind; from 2 on they are an ensemble, and CPU is that of all its servers (1)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each row on each server (5)")
    parser.add_argument("--duration", type=float, default=5, help="measured seconds of a round (5)")
    parser.add_argument("--warmup", type=float, default=1, help="seconds of load before each round's measurement (1)")
    parser.add_argument("--first-warmup", type=float, default=20,
                        help="seconds of load on both servers before a row's first round, for the JVM's compiler (20)")
    parser.add_argument("--only", choices=["load", "memory"])
    parser.add_argument("--rows", help="only rows whose name contains this, for example 'getData 64'")
    parser.add_argument("--znodes", type=int, default=1_000_000, help="of 100 B each, in the memory row (1000000)")
    parser.add_argument("--sessions", type=int, default=10_000, help="idle ones, in the memory row (10000)")
    parser.add_argument("--heap",
                        help="Java's -Xmx, such as 1g; by default the JVM decides, as Debian's script leaves it")
    parser.add_argument("--data", default=places.REPOSITORY / ".build", help="folder for the servers' data")
    options = parser.parse_args()
    if options.servers < 1 or options.servers > 1 and options.only == "memory":
        parser.error("--servers: one or more, and one for --only memory")
    return options


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Comparison:
    def __init__(self, options):
        self.options = options
        # Debian's script sets no heap, so the JVM's default holds unless the option says otherwise.
        heap = [f"-Xmx{options.heap}"] if options.heap else []
        self.launchers = {"apache": apache.launcher(apache.class_path(), *heap),
                          "aviary": [os.path.abspath(options.aviary)]}

    def start(self, name):
        return Servers(name, name, self.launchers[name], self.options.data, self.options.servers)

    def generate(self, servers, *arguments):
        return generate(self.options.bench, servers, *arguments)

    def load(self, rows):
        servers = {}
        try:
            for name in NAMES:
                servers[name] = self.start(name)
            return [(row, self.rounds(row, servers)) for row in rows]
        finally:
            for server in servers.values():
                server.stop()

    def rounds(self, row, servers):
        options = self.options
        for name in NAMES:
            say(f"{row.name}: warming {name} up")
            self.generate(servers[name], *row.arguments(), "--warmup", "0", "--duration", str(options.first_warmup))
        results = {name: [] for name in NAMES}
        for number in range(options.rounds):
            # The order changes from round to round, so that neither is always the first after a pause.
            for name in NAMES if number % 2 == 0 else reversed(NAMES):
                one = self.generate(servers[name], *row.arguments(), "--seed", str(number + 2),
                                    "--warmup", str(options.warmup), "--duration", str(options.duration))
                results[name].append(one)
                say(f"{row.name}, round {number + 1}, {name}: {figures.short(one)}")
        return results

    def memory(self):
        options = self.options
        znodes, sessions = {}, {}
        for name in NAMES:
            znodes[name] = self.filled(name)
            sessions[name] = self.idle(name)
        return [(f"{options.znodes:,} znodes of 100 B", znodes), (f"{options.sessions:,} idle sessions", sessions)]

    def filled(self, name):
        server = self.start(name)
        try:
            self.generate(server, "--fill", str(self.options.znodes), "--size", "100", "--root", "/app",
                          "--connections", "8", "--outstanding", "50")
            time.sleep(5)
            say(f"{self.options.znodes:,} znodes, {name}: RSS {server.resident_bytes() / 1024 ** 2:,.0f} MiB")
            return server.resident_bytes()
        finally:
            server.stop()

    def idle(self, name):
        server = self.start(name)
        try:
            one = self.generate(server, "--sessions", str(self.options.sessions), "--duration", "20")
            say(f"{self.options.sessions:,} idle sessions, {name}: RSS {one['serverRSSBytes'] / 1024 ** 2:,.0f} MiB, "
                f"{one['serverRSSBytesEach']:,.0f} B each, {one['lost']} lost")
            return one["serverRSSBytes"]
        finally:
            server.stop()


def main():
    options = arguments()
    os.makedirs(options.data, exist_ok=True)
    comparison = Comparison(options)
    facts = machine.facts(options.data, places.REPOSITORY, options.heap)
    rows = [row for row in rows_for(options.servers) if not options.rows or options.rows in row.name]
    parts = []
    if options.only != "memory":
        parts.append(table.load_table(comparison.load(rows)))
    if options.only != "load" and not options.rows and options.servers == 1:
        parts.append(table.memory_table(comparison.memory(), MEMORY_TARGET_MIB))
    facts.append(f"medians of {options.rounds} rounds of {options.duration:g} s on each server in turn, after "
                 f"{options.first_warmup:g} s of the row's load on each; 10,000 znodes of 100 B where the row says "
                 "nothing else, forceSync on; worst is the longest pause of all rounds")
    if options.servers > 1:
        facts.append(f"{options.servers} servers of each kind, both ensembles up all the time; sessions are spread "
                     "over the servers, and server CPU is the sum of theirs")
    print("\n\n".join(["\n".join(f"- {fact}" for fact in facts), *parts]))


if __name__ == "__main__":
    main()
