"""What map and list proxies have in common: items that are read, written and compared."""

from typing import Any

from jupyter_automerge.document.core import TEXT, Prop
from jupyter_automerge.document.planning import Path, Planned, PlannedText, plan
from jupyter_automerge.document.proxy import Proxy
from jupyter_automerge.document.text_proxy import TextProxy
from jupyter_automerge.document.writing import put, stands
from jupyter_automerge.errors import DocumentError


class ContainerProxy(Proxy):
    """A map or a list."""

    __slots__ = ()

    def _plan(self, value: object, path: Path) -> Planned:
        return plan(self._plain(value, path), path)

    def _plain(self, value: object, path: Path) -> object:
        """Proxies as copies of what they stand for: an object cannot be at two places."""
        if not isinstance(value, Proxy):
            return value
        if value._block is not self._block:
            raise DocumentError(
                "this is a proxy of another document or of a change that is over; write its .value", path
            )
        return value.value

    def _write(self, prop: Prop, value: object) -> None:
        path = (*self._path, prop)
        writer = self._writer
        found = writer.get(self._id, prop)
        if isinstance(value, Proxy) and found is not None and found[1] == value._id:
            return
        planned = self._plan(value, path)
        if isinstance(planned, PlannedText) and found is not None and found[0] == TEXT:
            TextProxy(self._block, found[1], path).update(planned.text)
        elif not stands(writer, found, planned):
            put(writer, self._id, prop, planned)

    def _wrap(self, found: Any, prop: Prop) -> Any:
        return self._block.wrap(self._block, found, self._id, prop, self._path)
