"""The whole tree as one server shows it to a client."""

import time

from harness import client, wire
from harness.wire import STAT

#: Written by each server for itself when it starts, so that no two of Apache's have the same Stat there either.
CONFIGURATION = "/zookeeper/config"


class Tree:
    """Every znode with data, ACL and Stat, read behind a sync."""

    def __init__(self, server, limit=30.0):
        """`server` may be about to learn that its leader is gone: then another try is made, within `limit` seconds, and
        so where one of Apache's ends the connection later.
        """
        deadline = time.monotonic() + limit
        while True:
            link = self._open(server, deadline)
            try:
                return self._read_all(link)
            except client.Lost as lost:
                if server.kind == "aviary" or time.monotonic() > deadline:
                    raise client.Lost(f"server {server.id}: {lost}") from None

    def _read_all(self, link):
        self.znodes = {}
        paths = ["/"]
        while paths:
            paths = self._read(link, paths)
        link.end()

    def _open(self, server, deadline):
        while True:
            try:
                link = client.Client(server.address, limit=30.0)
                link.call(wire.SYNC, wire.string("/"))
                return link
            except (client.Lost, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _read(self, link, paths):
        """Reads these, and returns their children."""
        for path in paths:
            link.queue(wire.GET_DATA, wire.read(path))
            link.queue(wire.GET_ACL, wire.string(path))
            link.queue(wire.GET_CHILDREN, wire.read(path))
        link.flush()
        below = []
        for path in paths:
            data, acl, children = link.reply(), link.reply(), link.reply()
            stat_at_end = len(acl.body.body) - STAT.size
            self.znodes[path] = (data.body.buffer(), None if path == CONFIGURATION else data.body.stat(),
                                 acl.body.body[acl.body.position:stat_at_end])
            below += [f"{path.rstrip('/')}/{name}" for name in children.body.strings()]
        return below

    def differences(self, other):
        """The paths that are not the same in both."""
        return sorted(path for path in self.znodes.keys() | other.znodes.keys()
                      if self.znodes.get(path) != other.znodes.get(path))
