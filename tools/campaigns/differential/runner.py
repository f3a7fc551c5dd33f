"""Runs a program against one server, and writes down what each connection received in each step."""

import socket
import time

import protocol
from connection import Connection
from generator import Symbol

PASSWORDS = {"zero": bytes(16), "none": None, "short": bytes(15), "empty": b"", "long": bytes(17)}


class Runner:
    """`transcript` holds, for each step, what arrived: {link: [entry]} in the order of arrival."""

    def __init__(self, port, server=None):
        self.port, self.server = port, server
        self.links = {}
        self.identities = {}  # Session and password by the name of the connection that got them.
        self.zxids = [0]
        self.transcript = []

    def run(self, program):
        for step in program:
            self.perform(step)

    def perform(self, step):
        extra = getattr(self, step[0])(*step[1:]) or {}
        self.barrier()
        self.transcript.append({**self.collect(), **extra})
        return self.transcript[-1]

    def close(self):
        for link in self.links.values():
            link.close()

    def barrier(self):
        """Nothing that an earlier step caused can arrive after this: each connection has answered a ping since."""
        for link in self.links.values():
            if link.is_open and not link.pending:
                link.send(link.frame("ping", -2, b"", tag="barrier"))
        for link in self.links.values():
            link.settle()

    def collect(self):
        arrived = {}
        for name, link in self.links.items():
            if link.received:
                arrived[name] = link.received
                link.received = []
                for entry in arrived[name]:
                    if entry[0] == "reply" and entry[2] > self.zxids[-1]:
                        self.zxids.append(entry[2])
        self.links = {name: link for name, link in self.links.items() if link.is_open or name in arrived}
        return arrived

    def resolve(self, value):
        if isinstance(value, Symbol):
            return self.zxids[max(0, len(self.zxids) - 1 - value.back)] + value.delta
        if isinstance(value, (tuple, list)):
            return type(value)(self.resolve(item) for item in value)
        return value

    def frames(self, link, requests):
        for index, (xid, name, record, damage) in enumerate(requests):
            code = name if isinstance(name, int) else None
            name = "unknown" if code is not None else name
            body = damaged(protocol.encode_body(name, self.resolve(record)), damage)
            yield link.frame(name, xid, body, code, tag=index)

    # MARK: Steps

    def open(self, name, wish):
        link = self.links[name] = Connection(self.port)
        session, password = wish["session"], wish["password"]
        if isinstance(session, str):
            known = self.identities.get(session, (0x7777, bytes(16)))
            session, own = known
            password = own if password == "own" else PASSWORDS[password]
        else:
            session, password = session or 0, PASSWORDS[password]
        link.connect((0, self.resolve(wish["seen"]), wish["timeout"], session, password), wish["readOnly"])
        link.settle()
        self.identities[name] = (link.session, link.password)

    def burst(self, name, requests):
        link = self.links.get(name)
        if link is None:
            return
        raw = b"".join(self.frames(link, requests))
        if any(isinstance(name, int) or name == "closeSession" for _, name, _, _ in requests):
            link.send(raw)  # No ping behind: Apache may answer it before it closes, or not.
            link.settle()
            link.wait_for_end(2)
        else:
            link.send(raw + link.frame("ping", -2, b"", tag="barrier"))
            link.settle()

    def farewell(self, name, requests):
        link = self.links.pop(name, None)
        if link is None:
            return
        link.send(b"".join(self.frames(link, requests)))
        try:
            link.link.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Closed already: the comparison will say by whom.
        link.wait_for_end(5)
        link.close()
        self.sync()

    def sync(self):
        """What was accepted is not yet applied when its connection ends: a sync waits for that, a ping need not."""
        for link in self.links.values():
            if link.is_open:
                link.send(link.frame("sync", -7, protocol.encode_body("sync", ("/",)), tag="barrier"))
                return link.settle()

    def drop(self, name):
        if name in self.links:
            self.links.pop(name).close()

    def restart(self):
        """Without `server`, a program must not ask for this."""
        self.close()
        self.links = {}
        self.server.restart()

    def poke(self, name, raw):
        """Bytes that are no request: the connection must end."""
        if name in self.links:
            self.links[name].send(raw)
            self.links[name].wait_for_end(2)

    def pause(self, seconds):
        time.sleep(seconds)

    def expire(self, name):
        if name in self.links:
            self.links[name].wait_for_end(8)
            self.sync()
            return {"expired": [("expired", not self.links[name].is_open)]}

    def raw(self, raw):
        link = Connection(self.port)
        answer = b""
        try:
            link.link.settimeout(5)
            link.link.sendall(raw)
            while chunk := link.link.recv(65536):
                answer += chunk
            answer += b" end"
        except TimeoutError:
            answer += b" silence"
        except OSError:
            answer += b" end"
        link.close()
        return {"raw": [("raw", answer)]}


def damaged(body, damage):
    if damage is None:
        return body
    kind, *rest = damage
    if kind == "cut":
        return body[:rest[0]]
    if kind == "tail":
        return body + rest[0]
    at, patch = rest
    return body[:at] + patch + body[at + len(patch):]
