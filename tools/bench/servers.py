"""The servers of a comparison: one, or an ensemble; both sides are told the same and have folders of their own."""

import shutil

from harness import places
from harness.ensemble import Ensemble
from harness.nodes import Node

#: What all are told beside the harness's own. snapCount, forceSync and the size of a log's files have their defaults;
#: forceSync is written down all the same.
SETTINGS = {"clientPortAddress": "127.0.0.1", "forceSync": "yes", "snapCount": None, "txnLogSizeLimitInKb": None}


class Servers:
    """As many as wanted of one kind, started by `launcher`; to the generator they are like one."""

    def __init__(self, name, kind, launcher, parent, count=1):
        self.name = name
        self.folder = places.new_folder(f"bench-{name}", parent)
        self.members = []
        try:
            if count == 1:
                self.members = [Node(kind, self.folder, launcher=launcher, **SETTINGS)]
                self.members[0].start(120)
            else:
                ensemble = Ensemble([kind] * count, self.folder, launcher=launcher, more=SETTINGS)
                self.members = ensemble.servers
                ensemble.start()
                ensemble.wait_until_serving(120)
        except BaseException:
            self.stop()
            raise

    @property
    def addresses(self):
        return ",".join(f"127.0.0.1:{member.port}" for member in self.members)

    @property
    def pids(self):
        return [member.process.pid for member in self.members]

    def is_running(self):
        return all(member.is_running() for member in self.members)

    def resident_bytes(self):
        return sum(member.resident_bytes() for member in self.members)

    def stop(self):
        """Ends them and removes what they wrote."""
        for member in self.members:
            if member.is_running():
                member.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
