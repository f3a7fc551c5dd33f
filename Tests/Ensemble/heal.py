"""A server of three is damaged while it is down: does it heal from the others by itself, and lose nothing?

    heal.py
"""

import argparse
import shutil
import sqlite3

from harness import checks, client, places, wire
from harness.ensemble import Ensemble

TICK = 500  # ms
WRITES = 400
BODY = bytes(range(256)) * 4


def segments(server):
    return sorted(path for path in server.data.glob("log-0*.db") if path.stat().st_size > 0)


def flip(path, position):
    with open(path, "r+b") as file:
        file.seek(position)
        byte = file.read(1)
        file.seek(position)
        file.write(bytes([byte[0] ^ 0x10]))


def flip_in_row(server):
    """A byte in the middle of a complete segment's rows."""
    path = segments(server)[0]
    content = path.read_bytes()
    place = content.find(BODY[:64], len(content) // 2)
    assert place > 0, "no row to damage"
    flip(path, place + 32)
    return path.name


def cut_tail(server):
    """The newest segment loses what only its WAL had."""
    path = segments(server)[-1]
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return path.name


def delete_rows(server):
    path = segments(server)[0]
    with sqlite3.connect(path) as database:
        (first,) = database.execute("SELECT zxid FROM log ORDER BY zxid LIMIT 1 OFFSET 20").fetchone()
        database.execute("DELETE FROM log WHERE zxid BETWEEN ? AND ?", (first, first + 5))
    database.close()
    return path.name


def lose_segment(server):
    path = segments(server)[1]
    path.unlink()
    return path.name


def write(ensemble, begin, count):
    writer = client.Client(next(server for server in ensemble.servers if server.role() == "leader").address)
    for number in range(begin, begin + count):
        writer.queue(wire.CREATE, wire.create(f"/{number}", BODY))
    writer.flush()
    for _ in range(count):
        assert writer.reply().error == wire.OK
    writer.end()


def act(report, ensemble):
    write(ensemble, 0, WRITES)
    written = WRITES
    for damage in (flip_in_row, cut_tail, delete_rows, lose_segment):
        victim = next(server for server in ensemble.servers if server.role() == "follower")
        ensemble.wait_until_equal()
        victim.kill()
        name = damage(victim)
        if damage is flip_in_row:
            refused(report, victim, name)
        victim.launch()
        ensemble.wait_until_serving()
        log = victim.log.read_text()
        report.check(f"{damage.__name__}: it says what was fetched", f"{name} is whole again" in log, victim.log_end())
        write(ensemble, written, 10)
        written += 10
        zxids = ensemble.wait_until_equal()
        report.equal(f"{damage.__name__}: all servers are at one transaction", len(zxids), 1)
        at_end = {server.digests()[-1] for server in ensemble.servers}
        report.equal(f"{damage.__name__}: and have one tree", len(at_end), 1)
        link = client.Client(victim.address)
        report.equal(f"{damage.__name__}: it serves", link.get(f"/{written - 1}").body.buffer(), BODY)
        link.end()
    hopeless(report, ensemble)


def hopeless(report, ensemble):
    """A row that is damaged everywhere keeps the ensemble out, until one copy is back."""
    ensemble.wait_until_equal()
    for server in ensemble.servers:
        server.stop()
    copies = {path: path.read_bytes() for path in segments(ensemble.servers[0])}
    for server in ensemble.servers:
        for evidence in server.data.glob("damaged-*"):
            shutil.rmtree(evidence)  # the row is still sound there, and would be read from there
        for path in segments(server):
            with sqlite3.connect(path) as database:
                database.execute("UPDATE log SET cxid = cxid + 1 WHERE path = '/100'")
            database.close()
        server.launch()
    said = "no other server has given them"
    for server in ensemble.servers:
        report.check(f"server {server.id} says what is missing and whom it asked",
                     checks.eventually(lambda: said in server.log_end(20)), server.log_end())
    report.check("nobody serves", not any(server.role() for server in ensemble.servers))
    first = ensemble.servers[0]
    first.kill()
    for path, copy in copies.items():
        path.with_name(path.name + "-wal").unlink(missing_ok=True)
        path.write_bytes(copy)
    first.launch()
    ensemble.wait_until_serving()
    report.equal("one good copy is enough for all", len(ensemble.wait_until_equal()), 1)
    report.equal("and all have one tree", len({server.digests()[-1] for server in ensemble.servers}), 1)


def refused(report, victim, name):
    """Without healing, as ever."""
    victim.settings["healing.enabled"] = "false"
    victim.write_configuration()
    victim.launch()
    report.equal("with healing off it ends", victim.process.wait(30), 65)
    report.check("and names the file", name in victim.log_end(5), victim.log_end())
    del victim.settings["healing.enabled"]
    victim.write_configuration()


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    report = checks.Checks()
    folder = places.new_folder("heal")
    ensemble = Ensemble(["aviary"] * 3, folder, tick=TICK, more={"txnLogSizeLimitInKb": 64})
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        report.run("the whole of it", lambda: act(report, ensemble))
    finally:
        ensemble.stop()
    if not report.failed:
        shutil.rmtree(folder, ignore_errors=True)
    report.finish()


main()
