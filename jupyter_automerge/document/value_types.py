"""The two values that Python has no type for."""

from functools import total_ordering


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

    Write `Counter(0)` into a document once; afterwards `doc["votes"].increment(1)` within a change.
    """

    __slots__ = ("_value",)

    def __init__(self, value: int = 0) -> None:
        self._value = int(value)

    @property
    def value(self) -> int:
        """The sum so far."""
        return self._value

    def __int__(self) -> int:
        return self._value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        return self._value == int(other) if isinstance(other, Counter | int) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self._value < int(other) if isinstance(other, Counter | int) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value})"
