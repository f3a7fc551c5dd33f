"""tools/crash-node in the short form that belongs to every test run, and the proof that it finds faults.

    test_crash.py [--server apache] [--rounds 12]
"""

import argparse
import subprocess

from harness import checks, nodes, places


def crash(server, *arguments):
    command = [str(places.REPOSITORY / "tools" / "crash-node"), "--server", server, *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(result.stdout, flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    report = checks.Checks()

    spoiled = crash(arguments.server, "--rounds", "4", "--sabotage")
    report.equal("the crash test reports sabotage by its exit status", spoiled.returncode, 1)
    report.check("a stranger's write is reported", "VIOLATION in round 2: w3: what is there" in spoiled.stdout)
    report.check("older data is reported", "VIOLATION in round 3" in spoiled.stdout)

    honest = crash(arguments.server, "--rounds", str(arguments.rounds))
    report.check(f"{arguments.rounds} kills under load violate nothing", honest.returncode == 0, "see above")

    moments = crash(arguments.server, "--rounds", "5", "--moments")
    report.check("a kill at each step of a snapshot violates nothing", moments.returncode == 0, "see above")
    report.finish()


main()
