"""The binding's object ids, which are bytes, as operation ids."""

from jupyter_automerge.document.core import ROOT
from jupyter_automerge.document.leb128 import read_unsigned, write_unsigned
from jupyter_automerge.document.operations import OperationId

_FORM = b"\x10"


def read_object_id(obj_id: bytes) -> OperationId | None:
    """None is the root.

    The number of the actor, between its bytes and the counter, is only a hint to the core.
    """
    if obj_id == ROOT:
        return None
    length, at = read_unsigned(obj_id, len(_FORM))
    actor = obj_id[at : at + length]
    _, at = read_unsigned(obj_id, at + length)
    return OperationId(read_unsigned(obj_id, at)[0], actor)


def write_object_id(operation: OperationId | None) -> bytes:
    """The object that the operation made; None is the root."""
    if operation is None:
        return ROOT
    actor = operation.actor
    return _FORM + write_unsigned(len(actor)) + actor + b"\x00" + write_unsigned(operation.counter)


def read_element_id(text: str) -> OperationId:
    """An element of a list, as the binding names it: the counter, an @, the actor in hexadecimal."""
    counter, _, actor = text.partition("@")
    return OperationId(int(counter), bytes.fromhex(actor))
