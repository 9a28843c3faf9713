"""The values that Python has no type for."""

from dataclasses import dataclass
from functools import total_ordering
from typing import Literal


class ImmutableString(str):
    """A string that is replaced whole, never edited: an id, a version, a choice.

    A plain `str` written to a document becomes collaborative text; this stays a scalar.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"ImmutableString({str.__repr__(self)})"


@total_ordering
class Counter:
    """A whole number to which concurrent increments add up. Equal to the int of its value, and as immutable.

    Sums with it are ints. Write `Counter(0)` into a document once; afterwards `doc["votes"].increment(1)`
    within a change.
    """

    __slots__ = ("_value",)

    def __init__(self, value: int = 0) -> None:
        self._value = int(value)

    @property
    def value(self) -> int:
        """The sum so far."""
        return self._value

    def __int__(self) -> int:
        return self.value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        return self.value == int(other) if isinstance(other, Counter | int) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.value < int(other) if isinstance(other, Counter | int) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return self.value != 0

    def __add__(self, other: int) -> int:
        return self.value + int(other)

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        return self.value - int(other)

    def __rsub__(self, other: int) -> int:
        return int(other) - self.value

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"Counter({self.value})"


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A scalar of a kind that is not known here, or a date that no Python datetime can hold.

    It stays in the document as it is; `kind` is Automerge's type code, `data` its bytes. It cannot be
    written.
    """

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TooDeep:
    """Stands for a map or list below MAX_VALUE_DEPTH others, as other programs may nest them.

    The rest of the value can be read so; `get` with a path reads what is in it. It cannot be written.
    """

    kind: Literal["map", "list"]
