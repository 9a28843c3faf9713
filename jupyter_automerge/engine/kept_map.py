"""What is kept in a store beside documents, as bytes: one CBOR map each, in which nothing need be there.

Times are seconds since 1970, hashes are raw. What is missing or of another type is as if it had not been kept.
"""

from collections.abc import Mapping

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.heads import HASH_BYTES, NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE
from jupyter_automerge.wire import cbor
from jupyter_automerge.wire.fields import Fields


def read_map(data: bytes) -> Fields | None:
    """None for bytes that are none: torn ones, or somebody else's."""
    try:
        item = cbor.decode(data)
    except RemoteProtocolError:
        return None
    return item if isinstance(item, Mapping) else None


def heads(item: Fields, name: str) -> Heads:
    """At most as many as are ever kept of one store."""
    value = item.get(name)
    if not isinstance(value, list):
        return NO_HEADS
    hashes = [head for head in value[:MAX_HEADS_PER_STORE] if isinstance(head, bytes)]
    return frozenset(head for head in hashes if len(head) == HASH_BYTES)


def time_of_day(item: Fields, name: str) -> float:
    """Seconds since 1970; long ago where none is kept."""
    value = item.get(name)
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e12 else 0.0


def texts(item: Fields, name: str) -> tuple[str, ...]:
    value = item.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
