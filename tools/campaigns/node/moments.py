"""Moments in the life of a node's files at which it may be killed, told by the names in its folder."""

import os
import time

LIMIT = 3.0  # seconds; where a moment does not come, any other will do


def _names(folder):
    return set(os.listdir(folder))


def _size(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _unfinished(folder, suffix=".db.tmp"):
    return next((name for name in _names(folder) if name.startswith("snapshot-") and name.endswith(suffix)), None)


def _snapshots(folder):
    return {name for name in _names(folder) if name.startswith("snapshot-") and name.endswith(".db")}


def snapshot_begins(folder, random):
    return _until(lambda: _unfinished(folder))


def snapshot_is_written(folder, random):
    """Some part of it is in the file."""
    wanted = random.choice([1, 1 << 14, 1 << 16, 1 << 18])

    def is_so():
        name = _unfinished(folder)
        return name and _size(f"{folder}/{name}") >= wanted

    return _until(is_so)


def snapshot_gets_its_name(folder, random):
    known = _snapshots(folder)
    return _until(lambda: _snapshots(folder) - known)


def old_snapshot_goes(folder, random):
    known = _snapshots(folder)
    return _until(lambda: _unfinished(folder, ".removed.tmp") or known - _snapshots(folder))


def log_is_trimmed(folder, random):
    """It begins with the batch after a snapshot got its name, and takes some more."""
    if not snapshot_gets_its_name(folder, random):
        return False
    time.sleep(random.uniform(0.0, 0.05))
    return True


MOMENTS = [snapshot_begins, snapshot_is_written, snapshot_gets_its_name, old_snapshot_goes, log_is_trimmed]


def _until(is_so):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.0002)
    return False
