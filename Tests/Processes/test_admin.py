"""aviary-admin on the folder of a real node: while it runs and writes, after kill -9, after damage, and on backups; and
on what simulated ensembles leave.

    test_admin.py

The program is the one in AVIARY_ADMIN, else the release build.
"""

import json
import pathlib
import shutil
import sqlite3
import subprocess
import time

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble
from harness.steady import SteadyClient

ADMIN = places.program("aviary-admin")
SIMULATOR = places.program("aviary-sim")


def admin(*words):
    return subprocess.run([ADMIN, *map(str, words)], capture_output=True, text=True, timeout=120)


class Writer(SteadyClient):
    """Keeps a node busy, with ephemerals among what it writes."""

    def __init__(self, address):
        super().__init__(address, pace=0)
        assert self.client.create("/busy", b"0").error == wire.OK

    def act(self):
        number = self.answered
        self.client.call(wire.SET_DATA, wire.set_data("/busy", str(number).encode()))
        self.client.create(f"/busy/n{number}", b"x", wire.EPHEMERAL if number % 3 == 0 else wire.PERSISTENT)


def questions(folder):
    """Every command that only reads, as somebody would type it."""
    return [
        ("status", folder),
        ("zxid", "0x5", "6", "log.7", "--dir", folder),
        ("log", "list", folder, "--limit", 50),
        ("log", "list", folder, "--path", "/busy", "--type", "create", "--data", "hex", "--limit", 5),
        ("log", "show", folder, "0x2"),
        ("log", "stat", folder),
        ("log", "verify", folder),
        ("verify", folder),
        ("tree", folder, "/", "--depth", 1),
        ("tree", folder, "--at", "0x4"),
        ("why", folder, "/busy", "--children"),
        ("sessions", folder, "--ended", "--ephemerals"),
        ("snapshot", "list", folder),
        ("snapshot", "stat", folder),
        ("sql", folder, "SELECT txn_type(body), count(*) FROM txns GROUP BY 1"),
        ("sql", folder, "SELECT path, data FROM znodes LIMIT 5"),
        ("diff", folder, "--from", "0x4", "--to", "0x4"),
        ("compare", folder, folder),
    ]


def ask_everything(report, folder, when):
    names = sorted(path.name for path in folder.iterdir())
    for question in questions(folder):
        for arguments in (question, (*question, "--json")):
            answer = admin(*arguments)
            words = " ".join(map(str, arguments[:3])).replace(str(folder), "data")
            report.check(
                f"{when}: {words} is answered", answer.returncode == 0, f"{answer.returncode}: {answer.stderr[-300:]}"
            )
            if arguments[-1] == "--json":
                parses = all(isinstance(json.loads(line), dict) for line in answer.stdout.splitlines())
                report.check(f"{when}: {words} in JSON is an object a line", parses)
    report.equal(f"{when}: no file came or went", sorted(path.name for path in folder.iterdir()), names)


def serves(report, claim, data, root, read):
    """Whether a server starts on a copy of `data`, and what `read` makes of it."""
    folder = pathlib.Path(root, claim.replace(" ", "-"))
    folder.mkdir()
    shutil.move(str(data), str(folder / "data"))
    with nodes.Node("aviary", folder=folder) as node:
        node.start()
        link = client.Client(node.address)
        report.run(claim, lambda: read(link))
        link.end()
        report.equal(f"{claim}: it stops cleanly", node.stop(), 0)


def while_it_runs(report, node, root):
    writer = Writer(node.address)
    writer.start()
    ask_everything(report, node.data, "while it writes")
    before = writer.answered
    backup = root / "backup"
    made = admin("backup", node.data, backup)
    report.equal("while it writes: a backup is made", made.returncode, 0)
    report.equal("and is sound", admin("verify", backup).returncode, 0)
    report.equal("and has the node's history", admin("compare", node.data, backup).returncode, 0)
    for change in (("truncate", node.data, "--after", "0x4", "--yes"), ("repair", node.data, "--yes")):
        report.equal(f"while it runs: {change[0]} is refused", admin(*change).returncode, 75)
    restored = root / "restored"
    made = admin("restore", backup, restored, "--at", "0x4", "--drop-sessions")
    report.equal("a backup is restored to a moment", made.returncode, 0)

    def has_all(link):
        report.check("the backup holds what was written before", link.exists(f"/busy/n{before - 1}").error == wire.OK)

    serves(report, "a server starts on the backup", backup, root, has_all)
    serves(
        report, "a server starts on the restored folder", restored, root,
        lambda link: report.equal("and has that moment's tree", link.exists("/busy/n1").error, wire.NO_NODE),
    )  # fmt: skip
    report.check("the node went on writing", writer.answered > before)
    return writer


def after_a_kill(report, node, writer):
    node.kill()
    writer.stop()
    status = json.loads(admin("status", node.data, "--json").stdout)
    report.equal("after kill -9: it says so", status["state"], "killed")
    ask_everything(report, node.data, "after kill -9")
    node.start()
    report.equal("the node starts again after all that", node.stop(), 0)


def after_damage(report, node):
    database = sqlite3.connect(min(node.data.glob("log-*.db")))
    database.execute("UPDATE log SET body = x'00' WHERE zxid = 9")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    found = admin("verify", node.data, "--json")
    report.equal("damage: verify says so by its exit status", found.returncode, 1)
    report.equal("damage: and names the row", json.loads(found.stdout.splitlines()[-1])["firstBad"], "0x9")
    report.equal("damage: a backup is refused", admin("backup", node.data, node.folder / "b").returncode, 1)
    report.equal("damage: repair without --yes says what it would do", admin("repair", node.data).returncode, 1)
    done = admin("repair", node.data, "--yes")
    report.equal("damage: repair with --yes does it", done.returncode, 0)
    kept = [path.name for path in node.folder.iterdir() if path.name.startswith("data.before-repair-")]
    report.equal("damage: and keeps the folder with a text beside it", len(kept), 2)
    node.start()
    report.equal("damage: the node starts on what was made", node.stop(), 0)


def of_simulations(report, root):
    """Ensembles that were broken in every way and healed: each server's folder is sound, and they agree."""
    for seed in range(11, 19):
        made = root / f"seed-{seed}"
        made.mkdir()
        ran = subprocess.run([SIMULATOR, "--seeds", str(seed), "--folders", made], capture_output=True, text=True)
        report.equal(f"simulation {seed} leaves folders", ran.returncode, 0)
        folders = sorted(made.iterdir())
        for folder in folders:
            report.equal(f"simulation {seed}: {folder.name} is sound", admin("verify", folder).returncode, 0)
        if len(folders) == 1:  # a node alone, which some seeds play
            continue
        compared = admin("compare", *folders, "--json")
        report.equal(f"simulation {seed}: the servers agree", compared.returncode, 0)
    for question in questions(folders[0]):
        if question[0] not in ("zxid", "why", "diff", "tree") and question[1:2] != ("show",):
            report.equal(f"simulation: {question[0]} is answered", admin(*question).returncode, 0)


def of_a_member(report, root):
    """One voter of three is cut behind what it acknowledged: it elects nobody until it has that again."""
    ensemble = Ensemble(["aviary"] * 3, root / "ensemble", tick=500)
    first, second, cut = ensemble.servers
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        link = client.Client(first.address)
        kept = link.create("/kept", b"1").zxid
        for number in range(14):
            link.create(f"/cut-{number}", b"2")
        link.end()
        deadline = time.monotonic() + 20
        while cut.zxid() < first.zxid() and time.monotonic() < deadline:
            time.sleep(0.02)
        ensemble.stop()
        done = admin("truncate", cut.data, "--after", hex(kept), "--yes")
        report.check("a member: truncate says what is given up", "that this node had acknowledged" in done.stdout)
        mark = cut.data / "must-synchronize"
        report.check("a member: and marks the folder", mark.exists(), done.stderr)
        report.check("a member: which status says", "does not vote" in admin("status", cut.data).stdout)
        # The other one has nothing at all: both voting, they would be a quorum that has forgotten.
        shutil.rmtree(first.data)
        first.data.mkdir()
        (first.data / "myid").write_text("1\n")
        for server in (first, cut):
            server.launch()
        roles = set()
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            roles |= {first.role(), cut.role()}
        report.equal("a member: marked, it elects nobody together with one that knows nothing", roles, {""})
        report.check("a member: its log says that it does not vote", "does not vote" in cut.log_end())
        second.launch()
        ensemble.wait_until_serving()
        report.check("a member: synchronized, the mark is gone", not mark.exists())
        link = client.Client(cut.address)
        report.equal("a member: and it has again what was cut", link.exists("/cut-13").error, wire.OK)
        link.end()
    finally:
        ensemble.stop()


def with_mistakes(report, node):
    for words, status in (
        (("status", node.folder / "nowhere"), 66), (("status", node.folder), 66), (("verify", node.log), 66),
        (("log", "show", node.data, "0xffff0000ffff"), 64), (("zxid", "banana"), 64), (("frobnicate",), 64),
        (("sql", node.data, "DROP TABLE log"), 64), (("backup", node.data, node.data), 73),
    ):  # fmt: skip
        answer = admin(*words)
        report.equal(f"a mistake: {words[0]} ends with", answer.returncode, status)
        is_sentence = answer.stderr.strip() != "" and "Fatal" not in answer.stderr
        report.check("and gives a sentence", is_sentence, answer.stderr)


def main():
    report = checks.Checks()
    with nodes.Node("aviary", extendedTypesEnabled="true") as node:
        node.start()
        root = node.folder / "made"
        root.mkdir()
        started = {}
        report.run("while it runs", lambda: started.update(writer=while_it_runs(report, node, root)))
        report.run("after kill -9", lambda: after_a_kill(report, node, started["writer"]))
        report.run("after damage", lambda: after_damage(report, node))
        report.run("simulations", lambda: of_simulations(report, root))
        report.run("a member", lambda: of_a_member(report, root))
        report.run("mistakes", lambda: with_mistakes(report, node))
    report.finish()


main()
