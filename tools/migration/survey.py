"""What the servers of a plan say of themselves, and whether one of them may be taken away now."""

import re
import socket
import time

from migration.plan import Refused

RELEASES = [(3, 5), (3, 6), (3, 7), (3, 8), (3, 9)]
LAG_MAX = 1000  # transactions that a server may be behind, while clients write
BYTES_PER_SECOND = 20 << 20  # what a learner is sent of a tree, at least
COUNTED = "zk_synced_followers", "zk_synced_observers"


def word(site, name, limit=5.0):
    """The answer to a four-letter word; empty when the server cannot be reached."""
    try:
        with socket.create_connection((site.host, site.port), timeout=limit) as link:
            link.sendall(name.encode())
            answer = b""
            while data := link.recv(1 << 16):
                answer += data
            return answer.decode(errors="replace")
    except OSError:
        return ""


def digests(answer):
    """By zxid, the digest of the tree. An Apache's follower that was sent again what it had lists those twice, with the
    digest that its tree had by then: these say nothing."""
    found = {}
    for zxid, digest in re.findall(r"^(?:0x)?([0-9a-f]+):\s*(-?\d+)\s*$", answer, re.MULTILINE):
        found.setdefault(int(zxid, 16), set()).add(digest)
    return {zxid: seen.pop() for zxid, seen in found.items() if len(seen) == 1}


class State:
    """One server, as it is now."""

    def __init__(self, site):
        self.site = site
        self.server = word(site, "srvr")
        self.metrics = dict(line.split("\t", 1) for line in word(site, "mntr").splitlines() if "\t" in line)
        self.digests = digests(word(site, "hash"))
        self.settings = dict(line.split("=", 1) for line in word(site, "conf").splitlines() if "=" in line)

    @property
    def version(self):
        found = re.search(r"Zookeeper version: (\S+)", self.server)
        return found.group(1).rstrip(",") if found else ""

    @property
    def make(self):
        return "aviary" if "-aviary" in self.version else "apache" if self.version else None

    @property
    def release(self):
        found = re.match(r"(\d+)\.(\d+)\.(\d+)", self.version)
        return tuple(map(int, found.groups())) if found else None

    @property
    def role(self):
        found = re.search(r"Mode: (\w+)", self.server)
        return found.group(1) if found else None

    @property
    def zxid(self):
        found = re.search(r"Zxid: (0x[0-9a-f]+)", self.server)
        return int(found.group(1), 16) if found else None

    def number(self, name):
        """One of the metrics; 0 where the server has none of that name."""
        return int(float(self.metrics.get(name, "0").split()[0]))


def look(sites):
    return [State(site) for site in sites]


def table(states):
    lines = [f"{'server':>6}  {'address':21}  {'version':22}  {'role':9}  {'zxid':>13}  {'znodes':>9}  {'tree, MB':>8}"]
    for state in states:
        zxid = hex(state.zxid) if state.zxid is not None else "-"
        size = state.number("zk_approximate_data_size") / 1e6
        lines.append(
            f"{state.site.id:>6}  {state.site.host + ':' + str(state.site.port):21}  {state.version[:22] or '-':22}  "
            f"{state.role or 'no answer':9}  {zxid:>13}  {state.number('zk_znode_count'):>9}  {size:>8.1f}"
        )
    return "\n".join(lines)


def problems(states):
    """Why no server may be taken away now: sentences, each with what helps."""
    silent = [state.site for state in states if not state.role]
    if silent:
        return [f"{site} does not serve: all must, so that enough are left while one is away" for site in silent]
    found = []
    leaders = [state for state in states if state.role == "leader"]
    if len(leaders) != 1:
        return [f"{len(leaders)} servers lead; wait until one does"]
    for state in states:
        if not state.release or state.release[:2] not in RELEASES:
            found.append(f"{state.site} is of version {state.version}; 3.5 to 3.9 can be in one ensemble with Aviary")
        if not state.metrics:
            found.append(
                f"{state.site} does not answer mntr: allow srvr, mntr, conf and hash in 4lw.commands.whitelist")
    found += behind(states, leaders[0])
    found += differing(states)
    found += too_large(states, leaders[0])
    return found


def behind(states, leader):
    found = []
    if leader.metrics:
        synced = sum(leader.number(name) for name in COUNTED)
        if synced < len(states) - 1:
            found.append(f"{synced} of {len(states) - 1} servers are in step with the leader; wait for the others")
    for state in states:
        # What a server has of an earlier epoch does not say how far it is behind.
        lag = leader.zxid - max(state.zxid, leader.zxid >> 32 << 32)
        if lag > LAG_MAX:
            found.append(f"{state.site} is {lag} transactions behind; wait until it has caught up")
    return found


def differing(states):
    """The same transaction must have left the same tree everywhere: the last of which both speak."""
    found = []
    for index, state in enumerate(states):
        for other in states[index + 1:]:
            zxid = max(state.digests.keys() & other.digests.keys(), default=None)
            if zxid is not None and state.digests[zxid] != other.digests[zxid]:
                found.append(
                    f"{state.site} and {other.site} have different trees at {zxid:#x}: find out which is right first")
    return found


def too_large(states, leader):
    """A server that comes back empty is sent the whole tree, and must have it within initLimit."""
    if not leader.settings.get("initLimit", "").isdigit() or not leader.settings.get("tickTime", "").isdigit():
        return []
    seconds = int(leader.settings["initLimit"]) * int(leader.settings["tickTime"]) / 1000
    size = leader.number("zk_approximate_data_size")
    if size / BYTES_PER_SECOND <= seconds:
        return []
    return [f"the tree has {size / 1e6:.0f} MB, and initLimit gives a server {seconds:.0f} s for it: raise initLimit"]


def notes(states):
    """Nothing that stops a move, but that somebody should know."""
    return [f"{state.site} does not answer hash (3.6 and later do, where it is allowed): its tree is not compared"
            for state in states if not state.digests]


def require_calm(sites, seconds=10):
    """The servers, when nothing speaks against taking one away.

    - Raises Refused with every reason, where one is left after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        states = look(sites)
        found = problems(states)
        if not found:
            return states
        if time.monotonic() > deadline:
            raise Refused("nothing was done:\n  " + "\n  ".join(found))
        time.sleep(0.2)


def wait_until_in_step(sites, site, make, limit):
    """Whether `site` runs this make and is in step with the others within `limit` seconds."""
    deadline = time.monotonic() + limit
    others = look([other for other in sites if other is not site])
    # A leader shows the beginning of its epoch, where nothing has been written in it yet.
    target = max((state.zxid for state in others if state.zxid and state.zxid & 0xffffffff), default=0)
    while time.monotonic() < deadline:
        states = look(sites)
        own = next(state for state in states if state.site is site)
        if own.make == make and own.role and (own.zxid or 0) >= target and not problems(states):
            return True
        time.sleep(0.1)
    return False
