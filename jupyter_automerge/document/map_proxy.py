"""A map within a change."""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from jupyter_automerge.document.absent import NoSuchKey
from jupyter_automerge.document.container_proxy import ContainerProxy
from jupyter_automerge.document.planning import check_text
from jupyter_automerge.errors import DocumentError


class MapProxy(ContainerProxy, MutableMapping[str, Any]):
    """A map that behaves like a dict whose keys are text, in the order of their UTF-8 bytes.

    Reading gives proxies for containers, text and counters, and plain values else. Iteration goes over the
    keys there were when it began, so that the map may be edited meanwhile.
    """

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        found = self._writer.get(self._id, key) if isinstance(key, str) else None
        if found is None:
            raise NoSuchKey(f"there is no key {key!r}", self._path, key)
        return self._wrap(found, key)

    def __setitem__(self, key: str, value: object) -> None:
        if not isinstance(key, str):
            raise DocumentError(f"keys are text, not {type(key).__name__} ({key!r})", self._path, key)
        self._write(check_text(str(key), (*self._path, key)), value)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise NoSuchKey(f"there is no key {key!r}", self._path, key)
        self._writer.delete(self._id, key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._writer.get(self._id, key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._writer.keys(self._id))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MapProxy):
            return bool(self.value == other.value)
        return self.value == dict(other) if isinstance(other, Mapping) else NotImplemented
