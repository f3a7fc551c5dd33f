"""One server of an ensemble after the other changes its program, and keeps its place, its number and its history."""

import json
import shlex
import time

from migration import survey
from migration.plan import Refused

PROVEN = {"world", "ip", "digest", "auth", "x509", "sasl"}  # schemes that Aviary's servers know
OTHER = {"apache": "aviary", "aviary": "apache"}


class Move:
    """One server, from one make to the other. `tell` is told what is done, as it is done."""

    def __init__(self, sites, site, target, tell=print):
        self.sites = sites
        self.site = site
        self.target = target
        self.source = OTHER[target]
        self.tell = tell
        self.limit = float(site.option("limit", "120"))
        self.admin = site.option("admin", "aviary-admin")

    def make(self):
        """Does it, or takes it back.

        Raises Refused with the reason, the server being what it was before; or with what is left to be done.
        """
        states = survey.require_calm(self.sites)
        own = next(state for state in states if state.site is self.site)
        if own.make == self.target:
            raise Refused(f"{self.site} is {self.target}'s already")
        self._require_settings()
        self._require_room()
        self.tell(f"{self.site}: stopping {self.source}'s server, {own.role}")
        try:
            self.site.must(self.site.option(f"{self.source}.stop"))
            self._set_aside(self.target)
            self._convert(self.target)
        except Refused as reason:
            try:
                self._start(self.source)
            except Refused as second:
                raise Refused(
                    f"{reason}\n{second}\n{self.site} may be down: its folder is as it was, "
                    f"start {self.source}'s server") from None
            raise Refused(f"{reason}\n{self._taken_back()}") from None
        try:
            self._start(self.target)
        except Refused as reason:
            self._return(reason)
        self.tell(f"{self.site}: {self.target}'s server is in step with the others, and its tree is theirs")

    # Before

    def _require_settings(self):
        """What the new server would say of its configuration, before the old one is stopped."""
        path = self.site.options.get("aviary.settings")
        if self.target != "aviary" or not path:
            return
        done = self.site.run(f"{self.admin} settings {shlex.quote(path)} --myid {self.site.id} --json")
        answer = self._json(done.stdout)
        if done.returncode != 0:
            raise Refused(f"{self.site}: nothing was done: {answer.get('refused') or done.stderr.strip()}")
        for warning in answer.get("warnings", []):
            self.tell(f"{self.site}: note: {warning}")

    def _require_room(self):
        """Both histories lie beside each other until somebody removes the old one."""
        data = [self.site.option(f"{self.source}.data")]
        if log := self.site.options.get(f"{self.source}.log"):
            data.append(log)
        beside = self.site.option(f"{self.target}.data").rstrip("/").rpartition("/")[0] or "/"
        used = self.site.must(f"du -skc {' '.join(map(shlex.quote, data))}").splitlines()[-1].split()
        free = self.site.must(f"df -Pk {shlex.quote(beside)}").splitlines()[-1].split()
        if int(free[3]) < 2 * int(used[0]):
            raise Refused(
                f"{self.site}: nothing was done: {beside} has room for {free[3]} KiB, and "
                f"{' and '.join(data)} takes {used[0]}: twice as much is wanted")

    # The folders

    def _set_aside(self, make):
        """What an earlier move left under the names that are needed gets others."""
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        for name in (f"{make}.data", f"{make}.log"):
            path = self.site.options.get(name)
            if path and self.site.run(f"test -e {shlex.quote(path)}").returncode == 0:
                kept = f"{path.rstrip('/')}.before-{stamp}"
                self.site.must(f"mv -T {shlex.quote(path)} {shlex.quote(kept)}")
                self.tell(f"{self.site}: {path} is kept as {kept}")

    def _convert(self, target):
        apache = shlex.quote(self.site.option("apache.data"))
        log = self.site.options.get("apache.log")
        aviary = shlex.quote(self.site.option("aviary.data"))
        if target == "aviary":
            of_log = f" --log {shlex.quote(log)}" if log else ""
            made = self._json(self.site.must(f"{self.admin} import {apache}{of_log} --into {aviary} --json", None))
            if unknown := set(made.get("schemes", [])) - PROVEN:
                raise Refused(
                    f"{self.site}: access control lists name {', '.join(sorted(unknown))}, which Aviary does not know: "
                    "whom they mean would be locked out")
        else:
            made = self._json(self.site.must(f"{self.admin} export {aviary} --into {apache} --json", None))
            if log:
                place = shlex.quote(log.rstrip("/") + "/version-2")
                self.site.must(
                    f"mkdir -p {place} && find {apache}/version-2 -name 'log.*' -exec mv -t {place} {{}} + && sync")
        self.tell(f"{self.site}: {made['rows']} transactions behind {made['snapshot']}, up to {made['lastZxid']}, "
                  f"{made['znodes']} znodes, {made['sessions']} sessions, digest {made['digest']}")

    @staticmethod
    def _json(text):
        try:
            return json.loads(text)
        except ValueError:
            return {}

    # The programs

    def _start(self, make):
        self.site.must(self.site.option(f"{make}.start"))
        if not survey.wait_until_in_step(self.sites, self.site, make, self.limit):
            reasons = "; ".join(survey.problems(survey.look(self.sites))) or "it is of another make than it should be"
            raise Refused(
                f"{self.site}: {make}'s server was not in step with the others in {self.limit:.0f} s: {reasons}")

    def _return(self, reason):
        """The new server may have acknowledged something: its history goes back, not the one from before it."""
        self.tell(f"{reason}\n{self.site}: going back")
        self.site.run(self.site.option(f"{self.target}.stop"))
        try:
            self._set_aside(self.source)
            self._convert(self.source)
            self._start(self.source)
        except Refused as second:
            raise Refused(
                f"{reason}\n{second}\n{self.site} is neither: while all others serve, start {self.source}'s server on "
                "an empty folder with the same myid, and it copies the leader's tree") from None
        raise Refused(f"{reason}\n{self._taken_back()}")

    def _taken_back(self):
        return f"{self.site} is {self.source}'s as before, and in step"


def following(sites, target):
    """The server to be replaced next: observers, then followers, the smallest number first, then the leader.

    With equal histories elections prefer the highest number: so each change of leader is the last of its kind.
    """
    states = [state for state in survey.look(sites) if state.make != target]
    order = {"observer": 0, "follower": 1, "leader": 2}
    states.sort(key=lambda state: (order.get(state.role, 3), state.site.id))
    return states[0].site if states else None
