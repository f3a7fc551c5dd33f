"""The admin server and the metrics of a node over HTTP: every command of Apache's, refusals, probes, one page for
Prometheus; alone and as members of an ensemble.

    test_http.py
"""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import socket
import subprocess

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble
from harness.ports import free_ports

CONNECTION = """remote_socket_address interest_ops outstanding_requests packets_received packets_sent session_id
last_operation established session_timeout last_cxid last_zxid last_response_time last_latency min_latency avg_latency
max_latency""".split()
CONFIGURATION = """client_port data_dir data_log_dir tick_time max_client_cnxns min_session_timeout max_session_timeout
server_id client_port_listen_backlog""".split()
#: The keys of each answer in Apache's order, without command and error; None where the order is not fixed there.
KEYS = {
    "configuration": CONFIGURATION, "connection_stat_reset": [], "connections": ["connections", "secure_connections"],
    "dirs": ["datadir_size", "logdir_size"], "dump": ["expiry_time_to_session_ids", "session_id_to_ephemeral_paths"],
    "environment": None, "get_trace_mask": ["tracemask"], "hash": ["digests"],
    "initial_configuration": ["initial_configuration"], "is_read_only": ["read_only"],
    "last_snapshot": ["zxid", "timestamp"], "monitor": None, "observer_connection_stat_reset": [],
    "observers": ["synced_observers", "observers"], "ruok": [],
    "server_stats": ["version", "read_only", "server_stats", "client_response", "node_count"],
    "set_trace_mask": ["tracemask"], "stat_reset": [],
    "stats": ["version", "read_only", "server_stats", "client_response", "node_count", "connections",
              "secure_connections"],
    "system_properties": None, "voting_view": ["current_config"],
    "watch_summary": ["num_connections", "num_paths", "num_total_watches"],
    "watches": ["session_id_to_watched_paths"], "watches_by_path": ["path_to_session_ids"],
    "zabstate": ["voting", "zabstate"],
}  # fmt: skip
SECRET = "a2VwdCB0byBteXNlbGYsIG9ubHk="
#: A line of Prometheus' text format, as strictly as it is written here.
SAMPLE = re.compile(r'[a-z_]+({[a-z]+="[\w.+-]*"(,le="[\w.+-]+")?})? (NaN|-?[0-9]+\.[0-9]+(E-?[0-9]+)?)')
TYPES = {"gauge", "counter", "summary", "histogram"}
MONITORING = pathlib.Path(__file__).parents[2] / "tools" / "monitoring"
#: Words of PromQL that are no metric.
WORDS = {"by", "sum", "rate", "increase", "histogram_quantile", "or", "up"}


def ask(port, path, method="GET", **headers):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request(method, path, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        link.close()


def command(port, name, **headers):
    return json.loads(ask(port, f"/commands/{name}", **headers)[2])


def every_command(report, port):
    for name, keys in KEYS.items():
        target = f"/commands/{name}" + ("?traceMask=306" if name == "set_trace_mask" else "")
        status, kind, body = ask(port, target)
        answer = json.loads(body)
        report.equal(f"{name}: status and type", (status, kind), (200, "application/json"))
        report.equal(f"{name}: its name and no error", (answer["command"], answer["error"]), (name, None))
        if keys is not None:
            report.equal(f"{name}: its keys in order", list(answer), [*keys, "command", "error"])
    index = ask(port, "/commands")[2]
    names = re.findall(rb'<a href="/commands/(\w+)">', index)
    report.equal("the index has 28 names in order", (len(names), names), (28, sorted(names)))
    report.equal("the index is as long as Apache's", len(index), 1518)


def what_it_tells(report, port, node, session):
    connection = next(one for one in command(port, "cons")["connections"] if one["session_id"] == session)
    report.equal("a connection's keys in order", list(connection), CONNECTION)
    report.equal("the client port", command(port, "conf")["client_port"], node.port)
    dump = command(port, "dump")
    report.equal("who holds which ephemerals", dump["session_id_to_ephemeral_paths"], {str(session): ["/e"]})
    report.equal("the session and its client", [one["session_id"] for one in command(port, "sessions")["sessions"]],
                 [session])
    report.check("the session expires", any(session in ids for ids in dump["expiry_time_to_session_ids"].values()))
    shown = command(port, "icfg")["initial_configuration"]
    report.check("the configuration is shown", f"clientPort={node.port}\n" in shown, shown)
    report.check("without secrets", SECRET not in shown, shown)
    monitor = command(port, "mntr")
    word = dict(line.split("\t") for line in node.word("mntr").decode().splitlines())
    report.equal("monitor has the names of mntr", [f"zk_{name}" for name in monitor][:-2], list(word))
    report.equal("no leader where there is none", ask(port, "/commands/lead")[2].decode(),
                 '{\n  "error" : "server is not initialized",\n  "command" : "leader"\n}')


def refusals(report, port):
    for method, path, headers, expected in [
        ("GET", "/", {}, 404), ("GET", "/commands/nope", {}, 200), ("POST", "/commands/ruok", {}, 405),
        ("PUT", "/commands", {}, 405), ("TRACE", "/commands", {}, 403), ("OPTIONS", "/commands", {}, 200),
        ("HEAD", "/commands/ruok", {}, 200), ("HEAD", "/commands/snapshot", {}, 401),
        ("GET", "/commands/snapshot", {}, 401), ("POST", "/commands/restore", {}, 401),
        ("GET", "/commands/snapshot", {"Authorization": "Digest a:b"}, 401),
        ("GET", "/commands/snapshot", {"Authorization": "digest a:b"}, 503),
    ]:
        report.equal(f"{method} {path} {headers}", ask(port, path, method, **headers)[0], expected)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(b"GET /commands/ruok HTTP/1.1\r\n\r\n")
        report.check("no Host is refused", link.recv(100).startswith(b"HTTP/1.1 400 "))
    links = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(65)]
    report.equal("the 65th connection is let go", links[64].recv(1), b"")
    for link in links:
        link.close()
    report.check("there is room again", checks.eventually(lambda: is_answered(port)))


def is_answered(port):
    try:
        return ask(port, "/commands/ruok")[0] == 200
    except OSError:
        return False


def metrics(report, port):
    status, kind, body = ask(port, "/metrics")
    report.equal("metrics: status and type", (status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
    family, seen = None, set()
    for line in body.decode().splitlines():
        words = line.split(" ")
        if words[:2] == ["#", "HELP"]:
            family = words[2]
            report.check(f"{family} comes once", family not in seen)
            seen.add(family)
        elif words[:2] == ["#", "TYPE"]:
            report.check(f"{family} has a type", words[2] == family and words[3] in TYPES)
        else:
            sample = words[0].partition("{")[0]
            name = re.sub("_(count|sum|bucket)$", "", sample)
            report.check(f"a sample of {family}", family in (sample, name) and SAMPLE.fullmatch(line), line)
    report.check("the alerts' metrics are there", {"znode_count", "avg_latency", "fsynctime", "watch_count"} <= seen)
    chosen = ask(port, "/metrics?name[]=uptime")[2].decode().splitlines()
    for name in "aviary_request_seconds_count", "aviary_fsync_seconds_count", "process_resident_memory_bytes":
        values = [float(line.split(" ")[1]) for line in body.decode().splitlines() if line.startswith(name)]
        report.check(f"{name} is more than 0", sum(values) > 0, str(values))
    report.equal("one is chosen by name", [line.split(" ")[0] for line in chosen if line[0] != "#"], ["uptime"])


def queries():
    """Every query of the alerts and of the dashboard."""
    rules = (MONITORING / "aviary.rules.yml").read_text()
    board = json.loads((MONITORING / "dashboard.json").read_text())
    return re.findall(r"(?m)^ +expr: (.*)$", rules) + [
        target["expr"] for panel in board["panels"] for target in panel["targets"]
    ]


def monitoring(report, page):
    """What tools/monitoring asks for is on the page, and promtool agrees where it is installed."""
    samples = set(re.findall(r"(?m)^([a-z_]+)[ {]", page))
    report.check("there are alerts and charts", len(queries()) > 20)
    for query in queries():
        bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|by \([^)]*\)", " ", query)
        asked = set(re.findall(r"\b[a-z][a-z_]+\b", bare)) - WORDS
        report.check(f"there is all of {query}", asked <= samples, str(asked - samples))
    if shutil.which("promtool"):
        found = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
        report.check("promtool can read the page", found.returncode in (0, 3), found.stderr)
        ours = [line for line in found.stderr.splitlines() if line.startswith(("aviary_", "process_"))]
        report.equal("promtool finds no fault with a name of ours", ours, [])
        rules = ["promtool", "check", "rules", MONITORING / "aviary.rules.yml"]
        report.equal("promtool can read the alerts", subprocess.run(rules, capture_output=True).returncode, 0)


def alone(report):
    admin, prometheus = free_ports(2)
    with nodes.Node(
        "aviary", admin__enableServer="true", admin__serverAddress="127.0.0.1", admin__serverPort=admin,
        metricsProvider__className="org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
        metricsProvider__httpHost="127.0.0.1", metricsProvider__httpPort=prometheus,
        DigestAuthenticationProvider__superDigest=f"super:{SECRET}",
    ).start() as node:  # fmt: skip
        with contextlib.closing(client.Client(node.address)) as one:
            one.create("/e", flags=wire.EPHEMERAL)
            report.run("it answers every command", lambda: every_command(report, admin))
            report.run("it tells what is so", lambda: what_it_tells(report, admin, node, one.session))
        report.run("it refuses", lambda: refusals(report, admin))
        report.run("it exposes metrics", lambda: metrics(report, prometheus))
        report.equal("ready", ask(admin, "/readyz")[::2], (200, b"ok\n"))
        with nodes.Node("aviary", admin__enableServer="true", admin__serverPort=admin).start() as other:
            report.check("a node whose port is taken serves, and says so", f"port {admin}" in other.log_end())


def in_an_ensemble(report):
    folder = places.new_folder("http")
    ensemble = Ensemble(kinds=["aviary"] * 3, folder=folder, tick=500)
    ports = dict(zip([server.id for server in ensemble.servers], free_ports(3)))
    for server in ensemble.servers:
        server.settings |= {"admin.enableServer": "true", "admin.serverAddress": "127.0.0.1",
                            "admin.serverPort": ports[server.id]}
        server.write_configuration()
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        leader = ensemble.leader()
        for server in ensemble.servers:
            answer = command(ports[server.id], "leader")
            report.equal(f"{server.id} knows who leads", (answer["leader_id"], answer["is_leader"]),
                         (leader.id, server.id == leader.id))
            state = command(ports[server.id], "zabstate")
            report.equal(f"{server.id} votes", (state["myid"], state["voting"], state["zabstate"]),
                         (server.id, True, "broadcast"))
            report.equal("three voters", list(command(ports[server.id], "voting_view")["current_config"]),
                         ["1", "2", "3"])
        lag = command(ports[leader.id], "lag")["learners"]
        report.equal("the leader sees two followers in sync", [(one["observer"], one["synced"]) for one in lag],
                     [(False, True)] * 2)
        report.run("what monitors ask for", lambda: monitoring(report, ask(ports[leader.id], "/metrics")[2].decode()))
        elections = re.search(rb"\nelection_time_count ([0-9]+)", ask(ports[leader.id], "/metrics")[2])
        report.check("elections are counted", elections and int(elections[1]) > 0)
        for server in ensemble.servers:
            if server is not leader:
                server.kill()
        port = ports[leader.id]
        report.check("without a quorum it is not ready", checks.eventually(lambda: ask(port, "/readyz")[0] == 503))
        report.equal("it is alive all the same", ask(port, "/livez")[0], 200)
        report.equal("it says that it does not serve", command(port, "ruok")["error"],
                     "This ZooKeeper instance is not currently serving requests")
        report.equal("monitors are told a failure", ask(port, "/commands/monitor")[0], 503)
        report.check("gauges are gone", b"znode_count" not in ask(port, "/metrics")[2])
    finally:
        for server in ensemble.servers:
            server.discard()


def main():
    report = checks.Checks()
    report.run("a node alone", lambda: alone(report))
    report.run("an ensemble", lambda: in_an_ensemble(report))
    report.finish()


if __name__ == "__main__":
    main()
