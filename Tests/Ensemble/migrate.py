"""tools/migrate: three of Apache's servers are replaced by Aviary's under clients who must not notice, a step that
fails is taken back, and one goes back to Apache's.

    migrate.py [--clients N] [--all-the-way-back]
"""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from harness import apache, checks, client, places, wire
from harness.ensemble import AVIARY_SETTINGS, Ensemble

TIMEOUT = 12000  # of a session, in milliseconds
START = "setsid nohup {command} >>{log} 2>&1 </dev/null & echo $! >{pid}"
STOP = (
    "p=$(cat {pid}); kill $p 2>/dev/null; "
    "while [ -d /proc/$p ] && ! grep -q '^State:.*Z' /proc/$p/status; do sleep 0.02; done"
)


class MovingClient:
    """Creates numbered znodes, and takes its session to another server when its own is gone."""

    def __init__(self, number, addresses):
        self.root = f"/client-{number}"
        self.addresses = addresses[number % len(addresses):] + addresses[:number % len(addresses)]
        self.acknowledged = 0
        self.moves = 0
        self.longest = 0.0
        self.problem = None
        self.last_zxid = 0
        self.link = client.Client(self.addresses[0], TIMEOUT)
        self.session = self.link.session
        self.link.create(self.root)
        self.link.create(f"{self.root}/mine", b"", wire.EPHEMERAL)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.ending.is_set():
                began = time.monotonic()
                self.act()
                self.longest = max(self.longest, time.monotonic() - began)
                self.ending.wait(0.02)
            self.link.close()
        except Exception as problem:
            self.problem = problem

    def act(self):
        deadline = time.monotonic() + TIMEOUT / 1000
        while True:
            try:
                reply = self.link.create(f"{self.root}/{self.acknowledged}", b"x")
                if reply.error not in (wire.OK, wire.NODE_EXISTS):
                    raise RuntimeError(f"{self.root}: create answered {reply.error}")
                if reply.zxid < self.last_zxid:
                    raise RuntimeError(f"{self.root}: back from {self.last_zxid:#x} to {reply.zxid:#x}")
                self.last_zxid = reply.zxid
                self.acknowledged += 1
                return
            except client.Lost:
                self.move(deadline)

    def move(self, deadline):
        self.link.close()
        self.moves += 1
        while True:
            self.addresses.append(self.addresses.pop(0))
            try:
                self.link = client.Client(
                    self.addresses[0], TIMEOUT, self.session, self.link.password, self.last_zxid, limit=3.0)
                return
            except client.Lost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def end(self):
        self.ending.set()
        self.thread.join(30)


class House:
    """Three servers, each with the settings, folders and commands of both makes, and the plan of its move."""

    def __init__(self, root):
        self.root = root
        self.ensemble = Ensemble(["apache"] * 3, root, tick=500)
        self.servers = self.ensemble.servers
        self.lines = ["[all]", f"admin = {places.program('aviary-admin')}", "limit = 40"]
        for server in self.servers:
            self.prepare(server)
        self.write()

    def prepare(self, server):
        aviary = server.folder / "aviary.cfg"
        settings = {**server.settings, **AVIARY_SETTINGS, "dataDir": server.folder / "aviary"}
        aviary.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        flags = [
            "-Xmx512m", "-Dzookeeper.extendedTypesEnabled=true", "-XX:TieredStopAtLevel=1",
            f"-Dlog4j.configuration=file:{server.folder}/log4j.properties",
        ]
        java = apache.launcher(apache.logging_class_path(), *flags)
        own = f"{places.program('aviary-server')} {aviary}"
        names = {"log": server.log, "pid": server.folder / "pid"}
        self.lines += [
            f"[server.{server.id}]", f"client = 127.0.0.1:{server.port}",
            f"apache.start = {START.format(command=' '.join([*java, str(server.configuration)]), **names)}",
            f"aviary.start = {START.format(command=own, **names)}",
            f"apache.stop = {STOP.format(**names)}", f"aviary.stop = {STOP.format(**names)}",
            f"apache.data = {server.data}", f"aviary.data = {server.folder / 'aviary'}", f"aviary.settings = {aviary}",
        ]  # fmt: skip

    def write(self, **changes):
        """The plan; `changes` are of all servers."""
        text = "\n".join(self.lines) + "\n"
        for name, value in changes.items():
            name = name.replace("_", ".")
            text = "".join(
                f"{name} = {value}\n" if line.startswith(f"{name} =") else line for line in text.splitlines(True))
        (self.root / "plan").write_text(text)

    def migrate(self, *words):
        return subprocess.run(
            [places.REPOSITORY / "tools" / "migrate", self.root / "plan", *words], capture_output=True, text=True,
            timeout=300)

    def start(self):
        for server in self.servers:
            command = next(
                line for line in self.lines if line.startswith("apache.start") and f"{server.folder}/" in line)
            subprocess.run(["sh", "-c", command.partition(" = ")[2]], check=True)
        self.wait()

    def wait(self):
        expected = ["follower", "follower", "leader"]
        checks.eventually(lambda: sorted(server.role() for server in self.servers) == expected)

    def discard(self):
        for server in self.servers:
            path = server.folder / "pid"
            if path.exists():
                try:
                    os.kill(int(path.read_text()), signal.SIGKILL)
                except (ProcessLookupError, ValueError):
                    pass
        shutil.rmtree(self.root, ignore_errors=True)


def makes(house):
    versions = [server.fact("srvr", "Zookeeper version") or "" for server in house.servers]
    return [version.split(",")[0].endswith("-aviary") for version in versions]


def play(report, house, options):
    house.start()
    look = house.migrate("look")
    report.check("nothing speaks against it", look.returncode == 0 and "next to become aviary's" in look.stdout, look)
    clients = [MovingClient(number, [server.address for server in house.servers]) for number in range(options.clients)]
    house.write(aviary_start="false")
    failed = house.migrate("forward")
    report.check("a step that fails is taken back", failed.returncode == 1 and "as before" in failed.stderr, failed)
    house.write()
    for count in range(3):
        done = house.migrate("forward")
        report.check(f"{count + 1} of 3 are Aviary's", done.returncode == 0 and sum(makes(house)) == count + 1, done)
    for count in range(3 if options.all_the_way_back else 1):
        done = house.migrate("back")
        report.check(f"{count + 1} of 3 went back", done.returncode == 0 and sum(makes(house)) == 2 - count, done)
    for each in clients:
        each.end()
    problems = [each.problem for each in clients if each.problem]
    report.check("no client has a problem", not problems, problems)
    house.ensemble.wait_until_equal()
    for server in house.servers:
        link = client.Client(server.address)
        # Of a session that has just lost its connection, they stay for its time-out.
        lost = [each.root for each in clients if link.exists(f"{each.root}/mine").error != wire.OK]
        report.check(f"server {server.id} has the ephemerals of all", not lost, lost)
        missing = []
        for each in clients:
            children = set(link.call(wire.GET_CHILDREN, wire.read(each.root)).body.strings())
            missing += [(each.root, number) for number in range(each.acknowledged) if str(number) not in children]
        report.check(f"server {server.id} has all that was acknowledged", not missing, missing[:5])
        link.end()
    zxids = [dict(server.digests()) for server in house.servers]
    newest = max(set.intersection(*map(set, zxids)), default=None)
    report.check("trees are equal", newest and len({found[newest] for found in zxids}) == 1, newest)
    print(f"{sum(each.acknowledged for each in clients)} acknowledged, {sum(each.moves for each in clients)} moves, "
          f"longest wait {max(each.longest for each in clients):.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--all-the-way-back", action="store_true")
    options = parser.parse_args()
    report = checks.Checks()
    house = House(pathlib.Path(places.new_folder("migrate")))
    try:
        play(report, house, options)
    finally:
        house.discard()
    report.finish()


if __name__ == "__main__":
    main()
