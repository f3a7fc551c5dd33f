"""A disk that hangs: of a leader of three, which must give up its lead and stay small; of a node that is alone.

    hang.py
"""

import pathlib
import select
import shutil
import subprocess
import threading
import time

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble

HERE = pathlib.Path(__file__).resolve().parent
MEBIBYTE = 1 << 20
TICK = 500  # ms
SYNC_LIMIT = 5 * TICK / 1000
BYTES_MAX = 16 * MEBIBYTE
GROWTH_MAX = 160 * MEBIBYTE  # what a write takes on its way, a few times over
SETTINGS = {"largeRequestMaxBytes": BYTES_MAX, "fsync.warningthresholdms": 200}


def preload(folder):
    """The library that makes fsync wait while a file is there."""
    library = folder / "hanging_disk.so"
    source = HERE / "hanging_disk.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def make_hangable(server, library):
    server.hang = server.folder / "hang"
    command = server.command
    server.command = lambda: ["env", f"LD_PRELOAD={library}", f"AVIARY_HANG={server.hang}", *command()]


class Pusher:
    """Sends large writes without end, and waits for no answer."""

    def __init__(self, server, path, seconds):
        self.link = client.Client(server.address, timeout=4000, limit=1.0)
        self.link.create(path)
        self.requests = wire.request(7, wire.SET_DATA, wire.set_data(path, b"x" * 200_000))
        self.end = time.monotonic() + seconds
        self.was_told = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        link, waiting = self.link.socket, memoryview(b"")
        link.setblocking(False)
        while time.monotonic() < self.end and not self.was_told:
            readable, writable, _ = select.select([link], [link], [], 0.1)
            waiting = waiting or memoryview(self.requests)
            try:
                if writable:
                    waiting = waiting[link.send(waiting):]
                self.was_told = bool(readable) and not link.recv(1 << 16)
            except BlockingIOError:
                pass
            except OSError:
                self.was_told = True
        self.link.close()


def peak(server, seconds):
    highest = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        highest = max(highest, server.resident_bytes())
        time.sleep(0.05)
    return highest


def leader(report, folder, library):
    ensemble = Ensemble(["aviary"] * 3, folder / "three", tick=TICK, more=SETTINGS)
    try:
        for server in ensemble.servers:
            make_hangable(server, library)
        ensemble.start()
        ensemble.wait_until_serving()
        old = ensemble.leader()
        others = [server for server in ensemble.servers if server is not old]
        other = client.Client(others[0].address, timeout=20000, limit=30.0)
        other.create("/other")
        before = old.resident_bytes()
        pushers = [Pusher(old, f"/pushed-{number}", 8) for number in range(4)]
        time.sleep(0.5)
        old.hang.touch()
        began = time.monotonic()
        sampler = threading.Thread(target=lambda: peaks.append(peak(old, 8)))
        peaks = []
        sampler.start()
        report.check("another leads", checks.eventually(lambda: any(s.role() == "leader" for s in others), 20))
        took = time.monotonic() - began
        report.check("not before syncLimit, and soon after it",
                     SYNC_LIMIT * 0.8 < took < SYNC_LIMIT + 4, f"{took:.1f} s")
        report.equal("who is at another server writes on",
                     other.call(wire.SET_DATA, wire.set_data("/other", b"1")).error, 0)
        sampler.join()
        for pusher in pushers:
            pusher.thread.join()
        grown = peaks[0] - before
        report.check(f"the old leader stays small ({grown / MEBIBYTE:+.0f} MiB)", grown < GROWTH_MAX)
        report.check("and says why it gave up", "its own disk has not answered for" in old.log.read_text())
        report.check("and sends its clients away", all(pusher.was_told for pusher in pushers))
        old.hang.unlink()
        report.check("when its disk answers it follows", checks.eventually(lambda: old.role() == "follower", 20),
                     old.log_end())
        report.check("the slow sync is in its log", checks.eventually(
            lambda: "fsync-ing the write ahead log in SyncThread:" in old.log.read_text(), 5))
        report.check("and counted", int(old.fact("mntr", "zk_fsync_threshold_exceed_count")) >= 1)
        report.check("with its time", int(old.fact("mntr", "zk_max_fsynctime")) >= 1000 * SYNC_LIMIT * 0.8)
        report.equal("writes go on", other.call(wire.SET_DATA, wire.set_data("/other", b"2")).error, 0)
        other.end()
        back = client.Client(old.address, timeout=20000)
        back.call(wire.SYNC, wire.string("/"))
        report.equal("and reach it", back.get("/other").body.buffer(), b"2")
        back.end()
    finally:
        for server in ensemble.servers:
            server.hang.unlink(missing_ok=True)
        ensemble.stop()


def alone(report, folder, library):
    settings = {name.replace(".", "__"): value for name, value in SETTINGS.items()}
    node = nodes.Node("aviary", folder / "alone", tickTime=TICK, clientPortAddress="127.0.0.1", **settings)
    make_hangable(node, library)
    with node.start():
        reader = client.Client(node.address, timeout=10000)
        before = node.resident_bytes()
        pushers = [Pusher(node, f"/pushed-{number}", 8) for number in range(4)]
        time.sleep(0.3)
        node.hang.touch()
        grown = peak(node, 8) - before
        for pusher in pushers:
            pusher.thread.join()
        report.check(f"a node alone stays small ({grown / MEBIBYTE:+.0f} MiB)", grown < GROWTH_MAX)
        report.check("and says what it waits for", "the disk has not answered for" in node.log.read_text())
        report.check("who waited for longer than its timeout was sent away", all(p.was_told for p in pushers))
        report.equal("reads are answered meanwhile", reader.exists("/").error, 0)
        node.hang.unlink()
        report.equal("writes are done when it answers", reader.create("/after").error, 0)
        report.check("which it says", checks.eventually(lambda: "the disk answers again" in node.log.read_text(), 5))
        reader.end()
        node.stop()


def main():
    report = checks.Checks()
    folder = places.new_folder("hang")
    library = preload(folder)
    report.run("a leader whose disk hangs", lambda: leader(report, folder, library))
    report.run("a node alone whose disk hangs", lambda: alone(report, folder, library))
    if not report.failed:
        shutil.rmtree(folder, ignore_errors=True)
    report.finish()


main()
