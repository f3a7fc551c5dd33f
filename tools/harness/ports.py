"""Ports of loopback that are free, below those that the kernel gives to outgoing connections: nobody takes one while
its server is down."""

import contextlib
import random
import socket

FIRST, END = 10_000, 32_000


def free_ports(count):
    """As many as asked for, no two the same."""
    ports = []
    with contextlib.ExitStack() as probes:
        while len(ports) < count:
            probe = probes.enter_context(socket.socket())
            port = random.randrange(FIRST, END)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    return ports


def free_port():
    return free_ports(1)[0]
