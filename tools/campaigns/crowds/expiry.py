"""Very many sessions, an ephemeral each, that run out in one tick, and readers beside them that must not wait for it.

    tools/expiry [--sessions 16000] [--servers 1] [--server apache | --against-apache] [--closing]

With --closing they do not run out: all ask for their end at once.

Checks that no election follows, that nobody else's session ends, and that the ephemerals are gone within two ticks of
the first; with --against-apache, that no read waits longer than half of the longest with Apache's servers in the same
run. Prints the longest read, and how long the ephemerals took.
"""

import argparse
import multiprocessing
import resource
import shutil
import time

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble

TICK = 2.0  # seconds
TIMEOUT = 30.0  # seconds: longer than the crowd takes to come
BATCH = 250
SESSIONS_AN_ADDRESS = 4000  # well below the number of ports one address has for a connection to one port


def read_on(address, results, ending):
    """A process of its own: nothing that the crowd costs the test delays its clock."""
    reader = client.Client(address, timeout=40000, limit=120.0)
    waits, problem = [], None
    try:
        while not ending.is_set():
            began = time.monotonic()
            if reader.get("/steady").error != wire.OK:
                raise AssertionError("a read was refused")
            waits.append((began, time.monotonic() - began))
            time.sleep(0.002)
    except Exception as error:
        problem = repr(error)
    results.send((waits, problem))


class Crowd:
    """Sessions that come in batches, since an ensemble commits those of one together."""

    def __init__(self, addresses, size):
        self.links = []
        pinged = time.monotonic()
        for start in range(0, size, BATCH):
            fresh = [self._open(addresses, index) for index in range(start, min(size, start + BATCH))]
            for link in fresh:
                assert wire.Reader(link.frame()).body[4:8] != bytes(4), "a session was refused"
                link.frame()
            self.links += fresh
            if time.monotonic() - pinged > TIMEOUT / 4:
                pinged = time.monotonic()
                self.ping()

    def _open(self, addresses, index):
        source = f"127.0.1.{1 + index // SESSIONS_AN_ADDRESS}"
        link = client.Connection(addresses[index % len(addresses)], source=source, limit=60.0)
        create = wire.create(f"/crowd/{index}", b"", wire.EPHEMERAL)
        link.send(wire.connect_request(int(TIMEOUT * 1000)) + wire.request(1, wire.CREATE, create))
        return link

    def ping(self):
        for link in self.links:
            link.send(wire.request(wire.PING_XID, wire.PING))

    def ask_for_the_end(self):
        for link in self.links:
            link.send(wire.request(2, wire.CLOSE))

    def close(self):
        for link in self.links:
            link.close()


def wait_for_a_tick():
    """Until a tick has just begun: what is heard of in one runs out in one."""
    time.sleep(TICK - time.monotonic() % TICK + 0.05)


def watch(counter, size):
    """When the first ephemeral was seen to be gone, and when the last; None for what did not come in time."""
    first = None
    deadline = time.monotonic() + TIMEOUT + 60 * TICK
    while time.monotonic() < deadline:
        left = counter.exists("/crowd").body.stat().children
        now = time.monotonic()
        if left < size and first is None:
            first = now
        if left == 0:
            return first, now
        time.sleep(0.02)
    return first, None


class Stage:
    """One server or three of a kind."""

    def __init__(self, kind, servers):
        self.ensemble = None
        if servers == 1:
            self.nodes = [nodes.Node(kind)]
            self.nodes[0].start()
            return
        self.folder = places.new_folder(f"expiry-{kind}")
        self.ensemble = Ensemble([kind] * servers, self.folder)
        self.nodes = self.ensemble.servers
        self.ensemble.start()
        self.ensemble.wait_until_serving()

    def epoch(self):
        answers = [(node.word("srvr") or b"").decode() for node in self.nodes]
        return max(int(answer.split("Zxid: ")[1].split()[0], 16) >> 32 for answer in answers)

    def stop(self):
        if self.ensemble:
            self.ensemble.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.nodes[0].stop()
            shutil.rmtree(self.nodes[0].folder, ignore_errors=True)


def measure(report, kind, servers, size, are_closing=False):
    """The longest read of anybody while the sessions end."""
    stage = Stage(kind, servers)
    crowd = None
    try:
        addresses = [node.address for node in stage.nodes]
        first = client.Client(addresses[0])
        first.create("/steady", b"x" * 100)
        first.create("/crowd")
        for address in addresses:
            client.Client(address).call(wire.SYNC, wire.string("/steady"))
        ending = multiprocessing.Event()
        pipes = [multiprocessing.Pipe() for _ in addresses]
        readers = [
            multiprocessing.Process(target=read_on, args=(address, pipe[1], ending), daemon=True)
            for address, pipe in zip(addresses, pipes)
        ]
        crowd = Crowd(addresses, size)
        epoch = stage.epoch()
        counter = client.Client(addresses[0], timeout=40000, limit=120.0)
        for reader in readers:
            reader.start()
        wait_for_a_tick()
        silent = time.monotonic()
        if are_closing:
            crowd.ask_for_the_end()
        else:
            crowd.ping()
        first, last = watch(counter, size)
        ended = time.monotonic()
        ending.set()
        outcomes = [pipe[0].recv() for pipe in pipes]
        beginning = silent + (0 if are_closing else TIMEOUT - TICK)
        waits = [wait for outcome in outcomes for began, wait in outcome[0] if began + wait > beginning]
        longest = max(waits, default=0)
        seconds = None if first is None or last is None else last - first
        problems = [outcome[1] for outcome in outcomes if outcome[1]]
        report.equal(f"{kind}: nobody else's session ends", problems, [])
        report.equal(f"{kind}: no election follows", stage.epoch(), epoch)
        if kind == "aviary":
            report.check(
                f"{kind}: the ephemerals of {size} sessions are gone within two ticks of the first",
                seconds is not None and seconds <= 2 * TICK, f"{seconds} s",
            )
        print(
            f"        {kind}, {servers} server(s), {size} sessions: the longest of {len(waits)} reads"
            f" {longest * 1000:.1f} ms; ephemerals gone {'never' if seconds is None else f'{seconds:.2f} s'} after the"
            f" first, {ended - silent:.1f} s after "
            + ("they asked for their end" if are_closing else f"they were last heard of (timeout {TIMEOUT:.0f} s)"),
            flush=True,
        )
        return longest
    finally:
        if crowd:
            crowd.close()
        stage.stop()


def main():
    parser = argparse.ArgumentParser(prog="tools/expiry", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--sessions", type=int, default=16000)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--against-apache", action="store_true", help="compare the longest read")
    parser.add_argument("--closing", action="store_true", help="they ask for their end")
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report = checks.Checks()
    longest = measure(report, arguments.server, arguments.servers, arguments.sessions, arguments.closing)
    if arguments.against_apache:
        bound = 0.5 * measure(report, "apache", arguments.servers, arguments.sessions, arguments.closing)
        report.check("no read waits longer than half of Apache's longest", longest <= bound, f"{longest} s, {bound} s")
    report.finish()


main()
