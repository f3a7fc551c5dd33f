"""What has to be known about the machine to read the figures."""

import os
import platform
import re
import subprocess
import tempfile
import time


def first_line(command):
    try:
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    except OSError:
        return "unknown"
    return output.strip().splitlines()[0] if output.strip() else "unknown"


def found(pattern, path):
    with open(path) as file:
        match = re.search(pattern, file.read(), re.M)
    return match.group(1).strip() if match else "unknown"


def sync_microseconds(folder, rounds=200):
    """Median time of writing 4 KiB over a file's start and syncing it."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(rounds):
            started = time.perf_counter()
            file.seek(0)
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2] * 1e6


def facts(folder, repository, heap):
    memory_gib = int(found(r"^MemTotal:\s+(\d+)", "/proc/meminfo")) / 1024 ** 2
    commit = first_line(["git", "-C", repository, "log", "-1", "--format=%h of %cs"])
    return [
        f"{os.cpu_count()} cores of {found(r'^model name.*: (.*)$', '/proc/cpuinfo')}, {memory_gib:.0f} GiB, "
        f"Linux {platform.release()}, {found(r'^PRETTY_NAME=.(.*).$', '/etc/os-release')}; "
        "server and generator share them",
        f"disk: 4 KiB written and synced in {sync_microseconds(folder):.0f} µs (median)",
        f"Apache: Debian's {debian_version('zookeeper')}, "
        f"{first_line(['java', '-version'])}, heap {'-Xmx' + heap if heap else 'of the JVM by default'}",
        f"Aviary {commit}, {first_line(['swift', '--version'])}, release build",
        f"load of the machine before the first row: {os.getloadavg()[0]:.1f} (15 minutes: {os.getloadavg()[2]:.1f})",
    ]


def debian_version(package):
    return first_line(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", package])
