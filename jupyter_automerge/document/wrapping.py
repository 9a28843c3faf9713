"""What a proxy gives out for the thing that stands at one of its keys."""

from typing import Any

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.core import LIST, MAP, CoreValue, ObjType
from jupyter_automerge.document.counter_proxy import CounterProxy
from jupyter_automerge.document.list_proxy import ListProxy
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.reading import read_scalar
from jupyter_automerge.document.specials import Special
from jupyter_automerge.document.text_proxy import TextProxy
from jupyter_automerge.document.value_types import Counter


def wrap(block: Block, found: CoreValue, parent: bytes, prop: str | int, path: Path) -> Any:
    """A proxy for an object or a counter, a plain value for any other scalar."""
    value, obj_id = found
    here = (*path, prop)
    if isinstance(value, Special) and isinstance(value.value, Counter):
        place = block.writer(here).place(parent, prop)
        assert place is not None
        return CounterProxy(block, parent, place, here)
    if not isinstance(value, ObjType):
        return read_scalar(value)
    if value == MAP:
        return MapProxy(block, obj_id, here)
    return ListProxy(block, obj_id, here) if value == LIST else TextProxy(block, obj_id, here)
