"""Records what Apache's servers say to one another into peers.hex in the folder that is named.

Four of Debian's servers, one of them an observer, behind a network that listens: clients write, sync and move, a server
is restarted, one starts with nothing, and a leader comes back with a tail that nobody else has.
"""

import pathlib
import shutil
import sys
import time

from harness import client, packets, places, wire
from harness.ensemble import Ensemble

OF_A_KIND = 3  # packets of one kind and direction that are kept, of different lengths
BYTES_MAX = 600  # of one packet


def write(server, count):
    link = client.Client(server.address)
    for i in range(count):
        link.queue(wire.CREATE, wire.create("/recorded-", str(i).encode(), wire.SEQUENTIAL))
    link.flush()
    for _ in range(count):
        link.reply()
    link.end()


def others(ensemble, server):
    return [other for other in ensemble.servers if other is not server]


def play(ensemble):
    leader = ensemble.leader()
    first, second = [server for server in ensemble.servers if server.role() == "follower"]
    link = client.Client(first.address, timeout=20000)
    link.create("/recorded")
    link.create("/recorded/mine", b"gone soon", wire.EPHEMERAL)
    link.create("/recorded", b"there is one")
    link.call(wire.SET_DATA, wire.set_data("/recorded", b"data"))
    link.call(wire.SYNC, wire.string("/recorded"))
    link.close()
    client.Client(second.address, 20000, link.session, link.password).end()
    first.kill()
    write(second, 700)
    first.launch()
    ensemble.wait_until_serving()
    second.kill()
    shutil.rmtree(second.data / "version-2")
    second.launch()
    ensemble.wait_until_serving()
    time.sleep(2)  # some pings
    link = client.Client(leader.address)
    ensemble.network.cut({(leader.id, other.id) for other in others(ensemble, leader)})
    link.queue(wire.SET_DATA, wire.set_data("/recorded", b"heard by nobody"))
    link.flush()
    time.sleep(0.3)
    leader.kill()
    ensemble.network.heal()
    ensemble.wait_until_serving(60, others(ensemble, leader))
    write(second, 3)
    leader.launch()
    ensemble.wait_until_serving()


def said(recordings):
    """(who says it, its name, bytes) of all that was said."""
    for recording in recordings:
        if recording.is_election:
            length = 20 + int.from_bytes(recording.dialing[16:20], "big")
            yield "election", "greeting", bytes(recording.dialing[:length])
            for stream in (recording.dialing[length:], recording.answering):
                for frame in packets.split_frames(stream):
                    yield "election", "notification", frame
        else:
            for who, stream in (("learner", recording.dialing), ("leader", recording.answering)):
                for kind, _, _, whole in packets.split(stream):
                    yield who, packets.NAMES[kind], whole


def kept(everything):
    lengths = {}
    for who, what, whole in everything:
        # A notification's state is its own kind; of the others those of different lengths are different enough.
        known = lengths.setdefault((who, what, whole[7] if what == "notification" else 0), set())
        if len(whole) <= BYTES_MAX and len(whole) not in known and len(known) < OF_A_KIND:
            known.add(len(whole))
            yield f"{who} {what} {whole.hex()}\n"


def main(target):
    folder = places.new_folder("recorder")
    ensemble = Ensemble(["apache"] * 3, folder, ["apache"], tick=400, is_cuttable=True)
    ensemble.network.recordings = recordings = []
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        play(ensemble)
    finally:
        ensemble.stop()
        shutil.rmtree(folder, ignore_errors=True)
    pathlib.Path(target, "peers.hex").write_text("".join(sorted(kept(said(recordings)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
