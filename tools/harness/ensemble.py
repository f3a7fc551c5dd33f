"""Ensembles of real processes on this machine."""

import pathlib
import shutil
import subprocess
import time

from harness.network import Network
from harness.nodes import Node
from harness.ports import free_ports

SETTINGS = {
    "initLimit": 10, "syncLimit": 5, "maxSessionTimeout": 60000, "clientPortAddress": "127.0.0.1",
    "extendedTypesEnabled": "true",
}
#: A snapshot that one of Apache's servers is writing while it loses its lead takes in what it had proposed to nobody,
#: and TRUNC leaves that there (ZOOKEEPER-4837): its tree is another one from then on, and so is that of whoever gets
#: it.
APACHE_SETTINGS = {"snapCount": 1_000_000_000}
#: Aviary's are exact: they are taken as often as its rule allows.
AVIARY_SETTINGS = {"snapCount": 2000, "txnLogSizeLimitInKb": 64}


def kinds_of(mix):
    """The programs that letters stand for: v is Aviary's server, a is Apache's."""
    return [{"a": "apache", "v": "aviary"}[letter] for letter in mix]


class Member(Node):
    """One server of an ensemble."""

    def __init__(self, kind, id, folder, port, settings, launcher=None):
        super().__init__(kind, folder, port, launcher, **settings)
        self.id = id
        (self.data / "myid").write_text(f"{id}\n")

    def stop(self, limit=10.0):
        """SIGTERM, and SIGKILL where that is not enough."""
        if self.is_running():
            try:
                super().stop(limit)
            except subprocess.TimeoutExpired:
                self.kill()

    def role(self):
        """leader, follower, observer; empty while it does not serve."""
        answer = (self.word("srvr", limit=2.0) or b"").decode(errors="replace")
        return next((line[6:] for line in answer.splitlines() if line.startswith("Mode: ")), "")

    def fact(self, word, name):
        """The value behind a name in the answer to a four-letter word; None where there is none."""
        for line in (self.word(word, limit=2.0) or b"").decode(errors="replace").splitlines():
            if line.startswith(name):
                return line[len(name):].strip(" :\t")
        return None

    def zxid(self):
        return int(self.fact("srvr", "Zxid") or "0", 0)

    def digests(self):
        """What `hash` lists: (zxid, digest) of the last transactions that left one."""
        lines = [line.split(":") for line in (self.word("hash") or b"").decode().splitlines() if ":" in line]
        return [(int(zxid, 16), int(digest)) for zxid, digest in lines]

    def empty(self):
        """Nothing is left of what it had but its number."""
        for path in self.data.iterdir():
            if path.name != "myid":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


class Ensemble:
    """`kinds` names the voters' programs one by one, `aviary` or `apache`; so does `observers`, or is their number
    where all are Aviary's. Ports are free ones, or counted from `port`, the first server's for clients. What is
    cuttable has its links between servers in `network`. `more` is for every server's configuration.
    """

    def __init__(self, kinds, folder, observers=0, port=None, tick=2000, is_cuttable=False, more=None, launcher=None):
        voters = len(kinds)
        kinds = [*kinds, *(["aviary"] * observers if isinstance(observers, int) else observers)]
        ids = range(1, len(kinds) + 1)
        clients, quorums, elections = (dict(zip(ids, ports)) for ports in _ports(len(kinds), port))
        self.network = Network(ids, {id: (quorums[id], elections[id]) for id in ids}) if is_cuttable else None
        folder = pathlib.Path(folder).absolute()
        self.servers = []
        for id, kind in zip(ids, kinds):
            settings = {**SETTINGS, "tickTime": tick, **(AVIARY_SETTINGS if kind == "aviary" else APACHE_SETTINGS)}
            if id > voters:
                settings["peerType"] = "observer"
            for other in ids:
                role = "participant" if other <= voters else "observer"
                quorum, election = quorums[other], elections[other]
                if self.network and other != id:
                    quorum, election = self.network.ports[id, other]
                settings[f"server.{other}"] = f"127.0.0.1:{quorum}:{election}:{role};127.0.0.1:{clients[other]}"
            server = Member(kind, id, folder / f"server-{id}", clients[id], {**settings, **(more or {})}, launcher)
            server.quorum_port, server.election_port = quorums[id], elections[id]
            self.servers.append(server)

    def start(self):
        for server in self.servers:
            server.launch()

    def stop(self):
        for server in self.servers:
            server.stop()
        if self.network:
            self.network.close()

    def addresses(self):
        return ",".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def leader(self):
        return next((server for server in self.servers if server.role() == "leader"), None)

    def digests(self):
        """By zxid, what each server says that has one there."""
        found = {}
        for server in self.servers:
            for zxid, digest in server.digests():
                found.setdefault(zxid, []).append(digest)
        return found

    def wait_until_equal(self, seconds=20):
        """The zxids that servers have reached: one, unless the time was up first."""
        deadline = time.monotonic() + seconds
        while len(zxids := {server.zxid() for server in self.servers}) > 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        return zxids

    def wait_until_serving(self, seconds=60, servers=None):
        """All of `servers` have a role, and one leads: whoever led and was stopped does not know yet that none follow
        it."""
        deadline = time.monotonic() + seconds
        waiting = servers or self.servers
        while time.monotonic() < deadline:
            roles = [server.role() for server in waiting]
            if all(roles) and roles.count("leader") == 1:
                return
            for server in waiting:
                if not server.is_running():
                    raise SystemExit(f"server {server.id} ended:\n{server.log_end()}")
            time.sleep(0.02)
        logs = "\n".join(f"-- server {server.id}\n{server.log_end(15)}" for server in self.servers)
        raise SystemExit(f"the ensemble does not serve within {seconds} s:\n{logs}")


def _ports(count, first):
    """So many for clients, for learners, and for elections."""
    if first is None:
        ports = free_ports(3 * count)
        return ports[:count], ports[count:2 * count], ports[2 * count:]
    return [range(start, start + count) for start in (first, first + 101, first + 201)]
