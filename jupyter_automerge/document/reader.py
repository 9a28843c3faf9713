"""The core as this room reads it: without the scalars that the binding panics at."""

from typing import Any

from jupyter_automerge.document.core import LIST, CoreReader, CoreValue, Prop
from jupyter_automerge.document.object_id import read_element_id, read_object_id
from jupyter_automerge.document.operations import Place
from jupyter_automerge.document.planning import is_text
from jupyter_automerge.document.specials import Special, Specials


class Reader:
    """A core document or transaction, at its present or at past heads.

    Where a special scalar stands, the value is a `Special`; all else is as the core gives it.
    """

    def __init__(self, core: CoreReader, specials: Specials, heads: list[bytes] | None = None) -> None:
        self._core = core
        self._specials = specials
        self._heads = heads

    def object_type(self, obj_id: bytes) -> Any:
        """Map, list or text."""
        return self._core.object_type(obj_id)

    def keys(self, obj_id: bytes) -> list[str]:
        """Of a map."""
        return self._core.keys(obj_id, self._heads)

    def length(self, obj_id: bytes) -> int:
        """Keys, elements or characters."""
        return self._core.length(obj_id, self._heads)

    def text(self, obj_id: bytes) -> str:
        """All of a text."""
        return self._core.text(obj_id, self._heads)

    def get(self, obj_id: bytes, prop: Prop) -> CoreValue | None:
        """What stands at a key or index, with its id; None for nothing. A special one has no id."""
        if isinstance(prop, str) and not is_text(prop):
            return None
        special = self.special(obj_id, prop)
        return self._core.get(obj_id, prop, self._heads) if special is None else (special, b"")

    def values(self, obj_id: bytes) -> list[CoreValue]:
        """All of a map, in the order of its keys, or of a list."""
        places = self._places(obj_id)
        if not places:
            return self._core.values(obj_id, self._heads)
        names = self._core.keys(obj_id, self._heads)
        rows: list[tuple[Prop, Place]] = [(name, name) for name in names]
        if self._core.object_type(obj_id) == LIST:
            rows = [(index, read_element_id(name)) for index, name in enumerate(names)]
        found = (
            (places[place], b"") if place in places else self._core.get(obj_id, prop, self._heads)
            for prop, place in rows
        )
        return [each for each in found if each is not None]

    def special(self, obj_id: bytes, prop: Prop) -> Special | None:
        """The special scalar at a key or index."""
        places = self._places(obj_id)
        if not places:
            return None
        place = self.place(obj_id, prop)
        return None if place is None else places.get(place)

    def _places(self, obj_id: bytes) -> dict[Place, Special]:
        if not self._specials.places:
            return {}
        return self._specials.places.get(read_object_id(obj_id), {})

    def place(self, obj_id: bytes, prop: Prop) -> Place | None:
        """What names a key or element for good: a list's indexes move. None: there is no such element."""
        if isinstance(prop, str):
            return prop
        elements = self._core.keys(obj_id, self._heads)
        return read_element_id(elements[prop]) if prop < len(elements) else None
