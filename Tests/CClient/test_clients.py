"""Apache's own clients, as Debian ships them, against a server: the C library, cli_mt and zkCli.sh.

    test_clients.py [--server apache]
"""

import argparse
import pathlib
import re
import subprocess
import time

from harness import checks, nodes, places

HERE = pathlib.Path(__file__).resolve().parent
CLI_MT = "/usr/lib/zookeeper/bin/cli_mt"
ZKCLI = "/usr/share/zookeeper/bin/zkCli.sh"


def build():
    program = places.REPOSITORY / ".build" / "cclient"
    sources = sorted(map(str, HERE.glob("*.c")))
    warnings = ["-Wall", "-Wextra", "-Werror"]
    command = ["gcc", "-std=gnu11", "-O1", *warnings, "-DTHREADED", *sources, "-o", str(program), "-lzookeeper_mt"]
    subprocess.run([*command, "-lpthread"], check=True)
    return program


def c_library(report, node):
    result = subprocess.run(
        [str(build()), f"127.0.0.1:{node.port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=120
    )
    claims = re.findall(r"^(ok|NOT OK) +(.*)$", result.stdout, re.M)
    for outcome, sentence in claims:
        report.check(f"C library: {sentence}", outcome == "ok")
    whole = f"{sum(o == 'ok' for o, _ in claims)} passed" in result.stdout
    report.check("the C program ran to its end", whole and result.returncode in (0, 1), result.stdout[-2000:])


# What is typed, and the texts that must then appear, in any order, before the next line is typed.
CLI_MT_DIALOGUE = [
    (None, ["CONNECTED_STATE"]),
    ("create /cli-mt", ["[/cli-mt]: rc = 0"]),
    ("create +e /cli-mt/e", ["[/cli-mt/e]: rc = 0"]),
    ("create +s /cli-mt/s-", ["/cli-mt/s-0000000001"]),
    ("set /cli-mt hello", ["/cli-mt: rc = 0"]),
    ("get /cli-mt", ["value_len = 5"]),
    ("ls /cli-mt", ["s-0000000001"]),
    ("ls2 /cli-mt", ["version=1", "ephemeralOwner = 0"]),
    ("sync /cli-mt", ["/cli-mt"]),
    ("get /none", ["/none: rc = -101"]),
    ("delete /cli-mt", ["/cli-mt: rc = -111"]),
    ("delete /cli-mt/e", ["/cli-mt/e: rc = 0"]),
]
ZKCLI_DIALOGUE = [
    (None, ["WatchedEvent state:SyncConnected"]),
    ("create /zkcli hello", ["Created /zkcli"]),
    ("create -e /zkcli/e", ["Created /zkcli/e"]),
    ("create -s /zkcli/s- x", ["Created /zkcli/s-0000000001"]),
    ("create -c /zkcli/c", ["Created /zkcli/c"]),
    ("create /zkcli again", ["Node already exists: /zkcli"]),
    ("ls /zkcli", ["[c, e, s-0000000001]"]),
    ("get -w /zkcli", ["hello"]),
    ("set /zkcli changed", ["WatchedEvent state:SyncConnected type:NodeDataChanged path:/zkcli"]),
    ("get -s /zkcli", ["changed", "cversion = 3", "dataVersion = 1", "aclVersion = 0", "dataLength = 7"]),
    ("stat /zkcli", ["ephemeralOwner = 0x0", "numChildren = 3"]),
    ("stat -w /later", ["Node does not exist: /later"]),
    ("create /later", ["type:NodeCreated path:/later", "Created /later"]),
    ("ls -w /later", ["[]"]),
    ("create /later/x", ["type:NodeChildrenChanged path:/later"]),
    ("set -v 9 /zkcli x", ["version No is not valid : /zkcli"]),
    ("getAcl /zkcli", ["'world,'anyone", ": cdrwa"]),
    ("addauth digest ann:secret", []),
    ("setAcl /zkcli auth:ann:cdrwa", []),
    ("getAcl /zkcli", ["'digest,'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=", ": cdrwa"]),
    ("setAcl /zkcli nonsense:x:r", ["Acl is not valid : /zkcli"]),
    ("whoami", ["digest: ann", "ip: 127.0.0.1"]),
    ("setquota -n 10 /zkcli", []),
    ("listquota /zkcli", ["Output quota for /zkcli count=10", "Output stat for /zkcli count=4"]),
    ("delquota /zkcli", []),
    ("sync /zkcli", ["Sync is OK"]),
    ("getAllChildrenNumber /later", ["1"]),
    ("getEphemerals /zkcli", ["[/zkcli/e]"]),
    ("addWatch -m PERSISTENT_RECURSIVE /later", []),
    ("create /later/x/y", ["type:NodeCreated path:/later/x/y"]),
    ("removewatches /later", ["type:PersistentWatchRemoved path:/later"]),
    ("delete /zkcli", ["Node not empty: /zkcli"]),
    ("deleteall /zkcli", []),
    ("get /zkcli", ["Node does not exist: /zkcli"]),
    ("get /zookeeper/config", []),
    ("ls /zookeeper", ["[config, quota]"]),
    ("close", ["WatchedEvent state:Closed type:None"]),
]


def dialogue(report, name, command, lines, log):
    """Types each line once what the line before it must bring is there."""
    with open(log, "wb") as output:
        shell = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
    seen = 0
    for line, expected in lines:
        if line is not None:
            shell.stdin.write(line.encode() + b"\n")
            shell.stdin.flush()
        deadline = time.monotonic() + 10
        while True:
            text = log.read_bytes()[seen:].decode(errors="replace")
            missing = [part for part in expected if part not in text]
            if not missing or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        report.check(f"{name}: {line or 'connects'}", not missing, f"no {missing} in {text!r}")
        seen += len(text.encode()) if not missing else 0
    shell.stdin.write(b"quit\n")
    shell.stdin.close()
    report.equal(f"{name} quits", shell.wait(20), 0)


def cli_mt(report, node):
    command = [CLI_MT, "-h", f"127.0.0.1:{node.port}"]
    dialogue(report, "cli_mt", command, CLI_MT_DIALOGUE, node.folder / "cli_mt.log")


def zkcli(report, node):
    command = [ZKCLI, "-server", f"127.0.0.1:{node.port}"]
    dialogue(report, "zkCli.sh", command, ZKCLI_DIALOGUE, node.folder / "zkcli.log")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    arguments = parser.parse_args()
    report = checks.Checks()
    with nodes.Node(arguments.server) as node:
        node.start()
        for part in (c_library, cli_mt, zkcli):
            report.run(part.__name__, lambda part=part: part(report, node))
        report.check("the server is still there", node.is_running())
    report.finish()


main()
