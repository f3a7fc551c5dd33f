"""TLS for clients: real clients with certificates, identities, records, reload; and what stops the start.

    test_tls.py [--only NAME]

kazoo, openssl and Java's client (Debian's) against one node on each number of loops for sockets.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import time

from harness import apache, checks, client, nodes, places, wire
from harness.certificates import Authority
from harness.ports import free_port

CONFIGURATION = 78
WRONG = "a-wrong-password"
ADMINISTRATOR = "CN=root,O=Test"


class SecureClient(client.Client):
    """A session over TLS."""

    def __init__(self, address, context, **options):
        self.context = context
        super().__init__(address, **options)

    def send(self, data):
        if self.context:
            context, self.context = self.context, None
            try:
                self.socket = context.wrap_socket(
                    self.socket, server_hostname="localhost", suppress_ragged_eofs=False)
            except OSError as error:
                raise client.Lost(f"handshake: {error}") from None
        super().send(data)


def settings(authority, **others):
    return {
        "secureClientPort": free_port(),
        "ssl__keyStore__location": authority.path("server.pem"),
        "ssl__trustStore__location": authority.path("ca.crt"),
        "X509AuthenticationProvider__superUser": ADMINISTRATOR,
        **others,
    }


@contextlib.contextmanager
def serving(authority, **others):
    with nodes.Node("aviary", **settings(authority, **others)) as node:
        node.start()
        yield node, ("127.0.0.1", node.settings["secureClientPort"])


def who(session):
    reader = session.call(wire.WHO_AM_I).body
    return [(reader.string(), reader.string()) for _ in range(reader.int32())]


def identities(report, authority, **others):
    with serving(authority, **others) as (node, address):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = authority.context("alice", minimum_version=version, maximum_version=version)
            with contextlib.closing(SecureClient(address, context)) as alice:
                found = who(alice)
                report.check(f"{version.name}: the subject is an identity", ("x509", "CN=alice,O=Test") in found, found)
        own = wire.acl((31, "x509", "CN=alice,O=Test"))
        with contextlib.closing(SecureClient(address, authority.context("alice"))) as alice:
            report.equal("alice makes a znode of hers", alice.create("/hers", b"x", permissions=own).error, 0)
            nobody = wire.acl((31, "x509", "a"))
            report.equal("a name that is none is refused", alice.create("/no", permissions=nobody).error,
                         wire.INVALID_ACL)
        with contextlib.closing(SecureClient(address, authority.context("bob"))) as bob:
            report.equal("bob may not read it", bob.get("/hers").error, wire.NO_AUTH)
        with contextlib.closing(SecureClient(address, authority.context("root"))) as root:
            report.equal("the super user may", root.get("/hers").error, 0)
        for name, context in (("no certificate", authority.context()), ("a stranger", stranger(authority))):
            try:
                SecureClient(address, context).close()
                report.check(f"{name} is kept out", False)
            except client.Lost:
                report.check(f"{name} is kept out", True)
        with contextlib.closing(client.Client(node.address)) as plain:
            report.equal("plain text is served beside it", plain.get("/hers").error, wire.NO_AUTH)
        with socket.create_connection(address) as raw, \
                authority.context("alice").wrap_socket(raw, server_hostname="localhost") as link:
            link.sendall(b"ruok")
            report.equal("a word is answered", link.recv(100), b"imok")
        report.check("the log has no password", b"PRIVATE" not in node.log.read_bytes())


def stranger(authority):
    other = Authority(authority.folder / "other", "ca")
    other.issue("alice")
    context = authority.context()
    context.load_cert_chain(other.path("alice.pem"))
    return context


def records(report, authority, **others):
    """A reply is a record: each `recv` of Python's ssl gives what one record had."""
    with serving(authority, **others) as (_, address):
        with contextlib.closing(SecureClient(address, authority.context("alice"))) as session:
            request = b"".join(
                wire.frame(wire.int32(xid) + wire.int32(wire.EXISTS) + wire.string("/") + wire.boolean(False))
                for xid in range(1, 21))
            session.send(request)
            sizes = []
            while len(sizes) < 20:
                data = session.socket.recv(1 << 16)
                length = struct.unpack(">i", data[:4])[0]
                sizes.append(len(data) - 4 - length)
            report.equal("20 replies are 20 records", sizes, [0] * 20)
            large = bytes(900_000)
            report.equal("a large write is taken", session.create("/large", large).error, 0)
            report.check("and read again", session.get("/large").body.buffer() == large)
            session.call(wire.CLOSE)
            report.equal("the end is announced", session.socket.recv(1), b"")


def anchors(report, authority, **others):
    """Java believes every certificate of its trust store, also one that another signed."""
    with serving(authority, ssl__trustStore__location=authority.path("alice.crt"), **others) as (_, address):
        with contextlib.closing(SecureClient(address, authority.context("alice"))) as alice:
            report.check("a leaf in the trust store is believed", ("x509", "CN=alice,O=Test") in who(alice))
        try:
            SecureClient(address, authority.context("bob")).close()
            report.check("and none beside it", False)
        except client.Lost:
            report.check("and none beside it", True)


def unified(report, authority, **others):
    with serving(authority, client__portUnification="true", ssl__clientAuth="want", **others) as (node, _):
        with contextlib.closing(client.Client(node.address)) as plain:
            report.equal("plain text on the unified port", plain.exists("/").error, 0)
        with contextlib.closing(SecureClient(node.address, authority.context("alice"))) as alice:
            report.check("TLS on the unified port", ("x509", "CN=alice,O=Test") in who(alice))
        with contextlib.closing(SecureClient(node.address, authority.context())) as nobody:
            report.equal("who shows nothing is an address", [name for name, _ in who(nobody)], ["ip"])


def reload(report, authority, **others):
    """Through a link that is swapped, as Kubernetes does it; then with a file that is broken."""
    folder = authority.folder
    link = folder / "current.pem"

    def point(name):
        (folder / "next").symlink_to(folder / name)
        os.replace(folder / "next", link)

    def serial(address):
        with socket.create_connection(address) as raw, \
                authority.context("alice").wrap_socket(raw, server_hostname="localhost") as secured:
            return secured.getpeercert()["serialNumber"]

    authority.issue("renewed")
    point("server.pem")
    with serving(authority, ssl__keyStore__location=link, **others) as (node, address):
        with contextlib.closing(SecureClient(address, authority.context("alice"))) as session:
            first, start = serial(address), time.monotonic()
            point("renewed.pem")
            while serial(address) == first and time.monotonic() - start < 10:
                time.sleep(0.05)
            took = time.monotonic() - start
            report.check("a new certificate is shown within 2 s", took < 2.5, took)
            second = serial(address)
            (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\n")
            point("broken.pem")
            while b"not taken up" not in node.log.read_bytes() and time.monotonic() - start < 20:
                time.sleep(0.05)
            report.equal("a broken one is not", serial(address), second)
            report.equal("which is said once", node.log.read_bytes().count(b"not taken up"), 1)
            report.equal("and whoever was there stays", session.exists("/").error, 0)


def real_clients(report, authority, **others):
    from kazoo.client import KazooClient

    with serving(authority, **others) as (_, address):
        kazoo = KazooClient(hosts=f"127.0.0.1:{address[1]}", use_ssl=True, ca=authority.path("ca.crt"),
                            certfile=authority.path("alice.crt"), keyfile=authority.path("alice.key"))
        kazoo.start(10)
        start = time.monotonic()
        for pending in [kazoo.create_async(f"/kazoo-{i}", b"x") for i in range(50)]:
            pending.get(10)
        seen = []
        kazoo.DataWatch("/kazoo-0", lambda data, _: seen.append(data))
        kazoo.set("/kazoo-0", b"changed")
        while b"changed" not in seen and time.monotonic() - start < 10:
            time.sleep(0.01)
        took = time.monotonic() - start
        report.check("kazoo's 50 creates and a watch, none of which waits", b"changed" in seen and took < 5, took)
        kazoo.stop()
        kazoo.close()
        words = subprocess.run(
            ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{address[1]}",
             "-CAfile", authority.path("ca.crt"), "-cert", authority.path("alice.crt"),
             "-key", authority.path("alice.key")],
            input=b"srvr", capture_output=True, timeout=20)
        report.check("openssl s_client is answered srvr", b"Mode: standalone" in words.stdout, words)
        java(report, authority, address)


def java(report, authority, address):
    """Debian's 3.8.0, with PKCS12 stores of its own."""
    authority.run("pkcs12", "-export", "-in", "alice.crt", "-inkey", "alice.key", "-out", "alice.p12", "-passout",
                  "pass:sesame")
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.crt", "-keystore", "trust.p12",
                    "-storetype", "PKCS12", "-storepass", "sesame"],
                   cwd=authority.folder, check=True, capture_output=True)
    flags = {
        "client.secure": "true", "clientCnxnSocket": "org.apache.zookeeper.ClientCnxnSocketNetty",
        "ssl.keyStore.location": authority.path("alice.p12"), "ssl.keyStore.password": "sesame",
        "ssl.trustStore.location": authority.path("trust.p12"), "ssl.trustStore.password": "sesame",
        "ssl.keyStore.type": "PKCS12", "ssl.trustStore.type": "PKCS12",
    }
    flags = [f"-Dzookeeper.{key}={value}" for key, value in flags.items()]
    ended = subprocess.run(
        ["java", *flags, "-cp", apache.logging_class_path(), "org.apache.zookeeper.ZooKeeperMain", "-server",
         f"localhost:{address[1]}", "whoami"], capture_output=True, timeout=60, cwd=authority.folder)
    report.check("Java's client is who its certificate says", b"x509: CN=alice,O=Test" in ended.stdout, ended)


def refusals(report, authority, **others):
    stores = authority.folder / "bad"
    stores.mkdir()
    (stores / "store.jks").write_bytes(b"\xfe\xed\xfe\xed" + bytes(100))
    key = {"ssl__keyStore__location": authority.path("alice.p12")}
    for name, sentence, wrong in [
        ("no file", "there is no such file", {"ssl__keyStore__location": "/no/such.pem"}),
        ("a wrong password", "does not open it", {**key, "ssl__keyStore__password": WRONG}),
        ("a JKS store", "keytool -importkeystore", {"ssl__keyStore__location": stores / "store.jks"}),
        ("no key", "there is no private key", {"ssl__keyStore__location": authority.path("ca.crt")}),
        ("an unknown suite", "OpenSSL has no suite", {"ssl__ciphersuites": "TLS_NOTHING"}),
    ]:
        with nodes.Node("aviary", **settings(authority, **wrong, **others)) as node:
            node.launch()
            report.equal(f"{name}: the exit code", node.process.wait(30), CONFIGURATION)
            log = node.log_end()
            report.check(f"{name}: says {sentence!r} and no password", sentence in log and WRONG not in log, log)


def silence(report, authority, **others):
    """Many that say nothing, or end in the middle, harm nobody."""
    with serving(authority, **others) as (node, address):
        silent = [socket.create_connection(address) for _ in range(50)]
        for link in silent[:25]:
            link.sendall(b"\x16\x03\x01\x02\x00\x01")
        for link in silent[10:20]:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            link.close()
        with contextlib.closing(SecureClient(address, authority.context("alice"))) as alice:
            report.equal("clients are served beside the silent", alice.exists("/").error, 0)
        silent[0].settimeout(15)
        start = time.monotonic()
        while silent[0].recv(100):
            pass
        report.check("who says nothing is closed in 10 s", 8 < time.monotonic() - start < 12)
        for link in silent:
            link.close()
        report.equal("and the node stops", node.stop(), 0)


PARTS = [identities, records, anchors, unified, reload, real_clients, refusals, silence]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[part.__name__ for part in PARTS])
    arguments = parser.parse_args()
    report = checks.Checks()
    authority = Authority(pathlib.Path(places.new_folder("tls")))
    try:
        for name in ("server", "alice", "bob", "root"):
            authority.issue(name)
        for part in PARTS:
            for threads in [1, 2] if part in (identities, records, unified) else [2]:
                if arguments.only in (None, part.__name__):
                    report.run(part.__name__, lambda: part(report, authority, ioThreads=threads))
    finally:
        shutil.rmtree(authority.folder, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
