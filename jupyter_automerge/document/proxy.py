"""What map, list and text proxies have in common."""

from typing import Any

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.core import CoreTransaction
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.reading import read_object
from jupyter_automerge.errors import DocumentError


class Proxy:
    """One object of the document within one change. Dies with the block.

    The path is where the object was found; it is only used in messages.
    """

    __slots__ = ("_block", "_id", "_path")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, block: Block, obj_id: bytes, path: Path) -> None:
        self._block = block
        self._id = obj_id
        self._path = path

    @property
    def value(self) -> Any:
        """The object as plain Python values: a copy."""
        core = self._core
        return read_object(core, self._id, core.object_type(self._id))

    @property
    def _core(self) -> CoreTransaction:
        return self._block.transaction(self._path)

    def __len__(self) -> int:
        return self._core.length(self._id)

    def __repr__(self) -> str:
        try:
            return f"{type(self).__name__}({self.value!r})"
        except DocumentError:
            return f"<{type(self).__name__} of a change that is over>"
