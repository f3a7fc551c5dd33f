"""aviary-admin import and export: the folder of one of Apache's servers becomes a node's, and a node's becomes one of
Apache's; both servers serve on the result what was there.

    test_apache_folder.py                  in short
    test_apache_folder.py --damages 500 --beside-apache

With --damages, so many damaged folders are imported, each by a seed: refused with nothing left, or as far as a sound
reader comes.
With --beside-apache, Apache's server reads each that was accepted, and comes to the same transaction or refuses it.
"""

import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess

from harness import apache, checks, client, nodes, places, wire

ADMIN = places.program("aviary-admin")
CREATE_TTL = 21
CONTAINER, TTL = 4, 5  # flags of create
SETTINGS = {"extendedTypesEnabled": "true", "snapCount": 1_000_000}


def admin(*words):
    return subprocess.run([ADMIN, *map(str, words)], capture_output=True, text=True, timeout=120)


def apache_node(root, **settings):
    flags = ["-Xmx1g", "-Dfile.encoding=UTF-8", "-Dzookeeper.extendedTypesEnabled=true"]
    launcher = apache.launcher(apache.class_path(), *flags)
    return nodes.Node("apache", folder=root, launcher=launcher, **SETTINGS, **settings)


def fill(link, names):
    """Znodes of every kind, in every state that a snapshot has a field for."""
    link.create("/plain", b"data")
    link.create("/null", None)
    link.create("/empty", b"")
    for i in range(30):
        link.create("/plain/n-", str(i).encode(), wire.SEQUENTIAL)
    for i in range(0, 30, 3):
        link.call(wire.DELETE, wire.delete(f"/plain/n-{i:010}"))
    link.create("/\u00fc\u00df", "\u20ac".encode())
    link.create("/closed", b"x", permissions=wire.acl((1, "world", "anyone"), (31, "ip", "127.0.0.1")))
    link.call(wire.SET_ACL, wire.string("/closed") + wire.acl((31, "world", "anyone")) + wire.int32(-1))
    link.call(wire.CREATE_CONTAINER, wire.create("/container", b"", CONTAINER))
    link.create("/container/child")
    link.call(CREATE_TTL, wire.create("/ttl", b"x", TTL) + wire.int64(900_000_000))
    link.create("/zookeeper/quota/plain")
    link.create("/zookeeper/quota/plain/zookeeper_limits", b"count=1000,bytes=-1")
    link.create("/zookeeper/quota/plain/zookeeper_stats", b"count=21,bytes=100")
    for name in names:
        link.create(f"/mine-{name}", name.encode(), wire.EPHEMERAL)
    link.call(wire.SET_DATA, wire.set_data("/plain", b"other"))
    link.call(wire.SET_DATA, wire.set_data("/plain", b"and other"))


def tree(link):
    """Every znode with data, stat and ACL, in the bytes of the replies."""
    found = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        data = link.get(path)
        children = link.call(wire.GET_CHILDREN2, wire.read(path))
        permissions = link.call(wire.GET_ACL, wire.string(path))
        found[path] = (data.error, data.body.body[16:], permissions.body.body[16:])
        count = children.body.int32()
        names = [children.body.string() for _ in range(count)]
        waiting += [f"{path.rstrip('/')}/{name}" for name in names]
    # A server's own word on the ensemble that it is in.
    found.pop("/zookeeper/config", None)
    return found


def compare(report, when, node, expected, owners):
    link = client.Client(node.address)
    seen = tree(link)
    differing = sorted(path for path in expected.keys() | seen.keys() if expected.get(path) != seen.get(path))
    report.check(f"{when}: {len(expected)} znodes with data, stats and ACLs are equal", not differing, differing[:5])
    for session, password, timeout in owners:
        again = client.Client(node.address, 5000, session, password)
        report.equal(f"{when}: the session {session:#x} goes on", again.session, session)
        again.close()
    link.end()


def digests(folder):
    """By zxid, the digest that the log has."""
    found = {0: None}
    for path in sorted((folder / "version-2").glob("log.*")):
        data, place = path.read_bytes(), 16
        while place + 12 < len(data) and (length := struct.unpack_from(">i", data, place + 8)[0]):
            record = data[place + 12:place + 12 + length]
            found[struct.unpack_from(">q", record, 12)[0]] = struct.unpack(">q", record[-8:])[0]
            place += length + 13
    return found


def there_and_back(report, root):
    """From Apache's to Aviary's and back; the folder that Apache's server left is kept as it was."""
    original = apache_node(root / "apache").start()
    links = [client.Client(original.address, timeout=40000) for _ in range(3)]
    fill(links[0], ["first"])
    links[1].create("/mine-second", b"", wire.EPHEMERAL)
    expected = tree(links[0])
    owners = [(link.session, link.password, link.timeout) for link in links]
    original.kill()  # the sessions stay
    original.start()  # and the tree goes to a snapshot
    link = client.Client(original.address)
    link.create("/later", b"behind the snapshot")
    expected = tree(link)
    link.close()
    original.kill()
    for link in links:
        link.close()

    node = nodes.Node("aviary", folder=root / "aviary", **SETTINGS)
    shutil.rmtree(node.data)
    answer = admin("import", original.data, "--into", node.data, "--json")
    if not report.check("the folder is imported", answer.returncode == 0, answer.stderr):
        return original
    made = json.loads(answer.stdout)
    known = digests(original.data)
    last = int(made["lastZxid"], 16)
    report.equal("it ends where the log does", last, max(known))
    report.equal("its digest is Apache's", int(made["digest"]), known[last])
    again = admin("import", original.data, "--into", node.data)
    report.check("nothing is written over", again.returncode == 73, again.stderr)
    report.equal("verify finds it sound", admin("verify", node.data).returncode, 0)
    node.start()
    compare(report, "imported", node, expected, owners)
    link = client.Client(node.address)
    link.create("/plain/n-", b"by Aviary", wire.SEQUENTIAL)
    link.create("/closed/new", b"", permissions=wire.acl((31, "ip", "127.0.0.1")))
    link.call(CREATE_TTL, wire.create("/ttl-2", b"x", TTL) + wire.int64(800_000_000))
    expected = tree(link)
    link.end()
    node.stop()

    back = apache_node(root / "back")
    shutil.rmtree(back.data)
    answer = admin("export", node.data, "--into", back.data, "--json")
    if not report.check("the folder is exported", answer.returncode == 0, answer.stderr):
        return original
    made = json.loads(answer.stdout)
    back.start()
    zxid = int(made["lastZxid"], 16)
    seen = int(back.word("srvr").decode().split("Zxid: ")[1].split()[0], 16)
    report.equal("Apache's server comes to the same transaction", seen, zxid)
    compare(report, "exported", back, expected, owners)
    back.kill()
    answer = admin("import", back.data, "--into", root / "aviary" / "again", "--json")
    report.check("and what it writes then is imported again", answer.returncode == 0, answer.stderr)
    return original


# --- Damages


def damage(dice, folder):
    """One thing that happens to files."""
    files = sorted(path for path in (folder / "version-2").iterdir() if path.is_file())
    path = dice.choice(files)
    data = bytearray(path.read_bytes())
    used = len(data.rstrip(b"\0"))
    how = dice.choice(["flip", "flip", "flip", "cut", "cut", "empty", "remove", "zeros", "garbage"])
    place = dice.randrange(max(1, used))
    if how == "flip" and data:
        data[place] ^= 1 << dice.randrange(8)
    elif how == "cut":
        del data[place:]
    elif how == "empty":
        data.clear()
    elif how == "zeros":
        data[place:place + dice.randrange(1, 200)] = bytes(min(len(data) - place, 100))
    elif how == "garbage":
        data[place:place + 16] = dice.randbytes(16)
    path.unlink()
    if how != "remove":
        path.write_bytes(data)
    return f"{how} {path.name} at {place}"


def last_of_apache(root, folder):
    """The transaction that Apache's server comes to; None where it does not start."""
    node = apache_node(root / "judge")
    shutil.rmtree(node.data)
    shutil.copytree(folder, node.data)
    try:
        node.start(20)
        return int(node.word("srvr").decode().split("Zxid: ")[1].split()[0], 16)
    except RuntimeError:
        return None
    finally:
        node.discard()


def with_damages(report, root, original, count, beside_apache, first=0):
    known = digests(original.data)
    refused = accepted = 0
    for seed in range(first, first + count):
        dice = random.Random(seed)
        folder, into = root / "damaged", root / "made"
        shutil.copytree(original.data, folder)
        what = " and ".join(damage(dice, folder) for _ in range(dice.choice([1, 1, 1, 2])))
        answer = admin("import", folder, "--into", into, "--json")
        label = f"seed {seed}: {what}"
        if answer.returncode == 0:
            accepted += 1
            made = json.loads(answer.stdout)
            last = int(made["lastZxid"], 16)
            if last not in known or int(made["digest"]) != known[last]:
                report.check(f"{label}: what is read is what was there", False, answer.stdout)
            if beside_apache:
                # Of files that are not needed Apache's server looks at some, and refuses to start.
                judged = last_of_apache(root, folder)
                report.check(f"{label}: Apache's server reads as far", judged in (None, last), (judged, last))
        else:
            refused += 1
            left = [path.name for path in root.glob("made*")]
            sentence = answer.stderr.strip()
            if answer.returncode not in (1, 64, 66) or left or "\n" in sentence or str(folder) not in sentence:
                report.check(f"{label}: it is refused with the file named, and nothing is left", False, answer)
        shutil.rmtree(folder)
        shutil.rmtree(into, ignore_errors=True)
    report.check(f"{count} damaged folders: {refused} refused, {accepted} read as far as is sound", refused > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--damages", type=int, default=12, help="how many damaged folders")
    parser.add_argument("--seed", type=int, default=0, help="the first of their seeds")
    parser.add_argument("--beside-apache", action="store_true", help="let Apache's server read what is accepted")
    options = parser.parse_args()
    report = checks.Checks()
    root = pathlib.Path(places.new_folder("apache-folder"))
    try:
        original = there_and_back(report, root)
        with_damages(report, root, original, options.damages, options.beside_apache, options.seed)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    report.finish()


if __name__ == "__main__":
    main()
