"""Two of three servers die: does the third serve reads, and nothing else, until they are back?

    readonly.py [--server apache]

With kazoo as a client that is content with reads, and with plain bytes for what no library shows. Apache makes sessions
in read-only mode only where local sessions are enabled; Aviary always does.
"""

import argparse
import shutil

from kazoo.client import KazooClient
from kazoo.exceptions import NotReadOnlyCallError
from kazoo.protocol.states import KeeperState

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble

NOT_READ_ONLY = -119
TICK = 500  # ms; the shortest time to read-only mode is 2 s, whatever the tick
WRITES = {
    "sync": (wire.SYNC, wire.string("/a")), "create": (wire.CREATE, wire.create("/w")),
    "delete": (wire.DELETE, wire.delete("/a")), "setData": (wire.SET_DATA, wire.set_data("/a", b"x")),
    "multi": (wire.MULTI, wire.multi([(wire.SET_DATA, wire.set_data("/a", b"x"))])),
    "an unreadable create": (wire.CREATE, b""),
}


def lines(server, word):
    return (server.word(word) or b"").decode().splitlines()


def reads(report, survivor, zxid):
    link = client.Client(survivor.address, read_only=True)
    report.check("the answer to the handshake says read-only", link.is_read_only)
    report.equal("data is read", link.get("/a").body.buffer(), b"before")
    report.equal("an answer carries the last zxid", link.exists("/a").zxid, zxid)
    report.equal("a watch is set", link.exists("/b", watch=True).error, wire.NO_NODE)
    report.equal("a ping is answered", link.call(wire.PING).error, wire.OK)
    identity = wire.int32(0) + wire.string("digest") + wire.buffer(b"u:p")
    report.equal("an identity is proven", link.call(wire.AUTH, identity).error, wire.OK)
    for name, (operation, record) in WRITES.items():
        reply = link.call(operation, record)
        report.equal(f"{name} is refused", (reply.error, reply.zxid), (NOT_READ_ONLY, zxid))
    again = client.Client(survivor.address, session=link.session, password=link.password, read_only=True)
    report.equal("a session is taken up again", again.session, link.session)
    report.check("its older connection is closed", link.is_closed())
    report.equal("a session is closed", again.call(wire.CLOSE).error, wire.OK)
    report.check("and its connection", again.is_closed())


def refusals(report, survivor, writer, zxid):
    for sentence, options in {
        "who asks for read and write": {"read_only": False},
        "who does not know read-only mode": {"read_only": None},
        "who has seen more": {"read_only": True, "last_zxid": zxid + 1},
        "a session of the ensemble": {"read_only": True, "session": writer.session, "password": writer.password},
    }.items():
        link = client.Connection(survivor.address)
        options = {"timeout": 10000, **options}
        link.send(wire.connect_request(**options))
        report.check(f"{sentence} is sent away without a word", link.is_closed())
        link.close()


def words(report, survivor):
    report.equal("isro", survivor.word("isro"), b"ro")
    report.check("srvr says so", "READ-ONLY mode; serving only read-only clients" in lines(survivor, "srvr"),
                 lines(survivor, "srvr"))
    report.equal("the mode", survivor.role(), "read-only")
    report.check("mntr says so", "zk_server_state\tread-only" in lines(survivor, "mntr"), lines(survivor, "mntr")[:5])


def act(report, ensemble, kind):
    survivor = next(server for server in ensemble.servers if server is not ensemble.leader())
    others = [server for server in ensemble.servers if server is not survivor]
    writer = client.Client(survivor.address, timeout=60000)
    writer.create("/a", b"before")
    writer.create("/mine", flags=wire.EPHEMERAL)  # with Apache's local sessions only this brings it to the ensemble
    zxid = writer.exists("/a").zxid
    for server in others:
        server.kill()
    writer.queue(wire.CREATE, wire.create("/waits"))
    writer.flush_quietly()
    report.check("a server without a leader becomes read-only",
                 checks.eventually(lambda: survivor.word("isro") == b"ro"), survivor.log_end())
    words(report, survivor)
    refusals(report, survivor, writer, zxid)
    reads(report, survivor, zxid)

    reader = KazooClient(hosts=ensemble.addresses(), timeout=10, read_only=True,
                         connection_retry={"max_tries": -1, "delay": 0.05, "max_delay": 0.2})
    reader.start(timeout=30)
    report.equal("kazoo is connected to read", reader.client_state, KeeperState.CONNECTED_RO)
    report.equal("kazoo reads", reader.get("/a")[0], b"before")
    try:
        reader.create("/from-kazoo", b"")
        report.check("kazoo's write is refused", False)
    except NotReadOnlyCallError:
        report.check("kazoo's write is refused", True)
    report.check("nothing has got a zxid", f"Zxid: {zxid:#x}" in lines(survivor, "srvr"), lines(survivor, "srvr"))

    for server in others:
        server.launch()
    ensemble.wait_until_serving(60)
    report.check("kazoo is connected to write", checks.eventually(lambda: reader.client_state == KeeperState.CONNECTED),
                 reader.client_state)
    report.equal("kazoo writes", reader.create("/from-kazoo", b"after"), "/from-kazoo")
    report.check("isro", checks.eventually(lambda: survivor.word("isro") == b"rw"))
    if kind == "aviary":
        report.equal("who was there all the time is answered now", writer.reply().error, wire.OK)
        writer.end()
    reader.stop()
    reader.close()
    compare(report, ensemble)


def compare(report, ensemble):
    for server in ensemble.servers:
        link = client.Client(server.address)
        link.call(wire.SYNC, wire.string("/"))
        report.equal(f"server {server.id} has the write", link.get("/from-kazoo").body.buffer(), b"after")
        report.equal(f"server {server.id} has no other", link.exists("/w").error, wire.NO_NODE)
        link.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    kind = parser.parse_args().server
    report = checks.Checks()
    folder = places.new_folder("readonly")
    more = {"readonlymode.enabled": "true"}
    if kind == "apache":
        more["localSessionsEnabled"] = "true"
        more["localSessionsUpgradingEnabled"] = "true"
    ensemble = Ensemble([kind] * 3, folder, tick=TICK, more=more)
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        report.run("the whole of it", lambda: act(report, ensemble, kind))
    finally:
        ensemble.stop()
    if not report.failed:
        shutil.rmtree(folder, ignore_errors=True)
    report.finish()


main()
