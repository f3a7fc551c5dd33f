"""The Swift client against real servers: every operation, and a server that is killed under it.

    test_client.py [--server apache]
"""

import argparse
import select
import signal
import subprocess

from harness import checks, nodes, places

LIMIT = 60  # seconds, of one trial


def trial(report, name, servers, at_lines=()):
    """Runs one trial; `at_lines` are what its output says, and what is done then."""
    program = subprocess.Popen(
        [places.program("client-trial"), name, servers], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    awaited = dict(at_lines)
    for line in program.stdout:
        line = line.rstrip("\n")
        if line in awaited:
            awaited.pop(line)()
        elif line.startswith("ok      "):
            report.check(line[8:], True)
        elif line.startswith("NOT OK  "):
            report.check(line[8:], False)
        elif not line.endswith((" failed", " written", "held", "ended")):
            print(line)
    report.equal(f"the trial of {name} ends well", program.wait(LIMIT), 0)
    report.equal("all was seen that was waited for", list(awaited), [])


def succession(report, servers):
    """Three candidates; the leader is killed, twice."""
    candidates = {
        name: subprocess.Popen(
            ["stdbuf", "-oL", places.program("elect"), servers, name], stdout=subprocess.PIPE, text=True
        )
        for name in ("anna", "bert", "cora")
    }
    tokens = []
    try:
        for _ in range(3):
            leader, token = next_leader(candidates)
            if not report.check("one of those who live leads", leader is not None):
                break
            tokens.append(token)
            candidates.pop(leader).kill()
        report.check("tokens grow from leader to leader", tokens == sorted(set(tokens)), tokens)
    finally:
        for candidate in candidates.values():
            candidate.kill()


def next_leader(candidates, limit=20):
    outputs = {candidate.stdout: name for name, candidate in candidates.items()}
    ready, _, _ = select.select(list(outputs), [], [], limit)
    for output in ready:
        words = output.readline().split()
        if words[1:2] == ["leads,"]:
            return words[0], int(words[-1])
    return None, None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    nodes.add_server_argument(parser)
    kind = parser.parse_args().server
    report = checks.Checks()
    with nodes.Node(kind) as node:
        node.start()
        servers = f"127.0.0.1:{node.port}"
        trial(report, "operations", servers)

        def crash():
            node.kill()
            node.start()

        trial(report, "survive", servers, [("100 written", crash), ("300 written", crash)])
        trial(report, "locks", servers)
        trial(
            report, "lease", servers,
            [
                ("held", lambda: node.process.send_signal(signal.SIGSTOP)),
                ("ended", lambda: node.process.send_signal(signal.SIGCONT)),
            ],
        )  # fmt: skip
        succession(report, servers)
    report.finish()


if __name__ == "__main__":
    main()
