"""What is written beside a stored document of who had it last: one entry for each other store."""

from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.values.heads import HASH_BYTES, Heads
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE
from jupyter_automerge.wire.cbor import decode


@dataclass(frozen=True, slots=True)
class LastHeard:
    """What a store had. `as_of`: when it told, in seconds since 1970; `via`: the stores that told, if others did."""

    received: Heads
    stored: Heads
    as_of: float
    via: tuple[str, ...]

    @property
    def frontiers(self) -> tuple[Heads, ...]:
        """Every set of heads that a row may be judged by."""
        return self.received, self.stored, self.received | self.stored


def read_last_heard(data: bytes) -> LastHeard | None:
    """One entry; None where it is not what we write: then nothing is known of that store."""
    try:
        value = decode(data)
    except AutomergeError:
        return None
    if not isinstance(value, dict):
        return None
    as_of, via = value.get("asOf"), value.get("via")
    return LastHeard(
        _heads(value.get("received")),
        _heads(value.get("stored")),
        float(as_of) if isinstance(as_of, int | float) else 0.0,
        tuple(one for one in via if isinstance(one, str)) if isinstance(via, list) else (),
    )


def _heads(value: object) -> Heads:
    hashes: Iterable[object] = value if isinstance(value, list) else ()
    heads = frozenset(one for one in hashes if isinstance(one, bytes) and len(one) == HASH_BYTES)
    return heads if len(heads) <= MAX_HEADS_PER_STORE else frozenset()
