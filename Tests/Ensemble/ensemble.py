"""Ensembles of real processes on this machine."""

import os
import socket
import subprocess
import time

from network import Network

SETTINGS = {
    "initLimit": "10", "syncLimit": "5", "4lw.commands.whitelist": "*", "admin.enableServer": "false",
    "maxClientCnxns": "0", "maxSessionTimeout": "60000", "clientPortAddress": "127.0.0.1", "extendedTypesEnabled": "true",
}


class Server:
    """One member: its folder, its configuration, its process while it runs."""

    def __init__(self, ensemble, id, command):
        self.ensemble = ensemble
        self.id = id
        self.command = command
        self.port = ensemble.port + id - 1
        self.folder = os.path.join(ensemble.folder, f"server-{id}")
        self.log = os.path.join(self.folder, "log")
        self.config = os.path.join(self.folder, "zoo.cfg")
        self.process = None

    def configure(self, settings):
        data = os.path.join(self.folder, "data")
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(data, "myid"), "w") as file:
            file.write(f"{self.id}\n")
        with open(self.config, "w") as file:
            for key, value in {**settings, "dataDir": data, "clientPort": self.port}.items():
                file.write(f"{key}={value}\n")

    def start(self):
        output = open(self.log, "ab")
        self.process = subprocess.Popen([*self.command, self.config], stdin=subprocess.DEVNULL, stdout=output,
                                        stderr=output, cwd=self.folder)
        output.close()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        if self.is_running():
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def word(self, word, seconds=2):
        """The answer to a four-letter word; empty when there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), seconds) as link:
                link.settimeout(seconds)
                link.sendall(word.encode())
                answer = b""
                while part := link.recv(65536):
                    answer += part
                return answer.decode(errors="replace")
        except OSError:
            return ""

    def role(self):
        """leader, follower, observer; empty while it does not serve."""
        for line in self.word("srvr").splitlines():
            if line.startswith("Mode: "):
                return line[6:]
        return ""

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    def digests(self):
        """What `hash` lists: (zxid, digest) of the last transactions that left one."""
        import json
        try:
            return [(int(entry["zxid"], 0) if isinstance(entry["zxid"], str) else entry["zxid"], entry["digest"])
                    for entry in json.loads(self.word("hash") or "[]")]
        except (ValueError, TypeError, KeyError):
            return []

    def tail(self, lines=15):
        with open(self.log, errors="replace") as file:
            return "".join(file.readlines()[-lines:])


class Ensemble:
    """`command` is one for all, or a list with one a server; each gets the path of its zoo.cfg appended. What is cuttable
    has its links between servers in `network`.
    """

    def __init__(self, command, folder, voters=3, observers=0, port=2181, settings=None, tick=2000,
                 is_cuttable=False):
        self.folder = os.path.abspath(folder)
        self.port = port
        self.count = voters + observers
        commands = command if isinstance(command[0], list) else [command] * self.count
        self.servers = [Server(self, id, commands[id - 1]) for id in range(1, self.count + 1)]
        ids = range(1, self.count + 1)
        ports = {id: (port + 100 + id, port + 200 + id) for id in ids}
        self.network = Network(ids, ports) if is_cuttable else None
        for server in self.servers:
            lines = {**SETTINGS, "tickTime": str(tick), **(settings or {})}
            if server.id > voters:
                lines["peerType"] = "observer"
            for id in ids:
                role = "participant" if id <= voters else "observer"
                quorum, election = ports[id]
                if self.network and id != server.id:
                    quorum, election = self.network.ports[server.id, id]
                lines[f"server.{id}"] = f"127.0.0.1:{quorum}:{election}:{role};127.0.0.1:{port + id - 1}"
            server.configure(lines)

    def start(self):
        for server in self.servers:
            server.start()

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
        """All of `servers` have a role, and one leads."""
        deadline = time.monotonic() + seconds
        waiting = servers or self.servers
        while time.monotonic() < deadline:
            roles = [server.role() for server in waiting]
            if all(roles) and "leader" in roles:
                return
            for server in waiting:
                if not server.is_running():
                    raise SystemExit(f"server {server.id} ended:\n{server.tail()}")
            time.sleep(0.02)
        tails = "\n".join(f"-- server {server.id}\n{server.tail()}" for server in self.servers)
        raise SystemExit(f"the ensemble does not serve within {seconds} s:\n{tails}")
