"""What an empty document says first, in ten bytes: it has nothing, and needs no core of its own to say so."""

from functools import cache

from jupyter_automerge.document.core import decode_message, is_panic, new_document, new_sync_state

_BARE = b"\x42\x00\x00\x01\x00\x00\x00"
"""Version 1; no heads, no need; one `have`, empty; no changes. Capabilities may follow."""
_MOST_BYTES = len(_BARE) + 8


@cache
def question() -> bytes:
    """Our own."""
    message = new_document().generate_sync_message(new_sync_state())
    assert message is not None, "an empty document asks"
    return message.encode()


def is_question(message: bytes) -> bool:
    """Whether the sync message says that its sender has nothing, and no more; the core can read it then."""
    if not message.startswith(_BARE) or len(message) > _MOST_BYTES:
        return False
    try:
        decode_message(message)
    except BaseException as error:
        if isinstance(error, Exception) or is_panic(error):
            return False  # whoever gives it to a session learns what is wrong with it
        raise
    return True
