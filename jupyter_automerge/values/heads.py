"""A point in history: the set of change hashes that nothing known there comes after. Compared by ancestry.

Lists of heads are in the order of their bytes (which is that of their hex text), as Automerge itself gives
them; JavaScript peers compare them by position.
"""

from collections.abc import Iterable
from functools import lru_cache

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.base58 import decode_check, encode_check
from jupyter_automerge.values.limits import HEADS_REMEMBERED

Heads = frozenset[bytes]

HASH_BYTES = 32
NO_HEADS: Heads = frozenset()


def heads_to_text(heads: Heads) -> tuple[str, ...]:
    """Base58check texts, for URLs, JSON and remote-heads messages, in the order of the hashes."""
    return tuple(map(_text_of, sorted(heads)))


def heads_from_text(texts: Iterable[str]) -> Heads:
    """The set that base58check texts name, in any order. Raises InvalidId at the first that is none."""
    return frozenset(head_from_text(text) for text in texts)


def head_from_text(text: object) -> bytes:
    """One change hash from its base58check text. Raises InvalidId."""
    if not isinstance(text, str):
        raise InvalidId("head", text, f"it is not text but {type(text).__name__}")
    return _head_of(text)


def heads_hex(heads: Heads) -> tuple[str, ...]:
    """Hex texts, sorted."""
    return tuple(sorted(head.hex() for head in heads))


def heads_from_hex(texts: Iterable[str]) -> Heads:
    """The set that hex texts name, in any order. Raises InvalidId at the first that is none."""
    return frozenset(_head_from_hex(text) for text in texts)


def _head_from_hex(text: str) -> bytes:
    try:
        head = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise InvalidId("head", text, "it is not hexadecimal text") from None
    return _checked(head, text)


def _checked(head: bytes, origin: object) -> bytes:
    if len(head) != HASH_BYTES:
        raise InvalidId("head", origin, f"a change hash has {HASH_BYTES} bytes, this {len(head)}")
    return head


# Heads are told of many stores at once, which mostly have the same ones; each costs some 40 microseconds.
_text_of = lru_cache(maxsize=HEADS_REMEMBERED)(encode_check)


@lru_cache(maxsize=HEADS_REMEMBERED)
def _head_of(text: str) -> bytes:
    try:
        head = decode_check(text)
    except InvalidId as error:
        raise InvalidId("head", text, error.reason) from None
    return _checked(head, text)


def heads_remembered() -> int:
    """Heads whose text is known, and texts that were read as heads, in this process."""
    return _text_of.cache_info().currsize + _head_of.cache_info().currsize
