"""Starting and stopping the servers of the comparison: same settings, ports and data folders of their own."""

import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

#: What both are told. snapCount and forceSync stay at their defaults; forceSync=yes is written down all the same.
SETTINGS = {
    "tickTime": "2000", "clientPortAddress": "127.0.0.1", "maxClientCnxns": "0", "admin.enableServer": "false",
    "4lw.commands.whitelist": "*", "forceSync": "yes",
}

#: And the members of an ensemble, beside their addresses.
ENSEMBLE_SETTINGS = {"initLimit": "10", "syncLimit": "5"}


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Server:
    """One server; `command` gets the path of its zoo.cfg appended. A member of an ensemble has a number and the
    ensemble's settings."""

    def __init__(self, name, command, parent, port=None, number=None, settings={}):
        self.name = name
        self.command = command
        self.port = port or free_ports(1)[0]
        self.folder = tempfile.mkdtemp(prefix=f"bench-{name}-", dir=parent)
        os.makedirs(self.folder + "/data")
        self.config = self.folder + "/zoo.cfg"
        with open(self.config, "w") as file:
            for key, value in {**SETTINGS, **settings, "dataDir": self.folder + "/data",
                               "clientPort": self.port}.items():
                file.write(f"{key}={value}\n")
        if number is not None:
            with open(self.folder + "/data/myid", "w") as file:
                file.write(f"{number}\n")
        self.launch()
        if number is None:
            self.wait_until_serving()

    @property
    def addresses(self):
        return f"127.0.0.1:{self.port}"

    @property
    def pids(self):
        return [self.process.pid]

    def is_running(self):
        return self.process.poll() is None

    def launch(self):
        self.output = open(self.folder + "/output", "ab")
        self.process = subprocess.Popen([*self.command, self.config], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.output, cwd=self.folder)

    def wait_until_serving(self, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.opens_sessions():
                return
            time.sleep(0.02)
        with open(self.folder + "/output", "rb") as file:
            tail = file.read()[-2000:].decode(errors="replace")
        self.stop()
        raise SystemExit(f"{self.name} does not serve:\n{tail}")

    def opens_sessions(self):
        """Whether a session can be opened; it ends with the connection."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as link:
                link.sendall(struct.pack(">iiqiqi16s?", 45, 0, 0, 4000, 0, 16, bytes(16), False))
                return len(link.recv(41)) > 0
        except OSError:
            return False

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) * 1024

    def halt(self):
        """Ends the process, keeps its data."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.output.close()

    def stop(self):
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


class Ensemble:
    """Several servers of one kind that answer together; to the generator like one."""

    def __init__(self, name, command, parent, count):
        self.name = name
        ports = free_ports(3 * count)
        quorum, election = ports[count:2 * count], ports[2 * count:]
        settings = {**ENSEMBLE_SETTINGS,
                    **{f"server.{i + 1}": f"127.0.0.1:{quorum[i]}:{election[i]}" for i in range(count)}}
        self.servers = [Server(name, command, parent, ports[i], i + 1, settings) for i in range(count)]
        try:
            for server in self.servers:
                server.wait_until_serving()
        except SystemExit:
            self.stop()
            raise

    @property
    def addresses(self):
        return ",".join(server.addresses for server in self.servers)

    @property
    def pids(self):
        return [server.process.pid for server in self.servers]

    def is_running(self):
        return all(server.is_running() for server in self.servers)

    def stop(self):
        for server in self.servers:
            server.stop()


def apache_command(heap):
    """Debian's 3.8.0. Its script sets no heap, so the JVM's default holds unless `heap` says otherwise."""
    classpath = os.environ.get("ZOOKEEPER_CLASSPATH", "/usr/share/java/zookeeper.jar")
    flags = [f"-Xmx{heap}"] if heap else []
    return ["java", *flags, "-cp", classpath, "org.apache.zookeeper.server.quorum.QuorumPeerMain"]
