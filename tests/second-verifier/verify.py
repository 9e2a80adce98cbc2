#!/usr/bin/env python3
"""A second verifier of Tais records, written from proto/VERIFY.md and from nothing else.

    verify.py folder DIR --log-key KEY [--checkpoint FILE]
    verify.py receipt FILE --log-key KEY

It shares no code with `tais verify`; the two must agree on every record, whole or altered. Python's own
library and `cryptography` for Ed25519. The first line that it prints is the answer; its exit status is 0 when
the record is whole, 1 when it is not, 2 when it could not be read.
"""

import argparse
import base64
import binascii
import hashlib
import json
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256


class Wrong(Exception):
    """Something is not as it must be, at a position."""

    def __init__(self, position, what):
        super().__init__(what)
        self.position = position


# ---- hashes (RFC 9162, section 2.1) ----------------------------------------------------------


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the perfect subtrees that the leaves so far make up, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, hash):
        size = self.size
        while size & 1:
            hash = node(self.peaks.pop(), hash)
            size >>= 1
        self.peaks.append(hash)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        hash = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            hash = node(peak, hash)
        return hash


def root_of_inclusion(index, size, hash, proof):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    if index >= size:
        raise Wrong(index, f"a tree of {size} entries has no entry {index}")
    fn, sn = index, size - 1
    for step in proof:
        if sn == 0:
            raise Wrong(index, "the proof is too long")
        if fn & 1 or fn == sn:
            hash = node(step, hash)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash = node(hash, step)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Wrong(index, "the proof is too short")
    return hash


# ---- keys, notes, checkpoints ----------------------------------------------------------------


def from_base64(text):
    try:
        bytes = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        bytes = None
    if bytes is None or base64.b64encode(bytes).decode() != text:
        raise Wrong(0, "what must be Base64 is not")
    return bytes


def signed(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


class LogKey:
    def __init__(self, name, key):
        self.name, self.key = name, key
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]

    @staticmethod
    def read(text):
        name, id, key = text.split("+", 2)
        raw = base64.b64decode(key, validate=True)
        read = LogKey(name, raw[1:])
        if read.id.hex() != id or raw[0] != 1 or len(raw) != 33:
            raise ValueError("the log's key was mistyped")
        return read


class Checkpoint:
    """A signed note of three lines; its signatures are checked with the key that the log has there."""

    def __init__(self, note, name):
        try:
            text, signatures = note.decode().rsplit("\n\n", 1)
            origin, size, root = text.split("\n")
        except (UnicodeDecodeError, ValueError):
            raise Wrong(0, "this is no checkpoint") from None
        self.size, self.root = decimal(size), from_base64(root)
        self.text = text.encode() + b"\n"
        if origin != name or len(self.root) != 32 or not signatures.endswith("\n"):
            raise Wrong(0, "the checkpoint is not one of this log")
        self.lines = []
        for line in signatures[:-1].split("\n"):
            dash, name, value = (line.split(" ") + ["", "", ""])[:3]
            value = from_base64(value)
            if dash != "\u2014" or len(value) < 5:
                raise Wrong(0, "a signature line of the checkpoint is none")
            self.lines.append((name, value[:4], value[4:]))

    def is_signed_by(self, log):
        mine = [value for name, id, value in self.lines if (name, id) == (log.name, log.id)]
        return bool(mine) and all(signed(log.key, self.text, value) for value in mine)

    def must_be_signed_by(self, *keys):
        if not any(self.is_signed_by(key) for key in keys):
            raise Wrong(max(self.size - 1, 0), "the log did not sign the checkpoint")


def decimal(text):
    if not text.isascii() or not text.isdigit() or str(int(text)) != text:
        raise Wrong(0, "a number is not written as one")
    return int(text)


# ---- entries ---------------------------------------------------------------------------------


class Entry:
    """u32 length, envelope, u32 length, signature, u64 position, i64 microseconds."""

    def __init__(self, bytes, position):
        try:
            (length,) = struct.unpack_from(">I", bytes, 0)
            self.envelope = bytes[4 : 4 + length]
            (signature,) = struct.unpack_from(">I", bytes, 4 + length)
            self.signature = bytes[8 + length : 8 + length + signature]
            self.position, self.recorded_at = struct.unpack(">Qq", bytes[8 + length + signature :])
        except struct.error:
            raise Wrong(position, f"entry {position} is cut off") from None
        if signature != 64:
            raise Wrong(position, f"entry {position} has no signature of 64 bytes")


def pre_authentication_encoding(envelope):
    type = b"application/cloudevents+json"
    return b"DSSEv1 %d %s %d %s" % (len(type), type, len(envelope), envelope)


def key_id(key):
    return hashlib.sha256(key).hexdigest()[:16]


class Record:
    """What the entries so far make of keys, sequences and streams."""

    def __init__(self, log):
        self.log, self.tree = log, Tree()
        self.keys, self.sequences, self.streams = {}, {}, {}
        self.last = None
        # The log's own keys, the present one last; and whether the one that was brought is seen to be one.
        self.log_keys, self.is_known = [], False

    def take(self, bytes):
        position = self.tree.size
        entry = Entry(bytes, position)
        if entry.position != position:
            raise Wrong(position, f"entry {position} says that it is entry {entry.position}")
        if self.last is not None and entry.recorded_at < self.last:
            raise Wrong(position, f"entry {position} is said to be recorded before the one before it")
        try:
            envelope = json.loads(entry.envelope)
            data = envelope["data"]
            publisher = envelope["source"].rsplit("/", 1)[1]
            kind, _ = envelope["subject"].split("/")
            id, number, version = envelope["keyid"], envelope["keyseq"], envelope["streamversion"]
            type = envelope["type"].split(".")[1:3]
        except (ValueError, KeyError, IndexError, TypeError):
            raise Wrong(position, f"entry {position} is no event") from None
        if position == 0:
            self.begin(type, data)
        key, owner = self.keys.get(id, (None, None))
        if key is None or owner != publisher:
            raise Wrong(position, f"entry {position} is signed by a key that the record does not know there")
        if not signed(key, pre_authentication_encoding(entry.envelope), entry.signature):
            raise Wrong(position, f"the signature of entry {position} does not fit its bytes")
        if number in self.sequences.setdefault(id, set()):
            raise Wrong(position, f"number {number} of key {id} is used twice")
        self.sequences[id].add(number)
        if version != self.streams.get(envelope["subject"], 0) + 1:
            raise Wrong(position, f"entry {position} does not give its stream the next version")
        self.streams[envelope["subject"]] = version
        if type == ["refusal", "refused"]:
            self.sequences.setdefault(data["keyId"], set()).add(data["keySeq"])
        if kind == "registry":
            self.register(position, type, data)
        self.last = entry.recorded_at
        self.tree.append(leaf(bytes))

    def begin(self, type, data):
        key = from_base64(data.get("logKey", ""))
        if type != ["registry", "genesis"] or data.get("origin") != self.log.name:
            raise Wrong(0, "the record begins with another log")
        self.keys[key_id(key)] = (key, "log")
        self.log_keys = [LogKey(self.log.name, key)]
        self.is_known = key == self.log.key

    def check(self, checkpoint):
        """A checkpoint of as many entries as were taken."""
        if not self.is_known and not checkpoint.is_signed_by(self.log_keys[-1]):
            raise Wrong(0, "the record begins with another log")
        checkpoint.must_be_signed_by(self.log_keys[-1])
        if checkpoint.root != self.tree.root():
            raise Wrong(0, f"the entries are not those of the checkpoint of {self.tree.size}")
        self.is_known = self.is_known or self.log_keys[-1].key == self.log.key

    def end(self):
        if not self.is_known:
            raise Wrong(0, "the record begins with another log")

    def register(self, position, type, data):
        if type == ["registry", "key-registered"]:
            new, publisher = data["keyId"], data["publisher"].removeprefix("PUBLISHER_").lower()
        elif type == ["registry", "key-rotated"]:
            new, publisher = data["successor"], self.keys.pop(data["keyId"], (None, None))[1]
        elif type == ["registry", "key-revoked"]:
            self.keys.pop(data["keyId"], None)
            return
        else:
            return
        key = from_base64(data["publicKey"])
        if key_id(key) != new or publisher is None:
            raise Wrong(position, f"entry {position} registers a key under another's name")
        self.keys[new] = (key, publisher)
        if publisher == "log":
            self.log_keys.append(LogKey(self.log.name, key))


# ---- a folder (C2SP tlog-tiles) --------------------------------------------------------------


def path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def tiles(level, size):
    hashes = size >> (8 * level)
    for index in range(-(-hashes // WIDTH)):
        yield index, min(WIDTH, hashes - index * WIDTH)


def read(folder, level, index, width, position):
    try:
        return (folder / path(level, index, width)).read_bytes()
    except FileNotFoundError:
        raise Wrong(position, f"{path(level, index, width)} is missing") from None


def unbundle(bytes, count, position):
    entries, at = [], 0
    while at < len(bytes):
        length = int.from_bytes(bytes[at : at + 2], "big")
        entries.append(bytes[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(bytes) or len(entries) != count:
        raise Wrong(position, f"entry {position} is missing")
    return entries


def verify_folder(folder, log, outside):
    folder = pathlib.Path(folder)
    checkpoint = Checkpoint((folder / "checkpoint").read_bytes(), log.name)
    record, level = Record(log), []
    expected = [checkpoint]
    if outside:
        expected.append(Checkpoint(pathlib.Path(outside).read_bytes(), log.name))
    for index, width in tiles(0, checkpoint.size):
        first = index * WIDTH
        hashes, bundle = (read(folder, kind, index, width, first) for kind in (0, "entries"))
        entries = unbundle(bundle, width, first)
        if len(hashes) != 32 * width:
            raise Wrong(first, f"tile {index} of level 0 has another length")
        tile = Tree()
        for n, entry in enumerate(entries):
            if leaf(entry) != hashes[32 * n : 32 * n + 32]:
                raise Wrong(first + n, f"entry {first + n} does not hash to its leaf")
            record.take(entry)
            tile.append(leaf(entry))
            for signed in expected:
                if signed.size == record.tree.size:
                    record.check(signed)
        if width == WIDTH:
            level.append(tile.root())
    number = 1
    while checkpoint.size >> (8 * number):
        above = []
        for index, width in tiles(number, checkpoint.size):
            mine = level[index * WIDTH : index * WIDTH + width]
            first = index * WIDTH ** (number + 1)
            if read(folder, number, index, width, first) != b"".join(mine):
                raise Wrong(first, f"tile {index} of level {number} is not that of the entries")
            tile = Tree()
            for hash in mine:
                tile.append(hash)
            if width == WIDTH:
                above.append(tile.root())
        level, number = above, number + 1
    for beyond in expected:
        if beyond.size > record.tree.size:
            beyond.must_be_signed_by(*record.log_keys)
            raise Wrong(checkpoint.size, f"entries from {checkpoint.size} on are missing: {beyond.size} were signed")
    record.end()
    return f"The record is whole: all {record.tree.size} entries are what was signed and recorded."


# ---- a receipt (C2SP tlog-proof) -------------------------------------------------------------


def verify_receipt(file, log):
    head, _, rest = pathlib.Path(file).read_bytes().partition(b"\n\n")
    try:
        first, extra, index, *proof = head.decode().split("\n")
    except (UnicodeDecodeError, ValueError):
        raise Wrong(0, "this is no receipt") from None
    if first != "c2sp.org/tlog-proof@v1" or extra[:6] != "extra " or index[:6] != "index ":
        raise Wrong(0, "this is no receipt")
    bytes, index, proof = from_base64(extra[6:]), decimal(index[6:]), [from_base64(line) for line in proof]
    checkpoint = Checkpoint(rest, log.name)
    checkpoint.must_be_signed_by(log)
    if Entry(bytes, index).position != index or any(len(hash) != 32 for hash in proof):
        raise Wrong(index, "the entry says that it stands elsewhere")
    if root_of_inclusion(index, checkpoint.size, leaf(bytes), proof) != checkpoint.root:
        raise Wrong(index, "the proof does not lead to the root")
    return f"The receipt holds: the log {log.name} has this entry at position {index}."


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("what", choices=["folder", "receipt"])
    arguments.add_argument("path")
    arguments.add_argument("--log-key", required=True)
    arguments.add_argument("--checkpoint")
    asked = arguments.parse_args()
    try:
        log = LogKey.read(asked.log_key)
        if asked.what == "folder":
            print(verify_folder(asked.path, log, asked.checkpoint))
        else:
            print(verify_receipt(asked.path, log))
        return 0
    except Wrong as wrong:
        what = "The record was altered" if asked.what == "folder" else "The receipt does not hold"
        print(f"{what}.\nfirst         at position {wrong.position}\nwhat          {wrong}")
        return 1
    except (OSError, ValueError) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
