"""A folder is wiped while another server is behind: nobody is elected before the third, which has it all, is heard.

    memory.py
"""

import argparse
import shutil

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble

TICK = 500  # ms
WAITS = "does not vote before it has heard from server 3"


def write(server, path):
    link = client.Client(server.address)
    try:
        return link.create(path, b"x").error
    finally:
        link.end()


def begins(report, ensemble):
    one, two, three = ensemble.servers
    one.launch()
    two.launch()
    report.check("two empty servers of three wait for the third",
                 checks.eventually(lambda: WAITS in one.log_end() and WAITS in two.log_end(), 15), one.log_end())
    report.equal("and elect nobody", (one.role(), two.role()), ("", ""))
    three.launch()
    ensemble.wait_until_serving(10)
    report.check("a new ensemble begins when all are there", True)


def forgets(report, ensemble):
    one, two, three = ensemble.servers
    ensemble.wait_until_equal()
    two.kill()
    ensemble.wait_until_serving(20, [one, three])
    report.equal("one and three write what two lacks", write(three, "/a"), 0)
    one.kill()
    three.kill()
    one.empty()
    one.log.unlink()
    one.launch()
    two.launch()
    report.check("the wiped one says whom it waits for",
                 checks.eventually(lambda: WAITS in one.log_end(), 15), one.log_end())
    report.equal("and the two elect nobody", (one.role(), two.role()), ("", ""))
    three.launch()
    ensemble.wait_until_serving(20)
    for server in ensemble.servers:
        link = client.Client(server.address)
        report.equal(f"server {server.id} has what was acknowledged", link.call(wire.SYNC, wire.string("/")).error, 0)
        report.equal(f"server {server.id} reads it", link.get("/a").error, 0)
        link.end()


def initialized(report, folder):
    ensemble = Ensemble(["aviary"] * 3, folder, tick=TICK)
    try:
        for server in ensemble.servers[:2]:
            (server.data / "initialize").touch()
            server.launch()
        ensemble.wait_until_serving(20, ensemble.servers[:2])
        left = [server.id for server in ensemble.servers[:2] if (server.data / "initialize").exists()]
        report.equal("`initialize` lets two of three begin, once", left, [])
    finally:
        ensemble.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.parse_args()
    folder = places.new_folder("memory")
    report = checks.Checks()
    ensemble = Ensemble(["aviary"] * 3, folder / "one", tick=TICK)
    try:
        report.run("an ensemble begins", lambda: begins(report, ensemble))
        report.run("a wiped server does not vote", lambda: forgets(report, ensemble))
        ensemble.stop()
        report.run("an operator says that it is new", lambda: initialized(report, folder / "two"))
    finally:
        ensemble.stop()
        if not report.failed:
            shutil.rmtree(folder, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
