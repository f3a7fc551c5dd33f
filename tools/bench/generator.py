"""One run of aviary-bench against the servers of one side."""

import json
import subprocess


def generate(program, servers, *arguments):
    """Its JSON. Sessions are spread over all servers, and CPU is that of all their processes."""
    pids = [argument for pid in servers.pids for argument in ("--pid", str(pid))]
    command = [program, "--servers", servers.addresses, *pids, "--json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}; "
                         f"{servers.name} runs: {servers.is_running()}")
    return json.loads(done.stdout)
