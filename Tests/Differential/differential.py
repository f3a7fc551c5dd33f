"""The command: runs seeds against two servers, prints a table, and for a difference the way to see it again."""

import argparse
import concurrent.futures
import sys
import time

import protocol
from compare import compare
from generator import Generator
from runner import Runner
from server import Server


def settings_of(seed):
    """What differs from seed to seed in the configuration."""
    return {"enforceQuota": "true" if seed % 4 == 1 else "false",
            "extendedTypesEnabled": "false" if seed % 7 == 6 else "true",
            "reconfigEnabled": "true" if seed % 5 == 4 else "false"}


def on_server(kind, settings, work):
    """What `work` makes of a runner on a fresh server, and the runner's transcript."""
    server = Server(kind, settings)
    runner = Runner(server.port)
    try:
        result = work(runner)
        if not server.is_alive():
            raise RuntimeError(f"{kind} died, see {server.folder}")
        return result, runner.transcript
    finally:
        runner.close()
        server.stop()


def explore(seed, requests, oracle):
    """The program of a seed, and the oracle's transcript of it."""
    settings = settings_of(seed)
    # Apache compares quotas with what is applied, not with what is under way: pipelined, its answer is a matter of luck.
    generator = Generator(seed, requests, pipelined=settings["enforceQuota"] == "false")
    return on_server(oracle, settings, lambda runner: generator.program(runner.perform))


def run_seed(seed, requests, oracle, subject, steps=None):
    started, excused = time.monotonic(), {}
    program, left = explore(seed, requests, oracle)
    program, left = program[:steps], left[:steps]
    _, right = on_server(subject, settings_of(seed), lambda runner: runner.run(program))
    differences = compare(program, left, right, excused, releases=(oracle, subject))
    if differences:
        excused, differences = second_opinion(seed, program, oracle, subject, left, right, (excused, differences))
    return seed, counts(program, left), excused, differences, time.monotonic() - started


def second_opinion(seed, program, oracle, subject, left, right, verdict):
    """Where the oracle contradicts itself before it contradicts the subject, its second answer counts too."""
    _, again = on_server(oracle, settings_of(seed), lambda runner: runner.run(program))
    doubts = compare(program, left, again, {}, limit=1, releases=(oracle, oracle))
    if not doubts or doubts[0].step > verdict[1][0].step:
        return verdict
    excused = {f"Apache is of two minds (seed {seed}, step {doubts[0].step}: {doubts[0].reason})": 1}
    return excused, compare(program, again, right, excused, releases=(oracle, subject))


def counts(program, transcript):
    entries = [entry for step in transcript for arrived in step.values() for entry in arrived]
    return {"requests": sum(len(step[2]) if step[0] in ("burst", "farewell") else 1 for step in program),
            "replies": sum(entry[0] == "reply" and entry[5] != "barrier" for entry in entries),
            "events": sum(entry[0] == "event" for entry in entries)}


def described(difference):
    lines = [f"  step {difference.step}, connection {difference.link}: {difference.reason}"]
    for title, value in (("request", difference.request), ("left", difference.left), ("right", difference.right)):
        lines.append(f"    {title:8}{readable(value)}")
    return "\n".join(lines)


def readable(value):
    if value is None:
        return "nothing"
    if value[0] == "reply":
        _, xid, zxid, err, name, _, kind, body = value
        return f"reply to {name}, xid {xid}, zxid {zxid:#x}, error {err}, {kind}: {fields(kind, body)}"
    if value[0] == "event":
        return f"event zxid {value[1]:#x}, {fields('WatcherEvent', value[2])}"
    if value[0] == "connect":
        return f"connect {fields('ConnectResponse', value[1])}, then {value[2].hex()}"
    return repr(value)


def fields(kind, value):
    if kind in protocol.SCHEMAS and value is not None:
        return ", ".join(f"{name}={fields(of, item)}" for (name, of), item in zip(protocol.SCHEMAS[kind], value))
    return repr(value)


def main():
    parser = argparse.ArgumentParser(prog="tools/differential", description=__doc__)
    parser.add_argument("--seeds", default="1-20", help="a number, a range a-b, or a list a,b,c")
    parser.add_argument("--requests", type=int, default=10000, help="for each seed")
    parser.add_argument("--against", default="3.9.3", help="the oracle: 3.9.3 or 3.8.0")
    parser.add_argument("--subject", required=True, help="the aviary-server program, or an Apache release")
    parser.add_argument("--steps", type=int, help="only this many steps of each program")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    failed, total, excused_total = 0, {}, {}
    print(f"{'seed':>6} {'requests':>9} {'replies':>9} {'events':>8} {'excused':>8} {'differ':>7} {'seconds':>8}")
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(run_seed, seed, options.requests, options.against, options.subject, options.steps)
                for seed in seeds_of(options.seeds)]
        for run in runs:
            seed, made, excused, differences, seconds = run.result()
            print(f"{seed:6} {made['requests']:9} {made['replies']:9} {made['events']:8} "
                  f"{sum(excused.values()):8} {len(differences):7} {seconds:8.1f}", flush=True)
            for key, count in made.items():
                total[key] = total.get(key, 0) + count
            for key, count in excused.items():
                excused_total[key] = excused_total.get(key, 0) + count
            if differences:
                failed += 1
                print("\n".join(described(difference) for difference in differences))
                print(f"  again: tools/differential --seeds {seed} --requests {options.requests} "
                      f"--against {options.against} --subject {options.subject} --steps {differences[0].step + 1}")
    print(", ".join(f"{count} {key}" for key, count in total.items()))
    for name, count in sorted(excused_total.items()):
        print(f"excused {count:6}  {name}")
    print("no differences" if not failed else f"{failed} seeds with differences")
    return 1 if failed else 0


def seeds_of(text):
    if "-" in text:
        first, last = text.split("-")
        return range(int(first), int(last) + 1)
    return [int(seed) for seed in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
