"""Apache ZooKeeper's server: from Debian's package, or from the jars of a release."""

import glob
import os

JARS = "/usr/share/java"
MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"


def class_path(release="3.8.0"):
    """All jars in the folder that ZOOKEEPER_JARS_3_9_3 (or its like) names; Debian's 3.8.0 is found by itself.

    A server with Debian's writes no log.
    """
    folder = os.environ.get("ZOOKEEPER_JARS_" + release.replace(".", "_"))
    if folder:
        return ":".join(sorted(glob.glob(f"{folder}/*.jar")))
    if release == "3.8.0" and os.path.exists(f"{JARS}/zookeeper-3.8.0.jar"):
        return f"{JARS}/zookeeper.jar"
    raise SystemExit(f"no jars of ZooKeeper {release}: set ZOOKEEPER_JARS_{release.replace('.', '_')}")


def logging_class_path():
    """Debian's, with netty (not all of it is named in its manifest) and with log4j, so that it writes a log."""
    jars = [f"{JARS}/zookeeper.jar", *sorted(glob.glob(f"{JARS}/netty-*.jar"))]
    return ":".join([*jars, f"{JARS}/slf4j-log4j12.jar", f"{JARS}/log4j-1.2.jar"])


def launcher(jars, *flags):
    """The command of a server, but for the path of its configuration."""
    return ["java", *flags, "-cp", jars, MAIN]
