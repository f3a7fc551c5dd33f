"""A server as a process: Aviary's, or Apache's from Debian's package, with the same configuration file."""

import os
import shutil
import signal
import socket
import subprocess
import time

from harness import apache, places
from harness.ports import free_port

JVM_PROPERTIES = {"readonlymode.enabled", "jute.maxbuffer"}  # what Apache reads from the command line only


def add_server_argument(parser):
    parser.add_argument("--server", choices=["aviary", "apache"], default="aviary", help="which server to test")


class Node:
    """One server with a data folder of its own, new unless it is named; the port stays the same over restarts.

    `settings` are lines of its configuration (`__` stands for a dot, None leaves a line out). `launcher` is what starts
    it instead of the server under test, or of Debian's; the path of the configuration is put behind it.
    """

    def __init__(self, kind, folder=None, port=None, launcher=None, **settings):
        self.kind = kind
        self.launcher = launcher
        self.folder = folder or places.new_folder(kind)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.port = port or free_port()
        self.address = ("127.0.0.1", self.port)
        self.process = None
        self.configuration = self.folder / "zoo.cfg"
        self.settings = {
            "tickTime": 2000,
            "dataDir": self.data,
            "clientPort": self.port,
            "maxClientCnxns": 0,
            "admin.enableServer": "false",
            "4lw.commands.whitelist": "*",
            **{name.replace("__", "."): value for name, value in settings.items()},
        }
        if kind == "aviary" and (count := os.environ.get("AVIARY_IO_THREADS")):
            self.settings.setdefault("ioThreads", count)
        self.data.mkdir(parents=True, exist_ok=True)
        self.write_configuration()

    def write_configuration(self):
        """Again, where `settings` were changed since."""
        lines = [f"{name}={value}\n" for name, value in self.settings.items() if value is not None]
        self.configuration.write_text("".join(lines))
        (self.folder / "log4j.properties").write_text(
            "log4j.rootLogger=INFO, OUT\nlog4j.appender.OUT=org.apache.log4j.ConsoleAppender\n"
            "log4j.appender.OUT.layout=org.apache.log4j.PatternLayout\n"
            "log4j.appender.OUT.layout.ConversionPattern=%d{ISO8601} %-5p %C{1} %m%n\n"
        )

    def command(self):
        return [*(self.launcher or self._usual_launcher()), str(self.configuration)]

    def _usual_launcher(self):
        if self.kind == "aviary":
            return [places.program("aviary-server")]
        return apache.launcher(
            apache.logging_class_path(), "-Xmx1g", "-Dfile.encoding=UTF-8",
            f"-Dlog4j.configuration=file:{self.folder}/log4j.properties",
            *(f"-D{name}={value}" for name, value in self.settings.items() if name in JVM_PROPERTIES),
        )  # fmt: skip

    def launch(self):
        """Starts the process and does not wait for it to serve."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )

    def start(self, limit=60.0):
        self.launch()
        self.wait_until_serving(limit)
        return self

    def wait_until_serving(self, limit=60.0):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_end()}")
            answer = self.word("srvr", limit=2.0)
            if answer and b"Mode:" in answer:
                return
            time.sleep(0.01)
        raise RuntimeError(f"the server does not serve after {limit} s:\n{self.log_end()}")

    def word(self, word, limit=10.0):
        """The answer to a four-letter word; None when the server cannot be reached."""
        try:
            with socket.create_connection(self.address, timeout=limit) as link:
                link.sendall(word.encode())
                answer = b""
                while data := link.recv(1 << 16):
                    answer += data
                return answer
        except OSError:
            return None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a crash does it: SIGKILL, at once."""
        self.process.kill()
        self.process.wait()

    def stop(self, limit=30.0):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(limit)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as numbers:
            return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as numbers:
            fields = numbers.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log_end(self, lines=40):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def discard(self):
        """Ends the server however it is and removes its folder."""
        if self.is_running():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.discard()
