"""Runs kazoo's own test suite, unchanged, against a server.

    run.py                     Aviary; every test that passes on Apache's server must pass
    run.py --servers 3         the same against an ensemble
    run.py --server apache     Apache's server from Debian's package
    run.py --record N          N runs of Apache's server; writes the list of tests that passed in every one

The suite starts its servers itself, as one `java` process each; for Aviary `launcher/java` stands in for it.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

from harness import apache, nodes, places, ports

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "passes-on-apache-3.8.0.txt"
MISSING = HERE / "needs-what-aviary-lacks.txt"


def listed(path):
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def suite_environment(server, servers, data):
    environment = dict(
        os.environ,
        ZOOKEEPER_CLASSPATH=apache.logging_class_path(),
        ZOOKEEPER_VERSION="3.8.0",
        ZOOKEEPER_CLUSTER_SIZE=str(servers),
        ZOOKEEPER_PORT_OFFSET=str(ports.free_port()),
        TMPDIR=str(data),
    )
    environment.pop("CI", None)  # with it the suite checks its authors' own build environment
    if server == "aviary":
        environment["PATH"] = f"{HERE / 'launcher'}:{environment['PATH']}"
        environment["AVIARY_SERVER"] = places.program("aviary-server")
    return environment


def run_suite(server, servers=1, only=None, tests=(), without=()):
    """Outcome by test name: passed, skipped, or what went wrong.

    `only` is pytest's -k; `tests` are full names; `without` are the names of tests that would only wait.
    """
    data = places.DATA / f"kazoo-{servers}"
    data.mkdir(parents=True, exist_ok=True)
    report = data / "report.xml"
    report.unlink(missing_ok=True)
    chosen = ["kazoo.tests." + name.replace(".", "::", 2) for name in tests] or ["kazoo.tests"]
    command = [
        sys.executable, "-m", "pytest", "--pyargs", *chosen, "--quiet", "--timeout=90", "--tb=short",
        "-p", "no:cacheprovider", "--show-capture=no", f"--junitxml={report}",
    ]  # fmt: skip
    excluded = ["not (" + " and ".join(name.split(".")[1:]) + ")" for name in sorted(without)]
    chosen_by_name = " and ".join([f"({only})"] * bool(only) + excluded)
    if chosen_by_name:
        command += ["-k", chosen_by_name]
    subprocess.run(command, cwd=data, env=suite_environment(server, servers, data))
    return outcomes(report)


def outcomes(report):
    found = {}
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname').rpartition('kazoo.tests.')[2]}.{case.get('name')}"
        problem = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        if problem is None:
            found.setdefault(name, "passed")
        elif problem.tag == "skipped":
            found[name] = "skipped"
        else:
            found[name] = (problem.get("message") or "failed").splitlines()[0][:200]
    return found


def record(rounds):
    passed, unsteady = None, set()
    for _ in range(rounds):
        now = {name for name, outcome in run_suite("apache").items() if outcome == "passed"}
        unsteady |= set() if passed is None else passed ^ now
        passed = now if passed is None else passed & now
    head = f"# kazoo's tests that passed on Debian's ZooKeeper 3.8.0 in each of {rounds} runs, with one server.\n"
    EXPECTED.write_text(head + "".join(f"{name}\n" for name in sorted(passed)))
    print(f"{len(passed)} listed; not the same in every run: {', '.join(sorted(unsteady)) or 'none'}")


def failing(expected, outcome):
    return {name: outcome.get(name, "did not run") for name in expected if outcome.get(name) != "passed"}


def compare(server, servers, only):
    missing = set(listed(MISSING)) if server == "aviary" else set()
    outcome = run_suite(server, servers, only, without=missing)
    listing = [name for name in listed(EXPECTED) if only is None or name in outcome]
    expected = [name for name in listing if name not in missing]
    failures = failing(expected, outcome)
    if 0 < len(failures) <= 10:
        # The suite has sleeps and limits of a second; a busy machine is given a second chance, and it is said.
        print(f"again: {', '.join(f'{name} ({problem})' for name, problem in failures.items())}", flush=True)
        outcome |= run_suite(server, servers, tests=sorted(failures))
        failures = failing(expected, outcome)
    for name, problem in failures.items():
        print(f"NOT OK  {name}: {problem}")
    print(f"{len(expected) - len(failures)} passed, {len(failures)} failed, {len(listing) - len(expected)} skipped")
    sys.exit(1 if failures else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--record", type=int, metavar="N", help="write the list anew from N runs of Apache's server")
    parser.add_argument("--servers", type=int, default=1, help="of the ensemble that the suite starts (1)")
    parser.add_argument("--only", metavar="EXPRESSION", help="pytest's -k: run a part")
    arguments = parser.parse_args()
    if arguments.record:
        record(arguments.record)
    else:
        compare(arguments.server, arguments.servers, arguments.only)


main()
