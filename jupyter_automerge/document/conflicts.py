"""The values that concurrent changes left at one place. The binding shows only the one that won."""

import struct
from datetime import timedelta
from typing import Any

from jupyter_automerge.document.chunks import read_chunk
from jupyter_automerge.document.core import LIST, MAP, TEXT, CoreDocument
from jupyter_automerge.document.history import EPOCH
from jupyter_automerge.document.leb128 import read_signed, read_unsigned
from jupyter_automerge.document.object_id import read_object_id, write_object_id
from jupyter_automerge.document.operations import (
    INCREMENT,
    SET,
    Operation,
    document_columns,
    document_operations,
)
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.reading import find, read_object
from jupyter_automerge.document.specials import is_visible, number_of, special_value
from jupyter_automerge.document.value_types import ImmutableString

_OBJECTS = {0: MAP, 2: LIST, 4: TEXT, 6: MAP}


def values_at(core: CoreDocument, reader: Reader, path: Path) -> tuple[Any, ...]:
    """All values at a path, the winner first. Costs a pass over all operations of the document."""
    find(reader, path)
    parent = find(reader, path[:-1])[1]
    prop = path[-1]
    if isinstance(prop, int) and prop < 0:
        prop += reader.length(parent)
    here = (read_object_id(parent), reader.place(parent, prop))
    operations = list(document_operations(document_columns(read_chunk(core.save())[0].body)))
    increments = {each.id: number_of(each) for each in operations if each.action == INCREMENT}
    standing = [
        each
        for each in operations
        if (each.object, each.place) == here
        and (each.action == SET or each.action in _OBJECTS)
        and is_visible(each, increments)
    ]
    standing.sort(key=lambda each: each.id, reverse=True)
    return tuple(
        _scalar(each, increments)
        if each.action == SET
        else read_object(reader, write_object_id(each.id), _OBJECTS[each.action])
        for each in standing
    )


def _scalar(operation: Operation, increments: dict[Any, int]) -> Any:
    special = special_value(operation, increments)
    if special is not None:
        return special
    data = operation.data
    match operation.kind:
        case 0:
            return None
        case 1 | 2:
            return operation.kind == 2
        case 3:
            return read_unsigned(data, 0)[0]
        case 4:
            return read_signed(data, 0)[0]
        case 5:
            return struct.unpack("<d", data)[0]
        case 6:
            return ImmutableString(data.decode())
        case 9:
            return EPOCH + timedelta(milliseconds=read_signed(data, 0)[0])
    return data
