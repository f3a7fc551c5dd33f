"""Ensembles of real processes on this machine."""

import pathlib
import subprocess
import time

from harness.network import Network
from harness.nodes import Node

SETTINGS = {
    "initLimit": 10, "syncLimit": 5, "maxSessionTimeout": 60000, "clientPortAddress": "127.0.0.1",
    "extendedTypesEnabled": "true",
}
#: A snapshot that one of Apache's servers is writing while it loses its lead takes in what it had proposed to nobody, and
#: TRUNC leaves that there (ZOOKEEPER-4837): its tree is another one from then on, and so is that of whoever gets it.
APACHE_SETTINGS = {"snapCount": 1_000_000_000}
#: Aviary's are exact: they are taken as often as its rule allows.
AVIARY_SETTINGS = {"snapCount": 2000}


class Server(Node):
    """One member of an ensemble."""

    def __init__(self, kind, id, folder, port, settings):
        super().__init__(kind, folder, port, **settings)
        self.id = id
        (self.data / "myid").write_text(f"{id}\n")

    def stop(self, limit=10.0):
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


class Ensemble:
    """`kinds` names the voters' programs one by one, `aviary` or `apache`; so does `observers`, or is their number where
    all are Aviary's. What is cuttable has its links between servers in `network`. `more` is for every server's
    configuration.
    """

    def __init__(self, kinds, folder, observers=0, port=2181, tick=2000, is_cuttable=False, more=None):
        voters = len(kinds)
        kinds = [*kinds, *(["aviary"] * observers if isinstance(observers, int) else observers)]
        ids = range(1, len(kinds) + 1)
        ports = {id: (port + 100 + id, port + 200 + id) for id in ids}
        self.network = Network(ids, ports) if is_cuttable else None
        self.servers = []
        for id, kind in zip(ids, kinds):
            settings = {**SETTINGS, "tickTime": tick, **(more or {})}
            settings |= AVIARY_SETTINGS if kind == "aviary" else APACHE_SETTINGS
            if id > voters:
                settings["peerType"] = "observer"
            for other in ids:
                role = "participant" if other <= voters else "observer"
                quorum, election = ports[other]
                if self.network and other != id:
                    quorum, election = self.network.ports[id, other]
                settings[f"server.{other}"] = f"127.0.0.1:{quorum}:{election}:{role};127.0.0.1:{port + other - 1}"
            folder = pathlib.Path(folder).absolute()
            server = Server(kind, id, folder / f"server-{id}", port + id - 1, settings)
            server.quorum_port, server.election_port = ports[id]
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

    def wait_until_serving(self, seconds=60, servers=None):
        """All of `servers` have a role, and one leads: whoever led and was stopped does not know yet that none follow it."""
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
