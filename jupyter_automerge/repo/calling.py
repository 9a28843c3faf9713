"""What to call stores so that no two are mistaken for one another: anybody may claim any name."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple


class Names(NamedTuple):
    """What one store goes by."""

    id: str
    petname: str
    name: str
    kind: str

    @property
    def label(self) -> str:
        """Our name for it or its own, and always the beginning of its id."""
        return f"{self.petname or self.name or self.kind or 'unnamed'} ({self.id[:8]})"


def callings(everybody: Sequence[Names]) -> list[str]:
    """For each what to call it: no two the same, and none like another that we gave a name.

    Our own name wins, then its claim, alone where nobody else goes by it; otherwise with the beginning of the
    id, which is long enough to tell them apart.
    """
    plain = [one.petname or one.name for one in everybody]
    if all(plain) and len({name.casefold() for name in plain}) == len(plain):
        return plain
    petnames = Counter(one.petname.casefold() for one in everybody if one.petname)
    claims = Counter(one.name.casefold() for one in everybody if one.name and not one.petname)
    short = [_short(one, petnames, claims) for one in everybody]
    taken = Counter(short)
    # Whoever chose an id to look like another's is told by all of it.
    return [
        name if taken[name] == 1 else f"{one.petname or one.name} ({one.id})".lstrip()
        for one, name in zip(everybody, short, strict=True)
    ]


def _short(one: Names, petnames: Counter[str], claims: Counter[str]) -> str:
    if one.petname:
        return one.petname if petnames[one.petname.casefold()] == 1 else one.label
    name = one.name.casefold()
    return one.name if name and claims[name] == 1 and name not in petnames else one.label
