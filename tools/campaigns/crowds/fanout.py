"""Many idle sessions that watch one znode, and one write that all of them must hear of.

    tools/fan-out [--server apache] [--sessions 10000] [--rounds 5]

Prints memory per idle session and per watch, and for every round when the writer had its reply and when the first
and the last watcher had the event. Exit status 0 when every session got exactly one event in every round.
"""

import argparse
import multiprocessing
import resource
import select
import statistics
import time

from harness import checks, client, nodes, wire

SESSIONS_AN_ADDRESS = 4000  # well below the number of ports one address has for a connection to one port
EVENT_BYTES = 4 + 16 + 8 + 4 + len("/watched")


def write_when_told(address, told):
    """A process of its own, so that the watchers' reading does not delay the writer's clock."""
    writer = client.Client(address, timeout=40000)
    while told.recv():
        latencies = []
        for number in range(20):
            began = time.monotonic()
            # The first one fires all watches; the others meet a server that is busy with that.
            writer.call(wire.SET_DATA, wire.set_data("/watched", str(number).encode()))
            latencies.append((began, time.monotonic() - began))
        told.send(latencies)
    writer.end()


class Audience:
    def __init__(self, node, size):
        self.links = [
            client.Client(node.address, timeout=40000, source=f"127.0.1.{1 + index // SESSIONS_AN_ADDRESS}", limit=60.0)
            for index in range(size)
        ]
        self.poll = select.epoll()
        self.by_descriptor = {}
        for link in self.links:
            self.by_descriptor[link.socket.fileno()] = link
            self.poll.register(link.socket.fileno(), select.EPOLLIN)

    def exchange(self, operation, record=b"", xid=None):
        """Everybody asks the same and has the answer."""
        for link in self.links:
            link.queue(operation, record, xid)
            link.flush()
        for link in self.links:
            assert link.reply().error == wire.OK

    def listen(self, limit):
        """When each event came, until everybody has one."""
        times, partial = [], {}
        deadline = time.monotonic() + limit
        while len(times) < len(self.links) and time.monotonic() < deadline:
            for descriptor, _ in self.poll.poll(0.5):
                data = self.by_descriptor[descriptor].socket.recv(4096)
                seen = partial.get(descriptor, 0) + len(data)
                if partial.get(descriptor, 0) < EVENT_BYTES <= seen:
                    times.append(time.monotonic())
                partial[descriptor] = seen
        surplus = sum(seen != EVENT_BYTES for seen in partial.values())
        return times, surplus


def rounds(report, audience, count, told):
    replies, lasts = [], []
    for number in range(1, count + 1):
        audience.exchange(wire.GET_DATA, wire.read("/watched", True))
        told.send(True)
        times, surplus = audience.listen(60)
        began, reply = (latencies := told.recv())[0]
        later = [latency for start, latency in latencies[1:] if times and start < times[-1]]
        report.equal(f"round {number}: every session has its event", (len(times), surplus), (len(audience.links), 0))
        print(
            f"        reply after {reply * 1000:.1f} ms; events from {(times[0] - began) * 1000:.1f}"
            f" to {(times[-1] - began) * 1000:.1f} ms; writes meanwhile: {len(later)},"
            f" longest {max(later, default=0) * 1000:.1f} ms",
            flush=True,
        )
        replies.append(reply)
        lasts.append(times[-1] - began)
    print(
        f"median: the writer's reply {statistics.median(replies) * 1000:.1f} ms,"
        f" the last event {statistics.median(lasts) * 1000:.1f} ms"
    )


def main():
    parser = argparse.ArgumentParser(prog="tools/fan-out", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--sessions", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report = checks.Checks()
    with nodes.Node(arguments.server, maxSessionTimeout=60000) as node:
        node.start()
        first = client.Client(node.address, timeout=40000)
        first.create("/watched")
        ours, theirs = multiprocessing.Pipe()
        writer = multiprocessing.Process(target=write_when_told, args=(node.address, theirs), daemon=True)
        writer.start()
        empty, began = node.resident_bytes(), time.monotonic()
        audience = Audience(node, arguments.sessions)
        seconds, full = time.monotonic() - began, node.resident_bytes()
        audience.exchange(wire.GET_DATA, wire.read("/watched", True))
        watched = node.resident_bytes()
        print(
            f"{arguments.sessions} sessions in {seconds:.1f} s; "
            f"memory a session {(full - empty) / arguments.sessions:.0f} B, "
            f"a watch (with its request's buffers) {(watched - full) / arguments.sessions:.0f} B"
        )
        busy = node.cpu_seconds()
        rounds(report, audience, arguments.rounds, ours)
        print(f"the server's CPU: {(node.cpu_seconds() - busy) / arguments.rounds:.2f} s a round, re-arming included")
        ours.send(False)
        began, before = time.monotonic(), node.cpu_seconds()
        audience.exchange(wire.PING, xid=wire.PING_XID)
        print(f"a ping from each: {time.monotonic() - began:.2f} s, "
              f"{node.cpu_seconds() - before:.2f} s of the server's CPU")
        writer.join(10)
    report.finish()


main()
