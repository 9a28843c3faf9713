"""A counter within a change."""

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.operations import Place
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.value_types import Counter
from jupyter_automerge.errors import DocumentError

_MIN, _MAX = -(2**63), 2**63 - 1


class CounterProxy(Counter):
    """A counter that grows by `increment` and shrinks by `decrement`; concurrent steps add up."""

    __slots__ = ("_block", "_object", "_path", "_place")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, block: Block, obj_id: bytes, place: Place, path: Path) -> None:
        self._block = block
        self._object = obj_id
        self._place = place
        self._path = path

    @property
    def value(self) -> int:
        """The sum so far. Raises DocumentError after the block, or when the counter was removed."""
        try:
            return self._block.writer(self._path).counter(self._object, self._place)
        except KeyError:
            raise self._gone() from None

    def increment(self, amount: int = 1) -> None:
        """Add `amount`, which may be negative. Raises DocumentError for what is no int, or beyond 64 bits."""
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise DocumentError("a counter grows by whole numbers", self._path, amount)
        if not (_MIN <= amount <= _MAX and _MIN <= self.value + amount <= _MAX):
            raise DocumentError("a counter has 64 bits", self._path, amount)
        try:
            self._block.writer(self._path).increment(self._object, self._place, int(amount))
        except KeyError:
            raise self._gone() from None

    def decrement(self, amount: int = 1) -> None:
        """Take `amount` away."""
        if not isinstance(amount, int):
            raise DocumentError("a counter shrinks by whole numbers", self._path, amount)
        self.increment(-amount)

    def __iadd__(self, amount: int) -> "CounterProxy":  # type: ignore[override]
        self.increment(amount)
        return self

    def __isub__(self, amount: int) -> "CounterProxy":  # type: ignore[override]
        self.decrement(amount)
        return self

    def _gone(self) -> DocumentError:
        return DocumentError("the counter was removed", self._path)
