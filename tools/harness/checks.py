"""Counts claims and says which do not hold."""

import sys
import time
import traceback


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, claim, holds, details=""):
        """`claim` is a sentence that should be true; `details` is what was seen instead."""
        if holds:
            self.passed += 1
            print(f"ok      {claim}", flush=True)
        else:
            self.failed += 1
            print(f"NOT OK  {claim}" + (f"\n        {details}" if details != "" else ""), flush=True)
        return bool(holds)

    def equal(self, claim, value, expected):
        return self.check(claim, value == expected, f"expected {expected!r}, got {value!r}")

    def run(self, claim, action):
        """Runs `action`; an exception in it is a failed claim, not the end of the others."""
        try:
            action()
        except Exception:
            self.check(claim, False, traceback.format_exc().replace("\n", "\n        "))

    def finish(self):
        """Prints the sum and ends the program with the status that belongs to it."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def eventually(condition, seconds=30):
    """What the condition says as soon as that is true, or when the time is up."""
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds
