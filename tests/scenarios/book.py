"""A document with a long history, and what it may cost to come back to it."""

from dataclasses import dataclass, replace

from jupyter_automerge.document import Document
from jupyter_automerge.testing.simulated_link import LinkEnd
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import document_id_from_bytes
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Request, Sync
from jupyter_automerge.wire.sync_message import V1, parse

CHANGES = 20_000
BOOK = document_id_from_bytes(b"the book of 20 k")
LITTLE = 5_000
"""Bytes that a resync may take, both ways together, besides what must move."""
BLOOM = CHANGES * 10 // 8 + 100
"""What a Bloom filter of all changes takes, in bytes: ten bits each."""


@dataclass(frozen=True)
class Book:
    """The saved document, its heads, and the length of its changes one by one, as a version 1 peer takes them."""

    data: bytes
    heads: Heads
    bytes_of_changes: int

    def open(self, actor: bytes) -> Document:
        """A copy for this actor."""
        return Document.load([self.data], actor=actor)[0]


def write_book() -> Book:
    document = Document(actor=bytes(16))
    for number in range(CHANGES):
        with document.change() as root:
            root["n"] = number
    # Each change has its length in front of it, in two bytes at most.
    return Book(document.save(), document.heads, len(document.save_since(NO_HEADS)) + 2 * CHANGES)


def only_version_1(sender: LinkEnd, frame: bytes) -> bytes:
    """Peers of before version 2: they announce no capability, and so nobody uses one towards them."""
    message = decode(frame)
    if not isinstance(message, Sync | Request):
        return frame
    inside = parse(message.data)
    return encode(replace(message, data=replace(inside, version=V1, tail=b"").encode()))
