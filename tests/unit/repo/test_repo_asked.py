"""How stores stand to somebody who has nothing but heads: Bob's row, against every way to know more or less."""

from typing import Any

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo import DocHandle, Repo, asked_rows
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.status import Link
from tests.unit.repo.story import story

STRANGE: Heads = frozenset({bytes(range(32))})
OTHER: Heads = frozenset({bytes(reversed(range(32)))})


def row_of_bob(heads: Heads, *, stored: bool = False) -> StoreRow:
    return StoreRow(
        store_id="bobs-store", peer_ids=(), sessions=0, name="Bob", kind="", user=None, link=Link.OFFLINE,
        same_store=False, ephemeral=False, durable_acks=True, denied=False, unavailable=False, sent=NO_HEADS,
        received=heads, stored=heads if stored else NO_HEADS, known=bool(heads), as_of=None,
    )  # fmt: skip


def edited(document: DocHandle, number: int) -> Heads:
    with document.change() as d:
        d["n"] = number
    return document.heads


def asked(document: DocHandle, bob: Heads, asker: Heads) -> Any:
    document._live.store_rows = (row_of_bob(bob, stored=True),)
    (row,) = asked_rows(document, asker)
    return row["relation"], row["missingThere"], row["missingHere"], row["certain"], row["level"]


@story
async def test_it_is_by_what_the_asker_has_and_not_by_what_is_here() -> None:
    async with Repo() as server:
        plan = server.create({"n": 0})
        first, second, third = plan.heads, edited(plan, 1), edited(plan, 2)
        assert asked(plan, second, second) == ("synced", 0, 0, True, "stored")
        assert asked(plan, second, third) == ("ahead", 1, 0, True, "none")
        assert asked(plan, third, first) == ("behind", 0, 2, True, "stored")
        assert asked(plan, NO_HEADS, first) == ("unknown", None, None, True, "none")


@story
async def test_two_ends_of_one_history_have_diverged() -> None:
    async with Repo() as server:
        plan = server.create({"n": 0})
        branch = server.clone(plan)
        left, right = edited(plan, 1), edited(branch, 2)
        edited(branch, 3)
        plan.merge(branch)
        assert asked(plan, right, left) == ("diverged", 1, 1, True, "none")
        assert asked(plan, left | right, left) == ("behind", 0, 1, True, "stored")


@story
async def test_what_is_unknown_here_may_hide_what_is_counted_as_missing() -> None:
    async with Repo() as server:
        plan = server.create({"n": 0})
        first, second = plan.heads, edited(plan, 1)
        assert asked(plan, second, STRANGE) == ("diverged", 1, 2, False, "none")
        assert asked(plan, second, second | STRANGE) == ("ahead", 1, 0, True, "none")
        assert asked(plan, STRANGE, second) == ("diverged", 2, 1, False, "none")
        assert asked(plan, second | OTHER, first | STRANGE) == ("diverged", 1, 2, False, "none")


@story
async def test_what_both_named_is_shared_whatever_it_is() -> None:
    async with Repo() as server:
        plan = server.create({"n": 0})
        first = plan.heads
        assert asked(plan, STRANGE, STRANGE) == ("synced", 0, 0, True, "stored")
        assert asked(plan, first | STRANGE, STRANGE) == ("behind", 0, 1, False, "stored")


@story
async def test_whoever_lacks_nothing_of_the_askers_is_waited_for_by_nobody() -> None:
    async with Repo() as server:
        plan = server.create({"n": 0})
        first, second = plan.heads, edited(plan, 1)
        plan._live.store_rows = (row_of_bob(second),)
        (row,) = asked_rows(plan, first)
        assert (row["state"], row["link"]) == ("behind", "offline")
