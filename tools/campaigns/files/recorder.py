"""Records the files of one of Apache's servers, Debian's 3.8.0, into files.hex in the folder that is named.

A server alone, with znodes of every kind, is stopped and started again, so that it writes a snapshot: once as it is,
once in each compression. The log is that of the first of them, without the room behind its last record.
"""

import pathlib
import sys

from harness import apache, client, nodes, places, wire

COMPRESSIONS = ["", "gz", "snappy"]
SNAPPY = "/usr/share/java/snappy-java.jar"
CREATE_TTL = 21
CONTAINER, TTL = 4, 5  # flags of create
ROOM_KEPT = 64  # bytes of the zeros behind the last record


def launcher(folder, compression):
    jars = f"{apache.logging_class_path()}:{SNAPPY}"
    return apache.launcher(
        jars, f"-Dlog4j.configuration=file:{folder}/log4j.properties",
        "-Dzookeeper.extendedTypesEnabled=true", f"-Dzookeeper.snapshot.compression.method={compression}",
    )  # fmt: skip


def play(link):
    link.create("/plain", b"data")
    link.create("/null", None)
    link.create("/plain/n-", b"1", wire.SEQUENTIAL)
    link.create("/plain/n-", b"2", wire.SEQUENTIAL)
    link.call(wire.DELETE, wire.delete("/plain/n-0000000000"))
    link.create("/mine", b"while I am here", wire.EPHEMERAL)
    link.create("/closed", b"", permissions=wire.acl((1, "world", "anyone"), (31, "ip", "127.0.0.1")))
    link.call(wire.CREATE_CONTAINER, wire.create("/container", b"", CONTAINER))
    link.call(CREATE_TTL, wire.create("/ttl", b"x", TTL) + wire.int64(100_000_000))
    for i in range(40):
        link.create(f"/plain/same-{i}", b"the same bytes, again and again " * 8)
    link.call(wire.SET_DATA, wire.set_data("/plain", b"other"))
    link.create("/plain", b"there is one")


def words(path):
    data = path.read_bytes()
    if path.name.startswith("log."):
        data = data.rstrip(b"\0") + bytes(ROOM_KEPT)
    return f"file {path.name} {data.hex()}\n"


def record(target):
    lines = []
    folder = places.new_folder("files")
    for compression in COMPRESSIONS:
        node = nodes.Node("apache", folder=folder, launcher=launcher(folder, compression))
        node.start()
        if not compression:
            link = client.Client(node.address, timeout=30000)
            play(link)
            link.close()
            node.stop()
            node.start()
        else:
            client.Client(node.address).end()
            node.stop()
            node.start()
        node.kill()
        files = node.data / "version-2"
        newest = max(files.glob("snapshot.*"), key=lambda path: int(path.name.split(".")[1], 16))
        if not compression:
            lines.append(words(next(files.glob("log.*"))))
        lines.append(words(newest))
    node.discard()
    target.joinpath("files.hex").write_text("".join(lines))


if __name__ == "__main__":
    record(pathlib.Path(sys.argv[1]))
