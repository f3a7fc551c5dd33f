"""Hostile, broken and careless clients against one server, with a peaceful one beside them; then, on an ensemble, the
same between servers.

    hostile.py [--server apache] [--only NAME]
"""

import argparse
import sys

from harness import checks, nodes

import exhaustion
import floods
import frames
import masses
import operations
import peers
import siege
import slow
import words

PARTS = [frames, operations, words, floods, slow, masses, exhaustion, peers]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--only", metavar="NAME", help="one attack, by the name of its function")
    arguments = parser.parse_args()
    report = checks.Checks()
    wanted = [a for part in PARTS for a in part.ATTACKS if arguments.only in (None, a.__name__)]
    alone = [a for part in PARTS for a in getattr(part, "OF_THEIR_OWN", []) if arguments.only in (None, a.__name__)]
    if wanted:
        field = siege.Siege(arguments.server, report)
        for attack in wanted:
            field.attack(attack.__name__.replace("_", " "), attack)
        field.end()
    for attack in alone:
        report.run(attack.__name__, lambda attack=attack: attack(arguments.server, report))
    sys.stdout.flush()
    report.finish()


main()
