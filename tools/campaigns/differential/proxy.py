"""A proxy that spoils one thing, to prove that the comparison would notice it in a server."""

import contextlib
import selectors
import socket
import struct
import threading

#: Each spoils the body of one frame from the server, once: it returns the new body, nothing to drop the frame, or the
#: body itself when it has no use for it.
SPOILERS = {
    "one version": lambda body: body[:-36] + b"\0\0\0\7" + body[-32:] if is_stat_reply(body) else body,
    "one event": lambda body: None if body[:4] == b"\xff\xff\xff\xff" else body,
    "one zxid": lambda body: body[:11] + bytes([body[11] ^ 1]) + body[12:] if is_stat_reply(body) else body,
    "one error": lambda body: body[:12] + struct.pack(">i", -110) if body[12:16] == b"\xff\xff\xff\x9b" else body,
    "one owner": lambda body: body[:-24] + b"\0\0\0\0\0\0\0\7" + body[-16:] if is_stat_reply(body) else body,
}


def is_stat_reply(body):
    return len(body) == 84 and body[12:16] == b"\0\0\0\0" and body[3] not in (0xFF, 0xFE)


@contextlib.contextmanager
def proxy(port, spoil, after=50):
    """Serves on the yielded port what `port` serves; the first frame after `after` others that can be is spoilt."""
    listener = socket.create_server(("127.0.0.1", 0))
    state = {"left": after, "spoil": spoil}
    threading.Thread(target=accept, args=(listener, port, state), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def accept(listener, port, state):
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=relay, args=(client, port, state), daemon=True).start()


def relay(client, port, state):
    with client, socket.create_connection(("127.0.0.1", port)) as server, selectors.DefaultSelector() as ready:
        for link in (client, server):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(link, selectors.EVENT_READ)
        frames = bytearray()
        with contextlib.suppress(OSError):
            while True:
                for key, _ in ready.select():
                    chunk = key.fileobj.recv(65536)
                    if not chunk and key.fileobj is server:
                        client.sendall(bytes(frames))
                        return
                    if not chunk:
                        server.shutdown(socket.SHUT_WR)
                        ready.unregister(client)
                    elif key.fileobj is client:
                        server.sendall(chunk)
                    else:
                        frames += chunk
                        client.sendall(whole_frames(frames, state))


def whole_frames(frames, state):
    result = b""
    while len(frames) >= 4 and len(frames) >= 4 + (count := struct.unpack_from(">i", frames)[0]) >= 4:
        body = bytes(frames[4:4 + count])
        del frames[:4 + count]
        state["left"] -= 1
        if state["left"] < 0 and state["spoil"]:
            spoilt = state["spoil"](body)
            if spoilt != body:
                state["spoil"] = None
            body = spoilt
        if body is not None:
            result += struct.pack(">i", len(body)) + body
    return result
