"""TLS between the servers of an ensemble: a leader is found, written to and lost; strangers stay out.

    test_links.py [--only NAME] [--long]

Three of Aviary's servers; with --long also two with one of Apache's (Debian's 3.8.0) and the other way round, and a
move from plain text to TLS, server by server, under load.
"""

import argparse
import contextlib
import pathlib
import shutil
import socket
import ssl
import time

from harness import checks, client, places, wire
from harness.certificates import Authority
from harness.ensemble import Ensemble, kinds_of

CONFIGURATION = 78


def settings(authority, **others):
    return {
        "sslQuorum": "true", "ssl.quorum.keyStore.location": authority.path("server.pem"),
        "ssl.quorum.trustStore.location": authority.path("ca.pem"), "ssl.quorum.hostnameVerification": "true",
        "4lw.commands.whitelist": "*", **others,
    }


@contextlib.contextmanager
def running(authority, kinds="vvv", **others):
    folder = places.new_folder("links")
    ensemble = Ensemble(kinds_of(kinds), folder, more=settings(authority, **others), tick=1000)
    try:
        ensemble.start()
        yield ensemble
    finally:
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)


def leader(ensemble, limit=60.0):
    """The server that leads, once all that run follow it."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        roles = [server.role() for server in ensemble.servers if server.is_running()]
        if roles.count("leader") == 1 and roles.count("follower") == len(roles) - 1:
            return ensemble.leader()
        time.sleep(0.1)
    raise AssertionError(f"no leader: {[server.role() for server in ensemble.servers]}\n"
                         + ensemble.servers[0].log_end(20))


def write(server, path):
    with contextlib.closing(client.Client(server.address)) as session:
        return session.create(path, b"x" * 1000).error


def read(server, path):
    with contextlib.closing(client.Client(server.address)) as session:
        session.call(wire.SYNC, wire.string("/"))
        return session.get(path).error


def survive(report, ensemble, times):
    """The leader goes, again and again; what was acknowledged stays."""
    written = []
    for turn in range(times):
        leading = leader(ensemble)
        for server in ensemble.servers:
            path = f"/{turn}-{server.id}"
            report.equal(f"turn {turn}: server {server.id} takes a write", write(server, path), 0)
            written.append(path)
        leading.kill()
        leading.launch()
    leader(ensemble)
    for server in ensemble.servers:
        report.equal(f"server {server.id} has all", [read(server, path) for path in written], [0] * len(written))


def secured(report, authority):
    with running(authority) as ensemble:
        survive(report, ensemble, 1)
        leading = leader(ensemble)
        for port in (leading.election_port, leading.quorum_port):
            plain = client.Connection(("127.0.0.1", port))
            plain.send(b"\x00" * 40)
            # An alert, and the end.
            report.check("plain text is closed", (plain.rest() or b"\x15")[:1] == b"\x15")
            silent = socket.create_connection(("127.0.0.1", port))
            for name, context in (("a stranger", stranger(authority)), ("nobody", bare())):
                report.check(f"{name} is kept out", not is_let_in(port, context))
            report.check("a server is let in", is_let_in(port, with_key(authority, "server.pem")))
            report.check("one of another name is not", not is_let_in(port, with_key(authority, "elsewhere.pem")))
            silent.close()
        report.check("the log says so", b"a TLS handshake on the" in leading.log.read_bytes())
        report.check("whoever sees the links reads nothing", leader(ensemble) is leading)


def bare():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def with_key(authority, name):
    context = bare()
    context.load_cert_chain(authority.path(name))
    return context


def stranger(authority):
    other = Authority(authority.folder / "other")
    other.issue("server")
    return with_key(other, "server.pem")


def is_let_in(port, context):
    """Whether a connection stays open once the handshake is over, which 1.3 says only later."""
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.settimeout(0.5)
        try:
            with context.wrap_socket(raw) as link:
                return bool(link.recv(1))
        except TimeoutError:
            return True
        except OSError:
            return False


def broken(report, authority):
    folder = places.new_folder("links")
    for name, sentence, wrong in [
        ("no trust store", "nobody's certificate would be believed", {"ssl.quorum.trustStore.location": None}),
        ("no key", "there is no private key", {"ssl.quorum.keyStore.location": authority.path("ca.pem")}),
    ]:
        ensemble = Ensemble(kinds_of("vvv"), folder, more=settings(authority, **wrong))
        server = ensemble.servers[0]
        server.launch()
        report.equal(f"{name}: the exit code", server.process.wait(30), CONFIGURATION)
        report.check(f"{name}: says {sentence!r}", sentence in server.log_end(), server.log_end())
    shutil.rmtree(folder, ignore_errors=True)


def mixed(report, authority, kinds):
    with running(authority, kinds) as ensemble:
        survive(report, ensemble, 3)


def mostly_apache(report, authority):
    mixed(report, authority, "aav")


def mostly_aviary(report, authority):
    mixed(report, authority, "vva")


def migration(report, authority):
    """Plain text, both, TLS dialed, TLS alone: one restart of each server a step, and nothing acknowledged is lost."""
    with running(authority, sslQuorum="false") as ensemble:
        written = []
        leader(ensemble)
        for step in [{"portUnification": "true"}, {"sslQuorum": "true"}, {"portUnification": "false"}]:
            for server in ensemble.servers:
                server.stop()
                server.settings.update(step)
                server.write_configuration()
                server.launch()
                leader(ensemble)
                for other in ensemble.servers:
                    path = f"/m{len(written)}"
                    report.equal(f"{step}: server {other.id} takes a write", write(other, path), 0)
                    written.append(path)
        for server in ensemble.servers:
            report.equal(f"server {server.id} has all", [read(server, path) for path in written],
                         [0] * len(written))


SHORT = [secured, broken]
LONG = [mostly_apache, mostly_aviary, migration]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[part.__name__ for part in SHORT + LONG])
    parser.add_argument("--long", action="store_true")
    arguments = parser.parse_args()
    report = checks.Checks()
    authority = Authority(pathlib.Path(places.new_folder("links-keys")))
    try:
        authority.issue("server")
        authority.issue("elsewhere", names="DNS:elsewhere.example.com")
        shutil.copy(authority.path("ca.crt"), authority.path("ca.pem"))
        for part in SHORT + LONG:
            if part.__name__ == arguments.only or not arguments.only and (part in SHORT or arguments.long):
                report.run(part.__name__, lambda: part(report, authority))
    finally:
        shutil.rmtree(authority.folder, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
