"""Change chunks that a document must refuse, made of good ones: what a broken or hostile peer might send."""

from dataclasses import replace
from hashlib import sha256
from random import Random

from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Request, Sync
from jupyter_automerge.wire.sync_message import parse

_MAGIC = bytes.fromhex("856f4a83")
_CHECKSUM_AT, _TYPE_AT = 4, 8


def wrong_checksum(chunk: bytes) -> bytes:
    """The chunk with one bit of its checksum turned."""
    return chunk[:_CHECKSUM_AT] + bytes([chunk[_CHECKSUM_AT] ^ 1]) + chunk[_CHECKSUM_AT + 1 :]


def garbage(random: Random, size: int = 40) -> bytes:
    """A change chunk whose header and checksum are right, and whose body means nothing."""
    return sealed(1, b"\xff" + random.randbytes(size))


def sealed(kind: int, body: bytes) -> bytes:
    """A chunk around the body, its checksum right."""
    head = bytes([kind]) + _leb128(len(body))
    return _MAGIC + sha256(head + body).digest()[:4] + head + body


def mutated(chunk: bytes, random: Random) -> bytes:
    """The chunk with a few bytes of its body changed and its checksum right again. It may even be good."""
    kind = chunk[_TYPE_AT]
    start = _TYPE_AT + 1
    while chunk[start] >= 0x80:
        start += 1
    body = bytearray(chunk[start + 1 :])
    for _ in range(random.randint(1, 3)):
        body[random.randrange(len(body))] = random.randrange(256)
    return sealed(kind, bytes(body))


class SpoilOnce:
    """A `tamper` for a link: the next changes of `sender` begin with a bad chunk instead of their first."""

    def __init__(self, sender: LinkEnd, random: Random) -> None:
        self.sender = sender
        self.random = random
        self.done = False

    def __call__(self, sender: LinkEnd, frame: bytes) -> bytes:
        if self.done or sender is not self.sender:
            return frame
        message = decode(frame)
        if not isinstance(message, Sync | Request):
            return frame
        inside = parse(message.data)
        if not inside.changes or not inside.heads:
            return frame
        self.done = True
        first = wrong_checksum(inside.changes[0]) if self.random.random() < 0.5 else garbage(self.random)
        spoiled = replace(inside, changes=(first, *inside.changes[1:]))
        return encode(replace(message, data=spoiled.encode()))


def spoil(link: SimulatedLink, sender: LinkEnd, random: Random) -> SpoilOnce:
    """Let one bad chunk into what the sender sends over the link next."""
    tamper = SpoilOnce(sender, random)
    link.tamper = tamper
    return tamper


def _leb128(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
