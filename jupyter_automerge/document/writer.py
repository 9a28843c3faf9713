"""An open transaction as this room writes to it, counters included."""

from typing import Any

from jupyter_automerge.document.core import CoreTransaction, Prop, ScalarType
from jupyter_automerge.document.object_id import read_element_id, read_object_id
from jupyter_automerge.document.operations import OperationId, Place
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.specials import Special, Specials
from jupyter_automerge.document.value_types import Counter


class Writer(Reader):
    """Writes, and keeps the places of special scalars up to date.

    The binding cannot make a counter: here it is an int until the commit. `made` are the numbers of the
    operations that counters.py is then to turn into counters.
    """

    def __init__(self, core: CoreTransaction, specials: Specials) -> None:
        super().__init__(core, specials.copy())
        self._core: CoreTransaction = core
        self.made: set[int] = set()

    @property
    def specials(self) -> Specials:
        """Where the special scalars are once this is committed."""
        places = {
            obj: {place: Special(each.value, each.id) for place, each in inner.items()}
            for obj, inner in self._specials.places.items()
        }
        return Specials(places, self._specials.ever or bool(self.made))

    def put(self, obj_id: bytes, prop: Prop, kind: Any, value: object) -> None:
        """Set a key, or replace an element, by a scalar.

        Writes nothing where the same one stands undisputed.
        """
        self._forget(obj_id, prop)
        self._core.put(obj_id, prop, kind, value)

    def put_object(self, obj_id: bytes, prop: Prop, kind: Any) -> bytes:
        """Set a key, or replace an element, by a new object; its id."""
        self._forget(obj_id, prop)
        return self._core.put_object(obj_id, prop, kind)

    def insert(self, obj_id: bytes, index: int, kind: Any, value: object) -> None:
        """Insert a scalar before `index`."""
        self._core.insert(obj_id, index, kind, value)

    def insert_object(self, obj_id: bytes, index: int, kind: Any) -> bytes:
        """Insert a new object before `index`; its id."""
        return self._core.insert_object(obj_id, index, kind)

    def delete(self, obj_id: bytes, prop: Prop) -> None:
        """Delete a key or an element."""
        self._forget(obj_id, prop)
        self._core.delete(obj_id, prop)

    def splice_text(self, obj_id: bytes, index: int, delete_count: int, text: str) -> bool:
        """Edit a text. False, and nothing is written: there is no such index. Too many deletions are cut."""
        if not delete_count and not text:
            return index <= self._core.length(obj_id)
        try:
            self._core.splice_text(obj_id, index, delete_count, text)
        except Exception:  # the core has no narrower class for an index that does not exist
            if index <= self._core.length(obj_id):
                raise
            return False
        return True

    def put_counter(self, obj_id: bytes, prop: Prop, value: int) -> None:
        """Set a key, or replace an element, by a new counter."""
        special = self._forget(obj_id, prop)
        found = self._core.get(obj_id, prop) if special is None or special.fresh else None
        if found is not None and found[0] == (ScalarType.Int, value):
            # The core would see that nothing changes and write nothing.
            self._core.put(obj_id, prop, ScalarType.Null, None)
        self._core.put(obj_id, prop, ScalarType.Int, value)
        self._remember(obj_id, prop, value)

    def insert_counter(self, obj_id: bytes, index: int, value: int) -> None:
        """Insert a new counter before `index`."""
        self._core.insert(obj_id, index, ScalarType.Int, value)
        self._remember(obj_id, index, value)

    def increment(self, obj_id: bytes, place: Place, amount: int) -> None:
        """Add to the counter that is there. Raises KeyError when it is gone."""
        special = self._places(obj_id)[place]
        prop = self._prop(obj_id, place)
        assert isinstance(special.value, Counter)
        if not amount:
            return
        total = special.value.value + amount
        if special.fresh and special.id is not None:
            self.made.remove(special.id.counter)
            self._core.put(obj_id, prop, ScalarType.Int, total)
            self._remember(obj_id, prop, total)
        else:
            self._core.increment(obj_id, prop, amount)
            self._places(obj_id)[place] = Special(Counter(total), special.id)

    def counter(self, obj_id: bytes, place: Place) -> int:
        """What it has come to. Raises KeyError when it is gone."""
        special = self._places(obj_id)[place]
        self._prop(obj_id, place)
        assert isinstance(special.value, Counter)
        return special.value.value

    def _prop(self, obj_id: bytes, place: Place) -> Prop:
        if isinstance(place, str):
            return place
        for index, element in enumerate(self._core.keys(obj_id)):
            if read_element_id(element) == place:
                return index
        raise KeyError(place)

    def _remember(self, obj_id: bytes, prop: Prop, value: int) -> None:
        found, place = self._core.get(obj_id, prop), self.place(obj_id, prop)
        assert found is not None and place is not None
        made = read_object_id(found[1])
        assert isinstance(made, OperationId)
        self.made.add(made.counter)
        self._specials.places.setdefault(read_object_id(obj_id), {})[place] = Special(
            Counter(value), made, fresh=True
        )

    def _forget(self, obj_id: bytes, prop: Prop) -> Special | None:
        places = self._places(obj_id)
        place = self.place(obj_id, prop) if places else None
        return None if place is None else places.pop(place, None)
