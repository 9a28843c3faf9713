"""Which chunks of a refused message are the bad ones. The others may be another peer's, only passed on."""

from collections import deque
from collections.abc import Sequence

from jupyter_automerge.document import Document
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.limits import MAX_BLAME_ATTEMPTS


def guilty_chunks(document: Document, chunks: Sequence[bytes]) -> list[bytes]:
    """The chunks that the document refuses even alone; the good ones are in the document afterwards.

    Found by halves, up to a bound: of many bad chunks only some are named. May raise DocumentBusy.
    """
    if len(chunks) == 1:
        return list(chunks)  # it was alone when it was refused; looking again may cost as much as it likes
    guilty = []
    groups = deque([chunks])
    attempts = 0
    while groups and attempts < MAX_BLAME_ATTEMPTS:
        group = groups.popleft()
        attempts += 1
        try:
            document.apply(group)
        except BadChunk:
            if len(group) == 1:
                guilty.append(group[0])
            else:
                half = len(group) // 2
                groups.extendleft((group[half:], group[:half]))  # in order: later ones need earlier ones
    return guilty
