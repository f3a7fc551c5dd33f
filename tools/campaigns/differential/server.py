"""Starting and stopping the servers under comparison: standalone, on a free loopback port, with one zoo.cfg for all."""

import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

#: What every server of the comparison is told; a seed adds to it. Timeouts are in milliseconds.
SETTINGS = {
    "tickTime": "200", "minSessionTimeout": "1000", "maxSessionTimeout": "600000", "clientPortAddress": "127.0.0.1",
    "maxClientCnxns": "0", "admin.enableServer": "false", "4lw.commands.whitelist": "*",
    "extendedTypesEnabled": "true", "reconfigEnabled": "false",
    "DigestAuthenticationProvider.superDigest": "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=",
}
#: Only Java needs these: small files, no waiting for the disk.
JAVA_FLAGS = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dzookeeper.preAllocSize=256",
              "-Dzookeeper.forceSync=no", "-Djute.maxbuffer=1048575",
              "-Dlog4j2.level=ERROR", "-Dlog4j.rootLogger=ERROR", "-Dlog4j2.disable.jmx=true"]
#: Keys that Java reads as system properties without the prefix `zookeeper.`.
BARE_PROPERTIES = ("znode.container.",)


def free_port():
    """Below the ports that the kernel gives to outgoing connections: nobody takes it while its server is down."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def java_classpath(release):
    """The jars of an Apache release: `ZOOKEEPER_JARS_<release>` names their folder, Debian's 3.8.0 is known."""
    folder = os.environ.get("ZOOKEEPER_JARS_" + release.replace(".", "_"))
    if folder:
        return ":".join(sorted(glob.glob(folder + "/*.jar")))
    if release == "3.8.0" and os.path.exists("/usr/share/java/zookeeper-3.8.0.jar"):
        return "/usr/share/java/zookeeper.jar"
    return None


class Server:
    """One running server. `kind` is an Apache release such as `3.9.3`, or the path of an Aviary program."""

    def __init__(self, kind, settings=None):
        self.kind = kind
        self.folder = tempfile.mkdtemp(prefix="differential-", dir=os.environ.get("TMPDIR"))
        self.settings = {**SETTINGS, **(settings or {})}
        for attempt in (1, 2, 3):  # Somebody else may take the port between the choice and the start.
            self.port = free_port()
            if self.start():
                return
        words = self.last_words()
        self.stop()
        raise SystemExit(f"{kind} does not serve:\n{words}")

    def start(self):
        """Whether it serves."""
        config = os.path.join(self.folder, "zoo.cfg")
        lines = {"dataDir": self.folder + "/data", "clientPort": str(self.port), **self.settings}
        os.makedirs(self.folder + "/data", exist_ok=True)
        with open(config, "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in lines.items())
        self.output = open(self.folder + "/output", "ab")
        self.process = subprocess.Popen(self.command(config), stdout=self.output, stderr=self.output,
                                        stdin=subprocess.DEVNULL, cwd=self.folder)
        return self.serves_in_time()

    def command(self, config):
        if os.path.sep in self.kind:
            return [os.path.abspath(self.kind), config]
        classpath = java_classpath(self.kind)
        if not classpath:
            raise SystemExit(f"no jars of ZooKeeper {self.kind}: set ZOOKEEPER_JARS_{self.kind.replace('.', '_')}")
        bare = [f"-D{key}={value}" for key, value in self.settings.items() if key.startswith(BARE_PROPERTIES)]
        return ["java", *JAVA_FLAGS, *bare, "-cp", classpath,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", config]

    def serves_in_time(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.is_alive():
            if b"Mode: standalone" in self.word(b"srvr"):
                return True
            time.sleep(0.05)
        return False

    def last_words(self):
        with open(self.folder + "/output", "rb") as file:
            return file.read()[-2000:].decode(errors="replace")

    def word(self, word):
        """The answer to a four-letter word, empty when there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as link:
                link.sendall(word)
                answer = b""
                while chunk := link.recv(65536):
                    answer += chunk
                return answer
        except OSError:
            return b""

    def restart(self):
        """Kills the server, and starts it again with its data, on the same port."""
        self.process.kill()
        self.process.wait()
        self.output.close()
        if not self.start():
            raise RuntimeError(f"{self.kind} does not come back:\n{self.last_words()}")

    def is_alive(self):
        return self.process.poll() is None

    def stop(self):
        if self.is_alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.output.close()
        if not os.environ.get("DIFFERENTIAL_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)
