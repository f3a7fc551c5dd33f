"""A client on a plain blocking socket: one connection, pipelining under the caller's control."""

import collections
import socket
import struct

from harness import wire

Reply = collections.namedtuple("Reply", "xid zxid error body")
Event = collections.namedtuple("Event", "zxid type state path after")  # after: replies received before it


class Lost(Exception):
    """The connection ended (or nothing came within the limit)."""


class Refused(Exception):
    """The server answered the handshake with the all-zero response: the session is not (or no longer) there."""


class Connection:
    """Bytes in and out, before any session: also for what is no ZooKeeper request at all."""

    def __init__(self, address, source=None, limit=20.0, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(limit)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        try:
            if source is not None:
                self.socket.bind((source, 0))
            self.socket.connect(address)
        except OSError as error:
            self.socket.close()
            raise Lost(f"connect: {error}") from None

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Lost(f"send: {error}") from None

    def _fill(self):
        try:
            data = self.socket.recv(1 << 18)
        except OSError as error:
            raise Lost(f"receive: {error}") from None
        if not data:
            raise Lost("end of stream")
        self.received += data

    def take(self, count):
        while len(self.received) < count:
            self._fill()
        data = bytes(self.received[:count])
        del self.received[:count]
        return data

    def frame(self):
        return self.take(struct.unpack(">i", self.take(4))[0])

    def rest(self):
        """Everything until the server closes; None when it did not within the limit."""
        while True:
            try:
                self._fill()
            except Lost as lost:
                return bytes(self.received) if "timed out" not in str(lost) else None

    def is_closed(self, within=5.0):
        """Whether the server ends the connection without sending another byte."""
        self.socket.settimeout(within)
        return self.rest() == b""

    def is_open(self):
        """Whether the connection stands right now, with nothing to read."""
        self.socket.settimeout(0.05)
        return self.rest() is None and not self.received

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()


class Client(Connection):
    """A session on its connection."""

    def __init__(
        self, address, timeout=10000, session=0, password=wire.EMPTY_PASSWORD, last_zxid=0, read_only=False, **options
    ):
        super().__init__(address, **options)
        self.xid = 0
        self.events = []
        self.replies = 0
        self.outgoing = []
        try:
            self.send(wire.connect_request(timeout, session, password, last_zxid, read_only))
            response = wire.Reader(self.frame())
        except BaseException:
            self.close()
            raise
        response.int32()
        self.timeout = response.int32()
        self.session = response.int64()
        self.password = response.buffer()
        self.is_read_only = response.position < len(response.body) and response.boolean()
        if self.timeout <= 0:
            self.close()
            raise Refused(f"session {session:#x}")

    def queue(self, operation, record=b"", xid=None):
        """Puts a request behind those not yet flushed and returns its xid."""
        if xid is None:
            self.xid += 1
            xid = self.xid
        self.outgoing.append(wire.request(xid, operation, record))
        return xid

    def flush(self):
        data = b"".join(self.outgoing)
        self.outgoing.clear()
        self.send(data)

    def flush_quietly(self):
        """For requests the server may refuse while they are still being sent."""
        try:
            self.flush()
        except Lost:
            pass

    def next(self):
        """The next frame, as Reply or Event."""
        body = self.frame()
        xid, zxid, error = struct.unpack_from(">iqi", body)
        if xid == wire.EVENT_XID:
            record = wire.Reader(body, 16)
            event = Event(zxid, record.int32(), record.int32(), record.string(), self.replies)
            self.events.append(event)
            return event
        self.replies += 1
        return Reply(xid, zxid, error, wire.Reader(body, 16))

    def reply(self):
        while True:
            frame = self.next()
            if isinstance(frame, Reply):
                return frame

    def event(self):
        """The oldest event not yet taken."""
        while not self.events:
            self.next()
        return self.events.pop(0)

    def call(self, operation, record=b"", xid=None):
        """One request and its reply; an answer out of order is an error of the server."""
        xid = self.queue(operation, record, xid)
        self.flush()
        reply = self.reply()
        assert reply.xid == (wire.PING_XID if operation == wire.PING else xid), f"reply {reply.xid}, expected {xid}"
        return reply

    def create(self, path, data=b"", flags=wire.PERSISTENT, permissions=wire.OPEN):
        return self.call(wire.CREATE, wire.create(path, data, flags, permissions))

    def exists(self, path, watch=False):
        return self.call(wire.EXISTS, wire.read(path, watch))

    def get(self, path, watch=False):
        return self.call(wire.GET_DATA, wire.read(path, watch))

    def end(self):
        """Closes the session properly."""
        try:
            self.call(wire.CLOSE)
        finally:
            self.close()
