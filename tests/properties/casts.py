"""Who is in a story of machines that may die, as Hypothesis draws it."""

from dataclasses import dataclass

from hypothesis import strategies as st

from jupyter_automerge.repo import SafetyPolicy
from jupyter_automerge.values.status import Level

KINDS = ("durable", "durable", "durable", "plain", "ephemeral", "boasting")


@dataclass(frozen=True, slots=True)
class Cast:
    """A seed, what the others are, which cables there are (none: they stand in a line), and the policy of ours."""

    seed: int
    kinds: tuple[str, ...]
    cables: tuple[int, ...]
    policy: SafetyPolicy


@st.composite
def policies(draw: st.DrawFn, others: int) -> SafetyPolicy:
    copies = draw(st.sampled_from([1, 1, 2]))
    named = (
        draw(st.none() | st.lists(st.integers(1, others), min_size=copies, max_size=3, unique=True))
        if others >= copies
        else None
    )
    return SafetyPolicy(
        copies=copies,
        level=draw(st.sampled_from([Level.STORED, Level.STORED, Level.RECEIVED])),
        stores=None if named is None else [f"store-{number}" for number in named],
        count_ephemeral=draw(st.integers(0, 3)) == 0,
        max_age=draw(st.sampled_from([None, None, 60.0])),
    )


@st.composite
def casts(draw: st.DrawFn) -> Cast:
    """One to three others."""
    others = draw(st.integers(1, 3))
    kinds = tuple(draw(st.sampled_from(KINDS)) for _ in range(others))
    if draw(st.integers(0, 3)) == 0:
        kinds = ("boasting", "durable")  # who is further away is heard of through who says too much
    cables = draw(st.just([]) | st.lists(st.integers(0, 5), max_size=4))
    return Cast(draw(st.integers(0, 2**32 - 1)), kinds, tuple(cables), draw(policies(len(kinds))))
