"""Heads as a person can bear to see them."""

from jupyter_automerge.values.heads import Heads, heads_hex

_SHOWN = 3
_DIGITS = 8


def brief(heads: Heads) -> str:
    """The beginnings of the first few hashes; "none" if there are none."""
    shown = [text[:_DIGITS] for text in heads_hex(heads)[:_SHOWN]]
    more = f" and {len(heads) - _SHOWN} more" if len(heads) > _SHOWN else ""
    return (" ".join(shown) or "none") + more
