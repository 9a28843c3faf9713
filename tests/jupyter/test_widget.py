"""The widget: small in saved notebooks, honest when the front-end was not built, static HTML for the rest."""

import json
from pathlib import Path

import pytest

from jupyter_automerge import AutomergeView, InvalidId, Repo
from jupyter_automerge.repo import MIME_TYPE
from jupyter_automerge.widget import front_end
from jupyter_automerge.widget.display import mimebundle, register, unregister
from tests.jupyter.notebooks import LOAD, notebook, run
from tests.jupyter.shells import new_shell

LOADER = "export default { render({ model, el }) { el.textContent = model.get('url'); } }"
URL = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front-end as the build leaves it, without building it."""
    (tmp_path / "loader.js").write_text(LOADER)
    manifest = {"page": {"file": "page.js", "hash": "abc"}, "wasm": {"file": "automerge.wasm", "hash": "def"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(front_end, "STATIC", tmp_path)
    return tmp_path


def test_its_state_is_the_url_and_a_loader(built: Path) -> None:
    view = AutomergeView(URL, path=["tasks", 0])
    assert (view.url, view.path, view.view, view.page_hash) == (URL, ["tasks", 0], "document", "abc")
    assert view.get_state()["_esm"] == LOADER


def test_what_is_no_url_is_refused(built: Path) -> None:
    with pytest.raises(InvalidId):
        AutomergeView("https://example.org")


async def test_a_small_document_travels_in_the_state_and_a_large_one_does_not(built: Path) -> None:
    async with Repo() as repo:
        assert AutomergeView(repo.create({"title": "Plan"})).snapshot["value"] == {"title": "Plan"}
        assert AutomergeView(repo.create({"text": "x" * 10_000})).snapshot == {}


def test_without_the_front_end_it_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_end, "STATIC", tmp_path / "nothing")
    with pytest.raises(front_end.FrontEndNotBuilt, match=r"loader\.js was not built: run"):
        AutomergeView(URL)


async def test_a_handle_displays_as_data_html_and_text(built: Path) -> None:
    shell = new_shell()
    register(shell)
    async with Repo() as repo:
        data, _ = shell.display_formatter.format(repo.create({"title": "<b>Plan</b>"}))
        assert data[MIME_TYPE]["snapshot"]["value"] == {"title": "<b>Plan</b>"}
        assert "<b>" not in data["text/html"] and len(data["text/html"]) < 20 * 1024
        assert "Plan" in data["text/plain"]
    unregister(shell)


async def test_a_handle_of_a_closed_repo_still_displays() -> None:
    async with Repo() as repo:
        document = repo.create({"title": "Plan"})
    data, _ = mimebundle(document)
    assert "Plan" in data["text/plain"]


async def test_without_a_title_it_goes_by_the_name_that_the_catalogue_has(
    jp_environ: None, tmp_path: Path
) -> None:
    titled = "with plan.change() as d: d['title'] = 'Summer'\nplan"
    book = await run(notebook(LOAD, "%automerge new plan", titled), tmp_path)
    untitled, after = (cell.outputs[0]["data"] for cell in book.cells[1:])
    assert untitled[MIME_TYPE]["title"] == "plan"
    assert untitled["text/plain"].startswith("plan as of ")
    assert after[MIME_TYPE]["title"] == "Summer"


async def test_a_view_is_told_the_name(built: Path) -> None:
    assert AutomergeView(URL).title is None
    assert AutomergeView(URL, title="plan").get_state()["title"] == "plan"


@pytest.mark.skipif(not (front_end.STATIC / "loader.js").exists(), reason="the front-end is not built")
async def test_five_views_add_at_most_five_kilobytes_each(jp_environ: None, tmp_path: Path) -> None:
    five = "from jupyter_automerge import AutomergeView\nfor _ in range(5): display(AutomergeView(plan))"
    fill = "with plan.change() as d: d.update(title='Plan', tasks=[{'text': 'write', 'done': False}] * 3)"
    book = await run(notebook(LOAD, "%automerge new plan", fill, five), tmp_path)
    size = len(json.dumps(book.metadata["widgets"]))
    assert size <= 5 * 5 * 1024, f"{size} bytes of widget state for five views"
