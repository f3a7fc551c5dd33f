"""How a node starts and how it refuses to: what it finds in its folders, what it is asked for, which ports it opens,
and what it says when somebody asks what it is doing.

    test_start.py
"""

import os
import signal
import socket
import stat
import subprocess
import tempfile
import time

from harness import checks, client, nodes, wire
from harness.ports import free_port

CONFIGURATION = 78
PORT_IN_USE = 75


def refused(report, name, code, sentence, **settings):
    """The node ends with `code`, and says `sentence`."""
    with nodes.Node("aviary", **settings) as node:
        refuses(report, name, node, code, sentence)


def refuses(report, name, node, code, sentence):
    node.launch()
    try:
        report.equal(f"{name}: the exit code", node.process.wait(60), code)
    except subprocess.TimeoutExpired:
        report.check(f"{name}: it ends", False, node.log_end())
        node.kill()
    report.check(f"{name}: says {sentence!r}", sentence in node.log_end(), node.log_end())


def what_is_not_there(report):
    refused(report, "no client port", CONFIGURATION, "clientPort is not set", clientPort=None)
    refused(report, "TLS alone", CONFIGURATION, "ssl.keyStore.location is not set", clientPort=None,
            secureClientPort=2281)
    refused(report, "TLS between servers", CONFIGURATION, "ssl.quorum.keyStore.location is not set", sslQuorum="true")
    refused(report, "SASL between servers", CONFIGURATION, "quorum.auth.enableSasl=true",
            quorum__auth__enableSasl="true")
    refused(report, "an old name", CONFIGURATION, "requireClientAuthScheme=sasl", requireClientAuthScheme="sasl")


def ports(report):
    refused(report, "another machine's address", CONFIGURATION, "no network interface", clientPortAddress="192.0.2.1")
    refused(report, "a name without address", CONFIGURATION, "does not resolve",
            clientPortAddress="no.such.host.invalid")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(report, "a client port in use", PORT_IN_USE, f"port {port} is in use", clientPort=port)
        with member(election=port) as node:
            refuses(report, "an election port in use", node, PORT_IN_USE, f"port {port} is in use")


def member(election, host="127.0.0.1"):
    lines = {
        "server__1": f"{host}:{free_port()}:{election}", "server__2": "127.0.0.1:1:2", "server__3": "127.0.0.1:3:4",
        "initLimit": 5, "syncLimit": 5,
    }  # fmt: skip
    node = nodes.Node("aviary", **lines)
    (node.data / "myid").write_text("1\n")
    return node


def waits_for(node, text, limit=60.0):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if text in node.log.read_text(errors="replace"):
            return True
        time.sleep(0.05)
    return False


def own_name(report):
    with member(free_port(), "not.there.yet.invalid") as node:
        node.launch()
        report.check("a name that does not resolve yet is tried again", waits_for(node, "tries again"), node.log_end())
        node.process.send_signal(signal.SIGQUIT)
        report.check("it can be asked meanwhile", waits_for(node, "looks for a leader"), node.log_end())
        report.equal("and be stopped", node.stop(), 0)


def folders(report):
    with nodes.Node("aviary") as node:
        node.start()
        link = client.Client(node.address)
        report.equal("a znode is written", link.create("/kept", b"data").error, wire.OK)
        link.end()
        report.equal("the node stops", node.stop(), 0)
        node.settings["dataLogDir"] = node.folder / "log"
        node.write_configuration()
        refuses(report, "dataLogDir added", node, CONFIGURATION, "holds no data, but dataDir=")
        report.check("nothing is made there", not (node.folder / "log").exists())
        (node.folder / "log").write_text("a file\n")
        refuses(report, "dataLogDir that is a file", node, CONFIGURATION, "is a file")
        node.settings["dataLogDir"] = None
        node.write_configuration()
        node.start()
        link = client.Client(node.address)
        report.equal("without it all is there", link.create("/kept", b"data").error, wire.NODE_EXISTS)
        link.end()
    with nodes.Node("aviary") as node:
        (node.data / "version-2").mkdir()
        (node.data / "version-2" / "log.1").write_bytes(b"ZKLG")
        refuses(report, "a folder of Apache's", node, CONFIGURATION, "version-2/log.1")
    with tempfile.TemporaryDirectory() as parent:
        long = "/".join([parent, *["d" * 100] * 6])
        refused(report, "a long path", CONFIGURATION, "bytes long", dataDir=long)
        missing = os.path.join(parent, "missing")
        refused(report, "a missing folder", CONFIGURATION, "does not exist",
                dataDir=missing, datadir__autocreate="false")
        report.check("it is not made", not os.path.exists(missing))
        refused(report, "an empty folder", CONFIGURATION, "db.autocreate=false", dataDir=parent, db__autocreate="false")


def modes(report):
    with nodes.Node("aviary", dataDir=None) as node:
        node.settings["dataDir"] = node.folder / "fresh"
        node.write_configuration()
        before = os.umask(0)
        try:
            node.start()
        finally:
            os.umask(before)
        client.Client(node.address).end()
        fresh = node.folder / "fresh"
        opened = [path.name for path in [fresh, *fresh.iterdir()] if stat.S_IMODE(path.stat().st_mode) & 0o077]
        report.equal("nothing in the folder is anybody else's", opened, [])
        report.equal("no word of it", "is open to other users" in node.log_end(), False)
    with nodes.Node("aviary") as node:
        node.data.chmod(0o755)
        node.start()
        report.equal("an open folder is said once", node.log.read_text().count("is open to other users"), 1)


def quit(report):
    with nodes.Node("aviary") as node:
        node.start()
        node.process.send_signal(signal.SIGQUIT)
        report.check("SIGQUIT says the role", waits_for(node, "role=alone"), node.log_end())
        for word in ("writesAtDisk=0", "connections=", "outstandingWrites=0", "s of CPU"):
            report.check(f"and {word}", word in node.log.read_text(), node.log_end())
        report.check("and goes on", b"Mode:" in (node.word("srvr") or b""))
        report.equal("until it is stopped", node.stop(), 0)


def main():
    report = checks.Checks()
    for part in (what_is_not_there, ports, own_name, folders, modes, quit):
        report.run(part.__name__, lambda: part(report))
    report.finish()


main()
