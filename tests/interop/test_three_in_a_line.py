"""A Python process, our server, a JavaScript server, each a process of its own: what the first may say of both."""

from jupyter_automerge.repo import DocHandle, DocPeer
from jupyter_automerge.values.status import Level, Link, Relation
from tests.interop.python_peer import until, until_peers
from tests.interop.stage import Stage


def row(document: DocHandle, store: str | None) -> DocPeer | None:
    return next((row for row in document.peers if row.id == store), None)


def shows(document: DocHandle, store: str | None, relation: Relation, *, least: Level = Level.NONE) -> bool:
    found = row(document, store)
    return found is not None and found.relation is relation and found.level >= least


async def test_S17_S29b_the_far_store_is_seen_through_the_middle_whose_death_is_seen_too(
    stage: Stage,
) -> None:
    far = await stage.javascript_server("far", storage=stage.store("far"))
    far_store = await far.storage_id()
    middle = await stage.middle("middle", far.url)
    kernel = await stage.python("kernel")
    kernel.connect(middle.url)
    await until_peers(kernel)
    middle_store = kernel.peers[0].store_id

    document = kernel.create({"n": 0})
    await until(kernel, lambda: shows(document, far_store, Relation.SYNCED), "the far store has it")
    with document.change() as d:
        d["n"] = 1
    assert shows(document, far_store, Relation.AHEAD), "in the same call"
    await until(kernel, lambda: shows(document, far_store, Relation.SYNCED), "the far store has the edit")
    seen = row(document, far_store)
    assert seen is not None
    assert (seen.link, seen.level, seen.via) == (Link.RELAYED, Level.RECEIVED, (middle_store,))
    await until(
        kernel,
        lambda: shows(document, middle_store, Relation.SYNCED, least=Level.STORED),
        "stored in the middle",
    )

    await middle.obey("hold")
    with document.change() as d:
        d["n"] = 2
    for store in (middle_store, far_store):
        await until(kernel, lambda s=store: shows(document, s, Relation.SYNCED), "both have it in memory")  # type: ignore[misc]
    dying = row(document, middle_store)
    assert dying is not None and dying.level is Level.RECEIVED
    await middle.kill()
    await until_peers(kernel, 0)
    with document.change() as d:
        d["n"] = 3
    assert shows(document, far_store, Relation.AHEAD) and shows(document, middle_store, Relation.AHEAD)

    fell_back: list[int | None] = []

    def watch(_: object) -> None:
        found = row(document, middle_store)
        if found is not None and found.link is Link.CONNECTED and found.relation is Relation.AHEAD:
            fell_back.append(found.missing_there)

    stop = kernel.on_event(watch)
    again = await stage.middle("middle", port=middle.port)
    await until(
        kernel,
        lambda: shows(document, middle_store, Relation.SYNCED, least=Level.STORED),
        "the middle has it again, and on its disk",
    )
    stop()
    assert 2 in fell_back, f"it had lost the edit that it had not saved, and the next one: {fell_back}"
    assert shows(document, far_store, Relation.AHEAD), "nobody has told of it since"
    await again.obey("connect", far.url)
    await until(kernel, lambda: shows(document, far_store, Relation.SYNCED), "the far store has caught up")
    assert (await far.wait_document(document.url)).value == {"n": 3}


async def test_a_middle_that_dies_unsaved_falls_back_and_recovers(stage: Stage) -> None:
    """Without an edit of ours in between: what it acknowledged from memory is known to be gone."""
    middle = await stage.middle("middle")
    kernel = await stage.python("kernel")
    kernel.connect(middle.url)
    await until_peers(kernel)
    store = kernel.peers[0].store_id
    document = kernel.create({"n": 0})
    await until(kernel, lambda: shows(document, store, Relation.SYNCED, least=Level.STORED), "it is stored")
    await middle.obey("hold")
    with document.change() as d:
        d["n"] = 1
    await until(kernel, lambda: shows(document, store, Relation.SYNCED), "it is in memory there")
    await middle.kill()
    await until_peers(kernel, 0)
    seen: list[tuple[Relation, Level]] = []
    stop = kernel.on_event(lambda _: seen.extend((row.relation, row.level) for row in document.peers))
    await stage.middle("middle", port=middle.port)
    await until(
        kernel, lambda: shows(document, store, Relation.SYNCED, least=Level.STORED), "it is stored now"
    )
    stop()
    relations = [relation for relation, _ in seen]
    fell = relations.index(Relation.AHEAD)
    assert max(level for _, level in seen[: fell + 1]) < Level.STORED, f"never stored before: {seen}"
    assert seen[fell][1] <= Level.SENT, f"{seen}"
