"""Which chunks of a refused message are the bad ones. The others may be another peer's, only passed on."""

from collections import deque
from collections.abc import Sequence

from jupyter_automerge.document import Document
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.limits import MAX_BLAME_ATTEMPTS


def guilty_chunks(document: Document, chunks: Sequence[bytes], known: bytes | None = None) -> list[bytes]:
    """The chunks that the document refuses even alone; the good ones are in the document afterwards.

    Together they were refused just now, because of `known` if that is one of them. The others are found by halves,
    up to a bound: of many bad chunks only some are named. May raise DocumentBusy.
    """
    if len(chunks) == 1:
        return list(chunks)  # it was alone when it was refused; looking again may cost as much as it likes
    guilty: list[bytes] = []
    groups = deque(_without(chunks, known, guilty) or (chunks,))
    attempts = 0
    while groups and attempts < MAX_BLAME_ATTEMPTS:
        group = groups.popleft()
        attempts += 1
        try:
            document.apply(group)
        except BadChunk as error:
            if len(group) == 1:
                guilty.append(group[0])
            else:
                groups.extendleft(reversed(_without(group, error.guilty, guilty) or _halves(group)))
    return guilty


def _without(group: Sequence[bytes], known: bytes | None, guilty: list[bytes]) -> list[Sequence[bytes]]:
    """The group without the one that is known to be guilty; nothing where it is not among them."""
    if known is None or known not in group:
        return []
    guilty.append(known)
    return [[chunk for chunk in group if chunk != known]]


def _halves(group: Sequence[bytes]) -> list[Sequence[bytes]]:
    half = len(group) // 2
    return [group[:half], group[half:]]  # in order: later ones need earlier ones
