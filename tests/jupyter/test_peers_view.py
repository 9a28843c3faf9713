"""The table of who has a document: live while its Repo lives, quiet after close, readable everywhere else."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from ipywidgets import VBox
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import start_new_async_kernel

from jupyter_automerge import PeersView, Repo
from jupyter_automerge.repo import MIME_TYPE
from jupyter_automerge.testing import Playground
from jupyter_automerge.widget import front_end
from jupyter_automerge.widget.display import WIDGET_MIME_TYPE
from tests.jupyter.notebooks import LOAD, mime_types, notebook, run, text_of


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A front-end as the build leaves it, without building it."""
    (tmp_path / "peers-loader.js").write_text("export default {}")
    (tmp_path / "manifest.json").write_text('{"page": {"file": "page.js", "hash": "abc"}}')
    monkeypatch.setattr(front_end, "STATIC", tmp_path)


@pytest.fixture
def play(built: None) -> Iterator[Playground]:
    with Playground() as playground:
        yield playground


def shows(play: Playground, view: PeersView, words: str) -> None:
    """Wait until the first row says this."""
    shown = Event()

    def look(_: object) -> None:
        if view.rows and words in view.rows[0]["says"]:
            shown.set()

    view.observe(look, "rows")
    look(None)
    assert shown.wait(10), f"wanted {words!r}; the rows: {view.rows}\n{play.story()}"
    view.unobserve(look, "rows")


def test_rows_follow_a_pulled_cable_and_the_cable_plugged_in_again(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"title": "Plan"})
    plan.synced(timeout=10).result()
    view = PeersView(plan)
    assert (view.title, view.where, view.rows[0]["says"]) == ("Plan", "kernel", "has everything, stored")
    play.cable("alice").pull()
    with plan.change() as edited:
        edited["n"] = 1
    shows(play, view, "lacks 1 change")
    play.cable("alice").plug()
    shows(play, view, "has everything, stored")


def test_a_hundred_changes_in_a_burst_are_shown_in_a_few_looks(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=10).result()
    view = PeersView(plan)
    looks: list[Any] = []
    view.observe(looks.append, "rows")
    for number in range(100):
        with plan.change() as edited:
            edited["n"] = number
    plan.synced(timeout=10).result()
    shows(play, view, "has everything, stored")
    assert len(looks) < 50, f"{len(looks)} messages for 100 changes"


def test_a_closed_view_looks_no_more(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=10).result()
    listeners = plan._running.listeners
    before = len(listeners)
    view = PeersView(plan)
    assert len(listeners) == before + 1
    view.close()
    assert len(listeners) == before


def test_of_a_document_that_is_gone_the_last_rows_stay_with_a_word_why(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=10).result()
    view = PeersView(plan)
    ended = Event()
    view.observe(lambda change: ended.set() if change["new"]["state"] == "closed" else None, "summary")
    play.laptop("alice").repo.delete(plan.url, force=True).result(10)
    assert ended.wait(10), view.summary
    assert "deleted" in view.summary["words"]


def test_when_alice_closes_her_repo_the_table_says_so_and_stays_as_last_seen(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"title": "Plan"})
    plan.synced(timeout=10).result()
    view = PeersView(plan)
    before = view.as_of
    with plan.change() as edited:
        edited["n"] = 1
    play.close()
    assert (view.summary["state"], view.rows[0]["name"]) == ("closed", "server"), view.summary
    assert view.summary["words"].startswith("it was ")
    assert view.as_of > before
    said = view._repr_mimebundle_()[0]["text/plain"].splitlines()[0]
    assert f"as this kernel saw it at {view.as_of[:19].replace('T', ' ')} UTC: closed: it was " in said


def test_elsewhere_it_is_a_static_table_and_lines_of_text(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"title": "<b>Plan</b>"})
    plan.synced(timeout=10).result()
    data, _ = PeersView(plan)._repr_mimebundle_()
    assert data[MIME_TYPE]["view"] == "peers" and data[MIME_TYPE]["snapshot"]["rows"][0]["name"] == "server"
    assert "<b>" not in data["text/html"] and '<th scope="row">server</th>' in data["text/html"]
    assert "server (server): has everything, stored; connected" in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" not in data


def test_as_a_part_of_other_widgets_it_is_a_widget(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"title": "Plan"})
    view = PeersView(plan)
    assert view.comm is None, "nobody can look at it"
    assert VBox([view]).get_state()["children"] == [f"IPY_MODEL_{view.key}"]
    view.close()


async def test_alone_it_says_so(built: None) -> None:
    async with Repo() as repo:
        data, _ = PeersView(repo.create({"title": "Plan"}))._repr_mimebundle_()
    assert data["text/plain"].endswith("nobody else is known to have it")


@pytest.mark.skipif(not (front_end.STATIC / "loader.js").exists(), reason="the front-end is not built")
async def test_in_a_notebook_it_needs_no_server(jp_environ: None, tmp_path: Path) -> None:
    book = await run(
        notebook(LOAD, "%automerge new plan", "from jupyter_automerge import PeersView\nPeersView(plan)"),
        tmp_path,
    )
    (types,) = mime_types(book.cells[2])
    assert {MIME_TYPE, "text/html", "text/plain"} == set(types)
    assert "widgets" not in book.metadata, "exported HTML would load widget code from elsewhere"
    assert "nobody else is known to have it" in text_of(book.cells[2])


@pytest.mark.skipif(not (front_end.STATIC / "loader.js").exists(), reason="the front-end is not built")
@pytest.mark.parametrize("somebody", [True, False])
async def test_without_any_server_it_is_live_for_whoever_looks_and_no_widget_for_nobody(
    somebody: bool, jp_environ: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)  # only Jupyter's own server names a session
    manager, client = await start_new_async_kernel()
    try:
        data, comms = await shown_by(client, ALONE, allow_stdin=somebody)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    assert (WIDGET_MIME_TYPE in data) is somebody
    assert [state["view"] for state in comms if "view" in state] == (["peers"] if somebody else [])


ALONE = """from jupyter_automerge import PeersView, Repo
repo = Repo()
await repo.open()
PeersView(repo.create({"title": "Plan"}))"""


async def shown_by(client: AsyncKernelClient, code: str, allow_stdin: bool) -> tuple[Any, list[Any]]:
    """What a cell displays, and the states of the widgets that it opens."""
    comms: list[Any] = []
    shown: dict[str, Any] = {}

    def note(message: dict[str, Any]) -> None:
        if message["msg_type"] == "comm_open":
            comms.append(message["content"]["data"]["state"])
        elif message["msg_type"] == "execute_result":
            shown.update(message["content"]["data"])

    reply = await client.execute_interactive(code, allow_stdin=allow_stdin, output_hook=note, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return shown, comms
