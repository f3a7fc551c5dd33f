"""Programs and Apache's answers to them in files, so that a comparison needs no Java."""

import json
import lzma
import os

from generator import Symbol

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Transcripts")


def file_of(seed):
    return os.path.join(FOLDER, f"seed-{seed}.xz")


def save(seed, program, transcript):
    os.makedirs(FOLDER, exist_ok=True)
    with lzma.open(file_of(seed), "wt", preset=9, encoding="ascii") as file:
        json.dump([packed(program), packed(transcript)], file)


def load(seed):
    with lzma.open(file_of(seed), "rt", encoding="ascii") as file:
        program, transcript = json.load(file)
    return unpacked(program), unpacked(transcript)


def packed(value):
    """JSON of a value: tuples are objects with `t`, bytes with `b`, symbols with `s`, dictionaries with `d`."""
    if isinstance(value, Symbol):
        return {"s": list(value)}
    if isinstance(value, tuple):
        return {"t": [packed(item) for item in value]}
    if isinstance(value, bytes):
        return {"b": value.hex()}
    if isinstance(value, dict):
        return {"d": [[key, packed(item)] for key, item in value.items()]}
    return [packed(item) for item in value] if isinstance(value, list) else value


def unpacked(value):
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    (kind, inner), = value.items()
    if kind == "d":
        return {key: unpacked(item) for key, item in inner}
    if kind == "b":
        return bytes.fromhex(inner)
    return Symbol(*inner) if kind == "s" else tuple(unpacked(item) for item in inner)
