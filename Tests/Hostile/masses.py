"""Many clients that each stay within their own bounds: what all of them cost together is bounded, too."""

import select
import threading
import time

from harness import client, nodes, wire

from siege import MEBIBYTE

WATCHERS = 100
UNREAD_MAX = 48 * MEBIBYTE
WRITERS = 300
REQUESTS_MAX = 32 * MEBIBYTE


def peak_bytes(node):
    """The most that was resident at any time."""
    with open(f"/proc/{node.process.pid}/status") as lines:
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


def deaf_watchers(kind, report, changes=8_000):
    """A hundred clients watch everything and never read; half of them have asked for more than they take, too."""
    settings = {"unreadMaxBytes": UNREAD_MAX} if kind == "aviary" else {}
    with nodes.Node(kind, **settings).start() as node:
        writer = client.Client(node.address, timeout=40000, limit=60.0)
        name = "/deaf/" + "n" * 2000
        writer.create("/deaf")
        writer.create(name, b"0123456789" * 50_000)
        before = node.resident_bytes()
        links = [client.Client(node.address, timeout=40000, receive_buffer=4096) for _ in range(WATCHERS)]
        for number, link in enumerate(links):
            link.call(wire.ADD_WATCH, wire.string("/") + wire.int32(1))
            if number % 2:
                for _ in range(100):
                    link.queue(wire.GET_DATA, wire.read(name))
                link.flush()
        began = time.monotonic()
        for _ in range(changes // 100):
            for _ in range(100):
                writer.queue(wire.SET_DATA, wire.set_data(name, b""))
            writer.flush()
            for _ in range(100):
                writer.reply()
        grown = peak_bytes(node) - before
        # Beside the bound: what each socket may have in its own queue, and 64 MiB for the rest of the work.
        bound = UNREAD_MAX + WATCHERS * (64 << 10) + 64 * MEBIBYTE
        print(f"        {changes} changes in {time.monotonic() - began:.1f} s, {grown / MEBIBYTE:+.0f} MiB at most")
        report.check(f"{changes} changes before {WATCHERS} watchers that never read", True)
        if kind == "aviary":
            report.check("what all of them leave unread is bounded", grown < bound, f"{grown / MEBIBYTE:.0f} MiB")
            report.check("those who owe most are cut off", "a client does not read; closed" in node.log.read_text())
        for link in links:
            link.close()
        report.equal("the writer goes on", writer.get(name).error, 0)
        writer.end()


def large_writers(kind, report, count=WRITERS):
    """Hundreds of clients send a megabyte each at the same moment."""
    settings = {"largeRequestMaxBytes": REQUESTS_MAX} if kind == "aviary" else {}
    with nodes.Node(kind, **settings).start() as node:
        maker = client.Client(node.address, timeout=40000, limit=60.0)
        maker.create("/large")
        links = [client.Client(node.address, timeout=40000) for _ in range(count)]
        before = peak_bytes(node)
        request = wire.request(5, wire.SET_DATA, wire.set_data("/large", b"x" * 1_000_000))
        left = {link.socket: memoryview(request) for link in links}
        answered, lost, longest = set(), 0, 0.0
        poll = select.epoll()
        sockets = {link.socket.fileno(): link.socket for link in links}
        for link in links:
            link.socket.setblocking(False)
            poll.register(link.socket, select.EPOLLIN | select.EPOLLOUT)
        deadline = time.monotonic() + 120
        while len(answered) + lost < count and time.monotonic() < deadline:
            for number, events in poll.poll(0.05):
                link = sockets[number]
                try:
                    if events & select.EPOLLOUT:
                        left[link] = left[link][link.send(left[link]):]
                        if not left[link]:
                            poll.modify(link, select.EPOLLIN)
                    if events & select.EPOLLIN:
                        if not link.recv(4096):
                            raise ConnectionError
                        answered.add(number)
                        poll.unregister(link)
                except BlockingIOError:
                    pass
                except OSError:
                    lost += 1
                    poll.unregister(link)
            began = time.monotonic()
            error = maker.call(wire.SET_DATA, wire.set_data("/large", b"small")).error
            longest = max(longest, time.monotonic() - began)
            if error:
                report.check("small writes go on beside large ones", False, str(error))
        grown = peak_bytes(node) - before
        print(f"        {count} MB, {grown / MEBIBYTE:+.0f} MiB at most, a small write waits {longest * 1000:.0f} ms")
        report.equal(f"{count} writes of a megabyte are answered", (len(answered), lost), (count, 0))
        if kind == "aviary":
            # Of each: the frame, what is proposed of it, and the tree's copy; and a read of each socket.
            bound = 4 * REQUESTS_MAX + count * (128 << 10) + 64 * MEBIBYTE
            report.check("what is taken in at a time is bounded", grown < bound, f"{grown / MEBIBYTE:.0f} MiB")
        for link in links:
            link.close()
        maker.end()


class Neighbor:
    """Sets and spends a watch, again and again; remembers its longest wait."""

    def __init__(self, node):
        self.link = client.Client(node.address, timeout=40000, limit=60.0)
        self.link.create("/neighbor")
        self.longest, self.stopping = 0.0, False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping:
            began = time.monotonic()
            self.link.get("/neighbor", watch=True)
            self.link.call(wire.SET_DATA, wire.set_data("/neighbor", b""))
            self.longest = max(self.longest, time.monotonic() - began)

    def stop(self):
        self.stopping = True
        self.thread.join(60)
        self.link.end()


def long_lists(kind, report, count=200_000):
    """Operators ask for lists of hundreds of thousands of watches: others do not wait until they are written."""
    with nodes.Node(kind).start() as node:
        link = client.Client(node.address, timeout=40000, limit=60.0)
        empty = wire.strings([])
        for first in range(0, count, 20_000):
            paths = wire.strings([f"/watched-{number:06}" for number in range(first, first + 20_000)])
            link.call(wire.SET_WATCHES2, wire.int64(0) + empty + paths + empty + empty + empty)
        neighbor = Neighbor(node)
        for word in ("wchs", "wchc", "wchp", "dump", "cons"):
            time.sleep(0.5)
            usual, neighbor.longest = neighbor.longest, 0.0
            began = time.monotonic()
            answer = node.word(word, limit=60.0) or b""
            took = time.monotonic() - began
            print(f"        {word}: {len(answer):,} bytes in {took * 1000:.0f} ms, "
                  f"others wait {neighbor.longest * 1000:.0f} ms, and {usual * 1000:.0f} ms without it")
            report.check(f"{word} with {count} watches holds nobody up", neighbor.longest < max(took / 2, 0.1))
            if word in ("wchc", "wchp"):
                report.check(f"{word} has all of them", answer.count(b"/watched-") == count, str(len(answer)))
            if word == "wchs":
                report.check("wchs has counted them", f"Total watches:{count}".encode() in answer or
                             f"Total watches:{count + 1}".encode() in answer, repr(answer))
        neighbor.stop()
        link.end()


OF_THEIR_OWN = [deaf_watchers, large_writers, long_lists]
ATTACKS = []
