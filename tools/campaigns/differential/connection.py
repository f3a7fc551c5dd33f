"""One client connection: writes what it is told, and keeps what arrives in the order in which it arrived."""

import select
import socket
import struct
import time
from collections import deque

import protocol


class Connection:
    """`received` holds entries ("connect" | "reply" | "event" | "stray" | "closed" | "silence", …) as plain tuples."""

    def __init__(self, port, recorder=None):
        self.link = socket.create_connection(("127.0.0.1", port), 10)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.recorder = recorder
        self.bytes = bytearray()
        self.pending = deque()
        self.received = []
        self.is_open = True
        self.is_connecting = False
        self.session, self.password = 0, bytes(16)

    def send(self, raw):
        try:
            self.link.sendall(raw)
        except OSError:
            pass  # The end of the stream is noticed, in its place, by reading.

    def connect(self, record, read_only):
        """Sends the handshake; `read_only` None leaves the last byte out. Its answer arrives as "connect"."""
        body = protocol.encode("ConnectRequest", record) + (b"" if read_only is None else bytes([read_only]))
        frame = protocol.framed(body)
        if self.recorder:
            self.recorder("c2s", "connect", frame)
        self.is_connecting = True
        self.send(frame)

    def frame(self, name, xid, body, code=None, tag=None):
        """A request's bytes, and the expectation of its reply; `tag` comes back with the reply."""
        code = protocol.OPCODES[name] if code is None else code
        frame = protocol.framed(struct.pack(">ii", xid, code) + body)
        if self.recorder:
            self.recorder("c2s", name, frame)
        self.pending.append((xid if code != 11 else -2, name, tag))
        return frame

    def call(self, name, record=None, xid=1):
        """Sends one request and waits for its reply: for scripts."""
        self.send(self.frame(name, xid, protocol.encode_body(name, record)))
        self.settle()
        return self.received[-1]

    def settle(self, seconds=10):
        """Reads until nothing more is owed, or the stream ends, or time is up (noted as "silence")."""
        deadline = time.monotonic() + seconds
        while self.is_open and (self.pending or self.is_connecting):
            if not self.read(deadline - time.monotonic()):
                self.received.append(("silence", tuple(self.pending)))
                self.pending.clear()
                return

    def wait_for_end(self, seconds):
        deadline = time.monotonic() + seconds
        while self.is_open and self.read(deadline - time.monotonic()):
            pass

    def read(self, seconds):
        """One read; false when nothing came in time."""
        if seconds <= 0 or not select.select([self.link], [], [], seconds)[0]:
            return False
        try:
            chunk = self.link.recv(262144)
        except OSError:
            chunk = b""
        self.bytes += chunk
        while len(self.bytes) >= 4:
            count = struct.unpack_from(">i", self.bytes)[0]
            if len(self.bytes) < 4 + count:
                break
            self.accept(bytes(self.bytes[4:4 + count]))
            del self.bytes[:4 + count]
        if not chunk:
            self.received.append(("closed", bytes(self.bytes), tuple(self.pending)))
            self.close()
        return True

    def accept(self, body):
        if self.is_connecting:
            return self.accept_handshake(body)
        try:
            xid, zxid, err = protocol.Reader(body).decode("ReplyHeader")
        except protocol.Malformed:
            self.received.append(("stray", body))
            return
        if xid == -1:
            return self.accept_event(zxid, err, body)
        index = next((i for i, wanted in enumerate(self.pending) if wanted[0] == xid), None)
        if index is None:
            self.note("error", body)
            self.received.append(("stray", body))
            return
        for _ in range(index):
            self.received.append(("unanswered", *self.pending.popleft()))
        _, name, tag = self.pending.popleft()
        self.note(name if err == 0 else "error", body)
        self.received.append(("reply", xid, zxid, err, name, tag, *protocol.decode_reply(name, err, body[16:])))

    def accept_handshake(self, body):
        self.is_connecting = False
        self.note("connect", body)
        reader = protocol.Reader(body)
        try:
            record = reader.decode("ConnectResponse")
        except protocol.Malformed:
            self.received.append(("stray", body))
            return
        self.session, self.password = record[2], record[3]
        self.received.append(("connect", record, body[reader.at:]))

    def accept_event(self, zxid, err, body):
        self.note("event", body)
        reader = protocol.Reader(body)
        reader.at = 16
        try:
            record = reader.decode("WatcherEvent")
        except protocol.Malformed:
            record = None
        if record is None or err or not reader.finished():
            self.received.append(("stray", body))
        else:
            self.received.append(("event", zxid, record))

    def note(self, name, body):
        if self.recorder:
            self.recorder("s2c", name, protocol.framed(body))

    def close(self):
        self.link.close()
        self.is_open = False
        self.is_connecting = False
        self.pending.clear()
