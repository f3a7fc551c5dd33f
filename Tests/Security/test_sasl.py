"""Logins by SASL (DIGEST-MD5), what is required of clients, and whom a name may not make another.

    test_sasl.py [--only NAME]

Raw sockets, kazoo and Java's client (Debian's) against one node on each number of loops for sockets.
"""

import argparse
import contextlib
import hashlib
import pathlib
import shutil
import subprocess
import time

from harness import apache, checks, client, nodes, places, wire

JAAS = """
Server {
    org.apache.zookeeper.server.auth.DigestLoginModule required
    user_bob="bobsecret" user_super="heaven" user_admin="adminsecret"
    "user_eve@EXAMPLE.COM"="evesecret";
};
"""
PASSWORDS = {"bob": "bobsecret", "super": "heaven", "admin": "adminsecret", "eve@EXAMPLE.COM": "evesecret"}
EMPTY_FAILURE = b"\xff\xff\xff\xff"


@contextlib.contextmanager
def serving(folder, **others):
    (folder / "jaas.conf").write_text(JAAS)
    configured = {"java__security__auth__login__config": folder / "jaas.conf", "superUser": "admin", **others}
    with nodes.Node("aviary", **configured) as node:
        node.start()
        yield node


def response(challenge, user, password, name=None):
    """What a client answers a challenge, by the formulas of RFC 2831."""
    nonce = challenge.split(b'nonce="')[1].split(b'"')[0].decode()

    def md5(data):
        return hashlib.md5(data).hexdigest()

    first = hashlib.md5(f"{user}:zk-sasl-md5:{password}".encode()).digest() + f":{nonce}:clientnonce".encode()
    if name is not None:
        first += f":{name}".encode()
    second = md5(b"AUTHENTICATE:zookeeper/zk-sasl-md5")
    digest = md5(f"{md5(first)}:{nonce}:00000001:clientnonce:auth:{second}".encode())
    said = (f'username="{user}",realm="zk-sasl-md5",nonce="{nonce}",cnonce="clientnonce",nc=00000001,qop=auth,'
            f'digest-uri="zookeeper/zk-sasl-md5",response={digest}')
    return (said + (f',authzid="{name}"' if name is not None else "")).encode()


def say(session, token):
    """The code of the answer, and its token as bytes with their length."""
    reply = session.call(wire.SASL, wire.buffer(token))
    return reply.error, reply.zxid, reply.body.body[16:]


def log_in(session, user, password=None, name=None):
    challenge = say(session, b"")[2][4:]
    return say(session, response(challenge, user, password or PASSWORDS[user], name))


def who(session):
    reader = session.call(wire.WHO_AM_I).body
    return sorted((reader.string(), reader.string()) for _ in range(reader.int32()))


def auth(session, scheme, credentials):
    return session.call(wire.AUTH, wire.int32(0) + wire.string(scheme) + wire.buffer(credentials), xid=-4).error


def logins(report, folder, **others):
    with serving(folder, **others) as node:
        with contextlib.closing(client.Client(node.address)) as bob:
            code, zxid, token = say(bob, b"anything")
            nonce = token[4:].split(b'nonce="')[1].split(b'"')[0]
            expected = b'realm="zk-sasl-md5",nonce="' + nonce + b'",charset=utf-8,algorithm=md5-sess'
            report.equal("the challenge is Java's", (code, zxid, token[4:]), (0, 0, expected))
            report.equal("with 40 characters by chance", len(nonce), 40)
            code, _, token = say(bob, response(expected, "bob", "bobsecret"))
            report.equal("bob is answered", (code, token[4:12]), (0, b"rspauth="))
            own = wire.acl((31, "sasl", "bob"))
            report.equal("bob makes a znode of his", bob.create("/his", b"x", permissions=own).error, 0)
            report.equal("auth stands for him", bob.create("/auth", permissions=wire.acl((31, "auth", ""))).error, 0)
            nobody = wire.acl((31, "sasl", "a/b/c@R"))
            report.equal("a name that is none is refused", bob.create("/no", permissions=nobody).error,
                         wire.INVALID_ACL)
            report.equal("a token behind the last fails", say(bob, b"")[::2], (wire.AUTH_FAILED, EMPTY_FAILURE))
            report.check("and ends the connection", bob.is_closed())
        with contextlib.closing(client.Client(node.address)) as nobody:
            report.equal("nobody may read it", nobody.get("/his").error, wire.NO_AUTH)
        for user, name, identities in [
            ("admin", None, [("sasl", "admin"), ("super", "")]), ("bob", "admin", [("sasl", "bob")]),
            ("eve@EXAMPLE.COM", "eve@EXAMPLE.COM", [("sasl", "eve@EXAMPLE.COM")]),
        ]:
            with contextlib.closing(client.Client(node.address)) as session:
                log_in(session, user, name=name)
                found = [identity for identity in who(session) if identity[0] != "ip"]
                report.equal(f"{user} who wants to be {name} is who he is", found, identities)
        for title, user, password, name in [
            ("a wrong password", "bob", "wrong", None), ("an unknown user", "mallory", "x", None),
            ("one who would be the super user", "eve@EXAMPLE.COM", None, "admin"),
        ]:
            with contextlib.closing(client.Client(node.address)) as session:
                report.equal(f"{title} fails", log_in(session, user, password, name),
                             (wire.AUTH_FAILED, 0, EMPTY_FAILURE))
                report.check(f"{title}: closed", session.is_closed())
        with contextlib.closing(client.Client(node.address)) as session:
            say(session, b"")
            report.equal("garbage fails", say(session, b"\x00\xff=\"")[::2], (wire.AUTH_FAILED, EMPTY_FAILURE))
        with contextlib.closing(client.Client(node.address)) as session:
            session.queue(wire.SASL, wire.int32(-1))
            session.flush()
            report.check("a null token ends it", session.is_closed())
        log = node.log.read_bytes()
        report.check("no password is in the log", not any(word.encode() in log for word in PASSWORDS.values()))


def required(report, folder, **others):
    with serving(folder, sessionRequireClientSASLAuth="true", allowSaslFailedClients="true", **others) as node:
        for title, operation, record, xid in [
            ("a read", wire.GET_DATA, wire.read("/"), None), ("a ping", wire.PING, b"", wire.PING_XID),
            ("the end", wire.CLOSE, b"", None),
        ]:
            with contextlib.closing(client.Client(node.address)) as session:
                sent = session.queue(operation, record, xid)
                session.flush()
                reply = session.reply()
                report.equal(f"{title} is refused", (reply.xid, reply.zxid, reply.error, reply.body.body[16:]),
                             (sent, 0, wire.AUTH_REQUIRED, b""))
                report.check(f"{title}: closed", session.is_closed())
        with contextlib.closing(client.Client(node.address)) as session:
            report.equal("a digest is taken", auth(session, "digest", b"bob:x"), 0)
            report.equal("and is not enough", session.exists("/").error, wire.AUTH_REQUIRED)
        with contextlib.closing(client.Client(node.address)) as session:
            report.equal("a wrong password fails", log_in(session, "bob", "wrong"),
                         (wire.AUTH_REQUIRED, 0, EMPTY_FAILURE))
        with contextlib.closing(client.Client(node.address)) as session:
            log_in(session, "bob")
            report.equal("bob is served", session.exists("/").error, 0)


def lenient(report, folder, **others):
    ensemble = "org.apache.zookeeper.server.auth.EnsembleAuthenticationProvider"
    with serving(folder, allowSaslFailedClients="true", authProvider__1=ensemble, ensembleAuthName="prod, test",
                 DigestAuthenticationProvider__enabled="false", **others) as node:
        with contextlib.closing(client.Client(node.address)) as session:
            report.equal("who fails may stay", log_in(session, "bob", "wrong"), (0, 0, EMPTY_FAILURE))
            report.equal("for good", say(session, b"")[::2], (0, EMPTY_FAILURE))
            report.equal("and is nobody", [name for name, _ in who(session)], ["ip"])
            report.equal("the ensemble's name is right", auth(session, "ensemble", b"test"), 0)
            own = wire.acl((31, "digest", "u:x"))
            report.equal("digest is off in ACLs", session.create("/x", permissions=own).error, wire.INVALID_ACL)
            report.equal("and as a scheme", auth(session, "digest", b"u:p"), wire.AUTH_FAILED)
        with contextlib.closing(client.Client(node.address)) as session:
            session.queue(wire.AUTH, wire.int32(0) + wire.string("ensemble") + wire.buffer(b"other"), xid=-4)
            session.flush()
            report.check("another ensemble's client is closed without an answer", session.is_closed())


def real_clients(report, folder, **others):
    from kazoo.client import KazooClient
    from kazoo.protocol.states import KeeperState
    from kazoo.security import make_acl

    with serving(folder, sessionRequireClientSASLAuth="true", **others) as node:
        hosts = "127.0.0.1:%d" % node.address[1]
        options = {"mechanism": "DIGEST-MD5", "username": "bob", "password": "bobsecret"}
        kazoo = KazooClient(hosts=hosts, sasl_options=options)
        kazoo.start(10)
        kazoo.create("/kazoo", b"x", acl=[make_acl("sasl", "bob", all=True)])
        report.equal("kazoo logs in, and reads what is its own", kazoo.get("/kazoo")[0], b"x")
        kazoo.stop()
        kazoo.close()
        (folder / "client.conf").write_text(
            'Client { org.apache.zookeeper.server.auth.DigestLoginModule required\n'
            'username="bob" password="bobsecret"; };\n')
        ended = subprocess.run(
            ["java", f"-Djava.security.auth.login.config={folder / 'client.conf'}", "-cp",
             apache.logging_class_path(), "org.apache.zookeeper.ZooKeeperMain", "-server", hosts, "whoami"],
            capture_output=True, timeout=60, cwd=folder)
        report.check("Java's client is who its JAAS file says", b"sasl: bob" in ended.stdout, ended)

    # What is not required is answered as kazoo expects it.
    with serving(folder, **others) as node:
        hosts = "127.0.0.1:%d" % node.address[1]
        wrong = KazooClient(hosts=hosts, sasl_options={**options, "password": "wrong"})
        wrong.start_async()
        limit = time.monotonic() + 10
        # It closes at once behind that.
        failed = (KeeperState.AUTH_FAILED, KeeperState.CLOSED)
        while wrong.client_state not in failed and time.monotonic() < limit:
            time.sleep(0.01)
        report.check("kazoo hears of a wrong password", wrong.client_state in failed, wrong.client_state)
        wrong.stop()
        wrong.close()


PARTS = [logins, required, lenient, real_clients]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[part.__name__ for part in PARTS])
    arguments = parser.parse_args()
    report = checks.Checks()
    folder = pathlib.Path(places.new_folder("sasl"))
    try:
        for part in PARTS:
            for threads in [1, 2] if part is logins else [2]:
                if arguments.only in (None, part.__name__):
                    report.run(part.__name__, lambda: part(report, folder, ioThreads=threads))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
