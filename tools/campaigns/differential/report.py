"""Differences in words, with the names of the protocol."""

import protocol


def described(difference):
    lines = [f"  step {difference.step}, connection {difference.link}: {difference.reason}"]
    for title, value in (("request", difference.request), ("left", difference.left), ("right", difference.right)):
        lines.append(f"    {title:8}{readable(value)}")
    return "\n".join(lines)


def readable(value):
    if value is None:
        return "nothing"
    if value[0] == "reply":
        _, xid, zxid, err, name, _, kind, body = value
        return f"reply to {name}, xid {xid}, zxid {zxid:#x}, error {err}, {kind}: {fields(kind, body)}"
    if value[0] == "event":
        return f"event zxid {value[1]:#x}, {fields('WatcherEvent', value[2])}"
    if value[0] == "connect":
        return f"connect {fields('ConnectResponse', value[1])}, then {value[2].hex()}"
    return repr(value)


def fields(kind, value):
    if kind in protocol.SCHEMAS and value is not None:
        return ", ".join(f"{name}={fields(of, item)}" for (name, of), item in zip(protocol.SCHEMAS[kind], value))
    return repr(value)


def program_text(program):
    """A (shrunk) program, one request a line."""
    lines = []
    for index, step in enumerate(program):
        if step[0] not in ("burst", "farewell"):
            lines.append(f"  {index:3} {' '.join(repr(part) for part in step)}")
            continue
        lines.append(f"  {index:3} {step[0]} on {step[1]}")
        for xid, name, record, damage in step[2]:
            lines.append(f"        xid {xid} {name} {record!r}" + (f", damaged by {damage!r}" if damage else ""))
    return "\n".join(lines)
