"""The program's life as its users see it: tools/run starts, answers, stops, and starts again with its data.

    test_run.py

tools/run is called from another folder, with a configuration file (so that the port is free) and without one when
port 2181 is free.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from harness import checks, client, places, ports, wire

RUN = places.REPOSITORY / "tools" / "run"


def answers(address, limit):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        try:
            client.Client(address).end()
            return True
        except (client.Lost, AssertionError):
            time.sleep(0.1)
    return False


def run(folder, *arguments):
    log = open(os.path.join(folder, "run.log"), "ab")
    return subprocess.Popen([str(RUN), *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def with_a_file(report, folder):
    port = ports.free_port()
    pathlib.Path(folder, "my.cfg").write_text(f"tickTime=2000\ndataDir=here\nclientPort={port}\nfoo.bar=1\n")
    os.makedirs(os.path.join(folder, "here"))
    address = ("127.0.0.1", port)
    for start in ("first", "second"):
        process = run(folder, "my.cfg")
        up = report.check(f"the {start} start answers", answers(address, 300), log_of(folder))
        if up:
            link = client.Client(address)
            error = link.create("/kept", b"data").error
            expected = wire.OK if start == "first" else wire.NODE_EXISTS
            report.equal(f"at the {start} start what was there is there", error, expected)
            link.end()
        process.send_signal(signal.SIGTERM if start == "first" else signal.SIGINT)
        report.equal(f"the {start} stop is clean", process.wait(30), 0)
    kept = [str(path) for path in pathlib.Path(folder, "here").iterdir()]
    report.check("relative paths are relative to the caller's folder", kept != [], kept)
    report.check("an unknown key is warned about", "foo.bar" in log_of(folder), log_of(folder))


def with_mistakes(report, folder):
    missing = run(folder, "none.cfg")
    report.check("a missing file is an error", missing.wait(60) != 0)
    pathlib.Path(folder, "bad.cfg").write_text("dataDir=here\nclientPort=many\n")
    report.check("a wrong value is an error", run(folder, "bad.cfg").wait(60) != 0)
    report.check("that names its line", "bad.cfg:2" in log_of(folder), log_of(folder)[-500:])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        pathlib.Path(folder, "taken.cfg").write_text(f"dataDir=here\nclientPort={port}\n")
        report.check("a port in use is an error", run(folder, "taken.cfg").wait(60) != 0)
        report.check("that names the port", str(port) in log_of(folder)[-600:], log_of(folder)[-500:])


def without_a_file(report, folder):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", 2181))
        except OSError:
            print("note: port 2181 is in use, so tools/run without a file is not tried")
            return
    before = (places.REPOSITORY / "data").exists()
    process = run(folder)
    report.check("without a file port 2181 answers", answers(("127.0.0.1", 2181), 60), log_of(folder))
    report.check("and ./data of the repository is used", (places.REPOSITORY / "data").exists())
    process.send_signal(signal.SIGTERM)
    report.equal("it stops cleanly", process.wait(30), 0)
    if not before:
        subprocess.run(["rm", "-r", str(places.REPOSITORY / "data")])


def log_of(folder):
    return pathlib.Path(folder, "run.log").read_text(errors="replace")[-3000:]


def main():
    report = checks.Checks()
    for part in (with_a_file, with_mistakes, without_a_file):
        folder = places.new_folder("run")
        report.run(part.__name__, lambda: part(report, folder))
        shutil.rmtree(folder)
    report.finish()


main()
