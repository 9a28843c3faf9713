"""The scalars that the binding panics at: counters, unknown kinds, dates beyond Python's calendar.

Their places are found in the document's own bytes, so that the binding is never asked about them. A test
fails once the package can read counters itself; this file, counters.py and what they need can go then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jupyter_automerge.document.change_chunk import ChangeFields
from jupyter_automerge.document.chunks import read_chunk
from jupyter_automerge.document.columns import read_runs
from jupyter_automerge.document.core import CoreDocument
from jupyter_automerge.document.leb128 import read_signed, read_unsigned
from jupyter_automerge.document.operations import (
    DELETE,
    INCREMENT,
    MARK,
    VALUE_META,
    Columns,
    Operation,
    OperationId,
    Place,
    change_columns,
    change_operations,
    document_columns,
    document_operations,
)
from jupyter_automerge.document.planning import FIRST_DATE, LAST_DATE
from jupyter_automerge.document.value_types import Counter, UnknownValue

COUNTER, TIMESTAMP = 8, 9
_FIRST_MILLISECOND, _LAST_MILLISECOND = (int(date.timestamp() * 1000) for date in (FIRST_DATE, LAST_DATE))


@dataclass(frozen=True, slots=True)
class Special:
    """What stands at one place.

    `fresh`: a counter made in the open change, an int to the core until it commits.
    """

    value: Counter | UnknownValue
    id: OperationId | None = None
    fresh: bool = False


Places = dict[OperationId | None, dict[Place, Special]]


@dataclass(frozen=True, slots=True)
class Specials:
    """Where the special scalars are now, by object and place; `ever`: the history has some, seen or not."""

    places: Places = field(default_factory=dict)
    ever: bool = False

    def copy(self) -> "Specials":
        """For an open change to keep up to date."""
        return Specials({obj: dict(places) for obj, places in self.places.items()}, self.ever)


def specials_of(core: CoreDocument) -> Specials:
    """All of a document, read from its saved bytes."""
    return find_specials(document_columns(read_chunk(core.save())[0].body))


def find_specials(columns: Columns) -> Specials:
    """All of a document. Most have none, which the value types alone tell."""
    if not _may_have_specials(columns):
        return Specials()
    operations = list(document_operations(columns))
    candidates = {(each.object, each.place) for each in operations if _is_special(each)}
    increments = {each.id: number_of(each) for each in operations if each.action == INCREMENT}
    winners: dict[tuple[OperationId | None, Place | None], Operation] = {}
    for each in operations:
        at = (each.object, each.place)
        if (
            at in candidates
            and is_visible(each, increments)
            and (at not in winners or winners[at].id < each.id)
        ):
            winners[at] = each
    places: Places = {}
    for (obj, place), each in winners.items():
        if place is not None and _is_special(each):
            places.setdefault(obj, {})[place] = Special(_read(each, increments), each.id)
    return Specials(places, ever=bool(candidates))


def follow(specials: Specials, changes: Iterable[ChangeFields]) -> bool:
    """Bring the places up to date with further changes. False: the whole document must be searched again."""
    return all(_follow_change(specials, fields) for fields in changes)


def _follow_change(specials: Specials, fields: ChangeFields) -> bool:
    if not specials.places and not _may_have_specials(change_columns(fields)):
        return True
    for each in change_operations(fields):
        if _is_special(each):
            return False
        places = specials.places.get(each.object, {})
        special = places.get(each.place) if each.place is not None else None
        if special is not None and each.place is not None:
            if each.action != INCREMENT or special.id not in each.links:
                return False
            if isinstance(special.value, Counter):
                places[each.place] = Special(Counter(special.value.value + number_of(each)), special.id)
    return True


def _may_have_specials(columns: Columns) -> bool:
    kinds = {meta & 0xF for _, meta in read_runs(columns.data.get(VALUE_META, b""), read_unsigned) if meta}
    return any(kind >= COUNTER for kind in kinds)


def _is_special(operation: Operation) -> bool:
    if operation.kind < COUNTER or operation.action in (DELETE, INCREMENT, MARK):
        return False
    return operation.kind != TIMESTAMP or not _FIRST_MILLISECOND <= number_of(operation) <= _LAST_MILLISECOND


def is_visible(operation: Operation, increments: Mapping[OperationId, int]) -> bool:
    """Whether a document's operation is one of those that stand at its place now."""
    if operation.action == INCREMENT:
        return False
    return not operation.links or (
        operation.kind == COUNTER and all(link in increments for link in operation.links)
    )


def special_value(
    operation: Operation, increments: Mapping[OperationId, int]
) -> Counter | UnknownValue | None:
    """A document's operation as the special scalar that it puts, None for any other."""
    return _read(operation, increments) if _is_special(operation) else None


def _read(operation: Operation, increments: Mapping[OperationId, int]) -> Counter | UnknownValue:
    if operation.kind != COUNTER:
        return UnknownValue(operation.kind, operation.data)
    return Counter(number_of(operation) + sum(increments[link] for link in operation.links))


def number_of(operation: Operation) -> int:
    """The signed number that it puts or adds."""
    return read_signed(operation.data, 0)[0]
