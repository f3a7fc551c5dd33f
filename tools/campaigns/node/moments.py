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


def _segments(folder):
    return {name for name in _names(folder) if name.startswith("log-0") and name.endswith(".db")}


def next_segment_is_made(folder, random):
    return _until(lambda: "log-next.db" in _names(folder))


def next_segment_begins(folder, random):
    known = _segments(folder)
    return _until(lambda: _segments(folder) - known)


def full_segment_is_finished(folder, random):
    """Some of the time between its successor's first commit and the end of its WAL."""
    if not next_segment_begins(folder, random):
        return False
    time.sleep(random.uniform(0.0, 0.01))
    return True


def old_segment_goes(folder, random):
    known = _segments(folder)
    return _until(lambda: known - _segments(folder))


MOMENTS = [snapshot_begins, snapshot_is_written, snapshot_gets_its_name, old_snapshot_goes, next_segment_is_made,
           next_segment_begins, full_segment_is_finished, old_segment_goes]


def _until(is_so):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.0002)
    return False
