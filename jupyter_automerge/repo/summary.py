"""A document in one line: is any of this user's work at risk, and where is it?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.phrases import changes, have_it, lacks
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.safety import IN_REACH, Judge, is_other
from jupyter_automerge.values.status import Activity, Safety


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """`copies`: how many other stores have everything and count. `words`: the same for a person, in one line."""

    state: Safety
    copies: int
    words: str

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return f"{self.state.value}: {self.words}"


def summarise(local: LocalCopy, peers: Sequence[DocPeer], judge: Judge) -> SyncSummary:
    """The first that is so: ERROR, UNSAVED, SAFE, ALONE, STALLED, SYNCING, UNSENT."""
    copies = [row for row in peers if row.safe]
    state = _state(local, peers, judge, len(copies))
    words = _words(state, local, peers, copies, judge)
    return SyncSummary(state, len(copies), f"{words}{_damage(local)}")


def shortfall(peers: Sequence[DocPeer], judge: Judge) -> str:
    """What keeps the policy from being met, however the own store stands, in words; empty if nothing does."""
    copies = [row for row in peers if row.safe]
    if len(copies) >= judge.policy.copies:
        return ""
    return "; ".join(_shortfall(peers, copies, judge)) if _is_known(peers) else "no other store is known"


def _damage(local: LocalCopy) -> str:
    """Nobody knows what was in a chunk that cannot be read, so it changes no verdict; but it is said."""
    number = len(local.set_aside)
    if not number:
        return ""
    return f"; {'a stored chunk' if number == 1 else f'{number} stored chunks'} of it cannot be read"


def _state(local: LocalCopy, peers: Sequence[DocPeer], judge: Judge, copies: int) -> Safety:
    if local.trouble:
        return Safety.ERROR
    if local.has_store and local.missing:
        return Safety.UNSAVED
    if copies >= judge.policy.copies:
        return Safety.SAFE
    if not _is_known(peers):
        return Safety.ALONE
    owing = _owing(peers, judge)
    if not owing:
        return Safety.UNSENT
    return Safety.STALLED if all(row.activity is Activity.STALLED for row in owing) else Safety.SYNCING


def _is_known(peers: Sequence[DocPeer]) -> bool:
    """Whether anybody is there who might keep it for good."""
    return any(is_other(row.facts) and not row.ephemeral for row in peers)


def _owing(peers: Sequence[DocPeer], judge: Judge) -> list[DocPeer]:
    """Those in reach that would count once they have everything, and have not said that they do without it."""
    reached = [row for row in peers if row.link in IN_REACH and not row.facts.unavailable]
    return [row for row in reached if not row.safe and judge.may_count(row.facts)]


def _words(
    state: Safety,
    local: LocalCopy,
    peers: Sequence[DocPeer],
    copies: Sequence[DocPeer],
    judge: Judge,
) -> str:
    match state:
        case Safety.ERROR:
            return f"this store fails: {local.trouble}; {have_it(copies)}"
        case Safety.UNSAVED:
            return f"{changes(local.missing)} not saved here yet; {have_it(copies)}"
        case Safety.SAFE:
            return have_it(copies)
        case Safety.ALONE if local.durable:
            return "only here: no other store is known"
        case Safety.ALONE if local.has_store:
            return f"only here, and {local.weakness}: no other store is known"
        case Safety.ALONE:
            return "only in this process, which has no store: it ends with it"
        case _:
            return "; ".join(_shortfall(peers, copies, judge))


def _shortfall(peers: Sequence[DocPeer], copies: Sequence[DocPeer], judge: Judge) -> Iterator[str]:
    if copies:
        yield have_it(copies)
    yield from judge.doubts
    lacking = [row for row in peers if not row.safe and judge.may_count(row.facts)]
    yield from (lacks(row, judge.policy.level) for row in lacking)
    if len(copies) + len(lacking) < judge.policy.copies:
        number = judge.policy.copies
        asked = "1 copy is" if number == 1 else f"{number} copies are"
        yield f"{asked} asked for, and no other store that counts is known"
