"""Ints of a change turned into counters. The binding panics when it is asked to put one."""

from collections.abc import Set
from dataclasses import replace

from jupyter_automerge.document.change_chunk import ChangeFields
from jupyter_automerge.document.columns import write_columns, write_numbers
from jupyter_automerge.document.leb128 import write_unsigned
from jupyter_automerge.document.operations import VALUE_META, change_columns

_INT, _COUNTER = 4, 8


def make_counters(fields: ChangeFields, operations: Set[int]) -> ChangeFields:
    """The change with the operations of these numbers, which put ints, putting counters.

    Their bytes are the same.
    """
    columns = change_columns(fields)
    metas = columns.value_kinds()
    for number in operations:
        row = number - fields.first_operation
        assert metas[row] & 0xF == _INT
        metas[row] += _COUNTER - _INT
    others = columns.actors[1:]
    actors = b"".join([write_unsigned(len(others)), *(write_unsigned(len(each)) + each for each in others)])
    return replace(
        fields, operations=actors + write_columns({**columns.data, VALUE_META: write_numbers(metas)})
    )
