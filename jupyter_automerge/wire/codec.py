"""One message from one frame, and back: writes what JavaScript reads, reads tolerantly, never guesses an id.

The types and fields are automerge-repo's, except those of `Notice`, `Stored`, `Primary` and `InReach`.
"""

from collections.abc import Mapping

from jupyter_automerge.errors import LocalProtocolError, RemoteProtocolError
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.wire import cbor
from jupyter_automerge.wire.messages import Message, Request, Sync, Unknown
from jupyter_automerge.wire.reading import READERS
from jupyter_automerge.wire.writing import written


def decode(frame: bytes) -> Message:
    """The message in the frame. Raises RemoteProtocolError that names what is wrong; nothing else.

    An unknown type gives Unknown; unknown fields are passed over.
    """
    item = cbor.decode_item(frame)
    if not isinstance(item, Mapping):
        raise RemoteProtocolError(f"a message is a map, not {type(item).__name__}")
    name = item.get("type")
    if not isinstance(name, str):
        raise RemoteProtocolError("type is missing" if cbor.is_missing(name) else "type must be text")
    read = READERS.get(name)
    return read(item) if read else Unknown(clean_name(name))


def encode(message: Message) -> bytes:
    """The frame to send. Raises LocalProtocolError for what has no place on the wire."""
    # The two messages of every keystroke have nothing in them that would have to be made portable.
    if isinstance(message, Sync | Request):
        if not message.data:
            raise LocalProtocolError(f"a sync message for {message.document_id} without any data")
        return cbor.encode_plain(
            {
                "type": "sync" if isinstance(message, Sync) else "request",
                "senderId": message.sender_id,
                "targetId": message.target_id,
                "documentId": message.document_id,
                "data": message.data,
            }
        )
    return cbor.encode(written(message))
