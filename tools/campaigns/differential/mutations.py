"""Proves that the comparison sees: one spoilt frame in a run of Apache against itself must be found, none must not."""

import sys

from compare import compare
from differential import explore, on_server, settings_of
from proxy import SPOILERS, proxy
from report import described
from runner import Runner


def differences_with(program, left, release, seed, spoil):
    def through_proxy(runner):
        with proxy(runner.port, spoil) as port:
            other = Runner(port)
            other.run(program)
            other.close()
            return other.transcript
    right, _ = on_server(release, settings_of(seed), through_proxy)
    return compare(program, left, right, {}, releases=(release, release))


def main(release="3.9.3", seed=2, requests=800):
    program, left = explore(seed, requests, release)
    missed = 0
    for name, spoil in [("nothing", None), *SPOILERS.items()]:
        found = differences_with(program, left, release, seed, spoil)
        missed += bool(found) != bool(spoil)
        print(f"{name} spoilt: {len(found)} differences")
        if found:
            print(described(found[0]))
    print("the comparison sees" if not missed else f"the comparison is blind {missed} times")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
