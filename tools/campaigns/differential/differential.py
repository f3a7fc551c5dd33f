"""The command: runs seeds against two servers, prints a table, and for a difference the way to see it again."""

import argparse
import concurrent.futures
import sys
import time
from typing import NamedTuple

import transcripts
from compare import compare
from generator import Generator
from report import described, program_text
from runner import Runner
from scripts import SCRIPTS
from server import Server


class Verdict(NamedTuple):
    """What became of one seed."""

    seed: int
    counts: dict
    excused: dict
    differences: list
    seconds: float
    program: list


def settings_of(seed):
    """What differs from seed to seed in the configuration; a seed may be the name of a written program."""
    if seed in SCRIPTS:
        return SCRIPTS[seed][0]
    return {"enforceQuota": "true" if seed % 4 == 1 else "false",
            "extendedTypesEnabled": "false" if seed % 7 == 6 else "true",
            "reconfigEnabled": "true" if seed % 5 == 4 else "false"}


def on_server(kind, settings, work):
    """What `work` makes of a runner on a fresh server, and the runner's transcript."""
    server = Server(kind, settings)
    runner = Runner(server.port, server)
    try:
        result = work(runner)
        if not server.is_running():
            raise RuntimeError(f"{kind} died:\n{server.log_end()}")
        return result, runner.transcript
    finally:
        runner.close()
        server.stop()


def explore(seed, requests, oracle):
    """The program of a seed, and the oracle's transcript of it."""
    settings = settings_of(seed)
    if seed in SCRIPTS:
        return SCRIPTS[seed][1], replay(SCRIPTS[seed][1], oracle, seed)
    # Apache compares quotas with what is applied, not with what is under way: pipelined, its answer is a matter of
    # luck.
    generator = Generator(seed, requests, pipelined=settings["enforceQuota"] == "false", is_old=oracle == "3.8.0",
                          restarts=(0.25, 0.6) if seed % 3 == 0 else ())
    return on_server(oracle, settings, lambda runner: generator.program(runner.perform))


def replay(program, kind, seed):
    return on_server(kind, settings_of(seed), lambda runner: runner.run(program))[1]


def run_seed(seed, options):
    started, excused = time.monotonic(), {}
    oracle, subject = options.against, options.subject
    if oracle == "transcripts":
        oracle = "3.9.3"
        program, left = transcripts.load(seed)
    else:
        program, left = explore(seed, options.requests, oracle)
    program, left = program[:options.steps], left[:options.steps]
    if options.record:
        transcripts.save(seed, program, left)
        return Verdict(seed, counts(program, left), {}, [], time.monotonic() - started, program)
    right = replay(program, subject, seed)
    differences = compare(program, left, right, excused, releases=(oracle, subject))
    if differences and options.against != "transcripts":
        excused, differences = second_opinion(seed, program, (oracle, subject), (left, right), (excused, differences))
    return Verdict(seed, counts(program, left), excused, differences, time.monotonic() - started, program)


def second_opinion(seed, program, releases, sides, verdict):
    """Where the oracle contradicts itself before it contradicts the subject, its second answer counts too."""
    again = replay(program, releases[0], seed)
    doubts = compare(program, sides[0], again, {}, limit=1, releases=(releases[0], releases[0]))
    if not doubts or doubts[0].step > verdict[1][0].step:
        return verdict
    excused = {f"Apache is of two minds (seed {seed}, step {doubts[0].step}: {doubts[0].reason})": 1}
    return excused, compare(program, again, sides[1], excused, releases=releases)


def shrunk(verdict, options, seconds=120):
    """The shortest list of steps found in time that shows a difference of the same kind."""
    wanted, deadline = kind_of(verdict.differences[0]), time.monotonic() + seconds
    oracle = "3.9.3" if options.against == "transcripts" else options.against

    def differs(program):
        sides = [replay(program, kind, verdict.seed) for kind in (oracle, options.subject)]
        found = compare(program, *sides, {}, limit=1, releases=(oracle, options.subject))
        return bool(found) and kind_of(found[0]) == wanted

    program = verdict.program[:verdict.differences[0].step + 1]
    size = len(program) // 2
    while size and time.monotonic() < deadline:
        at = len(program) - 1
        while at > 0 and time.monotonic() < deadline:
            without = program[:max(0, at - size)] + program[at:]
            if len(without) < len(program) and differs(without):
                program = without
            at -= size
        size //= 2
    return program


def kind_of(difference):
    """What must stay the same while a program shrinks."""
    request = difference.request
    return request[1] if request else (difference.left or difference.right)[0]


def counts(program, transcript):
    entries = [entry for step in transcript for arrived in step.values() for entry in arrived]
    return {"requests": sum(len(step[2]) if step[0] in ("burst", "farewell") else 1 for step in program),
            "replies": sum(entry[0] == "reply" and entry[5] != "barrier" for entry in entries),
            "events": sum(entry[0] == "event" for entry in entries)}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/differential", description=__doc__)
    parser.add_argument("--seeds", default="1-20,sweeping", help="ranges a-b, numbers and names of scripts.py")
    parser.add_argument("--requests", type=int, default=10000, help="for each seed")
    parser.add_argument("--against", default="3.9.3", help="the oracle: 3.9.3, 3.8.0 or transcripts")
    parser.add_argument("--subject", required=True, help="the aviary-server program, or an Apache release")
    parser.add_argument("--steps", type=int, help="only this many steps of each program")
    parser.add_argument("--shrink", action="store_true", help="search for a shorter program that differs")
    parser.add_argument("--record", action="store_true", help="keep the oracle's transcripts instead of comparing")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def main():
    options = arguments()
    failed, total, excused, seeds = 0, {}, {}, seeds_of(options.seeds)
    print(f"{'seed':>8} {'requests':>9} {'replies':>9} {'events':>8} {'excused':>8} {'differ':>7} {'seconds':>8}")
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for run in [pool.submit(run_seed, seed, options) for seed in seeds]:
            verdict = run.result()
            report(verdict, options)
            failed += bool(verdict.differences)
            for sums, parts in ((total, verdict.counts), (excused, verdict.excused)):
                for key, count in parts.items():
                    sums[key] = sums.get(key, 0) + count
    print(", ".join(f"{count} {key}" for key, count in total.items()))
    for name, count in sorted(excused.items()):
        print(f"excused {count:6}  {name}")
    print("no differences" if not failed else f"{failed} seeds with differences")
    print(f"{len(seeds) - failed} passed, {failed} failed")
    return 1 if failed else 0


def report(verdict, options):
    made = verdict.counts
    print(f"{verdict.seed:>8} {made['requests']:9} {made['replies']:9} {made['events']:8} "
          f"{sum(verdict.excused.values()):8} {len(verdict.differences):7} {verdict.seconds:8.1f}", flush=True)
    if verdict.differences:
        print("\n".join(described(difference) for difference in verdict.differences))
        print(f"  again: tools/differential --seeds {verdict.seed} --requests {options.requests} --against "
              f"{options.against} --subject {options.subject} --steps {verdict.differences[0].step + 1} --shrink")
        if options.shrink:
            print(program_text(shrunk(verdict, options)))


def seeds_of(text):
    """`1-20`, `1,5,7`, or names of written programs; any of them separated by commas."""
    seeds = []
    for part in text.split(","):
        if part in SCRIPTS:
            seeds.append(part)
        else:
            first, _, last = part.partition("-")
            seeds += range(int(first), int(last or first) + 1)
    return seeds


if __name__ == "__main__":
    sys.exit(main())
