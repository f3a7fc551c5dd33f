"""Starting and stopping the servers under comparison: standalone, on a free loopback port, with one zoo.cfg for all."""

import os
import pathlib
import tempfile

from harness import apache
from harness.nodes import Node

#: What every server of the comparison is told beside the harness's own; a seed adds to it. Timeouts are in
#: milliseconds.
SETTINGS = {
    "tickTime": "200", "minSessionTimeout": "1000", "maxSessionTimeout": "600000", "clientPortAddress": "127.0.0.1",
    "extendedTypesEnabled": "true", "reconfigEnabled": "false",
    "DigestAuthenticationProvider.superDigest": "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=",
}
#: Only Java needs these: small files, no waiting for the disk.
JAVA_FLAGS = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dzookeeper.preAllocSize=256",
              "-Dzookeeper.forceSync=no", "-Djute.maxbuffer=1048575",
              "-Dlog4j2.level=ERROR", "-Dlog4j.rootLogger=ERROR", "-Dlog4j2.disable.jmx=true"]
#: Keys that Java reads as system properties without the prefix `zookeeper.`.
BARE_PROPERTIES = ("znode.container.",)


class Server(Node):
    """One running server. `kind` is an Apache release such as `3.9.3`, or the path of an Aviary program."""

    def __init__(self, kind, settings=None):
        settings = {**SETTINGS, **(settings or {})}
        folder = pathlib.Path(tempfile.mkdtemp(prefix="differential-", dir=os.environ.get("TMPDIR")))
        super().__init__(kind, folder, launcher=launcher(kind, settings), **settings)
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def restart(self):
        """Kills the server, and starts it again with its data, on the same port."""
        self.kill()
        self.start()

    def stop(self):
        """Ends it, and removes what it wrote unless DIFFERENTIAL_KEEP is set."""
        if os.environ.get("DIFFERENTIAL_KEEP"):
            self.kill()
        else:
            self.discard()


def launcher(kind, settings):
    if os.path.sep in kind:
        return [os.path.abspath(kind)]
    bare = [f"-D{key}={value}" for key, value in settings.items() if key.startswith(BARE_PROPERTIES)]
    return apache.launcher(apache.class_path(kind), *JAVA_FLAGS, *bare)
