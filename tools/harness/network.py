"""Every link between two servers goes through here, and can be cut, one way or both, without either end being told."""

import selectors
import socket
import threading

PIECE = 1 << 18


class Direction:
    """Bytes of one connection from one server to another."""

    def __init__(self, source, target, way):
        self.source, self.target, self.way = source, target, way
        self.held = bytearray()
        self.is_over = False
        self.record = None


class Recording:
    """All that was said on one connection: by the one who dialed, and by the other."""

    def __init__(self, is_election):
        self.is_election = is_election
        self.dialing, self.answering = bytearray(), bytearray()


class Network:
    """One thread that forwards. `ports[i][j]` are the quorum and election port at which server i finds server j."""

    def __init__(self, servers, real_ports):
        self.cut_ways = set()  # (i, j): nothing passes from i to j
        self.recordings = None  # a list, to have what is said on new connections put there
        self.selector = selectors.DefaultSelector()
        self.lock = threading.Lock()
        self.directions = {}  # by source socket
        self.ports = {}
        self.is_closed = False
        for i in servers:
            for j in servers:
                if i != j:
                    self.ports[i, j] = tuple(self._listen(i, j, k, port) for k, port in enumerate(real_ports[j]))
        self.waker, self.woken = socket.socketpair()
        self.woken.setblocking(False)
        self.selector.register(self.woken, selectors.EVENT_READ, ("wake",))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _listen(self, i, j, kind, port):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, ("accept", i, j, kind, port))
        return listener.getsockname()[1]

    # What the campaign does.

    def cut(self, ways):
        with self.lock:
            self.cut_ways = set(ways)
        self.waker.send(b"x")

    def heal(self):
        self.cut(())

    def close(self):
        self.is_closed = True
        self.waker.send(b"x")
        self.thread.join(5)

    # The thread.

    def _run(self):
        while not self.is_closed:
            for key, events in self.selector.select(0.5):
                what = key.data[0]
                if what == "wake":
                    self.woken.recv(4096)
                elif what == "accept":
                    self._accept(key.fileobj, *key.data[1:])
                else:
                    self._move(key.fileobj, events)
            self._adjust()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def _accept(self, listener, i, j, kind, port):
        try:
            near, _ = listener.accept()
        except OSError:
            return
        try:
            far = socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return near.close()
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.setblocking(False)
        self.directions[near] = Direction(near, far, (i, j))
        self.directions[far] = Direction(far, near, (j, i))
        if self.recordings is not None:
            recording = Recording(is_election=kind == 1)
            self.recordings.append(recording)
            self.directions[near].record, self.directions[far].record = recording.dialing, recording.answering
        for one in (near, far):
            self.selector.register(one, selectors.EVENT_READ, ("data",))

    def _move(self, sock, events):
        direction = self.directions.get(sock)
        if direction is None:
            return
        if events & selectors.EVENT_READ and not self._is_cut(direction) and not direction.held:
            try:
                data = sock.recv(PIECE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                return self._end(direction)
            direction.held += data
            if direction.record is not None:
                direction.record += data
            self._forward(direction)
        if events & selectors.EVENT_WRITE:
            back = self.directions.get(direction.target)
            if back is not None:
                self._forward(back)

    def _forward(self, direction):
        if not direction.held or self._is_cut(direction):
            return
        try:
            sent = direction.target.send(direction.held)
            del direction.held[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._end(direction)

    def _is_cut(self, direction):
        return direction.way in self.cut_ways

    def _end(self, direction):
        """An end has closed; across a cut the other is not told until it heals."""
        if self._is_cut(direction):
            direction.is_over = True
            return
        for sock in (direction.source, direction.target):
            if self.directions.pop(sock, None) is not None:
                if sock in self.selector.get_map():
                    self.selector.unregister(sock)
                sock.close()

    def _adjust(self):
        """Reads only where what is read may pass, writes only where something waits."""
        with self.lock:
            for sock, direction in list(self.directions.items()):
                if sock not in self.directions:
                    continue
                if direction.is_over and not self._is_cut(direction):
                    self._end(direction)
                    continue
                if direction.held:
                    self._forward(direction)
                    if sock not in self.directions:
                        continue
                back = self.directions.get(direction.target)
                reads = not self._is_cut(direction) and not direction.held
                writes = back is not None and bool(back.held) and not self._is_cut(back)
                events = (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if writes else 0)
                current = self.selector.get_map().get(sock)
                if events == 0:
                    if current is not None:
                        self.selector.unregister(sock)
                elif current is None:
                    self.selector.register(sock, events, ("data",))
                elif current.events != events:
                    self.selector.modify(sock, events, ("data",))
