"""The `automerge` package, as far as this room uses it: the only file that imports it, and its types.

The package has no types of its own; these Protocols are what 0.2.0.dev4 was measured to do.
"""

import builtins
import ctypes
from typing import Any, Protocol, cast

from automerge import _automerge as _binding

ROOT: bytes = _binding.ROOT

ObjType = _binding.ObjType
ScalarType = _binding.ScalarType

MAP, LIST, TEXT = ObjType.Map, ObjType.List, ObjType.Text

Prop = str | int
# What the binding calls an object (`ObjType`) or a scalar (`(ScalarType, value)`), and its object id.
CoreValue = tuple[Any, bytes]


class CoreChange(Protocol):
    """One change of the history. `timestamp` is not used: it takes the seconds for milliseconds."""

    hash: builtins.bytes
    deps: list[builtins.bytes]
    start_op: int
    max_op: int
    raw_bytes: builtins.bytes

    @property
    def bytes(self) -> builtins.bytes: ...


class CoreMessage(Protocol):
    """A sync message."""

    def encode(self) -> bytes: ...


class CoreReader(Protocol):
    """What a document and an open transaction can both be asked."""

    def object_type(self, obj_id: bytes) -> Any: ...
    def get(self, obj_id: bytes, prop: Prop, heads: list[bytes] | None = None) -> CoreValue | None: ...
    def keys(self, obj_id: bytes, heads: list[bytes] | None = None) -> list[str]: ...
    def values(self, obj_id: bytes, heads: list[bytes] | None = None) -> list[CoreValue]: ...
    def length(self, obj_id: bytes, heads: list[bytes] | None = None) -> int: ...
    def text(self, obj_id: bytes, heads: list[bytes] | None = None) -> str: ...


class CoreTransaction(CoreReader, Protocol):
    """An open transaction; it must end by commit or rollback before its document is dropped."""

    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def put(self, obj_id: bytes, prop: Prop, value_type: Any, value: object) -> None: ...
    def put_object(self, obj_id: bytes, prop: Prop, objtype: Any) -> bytes: ...
    def insert(self, obj_id: bytes, index: int, value_type: Any, value: object) -> None: ...
    def insert_object(self, obj_id: bytes, index: int, objtype: Any) -> bytes: ...
    def increment(self, obj_id: bytes, prop: Prop, value: int) -> None: ...
    def delete(self, obj_id: bytes, prop: Prop) -> None: ...
    def splice_text(self, obj_id: bytes, pos: int, delete_count: int, text: str) -> None: ...


class CoreDocument(CoreReader, Protocol):
    """The binding's document."""

    def get_actor(self) -> bytes: ...
    def set_actor(self, actor_id: bytes) -> None: ...
    def get_heads(self) -> list[bytes]: ...
    def get_changes(self, heads: list[bytes]) -> list[CoreChange]: ...
    def get_last_local_change(self) -> CoreChange | None: ...
    def save(self) -> bytes: ...
    def fork(self) -> "CoreDocument": ...
    def fork_at(self, heads: list[bytes]) -> "CoreDocument": ...
    def transaction(self) -> CoreTransaction: ...
    def generate_sync_message(self, sync_state: object) -> CoreMessage | None: ...
    def receive_sync_message(self, sync_state: object, message: CoreMessage) -> None: ...


def new_document() -> CoreDocument:
    """An empty document with a random actor."""
    return cast(CoreDocument, _binding.Document())


def load_document(data: bytes) -> CoreDocument:
    """Concatenated chunks as a document. Raises whatever the binding raises, panics included."""
    return cast(CoreDocument, _binding.Document.load(data))


def new_sync_state() -> object:
    """A fresh sync state: opaque."""
    return _binding.SyncState()


def decode_message(data: bytes) -> CoreMessage:
    """A sync message from its bytes. Raises whatever the binding raises, panics included."""
    return cast(CoreMessage, _binding.Message.decode(data))


def is_panic(error: BaseException) -> bool:
    """Whether the Rust core panicked. It is no Exception, and its class cannot be imported."""
    return type(error).__module__ == "pyo3_runtime"


def never_free(thing: object) -> None:
    """Keep an object of the binding for the life of the process.

    A document whose open transaction cannot be ended any more (a panic poisoned its lock) takes the process
    down with a segmentation fault when it is freed: a leak is the lesser harm.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
