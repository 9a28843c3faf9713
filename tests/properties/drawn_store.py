"""What is done to a store of files, drawn, and what may be under its keys afterwards."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import Storage
from jupyter_automerge.values.keys import StorageKey

DOCUMENTS = ("3L1mwcxaFLKxA93YEbmLYbyq5Krz", "3Lz4vjpuxYXixb8DcbaWyeGv2q3u")
KEYS: tuple[StorageKey, ...] = (
    ("storage-adapter-id",),
    (".jupyter-automerge", "tombstones", DOCUMENTS[0]),
    *((document, kind, name) for document in DOCUMENTS for kind, name in
      (("snapshot", "aa"), ("snapshot", "bb"), ("incremental", "cc"))),
)  # fmt: skip
PREFIXES: tuple[StorageKey, ...] = (
    *((document,) for document in DOCUMENTS),
    (DOCUMENTS[0], "incremental"),
    (DOCUMENTS[1], "snapshot", "aa"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the store: save, create, remove or remove_range. `data` is None for the last two."""

    call: str
    key: StorageKey
    data: bytes | None = None

    def __repr__(self) -> str:
        told = "" if self.data is None else f", {len(self.data)} bytes of {self.data[:4]!r}"
        return f"{self.call}({'/'.join(self.key)}{told})"

    def concerns(self, key: StorageKey) -> bool:
        return key[: len(self.key)] == self.key if self.call == "remove_range" else key == self.key

    async def on(self, store: Storage) -> bytes | None:
        """Make the call. Returned is what is under the key then."""
        match self.call:
            case "save":
                await store.save(self.key, self.data or b"")
            case "create":
                return await store.create(self.key, self.data or b"")
            case "remove":
                await store.remove(self.key)
            case _:
                await store.remove_range(self.key)
        return self.data


Batch = Sequence[Step]
"""Steps begun at once, in this order."""


class Expected:
    """For each key the contents of which one must be there: one where the last call returned, more where calls
    that might have changed it did not.
    """

    def __init__(self) -> None:
        self.may_be: dict[StorageKey, set[bytes | None]] = {key: {None} for key in KEYS}

    async def do(self, store: Storage, batch: Batch, keys: Sequence[StorageKey] = KEYS) -> None:
        """Make the calls and learn what became of them, as far as these keys go."""
        outcomes = await asyncio.gather(*(step.on(store) for step in batch), return_exceptions=True)
        for step, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, StorageError):
                raise outcome
            for key in filter(step.concerns, keys):
                if isinstance(outcome, BaseException):
                    self.may_be[key].add(step.data)
                else:
                    self.may_be[key] = {outcome}

    def may_be_removed(self, batch: Batch, keys: Sequence[StorageKey]) -> None:
        """The calls were made while another process wrote these keys: nobody knows which came first."""
        for step in batch:
            if step.call == "remove_range":
                for key in filter(step.concerns, keys):
                    self.may_be[key].add(None)

    def check(self, found: dict[StorageKey, bytes], told: Callable[[], str]) -> None:
        """Nothing is lost, torn or made up."""
        assert found.keys() <= set(KEYS), f"nobody wrote {found.keys() - set(KEYS)}; {told()}"
        for key, allowed in self.may_be.items():
            there = found.get(key)
            assert there in allowed, (
                f"{key} holds {_short(there)}; it may hold {' or '.join(map(_short, allowed))}; {told()}"
            )


def _short(data: bytes | None) -> str:
    return "nothing" if data is None else f"{len(data)} bytes {data[:6]!r}...{data[-3:]!r}"


@st.composite
def batches(draw: st.DrawFn, keys: Sequence[StorageKey] = KEYS) -> list[list[Step]]:
    """A few batches of a few steps. No two contents are the same."""
    numbers = iter(range(1000))
    return [
        [draw(_steps(keys, next(numbers))) for _ in range(draw(st.integers(1, 5)))]
        for _ in range(draw(st.integers(1, 5)))
    ]


@st.composite
def _steps(draw: st.DrawFn, keys: Sequence[StorageKey], number: int) -> Step:
    call = draw(st.sampled_from(("save", "save", "save", "save", "create", "remove", "remove_range")))
    if call == "remove_range":
        return Step(call, draw(st.sampled_from(PREFIXES)))
    key = draw(st.sampled_from(keys))
    if call == "remove":
        return Step(call, key)
    return Step(call, key, b"%03d" % number * draw(st.sampled_from((1, 50, 700))))


def contents(entries: Iterable[tuple[StorageKey, bytes]]) -> dict[StorageKey, bytes]:
    """A range, with each key once."""
    listed = list(entries)
    assert len(dict(listed)) == len(listed), f"a key is listed twice: {[key for key, _ in listed]}"
    return dict(listed)
