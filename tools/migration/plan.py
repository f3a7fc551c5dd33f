"""The plan of a move: a file that names the servers and how each is stopped and started.

    [all]
    run = ssh {host}              ; put before every command of a server; empty on one machine
    admin = aviary-admin          ; the program on the servers' machines
    limit = 120                   ; seconds in which a server must be back in step

    [server.1]
    client = zk1:2181             ; where clients reach it
    apache.stop = systemctl stop zookeeper
    apache.start = systemctl start zookeeper
    apache.data = /var/lib/zookeeper          ; its dataDir
    apache.log = /var/log/zookeeper           ; its dataLogDir, where it has one
    apache.settings = /etc/zookeeper/zoo.cfg  ; looked at before the move
    aviary.stop = systemctl stop aviary
    aviary.start = systemctl start aviary
    aviary.data = /var/lib/aviary
    aviary.settings = /etc/aviary/zoo.cfg

What stands in [all] holds for every server that does not say otherwise. A command returns when what it asks for is
done: `stop` when the process is gone.
"""

import configparser
import dataclasses
import posixpath
import subprocess


class Refused(Exception):
    """Why nothing was done, or what was done was taken back."""


@dataclasses.dataclass
class Site:
    """One server of the plan: the same member of the ensemble, whichever program runs."""

    id: int
    host: str
    port: int
    options: dict

    def option(self, name, default=None):
        value = self.options.get(name, default)
        if value is None:
            raise Refused(f"the plan does not say {name} of server {self.id}")
        return value

    def run(self, command, limit=600):
        """Runs a command on the server's machine; one that does not end in time has failed."""
        prefix = self.options.get("run", "").format(host=self.host)
        words = [*prefix.split(), command] if prefix else ["sh", "-c", command]
        try:
            return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=limit)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, 124, "", f"it had not ended after {limit} s")

    def must(self, command, limit=600):
        done = self.run(command, limit)
        if done.returncode != 0:
            raise Refused(f"server {self.id}: `{command}` ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def __str__(self):
        return f"server {self.id} ({self.host}:{self.port})"


def read(path):
    """The servers that the file names, by their numbers."""
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
    if not parser.read(path):
        raise Refused(f"{path}: there is no such file")
    common = dict(parser["all"]) if parser.has_section("all") else {}
    sites = []
    for section in parser.sections():
        if section == "all":
            continue
        kind, _, number = section.partition(".")
        if kind != "server" or not number.isdigit():
            raise Refused(f"{path}: [{section}] is no [server.N]")
        options = {**common, **parser[section]}
        host, _, port = options.get("client", "").rpartition(":")
        if not host or not port.isdigit():
            raise Refused(f"{path}: [{section}] needs client = HOST:PORT")
        for theirs in ("apache.data", "apache.log"):
            if "aviary.data" in options and theirs in options:
                one, other = (posixpath.normpath(options[name]) + "/" for name in ("aviary.data", theirs))
                if one.startswith(other) or other.startswith(one):
                    raise Refused(f"{path}: [{section}] aviary.data and {theirs} must not be, or lie in, each other")
        sites.append(Site(int(number), host, int(port), options))
    if len(sites) < 3:
        raise Refused(f"{path}: {len(sites)} servers cannot be replaced one by one: others must serve meanwhile")
    return sorted(sites, key=lambda site: site.id)
