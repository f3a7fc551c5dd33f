"""The shell `aviary` as scripts use it: results, JSON, exit statuses, standard input.

    test_shell.py [--server apache]
"""

import argparse
import json
import subprocess

from harness import checks, nodes, places, ports


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    nodes.add_server_argument(parser)
    kind = parser.parse_args().server
    report = checks.Checks()
    with nodes.Node(kind) as node:
        node.start()

        def aviary(*words, stdin=""):
            command = [places.program("aviary"), "-s", f"127.0.0.1:{node.port}", *words]
            return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30)

        def expect(claim, words, output, status=0, stdin=""):
            run = aviary(*words, stdin=stdin)
            report.equal(claim, (run.stdout, run.returncode), (output, status))

        writes(expect, aviary, report)
        reads(expect, aviary, report)
        recursion(expect, aviary, report)
        failures(expect, aviary, report)
    report.finish()


def writes(expect, aviary, report):
    expect("create shows the path", ["create", "/a", "one"], "/a\n")
    expect("with parents too", ["create", "-p", "/x/y/z"], "/x/y/z\n")
    expect("sequential names have a number", ["create", "-s", "/a/n-"], "/a/n-0000000000\n")
    expect("set says nothing", ["set", "/a", "-", "-v", "0"], "", stdin="two")
    expect("lines are commands", [], "/b\n", stdin="create /b 'x y'\n")
    expect("access lists are set", ["setAcl", "/b", "world:anyone:cdrwa"], "")


def reads(expect, aviary, report):
    expect("get shows bytes, and nothing else", ["get", "/a"], "two")
    expect("ls lists in order", ["ls", "/"], "a\nb\nx\nzookeeper\n")
    expect("exists says yes", ["exists", "/a"], "yes\n")
    expect("and no", ["exists", "/none"], "no\n", status=1)
    expect("access lists are shown", ["getAcl", "/b"], "world:anyone:cdrwa\n")
    stat = json.loads(aviary("-o", "json", "stat", "/a").stdout)
    report.equal("JSON names what it is", (stat["path"], stat["kind"], stat["version"]), ("/a", "persistent", 1))
    report.check("64 bits are text there", stat["czxid"].startswith("0x"), stat)
    data = json.loads(aviary("-o", "json", "get", "/a").stdout)["data"]
    report.equal("data is text where it is", data, {"utf8": "two"})
    expect("find finds by data", ["find", "--data", "x y", "/"], "/b\n")
    expect("tree indents", ["tree", "/x"], "/x\n  y\n    z\n")


def recursion(expect, aviary, report):
    dump = aviary("dump", "/x").stdout
    report.equal("a dump is a line each", len(dump.splitlines()), 3)
    expect("load makes them elsewhere", ["load", "--under", "/copy", "-"], "3 znodes created\n", stdin=dump)
    report.equal("as they were", aviary("dump", "/copy").stdout, dump)
    expect("load again makes none", ["load", "--under", "/copy", "-"], "0 znodes created\n", stdin=dump)
    expect("rm -r does not go on without a word", ["rm", "-r", "/copy"], "", status=64)
    expect("and does with --yes", ["--yes", "rm", "-r", "/copy"], "")
    expect("then all is gone", ["exists", "/copy/y/z"], "no\n", status=1)


def failures(expect, aviary, report):
    expect("what is not there is refused", ["get", "/none"], "", status=1)
    expect("so is another version", ["set", "/a", "x", "-v", "7"], "", status=1)
    expect("a path that is none is wrong usage", ["get", "/a//b"], "", status=64)
    expect("so is a command that is none", ["frobnicate"], "", status=64)
    expect("--read-only refuses writes", ["--read-only", "set", "/a", "x"], "", status=64)
    expect("a script stops at its first failure", [], "no\n", status=1, stdin="exists /none\nget /a\n")
    dead = [places.program("aviary"), "-s", f"127.0.0.1:{ports.free_port()}", "--deadline", "1", "ls", "/"]
    report.equal("no server is told apart", subprocess.run(dead, capture_output=True).returncode, 69)


if __name__ == "__main__":
    main()
