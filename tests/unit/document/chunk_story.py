"""What the stories of this folder share: children, sessions, and chunks mutated under a right checksum."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.document.chunks import read_chunk, write_chunk

_ROOT = Path(__file__).parents[3]


def run_child(source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python source in a process of its own; a signal is a negative return code."""
    return subprocess.run(
        [sys.executable, "-c", source, *arguments],
        cwd=_ROOT,
        env={**os.environ, "RUST_BACKTRACE": "0"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def document_of(actor: bytes | None = None, /, **values: object) -> Document:
    """A document with one change, by a random actor unless one is given."""
    document = Document(actor=actor)
    with document.change() as root:
        root.update(values)
    return document


def sync(one: Document, other: Document) -> None:
    """Fresh sessions, until both are quiet."""
    there, back = SyncSession(), SyncSession()
    for _ in range(50):
        out, answer = one.generate(there), None
        if out is not None:
            other.receive(back, out)
        answer = other.generate(back)
        if answer is not None:
            one.receive(there, answer)
        if out is None and answer is None:
            return
    raise AssertionError("two documents go on talking for ever")


def changes_of(document: Document) -> list[bytes]:
    """Each change as a chunk."""
    return [bytes(change.bytes) for change in document._trunk.core.get_changes([])]


def mutate(chunk: bytes, seed: int) -> bytes:
    """One to three bytes of the body changed, dropped or added; length and checksum are right again."""
    random = Random(seed)
    kind, plain = read_chunk(chunk)[0].plain()
    body = bytearray(plain)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        at = random.randrange(len(body))
        match random.randrange(5):
            case 0:
                del body[at]
            case 1:
                body.insert(at, random.randrange(256))
            case _:
                body[at] ^= 1 << random.randrange(8)
    return write_chunk(kind, bytes(body))[0]
