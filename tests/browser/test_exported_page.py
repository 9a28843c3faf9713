"""The first notebook as an HTML page, opened from a file: the snapshots with their dates, and no host is asked."""

import asyncio
import re
import shlex
import shutil
import sys
import urllib.request
from pathlib import Path

from playwright.async_api import Page, Request, WebSocket

from tests.browser.desk import Desk
from tests.browser.servers import TestServer
from tools.private_home import private_environment, write_settings
from tools.steps import ROOT

FIRST = "01-first-document.ipynb"
README_COMMAND = re.compile(r"^jupyter (nbconvert .*(?:\\\n.*)*)$", re.MULTILINE)


async def test_exported_as_in_make_lab_it_asks_nobody(tmp_path: Path, desk: Desk) -> None:
    write_settings(tmp_path)
    notebook = copy_first(tmp_path)
    await run_nbconvert(["nbconvert", "--execute", "--to", "html", str(notebook)], tmp_path)
    await check(await desk.window(), notebook.with_suffix(".html"), desk)


async def test_exported_with_the_options_of_the_readme_it_asks_nobody(tmp_path: Path, desk: Desk) -> None:
    notebook = copy_first(tmp_path)
    [command] = README_COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    *words, _name = shlex.split(command)
    await run_nbconvert([*words, str(notebook)], tmp_path)
    await check(await desk.window(), notebook.with_suffix(".html"), desk)


async def test_saved_in_jupyterlab_and_exported_by_its_server_it_asks_nobody(
    lab: TestServer, tmp_path: Path, desk: Desk
) -> None:
    copy_first(lab.notebooks)
    page = await desk.open(lab, FIRST)
    await page.run_all()
    await page.save()
    request = urllib.request.Request(f"{lab.url}nbconvert/html/{FIRST}?download=true")
    request.add_header("Authorization", f"token {lab.token}")
    exported = tmp_path / "exported.html"
    exported.write_bytes(await asyncio.to_thread(fetch, request))
    await check(await desk.window("bob"), exported, desk)


def copy_first(folder: Path) -> Path:
    """The first notebook, in a folder of the test."""
    return Path(shutil.copyfile(ROOT / "notebooks" / FIRST, folder / FIRST))


def fetch(request: urllib.request.Request) -> bytes:
    """The answer's body."""
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


async def run_nbconvert(words: list[str], home: Path) -> None:
    """Run the command as a person does whose Jupyter has only the settings below `home`."""
    command = [sys.executable, "-m", *words]
    environment = private_environment(home)
    export = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, env=environment)
    _, errors = await export.communicate()
    assert export.returncode == 0, errors.decode()


async def check(window: Page, file: Path, desk: Desk) -> None:
    """Open the file and look at everything in it: what it shows, and whom it asks."""
    asked: list[str] = []

    def note(request: Request | WebSocket) -> None:
        if not request.url.startswith(("file:", "data:")):
            asked.append(request.url)

    window.context.on("request", note)
    window.on("websocket", note)
    await window.goto(file.as_uri())
    await window.wait_for_load_state("networkidle")
    await desk.photograph_page(window, "exported")
    page = await window.locator("body").inner_text()
    dates = re.findall(r"Plan B as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, ", page)
    assert dates, f"no snapshot with its date in: {page}"
    assert "A snapshot: it is live only where Jupyter shows this page with jupyter_automerge." in page
    assert "Error displaying widget" not in page
    assert not asked, f"the page asked {asked}"
    assert not await window.locator(
        "link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=preload]"
    ).count()
