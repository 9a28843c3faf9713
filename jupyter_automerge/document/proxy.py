"""What map, list and text proxies have in common."""

from typing import Any

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.planning import Path, Placed
from jupyter_automerge.document.reading import read_object
from jupyter_automerge.document.writer import Writer
from jupyter_automerge.errors import DocumentError


class Proxy(Placed):
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
    def owner(self) -> Block:
        """The change that this was read in."""
        return self._block

    @property
    def value(self) -> Any:
        """The object as plain Python values: a copy."""
        writer = self._writer
        return read_object(writer, self._id, writer.object_type(self._id))

    @property
    def _writer(self) -> Writer:
        return self._block.writer(self._path)

    def __len__(self) -> int:
        return self._writer.length(self._id)

    def __repr__(self) -> str:
        try:
            return f"{type(self).__name__}({self.value!r})"
        except DocumentError:
            return f"<{type(self).__name__} of a change that is over>"
