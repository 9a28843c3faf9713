"""What is many, as a person can bear to see it."""

from collections.abc import Iterable

from jupyter_automerge.values.heads import Heads, heads_hex

_SHOWN = 3
_DIGITS = 8


def brief(heads: Heads) -> str:
    """The beginnings of the first few hashes; "none" if there are none."""
    shown = [text[:_DIGITS] for text in heads_hex(heads)[:_SHOWN]]
    more = f" and {len(heads) - _SHOWN} more" if len(heads) > _SHOWN else ""
    return (" ".join(shown) or "none") + more


def listed(names: Iterable[str], between: str = ", ") -> str:
    """The first few, and how many more there are."""
    all_ = tuple(names)
    more = f" and {len(all_) - _SHOWN} more" if len(all_) > _SHOWN else ""
    return between.join(all_[:_SHOWN]) + more
