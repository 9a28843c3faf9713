"""Reports that come in another order, twice, or before what they speak of is known here, say the same.

Reports of many documents at once carry no stamp: with them, what one connection says of its store comes in order.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_automerge.document import Document
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.status import Trust
from tests.unit.engine.ledger import Ledger

STORES = ("lab", "home", "plain", "far")
"""Two Repos run on the first, one on the second, JavaScript on the third; of the fourth others tell."""
WHO = st.integers(0, 3)
DURABLE = st.integers(0, 2)
WRITERS = 3


@dataclass(frozen=True, slots=True)
class Said:
    """Who said what: "holds", "keeps", or that `about` has it, "by hearsay" or "so that it is stored".

    `stamp` 0: a report of many documents at once.
    """

    who: int
    what: str
    heads: tuple[int, ...]
    stamp: float = 0.0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A history of `size` changes that `seed` decides, `ours` of which are known here from the start."""

    seed: int
    size: int
    ours: int
    trusted: frozenset[str]
    said: tuple[Said, ...]

    def write(self) -> tuple[Document, Document, list[Heads]]:
        """What is here, the whole document, and the heads after each change."""
        random = Random(self.seed)
        writers = [Document(actor=bytes([number]) * 16) for number in range(WRITERS)]
        whole, here, points = Document(actor=b"\xfe" * 16), Document(actor=b"\xff" * 16), []
        for number in range(self.size):
            writer = random.choice(writers)
            if random.random() < 0.5:
                writer.merge(random.choice(writers))
            with writer.change() as root:
                root[f"{number}"] = number
            points.append(writer.heads)
            whole.merge(writer)
            if number < self.ours:
                here.merge(writer)
        return here, whole, points

    def rows(self, order: list[Said | None]) -> object:
        """What is known once all of this was heard; None: now the rest of the history is learned."""
        here, whole, points = self.write()
        ledger = Ledger(here)
        # Somebody looks at the rows all the time: what can be told is told.
        assert here.change_count >= 0
        sessions = [ledger.connect("lab", "1"), ledger.connect("lab", "2"), ledger.connect("home")]
        sessions.append(ledger.connect("plain", claims=PeerMetadata(storage_id=StorageId("plain"))))
        for store in self.trusted:
            ledger.stores.trust(store, Trust.TRUSTED)
        for said in order:
            if said is None:
                here.merge(whole)
                ledger.facts.tell(ledger.record)
                continue
            heads = frozenset[bytes]().union(*(points[number % self.size] for number in said.heads))
            match said.what:
                case "holds":
                    ledger.holds(sessions[said.who], heads)
                case "keeps":
                    ledger.keeps(sessions[said.who], heads, said.stamp)
                case _:
                    ledger.says_of(sessions[said.who], said.about, heads, stored=said.what != "by hearsay")
        return ledger.timeless()

    def in_order(self) -> frozenset[int]:
        """Those whose reports carry no stamps."""
        return frozenset(one.who for one in self.said if one.what == "keeps" and not one.stamp)

    def possible(self, order: list[Said | None]) -> list[Said | None]:
        """The order, but for that in which connections keep what has no stamps."""
        ordered = self.in_order()

        def is_bound(one: Said | None) -> bool:
            return one is not None and one.what == "keeps" and one.who in ordered

        as_told = {
            who: iter([one for one in self.said if one.who == who and is_bound(one)]) for who in ordered
        }
        return [next(as_told[one.who]) if one is not None and is_bound(one) else one for one in order]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    size = draw(st.integers(1, 12))
    heads = st.lists(st.integers(0, size - 1), min_size=1, max_size=3).map(tuple)
    said = st.lists(
        st.builds(Said, WHO, st.just("holds"), heads)
        | st.builds(Said, DURABLE, st.just("keeps"), heads, st.integers(0, 5).map(float))
        | st.builds(
            Said,
            DURABLE,
            st.sampled_from(["by hearsay", "so that it is stored"]),
            heads,
            st.just(0.0),
            st.sampled_from(STORES),
        ),
        max_size=10,
    )
    trusted = draw(st.frozensets(st.sampled_from(["lab", "home"])))
    return Story(draw(st.integers(0, 2**16)), size, draw(st.integers(1, size)), trusted, tuple(draw(said)))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(stories(), st.data())
def test_S7_reports_reversed_repeated_or_delayed_make_the_same_rows(
    story: Story, data: st.DataObject
) -> None:
    said: list[Said | None] = [*story.said, None]
    free = [one for one in story.said if one.what != "keeps" or one.who not in story.in_order()]
    again = data.draw(st.lists(st.sampled_from(free), max_size=4)) if free else []
    shuffled = story.possible(data.draw(st.permutations([*said, *again])))
    assert story.rows(said) == story.rows(shuffled), f"{story}\nfirst as told, then {shuffled}"
