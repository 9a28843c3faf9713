"""What is kept of other stores, as bytes: one file per store, and one per store and document (docs/peers.md).

All of it is a lower bound of what is known, so a torn file, or one that lacks something, does no harm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jupyter_automerge.engine import kept_map
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.identity import User, clean_name
from jupyter_automerge.values.ids import parse_storage_id
from jupyter_automerge.values.limits import (
    MAX_ENDPOINTS_PER_STORE,
    MAX_LIVES_PER_STORE,
    MAX_REPORTERS_PER_STORE,
)
from jupyter_automerge.values.status import Trust
from jupyter_automerge.wire import cbor, fields

_TRUST = {trust.value: trust for trust in Trust}


@dataclass(frozen=True, slots=True)
class SavedStore:
    """One store. `forgotten_at`: what documents remember from before is void; `known` False: nothing else is kept."""

    known: bool = False
    forgotten_at: float = 0.0
    name: str = ""
    kind: str = ""
    user: User | None = None
    petname: str = ""
    trust: Trust = Trust.NORMAL
    durable_acks: bool = False
    epoch: str | None = None
    endpoints: tuple[str, ...] = ()
    first_seen: float = 0.0
    last_seen: float = 0.0
    met: bool = False


@dataclass(frozen=True, slots=True)
class SavedWord:
    """What another store told of this one, and when it last did."""

    received: Heads
    stored: Heads
    at: float


@dataclass(frozen=True, slots=True)
class SavedRow:
    """What one store has of one document. `epoch`: the life of that store of which this was known.

    `lives`: which life of a Repo was heard to hold what, by name; all of it is among `received`. What none of them
    held is of lives that are not known.
    """

    received: Heads = NO_HEADS
    stored: Heads = NO_HEADS
    as_of: float = 0.0
    unsent_since: float | None = None
    epoch: str | None = None
    words: Mapping[str, SavedWord] = field(default_factory=dict)
    lives: Mapping[str, Heads] = field(default_factory=dict)

    @property
    def told(self) -> Heads:
        """What others said that it has."""
        return NO_HEADS.union(*(word.received | word.stored for word in self.words.values()))

    def held_by(self, lives: Iterable[str]) -> Heads:
        """What these lives were heard to hold."""
        return NO_HEADS.union(*(self.lives.get(name, NO_HEADS) for name in lives))


def write_store(store: SavedStore) -> bytes:
    user = store.user
    said: dict[str, object] = {
        "forgottenAt": store.forgotten_at,
        "name": store.name,
        "kind": store.kind,
        "user": None if user is None else _write_user(user),
        "petname": store.petname,
        "trust": "" if store.trust is Trust.NORMAL else store.trust.value,
        "durableAcks": store.durable_acks,
        "epoch": store.epoch,
        "endpoints": list(store.endpoints),
        "firstSeen": store.first_seen,
        "lastSeen": store.last_seen,
        "met": store.met,
    }
    return cbor.encode({key: value for key, value in said.items() if value} | {"known": store.known})


def read_store(data: bytes) -> SavedStore | None:
    """None for bytes that are no such file."""
    item = kept_map.read_map(data)
    if item is None:
        return None
    return SavedStore(
        known=item.get("known") is True,
        forgotten_at=kept_map.time_of_day(item, "forgottenAt"),
        name=clean_name(fields.text(item, "name", "")),
        kind=clean_name(fields.text(item, "kind", "")),
        user=_read_user(item.get("user")),
        petname=clean_name(fields.text(item, "petname", "")),
        trust=_TRUST.get(fields.text(item, "trust", ""), Trust.NORMAL),
        durable_acks=item.get("durableAcks") is True,
        epoch=fields.optional_id(item, "epoch", parse_storage_id),
        endpoints=kept_map.texts(item, "endpoints")[:MAX_ENDPOINTS_PER_STORE],
        first_seen=kept_map.time_of_day(item, "firstSeen"),
        last_seen=kept_map.time_of_day(item, "lastSeen"),
        met=item.get("met") is True,
    )


def write_row(row: SavedRow) -> bytes:
    said: dict[str, object] = {
        "received": sorted(row.received),
        "stored": sorted(row.stored),
        "asOf": row.as_of,
        "unsentSince": row.unsent_since,
        "epoch": row.epoch,
        "words": {
            store: {"received": sorted(word.received), "stored": sorted(word.stored), "at": word.at}
            for store, word in row.words.items()
        },
        "lives": {name: sorted(heads) for name, heads in row.lives.items()},
    }
    return cbor.encode({key: value for key, value in said.items() if value})


def read_row(data: bytes) -> SavedRow | None:
    """None for bytes that are no such file."""
    item = kept_map.read_map(data)
    if item is None:
        return None
    return SavedRow(
        received=kept_map.heads(item, "received"),
        stored=kept_map.heads(item, "stored"),
        as_of=kept_map.time_of_day(item, "asOf"),
        unsent_since=kept_map.time_of_day(item, "unsentSince") or None,
        epoch=fields.optional_id(item, "epoch", parse_storage_id),
        words=_read_words(item.get("words")),
        lives=_read_lives(item.get("lives")),
    )


def _read_words(value: object) -> Mapping[str, SavedWord]:
    if not isinstance(value, Mapping):
        return {}
    return {
        store: SavedWord(
            kept_map.heads(word, "received"), kept_map.heads(word, "stored"), kept_map.time_of_day(word, "at")
        )
        for store, word in list(value.items())[:MAX_REPORTERS_PER_STORE]
        if isinstance(store, str) and isinstance(word, Mapping)
    }


def _read_lives(value: object) -> Mapping[str, Heads]:
    if not isinstance(value, Mapping):
        return {}
    named = [name for name in value if isinstance(name, str)][:MAX_LIVES_PER_STORE]
    return {name: kept_map.heads(value, name) for name in named}


def _write_user(user: User) -> dict[str, object]:
    return {"username": user.username, "name": user.name, "color": user.color, "isKernel": user.is_kernel}


def _read_user(value: object) -> User | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("username"), str):
        return None
    color = value.get("color")
    return User(
        value["username"],
        fields.text(value, "name", ""),
        color if isinstance(color, str) else None,
        value.get("isKernel") is True,
    )
